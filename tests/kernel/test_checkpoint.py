import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberready.kernel.checkpoint import SigningKey, sign_checkpoint
from cyberready.kernel.verify import (
    Fault,
    Head,
    fingerprint,
    key_of,
    leaf_hash,
    note_holds,
    read_checkpoint,
    root_of,
)

KEY = SigningKey.from_bytes("voorbeeldstad", bytes(range(32)))
ORIGIN = "cyberready.example/incident/7"
ROOT = root_of([leaf_hash(b"")])
NOTE = sign_checkpoint(ORIGIN, 1, ROOT, KEY)


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_checkpoint_as_others_must_read_it():
    """Golden: a checkpoint that was handed over must stay readable."""
    assert NOTE == (
        "cyberready.example/incident/7\n"
        "1\n"
        "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"
        "\n"
        "\u2014 voorbeeldstad "
        "ILkygK5szFL1pDlYx4LAbAPXH6XFBXBFH1lYWkeYXt7O9kbxqEnAm9BvDFElXY/TKIbU"
        "iUC2YbYUIy+RGsMhDGx/vAY=\n"
    )
    assert read_checkpoint(NOTE.encode(), KEY.key) == Head(ORIGIN, 1, ROOT)


@settings(deadline=None)
@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32), st.sampled_from([ORIGIN, "é", "a b/c"]))
def test_what_was_signed_is_read(size, root, origin):
    key = SigningKey.generate("naam")
    assert read_checkpoint(sign_checkpoint(origin, size, root, key).encode(), key.key) == Head(
        origin, size, root
    )


def test_no_flipped_bit_holds():
    note = NOTE.encode()
    for bit in range(len(note) * 8):
        with pytest.raises(Fault):
            read_checkpoint(flipped(note, bit), KEY.key)


def test_signatures_of_others_may_stand_beside_it():
    witness = SigningKey.generate("getuige")
    text, _, ours = NOTE.partition("\n\n")
    theirs = witness.sign((text + "\n").encode())
    both = f"{text}\n\n{theirs}{ours}".encode()
    assert read_checkpoint(both, KEY.key) == read_checkpoint(both, witness.key)
    with pytest.raises(Fault, match="signature"):
        read_checkpoint(f"{text}\n\n{theirs}".encode(), KEY.key)


def test_another_key_of_the_same_name_does_not_hold():
    with pytest.raises(Fault, match="signature"):
        read_checkpoint(NOTE.encode(), SigningKey.generate(KEY.name).key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\nx\nAAAA\n",
        f"a\n01\n{'A' * 43}=\n",
        f"a\n-1\n{'A' * 43}=\n",
        f"a\n+1\n{'A' * 43}=\n",
        f"a\n1\n{'A' * 43}\n",
        f"a\n1\n{'A' * 42}B=\n",
        "a\n1\nAAAA\n",
        f"\n1\n{'A' * 43}=\n",
        f"a\n1\n{'A' * 43}=\nextra\n",
        f"a\n{'9' * 40}\n{'A' * 43}=\n",
        f"a\n1\n{'é' * 44}\n",
    ],
)
def test_a_signature_does_not_make_it_a_checkpoint(text):
    with pytest.raises(Fault, match="not well formed"):
        read_checkpoint(f"{text}\n{KEY.sign(text.encode())}".encode(), KEY.key)


def test_bytes_that_are_not_text():
    with pytest.raises(Fault, match="not well formed"):
        read_checkpoint(b"\xff" + NOTE.encode(), KEY.key)


@pytest.mark.parametrize(
    "line", ["", "\u2014 voorbeeldstad \n", "\u2014 voorbeeldstad é\n", "\u2014 voorbeeldstad AAA\n"]
)
def test_what_is_not_a_signature_line(line):
    assert not note_holds(b"x", line, KEY.key)


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("", 1, ROOT), ("a\nb", 1, ROOT), ("a", -1, ROOT), ("a", 1, b"short")]
)
def test_what_cannot_be_a_checkpoint_is_not_signed(origin, size, root):
    with pytest.raises(ValueError, match="no checkpoint"):
        sign_checkpoint(origin, size, root, KEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\x00b", "\ud800", " "])
def test_names_that_a_note_cannot_hold(name):
    with pytest.raises(ValueError, match="without blanks"):
        SigningKey.generate(name)


def test_a_public_key_has_32_bytes():
    with pytest.raises(ValueError, match="32 bytes"):
        key_of("a", bytes(31))


def test_a_key_is_kept_as_pem_and_shows_nothing():
    again = SigningKey.from_pem(KEY.name, KEY.pem())
    assert again.key == KEY.key
    assert again.sign(b"x") == KEY.sign(b"x")
    assert bytes(range(32)).hex() not in repr(KEY)
    assert KEY.fingerprint == fingerprint(KEY.public)


def test_keys_that_are_not_ed25519():
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="not an Ed25519 key"):
        SigningKey.from_pem("a", other)
    with pytest.raises(ValueError):
        SigningKey.from_pem("a", b"nothing")
    with pytest.raises(ValueError):
        SigningKey.from_bytes("a", bytes(31))


def test_a_fingerprint_can_be_read_aloud():
    blocks = fingerprint(KEY.public).split(" ")
    assert (len(blocks), {len(block) for block in blocks}) == (16, {4})
