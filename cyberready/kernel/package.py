"""The sending side of a handover package; its form is described and checked in `verify`."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence

from cyberready.kernel.canonical import Plain, canonical
from cyberready.kernel.checkpoint import SigningKey
from cyberready.kernel.merkle import all_inclusion_proofs
from cyberready.kernel.verify import FORMAT, MANIFEST, SIGNATURE, Entry, leaf_hash


def trail_lines(entries: Sequence[Entry]) -> bytes:
    """Write trail.jsonl: all entries in order, each with its proof to the root over all of them.

    Where an entry brings its stored hash, the proofs stand on that one, so that an altered leaf is found by name.
    """
    proofs = all_inclusion_proofs([entry.leaf_hash or leaf_hash(entry.leaf) for entry in entries])
    return b"".join(_line(entry, proof) for entry, proof in zip(entries, proofs, strict=True))


def seal(files: Mapping[str, bytes], key: SigningKey, *, broken: str | None = None) -> dict[str, bytes]:
    """Add the signed manifest to *files*, ready for `verify.pack` or a folder; *broken* says why the trail does not hold."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    public = base64.b64encode(key.public).decode()
    manifest: dict[str, Plain] = {
        "format": FORMAT,
        "files": hashes,
        "key": {"name": key.name, "public": public},
    }
    if broken is not None:
        manifest |= {"trail": "broken", "reason": broken}
    text = canonical(manifest)
    return {**files, MANIFEST: text, SIGNATURE: key.sign(text).encode()}


def _line(entry: Entry, proof: Sequence[bytes]) -> bytes:
    line = {
        "index": entry.position,
        "leaf": entry.leaf.decode(),
        "payload": None if entry.payload is None else entry.payload.decode(),
        "salt": None if entry.salt is None else entry.salt.hex(),
        "proof": [node.hex() for node in proof],
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
