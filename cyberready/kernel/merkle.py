"""The append side of a trail's Merkle tree (RFC 9162 section 2.1); the checking side is `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cyberready.kernel.verify import fold, node_hash, push, root_of


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that an append needs to know of a tree: its size and its complete subtrees, largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.nodes) != self.size.bit_count() or any(len(node) != 32 for node in self.nodes):
            raise ValueError(f"{len(self.nodes)} nodes cannot be the frontier of {self.size} leaves")

    def append(self, leaf_hash: bytes) -> Frontier:
        """Give the frontier with one leaf more."""
        nodes = list(self.nodes)
        push(nodes, self.size, leaf_hash)
        return Frontier(self.size + 1, tuple(nodes))

    def root(self) -> bytes:
        """Root of the tree."""
        return fold(self.nodes)


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """Path from leaf *index* (from 0) to the root of the first *size* leaves; ValueError when it is not among them."""
    if not 0 <= index < size <= len(leaf_hashes):
        raise ValueError(f"no leaf {index} in {size} of {len(leaf_hashes)} leaves")
    return _path(_levels(leaf_hashes[:size]), index)


def all_inclusion_proofs(leaf_hashes: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """Paths of all leaves to the root over all of them, in O(n log n)."""
    levels = _levels(leaf_hashes)
    return [_path(levels, index) for index in range(len(leaf_hashes))]


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Proof that the first *old_size* leaves are the beginning of the first *new_size*; ValueError on wrong sizes.

    Empty when the sizes are equal or the old tree is empty.
    """
    if not 0 <= old_size <= new_size <= len(leaf_hashes):
        raise ValueError(f"no {old_size} in {new_size} of {len(leaf_hashes)} leaves")
    if old_size == 0:
        return ()
    start, end, whole, proof = 0, new_size, True, list[bytes]()
    while old_size != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old_size <= middle:
            proof.append(root_of(leaf_hashes[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaf_hashes[start:middle]))
            start, whole = middle, False
    if not whole:
        proof.append(root_of(leaf_hashes[start:end]))
    return tuple(reversed(proof))


def _levels(leaf_hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Nodes of the tree from the leaves up; a node without a sibling stands unchanged one level higher."""
    levels = [leaf_hashes]
    while len(below := levels[-1]) > 1:
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + list(below[len(above) * 2 :]))
    return levels


def _path(levels: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    return tuple(
        nodes[sibling] for level, nodes in enumerate(levels) if (sibling := index >> level ^ 1) < len(nodes)
    )
