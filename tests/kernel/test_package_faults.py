import base64
import json

import pytest

from cyberready.kernel.checkpoint import SigningKey
from cyberready.kernel.package import seal, trail_lines
from cyberready.kernel.verify import leaf_hash, pack
from tests.kernel.packing import AGAIN, KEY, judged, make_entry, make_files, make_package


def resealed(manifest):
    """A package whose manifest an insider changed and signed again."""
    files = make_package()
    value = json.loads(files["manifest.json"]) | manifest
    text = json.dumps({name: part for name, part in value.items() if part is not ...}).encode()
    return files | {"manifest.json": text, "manifest.sig": KEY.sign(text).encode()}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (make_package() | {"manifest.sig": b""}, "De handtekening bij manifest.json klopt niet. " + AGAIN),
        (
            make_package() | {"manifest.sig": b"\xff"},
            "De handtekening bij manifest.json klopt niet. " + AGAIN,
        ),
        (make_package() | {"cap.xml": b"<other/>"}, "cap.xml is na ondertekening veranderd. " + AGAIN),
        (
            make_package() | {"a.txt": b""},
            "a.txt hoort niet bij het pakket. Haal het weg en controleer opnieuw.",
        ),
        (seal(make_files(checkpoint_txt=None), KEY), "checkpoint.txt ontbreekt. " + AGAIN),
        (seal(make_files(trail_jsonl=None), KEY), "trail.jsonl ontbreekt. " + AGAIN),
        (seal(make_files(checkpoint_txt=b"x"), KEY), "checkpoint.txt is niet goed gevormd. " + AGAIN),
        (
            seal(make_files(), SigningKey.generate("ander")),
            "De handtekening bij checkpoint.txt klopt niet. " + AGAIN,
        ),
        (seal(make_files(trail_jsonl=b""), KEY), "Het verloop telt niet de ondertekende 3 regels. " + AGAIN),
        (
            resealed({"format": "cyberready/handover/2"}),
            "Het pakket heeft een andere versie. Controleer het met de verify.py die erin zit.",
        ),
    ],
)
def test_what_is_wrong_inside(tmp_path, files, sentence):
    assert judged(tmp_path, pack(files)).sentence == sentence


def test_a_missing_file_is_named(tmp_path):
    for name in ("manifest.sig", "cap.xml"):
        files = make_package()
        del files[name]
        assert judged(tmp_path, pack(files), "en").sentence.startswith(f"{name} is missing.")


def public(text):
    return {"name": "voorbeeldstad", "public": text}


@pytest.mark.parametrize(
    "manifest",
    [
        {"format": ...},
        {"files": ...},
        {"files": [["a", 1], [2, "b"]]},
        {"files": "x"},
        {"files": None},
        {"key": ...},
        {"key": []},
        {"key": {}},
        {"key": public(7)},
        {"key": public("é")},
        {"key": public("AAAA")},
        {"key": {"name": 7, "public": base64.b64encode(KEY.public).decode()}},
        {"key": {"name": "a b", "public": base64.b64encode(KEY.public).decode()}},
        {"trail": "broken"},
    ],
)
def test_manifests_of_another_shape(tmp_path, manifest):
    finding = judged(tmp_path, pack(resealed(manifest)), "en")
    assert finding == (
        False,
        "manifest.json is not well formed. Ask the sender to send the package again.",
        None,
        0,
    )


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[" * 200_000, b'{"format":' * 90_000, b"9" * 5_000])
def test_manifests_that_are_no_object(tmp_path, text):
    files = make_package() | {"manifest.json": text, "manifest.sig": KEY.sign(text).encode()}
    assert "manifest.json" in judged(tmp_path, pack(files)).sentence


def test_hashes_of_another_kind(tmp_path):
    assert "cap.xml" in judged(tmp_path, pack(resealed({"files": {"cap.xml": [1]}}))).sentence


GOOD_LINE = json.loads(trail_lines([make_entry(0)]))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"index": ...}, "Verloopregel 0 is niet goed gevormd."),
        ({"index": 1}, "Verloopregel 0 ontbreekt of staat op een andere plaats."),
        ({"index": [{}]}, "Verloopregel 0 ontbreekt of staat op een andere plaats."),
        ({"leaf": None}, "Verloopregel 0 is niet goed gevormd."),
        ({"leaf": "\ud800"}, "Verloopregel 0 is niet goed gevormd."),
        ({"leaf": GOOD_LINE["leaf"] + " "}, "Verloopregel 0 is veranderd."),
        ({"payload": 7}, "Verloopregel 0 is niet goed gevormd."),
        ({"payload": "{}"}, "De inhoud van verloopregel 0 is veranderd."),
        ({"payload": ""}, "De inhoud van verloopregel 0 is veranderd."),
        ({"payload": None}, "De inhoud van verloopregel 0 is veranderd."),
        ({"salt": None}, "De inhoud van verloopregel 0 is veranderd."),
        ({"salt": 0, "payload": 0}, "De inhoud van verloopregel 0 is veranderd."),
        ({"salt": "x"}, "Verloopregel 0 is niet goed gevormd."),
        ({"salt": 7}, "Verloopregel 0 is niet goed gevormd."),
        ({"proof": None}, "Verloopregel 0 is niet goed gevormd."),
        ({"proof": ["zz"]}, "Verloopregel 0 is niet goed gevormd."),
        ({"proof": ["00"]}, "Verloopregel 0 is veranderd."),
        ({"proof": [7]}, "Verloopregel 0 is niet goed gevormd."),
    ],
)
def test_lines_of_another_shape(tmp_path, line, sentence):
    value = {name: part for name, part in (GOOD_LINE | line).items() if part is not ...}
    files = make_files(entries=[make_entry(0)], trail_jsonl=json.dumps(value).encode() + b"\n")
    finding = judged(tmp_path, pack(seal(files, KEY)))
    assert (finding.sentence, finding.fingerprint) == (f"{sentence} {AGAIN}", KEY.fingerprint)


def test_a_trail_handed_over_as_broken_says_so_first(tmp_path):
    stored = leaf_hash(make_entry(1).leaf)
    changed = [make_entry(0), make_entry(1, text="anders")._replace(leaf_hash=stored), make_entry(2)]
    files = make_files(trail_jsonl=trail_lines(changed))
    finding = judged(tmp_path, pack(seal(files, KEY, broken="regel 1 is na opslag veranderd.")))
    assert finding == (
        False,
        (
            "De bestanden zijn ongeschonden, maar het verloop klopt niet. "
            "De afzender meldt: regel 1 is na opslag veranderd. Verloopregel 1 is veranderd."
        ),
        KEY.fingerprint,
        3,
    )
    without = judged(tmp_path, pack(seal(make_files(checkpoint_txt=None), KEY, broken="no head")), "en")
    assert without.sentence.endswith("The sender states: no head. checkpoint.txt is missing.")
    unseen = judged(tmp_path, pack(seal(make_files(), KEY, broken="no head")), "en")
    assert (unseen.ok, unseen.sentence[-46:]) == (False, "This check itself finds no fault in the trail.")
