"""Check a handover package of cyberready with Python 3.9 or newer and nothing else.

    python3 verify.py [PATH] [--lang en]      PATH: the package's zip file or the folder it was unpacked in

Prints one verdict and the fingerprint of the signing key; exit status 0 when all holds, 1 when not, 2 on wrong usage.
Whoever doubts this file too takes it from cyberready itself: a changed verifier can say anything.

A package is a folder, or the zip that `pack` makes of it (stored, sorted, 1980; not one byte may differ), holding
  manifest.json   {"format": "cyberready/handover/1", "files": {name: SHA-256 in hex}, "key": {"name": text, "public":
                  base64 Ed25519 key}} over every file but these first two; a trail that did not hold when it was
                  handed over has "trail": "broken" and "reason": text besides
  manifest.sig    one C2SP note signature line over the bytes of manifest.json
  checkpoint.txt  C2SP checkpoint of the trail (origin, size, base64 root), signed with the same key
  trail.jsonl     one line per entry: {"index": 0 and up, "leaf": the leaf as text, "payload": text, "salt": 16 bytes
                  in hex, "proof": [hex] from this leaf to the root}; payload and salt are null when erased or left out
and any other files. A leaf is a JSON object with at least "origin" (that of the checkpoint) and "payload_hash", the
SHA-256 in hex of salt and payload. Names are ASCII letters, digits and . _ - in folders parted by /. In a folder, the
lock files of open documents and what Windows and macOS leave behind are passed over.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "cyberready/handover/1"
MANIFEST, SIGNATURE, CHECKPOINT, TRAIL = "manifest.json", "manifest.sig", "checkpoint.txt", "trail.jsonl"
SALT_BYTES = 16  # exactly: with a free length, bytes could move between salt and payload unseen
MOST_BYTES, MOST_FILES = 1 << 30, 9999
_LEFT_BEHIND = re.compile(r"~\$.*|\.~lock\..*#|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini")
_NAME = re.compile(r"(?!.*\.(/|\Z))[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")

# code | Dutch | English; a star stands for the remedy that most faults share
_LINES = """\
* | Vraag de afzender het pakket opnieuw te sturen. | Ask the sender to send the package again.
unreadable | %(name)s is niet te lezen. Geef het zipbestand of de map waarin het is uitgepakt. | %(name)s cannot be read. Give the zip file, or the folder in which it was unpacked.
nowhere | In %(name)s staat geen manifest.json. Geef het zipbestand of de map waarin het is uitgepakt. | There is no manifest.json in %(name)s. Give the zip file, or the folder in which it was unpacked.
large | Het pakket is te groot om te controleren. * | The package is too large to check. *
not_zip | %(name)s is geen zipbestand. * | %(name)s is not a zip file. *
rezipped | Het zipbestand is door een ander programma ingepakt. Pak het uit en controleer de map. | The zip file was packed by another program. Unpack it and check the folder.
cut | Het zipbestand is afgekapt of beschadigd. * | The zip file is cut short or damaged. *
damaged | %(name)s is in het zipbestand beschadigd. * | %(name)s is damaged in the zip file. *
container | Het zipbestand is rondom de bestanden veranderd of afgekapt. * | The zip file was changed around its files or cut short. *
unsafe | %(name)s is geen toegestaan bestand. * | %(name)s is not an allowed file. *
twice | %(name)s zit twee keer in het pakket. * | %(name)s is in the package twice. *
absent | %(name)s ontbreekt. * | %(name)s is missing. *
shape | %(name)s is niet goed gevormd. * | %(name)s is not well formed. *
format | Het pakket heeft een andere versie. Controleer het met de verify.py die erin zit. | The package has another version. Check it with the verify.py that is in it.
signature | De handtekening bij %(name)s klopt niet. * | The signature with %(name)s does not hold. *
altered | %(name)s is na ondertekening veranderd. * | %(name)s was changed after signing. *
extra | %(name)s hoort niet bij het pakket. Haal het weg en controleer opnieuw. | %(name)s does not belong to the package. Take it away and check again.
count | Het verloop telt niet de ondertekende %(size)s regels. * | The trail does not count the signed %(size)s entries. *
order | Verloopregel %(index)s ontbreekt of staat op een andere plaats. * | Trail entry %(index)s is missing or in another place. *
entry | Verloopregel %(index)s is veranderd. * | Trail entry %(index)s was altered. *
line | Verloopregel %(index)s is niet goed gevormd. * | Trail entry %(index)s is not well formed. *
origin | Verloopregel %(index)s hoort bij een ander verloop. * | Trail entry %(index)s belongs to another trail. *
payload | De inhoud van verloopregel %(index)s is veranderd. * | The content of trail entry %(index)s was altered. *
root | Het verloop is niet het verloop dat ondertekend is. * | The trail is not the trail that was signed. *
broken | De bestanden zijn ongeschonden, maar het verloop klopt niet. De afzender meldt: %(reason)s. | The files are intact, but the trail does not hold. The sender states: %(reason)s.
unseen | Deze controle vindt zelf geen fout in het verloop. | This check itself finds no fault in the trail.
holds | Alles klopt: de bestanden (%(files)s) en de verloopregels (%(entries)s) zijn ongewijzigd en ondertekend door %(name)s. | All holds: the files (%(files)s) and the trail entries (%(entries)s) are unchanged and signed by %(name)s.
erased | Bij %(erased)s van deze regels is de inhoud gewist of niet meegegeven; de plaats in het verloop is wel bewezen. | The content of %(erased)s of these entries was erased or left out; the place in the trail is still proven.
compare | Vingerafdruk van de sleutel: %(fingerprint)s. Vergelijk deze met de vingerafdruk in het Word-document en, bij twijfel, telefonisch met de afzender. | Fingerprint of the key: %(fingerprint)s. Compare it with the fingerprint in the Word document and, in doubt, by telephone with the sender.
"""
_TEXTS = {code: texts for code, *texts in (line.split(" | ") for line in _LINES.splitlines())}


def say(code: str, lang: str, **values: object) -> str:
    """Sentence for *code* in Dutch (nl) or English (en); what comes from outside is cut short, without control codes."""
    at = 0 if lang == "nl" else 1
    shown = {key: re.sub(r"[^ -~\xa1-\xff]", "?", str(value))[:300] for key, value in values.items()}
    return _TEXTS[code][at].replace("*", _TEXTS["*"][at]) % shown


class Fault(Exception):  # noqa: N818 -- the answer to a question, not a malfunction
    """The first thing that does not hold: a code and the values for its sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    def __str__(self) -> str:
        return self.sentence("en")

    def sentence(self, lang: str = "nl") -> str:
        """Say what does not hold and what the receiver can do about it."""
        return say(self.code, lang, **self.values)

    def statement(self, lang: str = "nl") -> str:
        """Say only what does not hold."""
        return self.sentence(lang).replace(" " + say("*", lang), "")


# --- Merkle tree, RFC 9162 section 2 ---


def leaf_hash(leaf: bytes) -> bytes:
    """Hash the bytes of one entry."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return hashlib.sha256(b"\1" + left + right).digest()


def push(frontier: list[bytes], size: int, leaf: bytes) -> None:
    """Add the hash *leaf* to the complete subtrees (largest first) of a tree that had *size* leaves."""
    while size & 1:
        leaf = node_hash(frontier.pop(), leaf)
        size >>= 1
    frontier.append(leaf)


def fold(frontier: Sequence[bytes]) -> bytes:
    """Root of the tree with these complete subtrees; SHA-256 of nothing when there are none."""
    if not frontier:
        return hashlib.sha256(b"").digest()
    root = frontier[-1]
    for node in reversed(frontier[:-1]):
        root = node_hash(node, root)
    return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root of the tree over *leaf_hashes* (RFC 9162 section 2.1.1)."""
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaf_hashes):
        push(frontier, size, leaf)
    return fold(frontier)


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Root that *proof* leads to from the hash *leaf* (section 2.1.3.2); None when the proof has another length."""
    if not 0 <= index < size:
        return None
    node, last = leaf, size - 1
    for sibling in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the entry with hash *leaf* stands at *index* in the tree of *size* entries with *root*."""
    return root_from_inclusion(index, size, leaf, proof) == root


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the new tree holds the old one unchanged as its beginning (section 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size in {0, new_size}:
        return not proof and old_root == (root_of(()) if old_size == 0 else new_root)
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, node)
        index, last = index >> 1, last >> 1
    return last == 0 and (old, new) == (old_root, new_root)


# --- Ed25519, RFC 8032 section 5.1; points are (X, Y, Z, T) in extended coordinates ---

Point = tuple[int, int, int, int]
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Point = (0, 1, 1, 0)


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0])
    b = (one[1] + one[0]) * (two[1] + two[0])
    c = 2 * one[3] * two[3] * _D
    d = 2 * one[2] * two[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _point(data: bytes) -> Point:
    """Decode 32 bytes (section 5.1.3); ValueError for what is not the one spelling of a point."""
    y = int.from_bytes(data, "little")
    y, odd = y & (1 << 255) - 1, y >> 255
    u, v = y * y - 1, _D * y * y + 1
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and odd):
        raise ValueError("not a point")
    x = x if x & 1 == odd else _P - x
    return x, y, 1, x * y % _P


_BASE = _point(bytes.fromhex("58" + "66" * 31))


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether *signature* (64 bytes) is that of *public* (32 bytes) over *message*; strict: no second spelling holds."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= _ORDER:
        return False
    try:
        x, y, z, t = _point(public)
    except ValueError:
        return False
    key = (_P - x, y, z, _P - t)  # minus the public key
    eighth = key
    for _ in range(3):
        eighth = _add(eighth, eighth)
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    steps = (_NEUTRAL, _BASE, key, _add(_BASE, key))
    found = _NEUTRAL
    for bit in range(252, -1, -1):  # R = [s]B - [k]A
        found = _add(_add(found, found), steps[s >> bit & 1 | (k >> bit & 1) << 1])
    inverse = pow(found[2], -1, _P)
    x, y = found[0] * inverse % _P, found[1] * inverse % _P
    small = eighth[1] == eighth[2]  # y = 1, the neutral point: a key that fits many messages
    return not small and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- Signed notes, C2SP signed-note and tlog-checkpoint ---


class Key(NamedTuple):
    """Who signs: a name and the 32 bytes of an Ed25519 public key."""

    name: str
    public: bytes


class Head(NamedTuple):
    """A trail as signed: whose, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes


def key_of(name: str, public: bytes) -> Key:
    """Make a key; ValueError for a name with blanks or a plus sign, or a public key that is not 32 bytes."""
    if not re.fullmatch(r"[^\s+]+", name) or not name.isprintable() or len(public) != 32:
        raise ValueError("a key has a name without blanks or plus signs, and 32 bytes")
    return Key(name, public)


def fingerprint(public: bytes) -> str:
    """SHA-256 of the public key in hex, in blocks of four to read aloud."""
    return " ".join(re.findall("....", hashlib.sha256(public).hexdigest()))


def note_line(key: Key, signature: bytes) -> str:
    """Signature line of a note: dash, name, base64 of key hash and signature, end of line."""
    short = hashlib.sha256(key.name.encode() + b"\n\x01" + key.public).digest()[:4]
    return f"\u2014 {key.name} {base64.b64encode(short + signature).decode()}\n"


def note_holds(text: bytes, line: str, key: Key) -> bool:
    """Whether *line* is exactly the line with which *key* signs *text*."""
    try:
        signature = base64.b64decode(line.rpartition(" ")[2])[4:]
    except ValueError:
        return False
    return note_line(key, signature) == line and verify_ed25519(key.public, text, signature)


def checkpoint_text(head: Head) -> str:
    """Text of a checkpoint: that which is signed."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def read_checkpoint(note: bytes, key: Key) -> Head:
    """Read a checkpoint that *key* signed (others may have signed it too); Fault when it does not hold."""
    try:
        text, _, lines = note.decode().partition("\n\n")
        origin, size, root = text.split("\n")
        head = Head(origin, int(size[:19]), base64.b64decode(root))
    except ValueError:
        raise Fault("shape", name=CHECKPOINT) from None
    if checkpoint_text(head) != text + "\n" or len(head.root) != 32 or head.size < 0 or not origin:
        raise Fault("shape", name=CHECKPOINT)
    if not any(note_holds((text + "\n").encode(), line + "\n", key) for line in lines.split("\n")[:-1]):
        raise Fault("signature", name=CHECKPOINT)
    return head


# --- The trail ---


class Entry(NamedTuple):
    """One trail entry; payload and salt are None when erased, proof and stored hash None when not at hand."""

    position: int
    leaf: bytes
    payload: bytes | None
    salt: bytes | None
    proof: Sequence[bytes] | None = None
    leaf_hash: bytes | None = None


def first_fault(entries: Iterable[Entry], root: bytes, size: int, origin: str) -> Fault | None:
    """First thing in *entries* that does not fit the signed root, size and origin; None when the trail holds."""
    try:
        follow(entries, Head(origin, size, root))
    except Fault as fault:
        return fault
    return None


def follow(entries: Iterable[Entry], head: Head) -> int:
    """Check *entries* against *head* and count those that were erased; Fault for the first that does not hold."""
    frontier: list[bytes] = []
    position, erased = -1, 0
    for position, entry in enumerate(entries):
        leaf = leaf_hash(entry.leaf)
        if position >= head.size:
            raise Fault("count", size=head.size)
        if entry.position != position:
            raise Fault("order", index=position)
        if entry.leaf_hash not in {None, leaf}:
            raise Fault("entry", index=position)
        if entry.proof is not None and head.root != root_from_inclusion(
            position, head.size, leaf, entry.proof
        ):
            raise Fault("entry", index=position)
        erased += _erased(entry, head.origin)
        push(frontier, position, leaf)
    if position + 1 != head.size:
        raise Fault("count", size=head.size)
    if fold(frontier) != head.root:
        raise Fault("root")
    return erased


def _erased(entry: Entry, origin: str) -> bool:
    """Whether the content was erased; Fault when leaf, origin and content do not belong together."""
    try:
        leaf = _object(entry.leaf)
        owner, sealed = leaf["origin"], leaf["payload_hash"]
    except (ValueError, KeyError):
        raise Fault("line", index=entry.position) from None
    if owner != origin:
        raise Fault("origin", index=entry.position)
    if entry.payload is None and entry.salt is None:
        return True
    salt, payload = entry.salt or b"", entry.payload or b""
    if len(salt) != SALT_BYTES or hashlib.sha256(salt + payload).hexdigest() != sealed:
        raise Fault("payload", index=entry.position)
    return False


def _object(data: bytes) -> dict[str, Any]:
    """Read a JSON object; ValueError for anything else."""
    try:
        value = json.loads(data.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- one error for all that is not what was asked
    return value


# --- The zip file and the folder ---

_LOCAL, _CENTRAL, _END = "<IHHHHHIIIHH", "<IHHHHHHIIIHHHHHII", "<IHHHHIIH"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write *files* as the one zip file that `check` accepts; Fault for an unsafe name or too much."""
    _allow(files)
    body, directory = bytearray(), bytearray()
    for name in sorted(files, key=lambda name: (name != MANIFEST, name)):
        content, path = files[name], name.encode()
        size, offset = len(content), len(body)
        common = (20, 0, 0, 0, 33, zlib.crc32(content), size, size, len(path), 0)  # stored, 1 January 1980
        body += struct.pack(_LOCAL, 0x04034B50, *common) + path + content
        directory += struct.pack(_CENTRAL, 0x02014B50, 0x0314, *common, 0, 0, 0, 0o644 << 16, offset) + path
    count = len(files)
    return bytes(
        body + directory + struct.pack(_END, 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)
    )


def unpack(data: bytes) -> dict[str, bytes]:
    """Read the files of a zip that `pack` wrote; Fault at the first sign of another or a damaged one."""
    files: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\3\4":
        start = at + 30
        if start > len(data):
            raise Fault("cut")
        _, _, flags, method, _, _, crc, size, _, path, extra = struct.unpack(_LOCAL, data[at:start])
        if flags or method or extra:
            raise Fault("rezipped")
        name, at = data[start : start + path].decode("ascii", "replace"), start + path + size
        if at > len(data):
            raise Fault("cut")
        if name in files:
            raise Fault("twice", name=name)
        files[name] = data[start + path : at]
        if zlib.crc32(files[name]) != crc:
            raise Fault("damaged", name=name)
    if not files:
        raise Fault("cut")
    return files


def _allow(files: Mapping[str, bytes]) -> None:
    """Fault for a name that is unsafe or differs from another only in case, and for more than can be packed."""
    seen: set[str] = set()
    for name in sorted(files):
        if not _NAME.fullmatch(name) or len(name) > 200:
            raise Fault("unsafe", name=name)
        if name.lower() in seen:
            raise Fault("twice", name=name)
        seen.add(name.lower())
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise Fault("large")


def _read(path: Path) -> tuple[dict[str, bytes], bytes | None]:
    """Read the files at *path*, and the bytes of the zip when it is one."""
    try:
        if path.is_dir():
            return _read_folder(path), None
        if path.stat().st_size > MOST_BYTES:
            raise Fault("large")
        packed = path.read_bytes() if path.is_file() else b""
    except (OSError, ValueError):
        raise Fault("unreadable", name=path) from None
    if not packed.startswith(b"PK"):
        raise Fault("not_zip", name=path.name)
    return unpack(packed), packed


def _read_folder(root: Path) -> dict[str, bytes]:
    if not (root / MANIFEST).is_file():  # look before reading on: this may be any folder
        raise Fault("nowhere", name=root)
    paths: list[Path] = []
    for folder, below, names in os.walk(root):
        paths += [Path(folder, name) for name in names if not _LEFT_BEHIND.fullmatch(name)]
        paths += [Path(folder, name) for name in below if Path(folder, name).is_symlink()]
    if sum(path.lstat().st_size for path in paths) > MOST_BYTES:
        raise Fault("large")
    files = {}
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            raise Fault("unsafe", name=name)
        files[name] = path.read_bytes()
    return files


# --- The verdict ---


class Manifest(NamedTuple):
    """What the sender signed: the hash of every file, with which key, and why the trail is broken if it is."""

    files: dict[str, str]
    key: Key
    broken: str | None


class Finding(NamedTuple):
    """The verdict on a package; the fingerprint is None until a signature holds."""

    ok: bool
    sentence: str
    fingerprint: str | None
    entries: int


def check(path: str | os.PathLike[str], lang: str = "nl") -> Finding:
    """Examine the package at *path* and say what holds, or the first thing that does not."""
    mark, entries = None, 0
    try:
        files, packed = _read(Path(path))
        _allow(files)
        manifest = _manifest(files)
        mark = fingerprint(manifest.key.public)
        _compare(manifest, files, packed)
        entries = files.get(TRAIL, b"").count(b"\n")
        verdict = _trail(manifest, files, lang)
    except Fault as fault:
        return Finding(False, fault.sentence(lang), mark, entries)
    except MemoryError:
        return Finding(False, say("large", lang), mark, entries)
    return Finding(manifest.broken is None, verdict, mark, entries)


def _need(files: Mapping[str, bytes], *names: str) -> None:
    for name in names:
        if name not in files:
            raise Fault("absent", name=name)


def _manifest(files: Mapping[str, bytes]) -> Manifest:
    """Read the manifest and check its signature."""
    _need(files, MANIFEST, SIGNATURE)
    try:
        value, line = _object(files[MANIFEST]), files[SIGNATURE].decode("utf-8", "replace")
        version = value["format"]
        key = key_of(value["key"]["name"], base64.b64decode(value["key"]["public"]))
        manifest = Manifest({**value["files"]}, key, str(value["reason"]) if "trail" in value else None)
    except (ValueError, KeyError, TypeError):
        raise Fault("shape", name=MANIFEST) from None
    if version != FORMAT:
        raise Fault("format")
    if not note_holds(files[MANIFEST], line, key):
        raise Fault("signature", name=MANIFEST)
    return manifest


def _compare(manifest: Manifest, files: Mapping[str, bytes], packed: bytes | None) -> None:
    """Fault for a file that is missing, altered or extra, and for a zip that is not exactly these files."""
    for name, expected in sorted(manifest.files.items()):
        _need(files, name)
        if hashlib.sha256(files[name]).hexdigest() != expected:
            raise Fault("altered", name=name)
    for name in sorted(files.keys() - manifest.files.keys() - {MANIFEST, SIGNATURE}):
        raise Fault("extra", name=name)
    if packed is not None and packed != pack(files):
        raise Fault("container")


def _trail(manifest: Manifest, files: Mapping[str, bytes], lang: str) -> str:
    """Check the trail and say so; a Fault is raised, unless the trail was handed over as broken: then it is told."""
    try:
        _need(files, CHECKPOINT, TRAIL)
        head = read_checkpoint(files[CHECKPOINT], manifest.key)
        erased = follow(map(_entry, enumerate(files[TRAIL].split(b"\n")[:-1])), head)
    except Fault as fault:
        if manifest.broken is None:
            raise
        return say("broken", lang, reason=manifest.broken.rstrip(".")) + " " + fault.statement(lang)
    if manifest.broken is not None:
        return say("broken", lang, reason=manifest.broken.rstrip(".")) + " " + say("unseen", lang)
    verdict = say("holds", lang, files=len(files), entries=head.size, name=manifest.key.name)
    return verdict + " " + say("erased", lang, erased=erased) if erased else verdict


def _entry(numbered: tuple[int, bytes]) -> Entry:
    """Read one line of trail.jsonl."""
    index, line = numbered
    try:
        value = _object(line)
        leaf, payload, salt = value["leaf"].encode(), value["payload"], value["salt"]
        payload, salt = payload and payload.encode(), salt and bytes.fromhex(salt)
        return Entry(value["index"], leaf, payload, salt, [bytes.fromhex(node) for node in value["proof"]])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Fault("line", index=index) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the package named on the command line, or the folder of this script; give the exit status."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a handover package of cyberready.")
    parser.add_argument("path", nargs="?", default=Path(__file__).parent, help="zip file or unpacked folder")
    parser.add_argument("--lang", choices=("nl", "en"), default="nl", help="language of the verdict")
    options = parser.parse_args(arguments)
    finding = check(options.path, options.lang)
    verdict = finding.sentence
    if finding.fingerprint:
        verdict += "\n" + say("compare", options.lang, fingerprint=finding.fingerprint)
    spelling = sys.stdout.encoding or "ascii"
    print(verdict.encode(spelling, "replace").decode(spelling))
    return 0 if finding.ok else 1


if __name__ == "__main__":
    sys.exit(main())
