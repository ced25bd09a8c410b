import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberready.kernel import verify
from cyberready.kernel.verify import verify_ed25519

VECTORS = json.loads((Path(__file__).parent / "vectors" / "rfc8032-ed25519.json").read_text())["vectors"]
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19

seeds = st.binary(min_size=32, max_size=32)


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_of_rfc_8032(vector):
    public, message, signature = (bytes.fromhex(vector[part]) for part in ("public", "message", "signature"))
    assert verify_ed25519(public, message, signature)
    assert not verify_ed25519(public, message + b"\0", signature)
    assert not verify_ed25519(public, message[:-1] if message else b"x", signature)


@settings(deadline=None)
@given(seeds, st.binary(max_size=200))
def test_what_cryptography_signs_holds(seed, message):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    assert verify_ed25519(private.public_key().public_bytes_raw(), message, private.sign(message))


@settings(deadline=None)
@given(seeds, st.binary(min_size=1, max_size=50), st.data())
def test_one_flipped_bit_anywhere_does_not_hold(seed, message, data):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert not verify_ed25519(public, message, flipped(signature, data.draw(st.integers(0, 511))))
    assert not verify_ed25519(flipped(public, data.draw(st.integers(0, 255))), message, signature)
    assert not verify_ed25519(
        public, flipped(message, data.draw(st.integers(0, len(message) * 8 - 1))), signature
    )


@settings(deadline=None)
@given(seeds, st.binary(min_size=64, max_size=64))
def test_it_judges_random_signatures_as_cryptography_does(seed, signature):
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, b"x")
    assert not verify_ed25519(public, b"x", signature)


def test_a_second_spelling_of_s_is_refused():
    vector = VECTORS[1]
    public, message, signature = (bytes.fromhex(vector[part]) for part in ("public", "message", "signature"))
    s = int.from_bytes(signature[32:], "little")
    assert not verify_ed25519(public, message, signature[:32] + (s + ORDER).to_bytes(32, "little"))


SMALL_ORDER = [
    (1).to_bytes(32, "little"),
    (PRIME - 1).to_bytes(32, "little"),
    (0).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_a_key_that_fits_many_messages_is_refused(public):
    signature = (1).to_bytes(32, "little") + bytes(
        32
    )  # R neutral and s zero: [0]B = R + [k]A whenever [k]A is neutral
    assert not any(verify_ed25519(public, bytes([number]), signature) for number in range(16))


@pytest.mark.parametrize(
    "public",
    [
        PRIME.to_bytes(32, "little"),  # 0 spelt as p
        (PRIME + 1).to_bytes(32, "little"),  # 1 spelt as p + 1
        ((1 << 255) + 1).to_bytes(32, "little"),  # x = 0 with a sign
        (2).to_bytes(32, "little"),  # not on the curve
        b"",
        bytes(31),
        bytes(33),
    ],
)
def test_what_is_not_a_public_key(public):
    assert not verify_ed25519(public, b"", (1).to_bytes(32, "little") + bytes(32))


def test_every_point_has_one_spelling():
    on_curve = [y for y in range(64) if decodes(y)]
    assert 1 in on_curve
    assert 0 < len(on_curve) < 64  # the others are not on the curve
    assert not any(decodes(PRIME + y) for y in range(19))
    assert any(decodes(y) and decodes(y + (1 << 255)) for y in on_curve)  # both signs of x


def decodes(number):
    try:
        verify._point(number.to_bytes(32, "little"))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("length", [0, 31, 63, 65])
def test_a_signature_of_another_length(length):
    assert not verify_ed25519(bytes.fromhex(VECTORS[0]["public"]), b"", bytes(length))
