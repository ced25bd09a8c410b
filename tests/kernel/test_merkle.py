import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel.merkle import Frontier, all_inclusion_proofs, consistency_proof, inclusion_proof
from cyberready.kernel.verify import (
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "rfc6962-merkle.json").read_text())
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaf_inputs_hex"]]


def unhex(texts):
    return tuple(bytes.fromhex(text) for text in texts)


def leaves(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


def mth(hashes):
    """The recursive definition of RFC 9162 section 2.1.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(mth(hashes[:middle]), mth(hashes[middle:]))


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_leaf_hashes_of_the_vectors():
    assert [leaf.hex() for leaf in LEAVES] == VECTORS["leaf_hashes_hex"]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_vectors(size):
    assert root_of(LEAVES[:size]).hex() == VECTORS["roots_hex"][str(size)]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: f"{v['index']}in{v['size']}")
def test_inclusion_of_the_vectors(vector):
    index, size, path = vector["index"], vector["size"], unhex(vector["path_hex"])
    assert inclusion_proof(LEAVES, index, size) == path
    assert verify_inclusion(index, size, LEAVES[index], path, root_of(LEAVES[:size]))


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda v: f"{v['first']}in{v['second']}")
def test_consistency_of_the_vectors(vector):
    old, new, path = vector["first"], vector["second"], unhex(vector["path_hex"])
    assert consistency_proof(LEAVES, old, new) == path
    assert verify_consistency(old, new, root_of(LEAVES[:old]), root_of(LEAVES[:new]), path)


def test_the_frontier_keeps_the_recursive_root_while_it_grows():
    hashes = leaves(130)
    frontier = Frontier()
    assert frontier.root() == mth([])
    for size, leaf in enumerate(hashes, 1):
        frontier = frontier.append(leaf)
        assert (frontier.size, len(frontier.nodes)) == (size, size.bit_count())
        assert frontier.root() == mth(hashes[:size]) == root_of(hashes[:size])


@pytest.mark.parametrize(
    "fields", [(1, ()), (0, (bytes(32),)), (3, (bytes(32),)), (1, (bytes(31),)), (2, (bytes(32), bytes(32)))]
)
def test_a_frontier_of_another_size_is_refused(fields):
    with pytest.raises(ValueError, match="cannot be the frontier"):
        Frontier(*fields)


@given(st.integers(1, 70))
def test_every_entry_can_be_proven(size):
    hashes = leaves(size)
    root, proofs = mth(hashes), all_inclusion_proofs(hashes)
    assert len(proofs) == size
    for index, proof in enumerate(proofs):
        assert proof == inclusion_proof(hashes, index, size)
        assert verify_inclusion(index, size, hashes[index], proof, root)


@given(st.data())
def test_no_altered_inclusion_proof_holds(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    leaf, root, proof = hashes[index], mth(hashes), inclusion_proof(hashes, index, size)
    bit = data.draw(st.integers(0, 255))
    assert not verify_inclusion(index, size, flipped(leaf, bit), proof, root)
    assert not verify_inclusion(index, size, leaf, proof, flipped(root, bit))
    assert not verify_inclusion(index, size, leaf, (*proof, bytes(32)), root)
    assert root_from_inclusion(-1, size, leaf, proof) is None
    assert root_from_inclusion(size, size, leaf, proof) is None
    other = data.draw(st.integers(0, 2 * size).filter(lambda number: number != index))
    assert not verify_inclusion(other, size, leaf, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_inclusion(
            index, size, leaf, (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]), root
        )
        assert not verify_inclusion(index, size, leaf, (*proof[:at], *proof[at + 1 :]), root)


@given(st.data())
def test_another_size_never_gives_a_root_of_that_size(data):
    size, other = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    hashes = leaves(40)
    index = data.draw(st.integers(0, size - 1))
    holds = verify_inclusion(
        index, other, hashes[index], inclusion_proof(hashes, index, size), root_of(hashes[:other])
    )
    assert holds == (size == other)


@given(st.data())
def test_growth_can_be_proven_and_no_altered_proof_holds(data):
    new_size = data.draw(st.integers(0, 70))
    old_size = data.draw(st.integers(0, new_size))
    hashes = leaves(new_size)
    old, new, proof = mth(hashes[:old_size]), mth(hashes), consistency_proof(hashes, old_size, new_size)
    assert verify_consistency(old_size, new_size, old, new, proof)
    bit = data.draw(st.integers(0, 255))
    assert not verify_consistency(old_size, new_size, flipped(old, bit), new, proof)
    if old_size:
        assert not verify_consistency(old_size, new_size, old, flipped(new, bit), proof)
    assert not verify_consistency(old_size, new_size, old, new, (*proof, bytes(32)))
    assert not verify_consistency(new_size + 1, new_size, old, new, proof)
    assert not verify_consistency(-1, new_size, old, new, proof)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        altered = (*proof[:at], flipped(proof[at], bit), *proof[at + 1 :])
        assert not verify_consistency(old_size, new_size, old, new, altered)
        assert not verify_consistency(old_size, new_size, old, new, proof[:-1])


def test_a_rewritten_beginning_is_not_consistent():
    hashes = leaves(9)
    rewritten = [leaf_hash(b"other"), *hashes[1:]]
    proof = consistency_proof(rewritten, 6, 9)
    assert not verify_consistency(6, 9, root_of(hashes[:6]), root_of(rewritten), proof)


def test_a_proof_of_growth_to_another_size_is_too_short():
    hashes = leaves(5)
    proof = consistency_proof(hashes, 4, 5)
    assert verify_consistency(4, 5, root_of(hashes[:4]), root_of(hashes), proof)
    assert not verify_consistency(4, 9, root_of(hashes[:4]), root_of(hashes), proof)


def test_an_empty_proof_of_growth_does_not_hold():
    hashes = leaves(7)
    assert not verify_consistency(3, 7, root_of(hashes[:3]), root_of(hashes), ())


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 4), (0, 0)])
def test_no_inclusion_outside_the_tree(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(leaves(3), index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (3, 2), (1, 4)])
def test_no_consistency_outside_the_tree(old, new):
    with pytest.raises(ValueError, match=r"no .* in"):
        consistency_proof(leaves(3), old, new)
