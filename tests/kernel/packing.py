"""Packages to judge: small, with one erased entry and a file in a folder."""

from pathlib import Path

from cyberready.kernel import verify
from cyberready.kernel.canonical import canonical, seal_payload
from cyberready.kernel.checkpoint import SigningKey, sign_checkpoint
from cyberready.kernel.package import seal, trail_lines
from cyberready.kernel.verify import Entry, check, leaf_hash, root_of

KEY = SigningKey.from_bytes("voorbeeldstad", bytes(range(32)))
ORIGIN = "cyberready.example/incident/7"
SCRIPT = Path(verify.__file__)
AGAIN = "Vraag de afzender het pakket opnieuw te sturen."


def make_entry(position, *, text="gemeld", erased=False):
    salt, payload = position.to_bytes(16, "big"), canonical({"text": text})
    leaf = canonical({"v": 1, "origin": ORIGIN, "kind": "é", "payload_hash": seal_payload(salt, payload)})
    return Entry(position, leaf, *(None, None) if erased else (payload, salt))


def make_files(entries=None, **changes):
    """Files of a good package, without the manifest; None as a change leaves a file out."""
    entries = [make_entry(0), make_entry(1, erased=True), make_entry(2)] if entries is None else entries
    root = root_of(leaf_hash(entry.leaf) for entry in entries)
    files = {
        "cap.xml": b"<alert/>",
        "bijlagen/foto.png": bytes(range(64)),
        "trail.jsonl": trail_lines(entries),
        "checkpoint.txt": sign_checkpoint(ORIGIN, len(entries), root, KEY).encode(),
    } | {name.replace("_", "."): content for name, content in changes.items()}
    return {name: content for name, content in files.items() if content is not None}


def make_package(**changes):
    return seal(make_files(**changes), KEY)


def unpacked(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def judged(tmp_path, data, lang="nl"):
    path = tmp_path / "overdracht.zip"
    path.write_bytes(data)
    return check(path, lang)
