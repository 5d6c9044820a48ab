"""The tree over the entries: change one of them, and the number at the top changes.

RFC 9162 section 2.1 (the tree of RFC 6962): a leaf is SHA-256(0x00 || body), a node SHA-256(0x01 || left ||
right), and the last odd node goes up as it is. `node(height, index)` gives the hash of the `index`-th whole
subtree of 2**height leaves; where they come from is the caller's affair.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(body: bytes) -> bytes:
    """The hash of an entry's stored bytes."""
    # RFC 9162 section 2.1.1: the prefix byte keeps a leaf from being passed off as a node.
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return pair_hash(left + right)


def pair_hash(pair: bytes) -> bytes:
    """The hash over two subtrees whose hashes stand side by side."""
    return hashlib.sha256(b"\x01" + pair).digest()


def commitment_of(leaf: bytes) -> str:
    """A reference to a leaf by its hash, hashed once more so that it can never be taken for a node: hex."""
    return hashlib.sha256(leaf).hexdigest()


def root(size: int, node: Node) -> bytes:
    """The root over the first `size` leaves."""
    return _span(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The path from leaf `index` to the root over `size` leaves, lowest first (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    return _path(index, 0, size, node)


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """What shows that the first `old` of `size` leaves were never changed (section 2.1.4.1)."""
    # A tree of nothing is consistent with everything: such a proof would be evidence of nothing.
    if not 0 < old <= size:
        raise ValueError("no such earlier tree")
    return _subproof(old, 0, size, node, whole=True)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to (section 2.1.3.2); None where it cannot be a path of this tree."""
    if not 0 <= index < size or not _are_hashes(leaf, *path):
        return None
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `old` leaves began that of `size` (section 2.1.4.2)."""
    if not 0 < old <= size or not _are_hashes(old_root, new_root):
        return False
    if old == size:
        return not proof and old_root == new_root
    return roots_from_consistency(old, size, proof, old_root) == (old_root, new_root)


def roots_from_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes | None = None
) -> tuple[bytes, bytes] | None:
    """The roots over `old` and over `size` leaves that `proof` leads to; None where it cannot be such a proof.

    A proof from a power of two leaves its root out: it must be given, and is given back.
    """
    if not 0 < old < size or not _are_hashes(*proof):
        return None
    steps = list(proof)
    if old & (old - 1) == 0:
        if old_root is None:
            return None
        steps.insert(0, old_root)
    if not steps:
        return None
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return (first, second) if last == 0 else None


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _split(leaves: int) -> int:
    """The largest power of two smaller than `leaves`."""
    return 1 << (leaves - 1).bit_length() - 1


def _span(start: int, stop: int, node: Node) -> bytes:
    """The hash over leaves `start` to `stop`; `start` is always where a subtree begins."""
    leaves = stop - start
    if leaves & (leaves - 1) == 0:
        height = leaves.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(leaves)
    return node_hash(_span(start, middle, node), _span(middle, stop, node))


def _path(index: int, start: int, stop: int, node: Node) -> list[bytes]:
    if stop - start == 1:
        return []
    middle = start + _split(stop - start)
    if index < middle:
        return [*_path(index, start, middle, node), _span(middle, stop, node)]
    return [*_path(index, middle, stop, node), _span(start, middle, node)]


def _subproof(old: int, start: int, stop: int, node: Node, *, whole: bool) -> list[bytes]:
    if old == stop:
        return [] if whole else [_span(start, stop, node)]
    middle = start + _split(stop - start)
    if old <= middle:
        return [*_subproof(old, start, middle, node, whole=whole), _span(middle, stop, node)]
    return [*_subproof(old, middle, stop, node, whole=False), _span(start, middle, node)]
