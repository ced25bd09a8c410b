import subprocess
import sys
from pathlib import Path

import pytest

from cyberready.kernel import verify
from cyberready.kernel.canonical import canonical, seal_payload
from cyberready.kernel.merkle import all_inclusion_proofs
from cyberready.kernel.verify import Entry, Fault, Head, first_fault, follow, leaf_hash, root_of

ORIGIN = "cyberready.example/exercise/1"


def make_entry(position, text="gemeld", origin=ORIGIN):
    salt, payload = position.to_bytes(16, "big"), canonical({"text": text})
    leaf = canonical({"v": 1, "origin": origin, "kind": "note", "payload_hash": seal_payload(salt, payload)})
    return Entry(position, leaf, payload, salt)


def make_trail(size):
    entries = [make_entry(position) for position in range(size)]
    return entries, root_of(leaf_hash(entry.leaf) for entry in entries)


def fault_in(entries, root, size):
    fault = first_fault(entries, root, size, ORIGIN)
    return fault and (fault.code, fault.values)


@pytest.mark.parametrize("size", [0, 1, 2, 7, 64])
def test_a_whole_trail_holds(size):
    entries, root = make_trail(size)
    assert first_fault(entries, root, size, ORIGIN) is None


def test_an_altered_leaf_is_named_when_proof_or_hash_is_at_hand():
    entries, root = make_trail(5)
    hashes = [leaf_hash(entry.leaf) for entry in entries]
    proofs = all_inclusion_proofs(hashes)
    altered = list(entries)
    altered[3] = make_entry(3, "anders")
    assert fault_in(altered, root, 5) == ("root", {})
    with_hash = [entry._replace(leaf_hash=known) for entry, known in zip(altered, hashes, strict=True)]
    assert fault_in(with_hash, root, 5) == ("entry", {"index": 3})
    with_proof = [entry._replace(proof=proof) for entry, proof in zip(altered, proofs, strict=True)]
    assert fault_in(with_proof, root, 5) == ("entry", {"index": 3})


def test_missing_moved_and_added_entries():
    entries, root = make_trail(4)
    assert fault_in(entries[:-1], root, 4) == ("count", {"size": 4})
    assert fault_in([], root, 4) == ("count", {"size": 4})
    assert fault_in([*entries, make_entry(4)], root, 4) == ("count", {"size": 4})
    assert fault_in(entries[1:], root, 4) == ("order", {"index": 0})
    assert fault_in([entries[0], *entries[2:]], root, 4) == ("order", {"index": 1})
    assert fault_in([entries[1], entries[0], *entries[2:]], root, 4) == ("order", {"index": 0})


def test_altered_content_salt_and_origin_are_named():
    entries, root = make_trail(3)
    last = entries[2]
    for changed in (
        last._replace(payload=b"{}"),
        last._replace(salt=bytes(16)),
        last._replace(salt=last.salt + last.payload[:1], payload=last.payload[1:]),
        last._replace(salt=None),
        last._replace(payload=None),
    ):
        assert fault_in([*entries[:2], changed], root, 3) == ("payload", {"index": 2})
    strange = make_entry(0, origin="cyberready.example/exercise/2")
    assert fault_in([strange], root_of([leaf_hash(strange.leaf)]), 1) == ("origin", {"index": 0})


@pytest.mark.parametrize("leaf", [b"", b"[]", b"{", b"{}", b'{"origin":"x"}', b"\xff", b"[" * 100_000])
def test_a_leaf_that_is_not_one(leaf):
    entry = Entry(0, leaf, None, None)
    assert fault_in([entry], root_of([leaf_hash(leaf)]), 1) == ("line", {"index": 0})


def test_erased_entries_are_counted_and_their_place_stays_proven():
    entries, root = make_trail(6)
    erased = [
        entry._replace(payload=None, salt=None) if entry.position in {2, 5} else entry for entry in entries
    ]
    assert follow(erased, Head(ORIGIN, 6, root)) == 2
    assert first_fault(erased, root, 6, ORIGIN) is None


def test_a_fault_speaks_both_languages_and_is_clean():
    fault = Fault("entry", index=17)
    assert fault.sentence() == "Verloopregel 17 is veranderd. Vraag de afzender het pakket opnieuw te sturen."
    assert str(fault) == "Trail entry 17 was altered. Ask the sender to send the package again."
    assert fault.statement() == "Verloopregel 17 is veranderd."
    assert (
        Fault("absent", name="\x1b[2J\u202e" + "x" * 900).statement("en")
        == "?[2J?" + "x" * 295 + " is missing."
    )


def test_a_hundred_thousand_entries_take_at_most_two_seconds():
    """Measured in a process of its own, where no coverage tracer counts along."""
    program = """
import hashlib, time
from verify import Entry, first_fault, leaf_hash, root_of
salt, payload = bytes(16), b'{"text":"gemeld"}'
seal = hashlib.sha256(salt + payload).hexdigest()
about = '"actor":"account:7","at":"2026-11-28T00:15:00.000000Z","audience":["all"],"kind":"inject.fired"'
leaf = '{%s,"id":"%d","origin":"o","payload_hash":"%s","role":"leader","v":1}'
entries = [Entry(at, (leaf % (about, at, seal)).encode(), payload, salt) for at in range(100_000)]
root = root_of(leaf_hash(entry.leaf) for entry in entries)
started = time.process_time()
assert first_fault(entries, root, 100_000, "o") is None
print(time.process_time() - started)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(verify.__file__).parent,
        capture_output=True,
        check=True,
        text=True,
    )
    assert float(done.stdout) <= 2
