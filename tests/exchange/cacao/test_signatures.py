"""Signatures of CACAO playbooks: made, verified, and refused when anything was changed."""

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cyberready.cli.main import main
from cyberready.exchange.cacao import conversion, signatures
from cyberready.exchange.cacao.names import HOUSE
from cyberready.exchange.cacao.signatures import Verdict
from cyberready.kernel.refusals import Refused
from tests.exchange.cacao.test_structure import small

SHIPPED = Path(__file__).parents[3] / "playbooks" / "datalek.md"
AT = "2026-11-23T00:00:00.000Z"
KEYS = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "PS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}
ALGORITHMS = sorted(KEYS)


def signed(algorithm, value=None):
    return signatures.signed(
        value or small(),
        KEYS[algorithm],
        signee="Gemeente Waterveld",
        created_by=HOUSE,
        at=AT,
        algorithm=algorithm,
    )


def verdicts(value, at=AT):
    return [one.verdict for one in signatures.findings(value, at)]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_was_signed_holds_after_a_journey(algorithm):
    value = json.loads(conversion.written(signed(algorithm)))
    assert verdicts(value) == [Verdict.HOLDS]
    assert conversion.check(json.dumps(value).encode()) == []
    assert "=" not in value["signatures"][0]["value"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_any_change_is_noticed(algorithm):
    value = signed(algorithm)
    for path, part in ((("name",), "Groot"), (("signatures", 0, "signee"), "Iemand anders"), (("x_new",), 1)):
        changed = json.loads(json.dumps(value))
        place = changed
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = part
        assert verdicts(changed) == [Verdict.ALTERED]


def test_each_signature_stands_alone():
    value = signed("Ed25519", signed("RS256"))
    assert verdicts(value) == [Verdict.HOLDS, Verdict.HOLDS]
    value["signatures"].pop(0)
    assert verdicts(value) == [Verdict.HOLDS]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"algorithm": "XMSS-SHA2_10_256"}, Verdict.UNKNOWN),
        ({"hash_algorithm": "md5"}, Verdict.UNKNOWN),
        ({"algorithm": "ES256"}, Verdict.ALTERED),
        ({"public_key": "no key"}, Verdict.UNREADABLE),
        ({"public_key": None, "thumbprint": "x"}, Verdict.NO_KEY),
        ({"value": "!!"}, Verdict.UNREADABLE),
        ({"value": ""}, Verdict.ALTERED),
    ],
)
def test_what_cannot_be_verified_is_said(change, verdict):
    value = signed("Ed25519")
    one = value["signatures"][0] | change
    value["signatures"] = [{name: part for name, part in one.items() if part is not None}]
    assert verdicts(value) == [verdict]


def test_a_signature_for_another_version_and_one_out_of_date_do_not_count():
    key = KEYS["Ed25519"]
    for change, verdict in (
        ({"related_version": AT}, Verdict.OTHER_VERSION),
        ({"valid_until": AT}, Verdict.EXPIRED),
    ):
        value = signed("Ed25519")
        one = {**value["signatures"][0], **change}
        one["value"] = signatures._encoded(signatures._sign(key, "Ed25519", signatures.message(value, one)))
        assert verdicts({**value, "signatures": [one]}) == [verdict]


def test_the_message_is_the_hash_of_the_canonical_document_with_the_bare_signature():
    # Computed outside this code: sha256sum of the canonical text.
    value = {
        "type": "playbook",
        "id": "playbook--1",
        "name": "é",
        "signatures": [{"type": "jss", "value": "other"}],
    }
    signature = {
        "type": "jss",
        "signee": "A",
        "hash_algorithm": "sha-256",
        "value": "x",
        "signature": {"type": "jss"},
    }
    assert (
        signatures.message(value, signature)
        == b"f4237d6b9b224488de4959ed4e924f4def3227c701399b10f2be010485f377b6"
    )


def test_keys_that_do_not_fit_are_refused():
    weak = rsa.generate_private_key(65537, 1024).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for pem in (weak, other, b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"):
        with pytest.raises(Refused):
            signatures.private_key(pem)


def test_the_command_signs_and_the_way_in_verifies(tmp_path):
    key, target, back = tmp_path / "key.pem", tmp_path / "uit.json", tmp_path / "terug.md"
    key.write_bytes(KEYS["ES256"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    words = ["convert", str(SHIPPED), str(target), "--sign", str(key), "--signee", "Gemeente Waterveld"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert CliRunner().invoke(main, ["check", str(tmp_path)]).exit_code == 0
    told = tmp_path / "verslag.json"
    assert CliRunner().invoke(main, ["convert", str(target), str(back), "--report", str(told)]).exit_code == 0
    assert "The signature of Gemeente Waterveld holds" in told.read_text()
    again = tmp_path / "weer.json"
    assert CliRunner().invoke(main, ["convert", str(back), str(again)]).exit_code == 0
    assert again.read_bytes() == target.read_bytes()


def test_the_command_finds_a_forged_file(tmp_path):
    good = tmp_path / "goed.json"
    good.write_bytes(conversion.written(signed("Ed25519")))
    done = CliRunner().invoke(main, ["check", str(good)], env={"LANG": "nl_NL.UTF-8"})
    assert (done.exit_code, "De handtekening van Gemeente Waterveld klopt" in done.stdout) == (0, True)
    forged = tmp_path / "vals.json"
    forged.write_bytes(good.read_bytes().replace(b"Doe het.", b"Laat het."))
    done = CliRunner().invoke(main, ["check", str(forged)], env={"LANG": "nl_NL.UTF-8"})
    assert done.exit_code == 1
    line = forged.read_text().split("\n").index('  "signatures": [') + 2
    assert done.stderr.startswith(f"{forged}:{line}: De handtekening van Gemeente Waterveld klopt niet")
    done = CliRunner().invoke(main, ["convert", str(forged), str(tmp_path / "x.md")])
    assert "Warning: /signatures/0: The signature of Gemeente Waterveld does not hold" in done.stdout


def test_a_signature_for_another_version_is_a_fault():
    value = signed("Ed25519")
    value["signatures"][0]["related_version"] = "2025-01-01T00:00:00.000Z"
    bare = {name: part for name, part in value["signatures"][0].items() if name != "value"}
    key = KEYS["Ed25519"]
    value["signatures"][0]["value"] = (
        base64.urlsafe_b64encode(key.sign(signatures.message(value, bare))).decode().rstrip("=")
    )
    assert [one.sentence for one in conversion.check(conversion.written(value), AT)] == [
        Verdict.OTHER_VERSION.value
    ]


def test_the_command_refuses_half_an_order_to_sign(tmp_path):
    done = CliRunner().invoke(main, ["convert", str(SHIPPED), str(tmp_path / "x.json"), "--signee", "A"])
    assert done.exit_code == 2
    key = tmp_path / "key.pem"
    key.write_text("no key")
    words = ["convert", str(SHIPPED), str(tmp_path / "x.json"), "--sign", str(key), "--signee", "A"]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "not a private key" in done.stderr) == (1, True)


def test_the_command_checks_files_of_cacao(tmp_path):
    (tmp_path / "schema.json").write_text("{}")
    value = small()
    value["workflow"]["nowhere"] = {"type": "end"}
    (tmp_path / "fout.json").write_text(json.dumps(value))
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 1
    assert "fout.json" in done.stderr
    assert "schema.json" not in done.stderr
