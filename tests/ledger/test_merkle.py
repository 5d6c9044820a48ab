"""The tree: the answers of RFC 6962, and an independent recursion that must always say the same."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle
from ledger.tiles import Edge, Memo, TileWrong, Tree

# The eight leaves and the roots over the first n of them that every implementation of RFC 6962 is tried with.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 word for word, on the leaves themselves."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def grown(leaves: list[bytes], steps: int = 1) -> tuple[Edge, Tree]:
    """The edge after all leaves, and the tree read back from the tiles it wrote every `steps` leaves."""
    edge, tiles = Edge(), dict[tuple[int, int], bytes]()
    for number, leaf in enumerate(leaves, 1):
        edge.add(merkle.leaf_hash(leaf))
        if number % steps == 0 or number == len(leaves):
            tiles.update({(level, at): hashes for level, at, hashes in edge.take_written()})
    return edge, Tree(len(leaves), lambda level, at: tiles.get((level, at)))


def numbered(size: int) -> list[bytes]:
    return [b"entry %d" % n for n in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_eight_leaves_are_those_of_rfc_6962(size: int) -> None:
    edge, tree = grown(LEAVES[:size])
    assert edge.root().hex() == tree.root().hex() == naive_root(LEAVES[:size]).hex() == ROOTS[size]


def test_the_inclusion_proof_of_the_first_leaf_of_eight_is_the_published_one() -> None:
    _, tree = grown(LEAVES)
    assert [step.hex() for step in tree.inclusion_proof(0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_tiles_agree_with_the_recursion_where_one_ends_and_the_next_begins(size: int) -> None:
    leaves = numbered(size)
    edge, tree = grown(leaves, steps=1000)
    assert edge.root() == tree.root() == naive_root(leaves)
    assert Edge.of(tree).root() == edge.root()


@given(st.integers(0, 700), st.integers(1, 300))
def test_the_tree_is_the_recursion_however_it_was_written(size: int, steps: int) -> None:
    leaves = numbered(size)
    edge, tree = grown(leaves, steps)
    assert edge.root() == tree.root() == naive_root(leaves)


@given(st.integers(0, 600), st.integers(0, 300))
def test_an_edge_read_back_grows_like_the_one_that_was_never_put_down(size: int, more: int) -> None:
    whole, _ = grown(numbered(size + more))
    _, tree = grown(numbered(size), steps=50)
    edge = Edge.of(tree)
    for leaf in numbered(size + more)[size:]:
        edge.add(merkle.leaf_hash(leaf))
    assert (edge.size, edge.root()) == (whole.size, whole.root())


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_279])
@given(st.lists(st.integers(0, 700), max_size=4))
@settings(max_examples=5)
def test_many_leaves_at_once_make_the_tree_and_the_tiles_that_they_make_one_by_one(
    size: int, rows: list[int]
) -> None:
    leaves = [merkle.leaf_hash(leaf) for leaf in numbered(size + sum(rows))]
    whole, single, start = Edge(), Edge(), 0
    for row in (size, *rows):
        whole.extend(leaves[start : start + row])
        for leaf in leaves[start : start + row]:
            single.add(leaf)
        start += row
        assert (whole.size, whole.root()) == (single.size, single.root())
        assert sorted(whole.take_written()) == sorted(single.take_written())


@given(st.data())
def test_every_inclusion_proof_leads_to_the_root_and_no_other_leaf_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    _, tree = grown(leaves, steps=100)
    path = tree.inclusion_proof(index)
    assert merkle.root_from_inclusion(merkle.leaf_hash(leaves[index]), index, size, path) == naive_root(
        leaves
    )
    assert merkle.root_from_inclusion(merkle.leaf_hash(b"forged"), index, size, path) != naive_root(leaves)


@given(st.data())
def test_no_mutated_inclusion_proof_leads_to_the_root(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    index = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    _, tree = grown(leaves, steps=100)
    path = tree.inclusion_proof(index)
    wrong_index, wrong_path = data.draw(_mutations(index, size, path))
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.root_from_inclusion(leaf, wrong_index, size, wrong_path) != tree.root()


@given(st.data())
def test_every_consistency_proof_holds_and_no_mutated_one_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(1, size))
    leaves = numbered(size)
    _, tree = grown(leaves, steps=100)
    old_root, proof = naive_root(leaves[:old]), tree.consistency_proof(old)
    assert merkle.is_consistent(old, old_root, size, tree.root(), proof)
    forged = naive_root([*leaves[: old - 1], b"forged"])
    assert not merkle.is_consistent(old, forged, size, tree.root(), proof)
    assert not merkle.is_consistent(old, old_root, size, naive_root([*leaves, b"more"]), proof)
    assert not merkle.is_consistent(old, old_root, size, tree.root(), [*proof, bytes(32)])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not merkle.is_consistent(old, old_root, size, tree.root(), proof[:at] + proof[at + 1 :])
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not merkle.is_consistent(old, old_root, size, tree.root(), proof)


def test_a_tree_of_nothing_is_evidence_of_nothing() -> None:
    _, tree = grown(LEAVES)
    assert not merkle.is_consistent(0, merkle.EMPTY_ROOT, 8, tree.root(), [])
    with pytest.raises(ValueError, match="no such earlier tree"):
        tree.consistency_proof(0)


@pytest.mark.attack
@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_step_that_is_not_a_hash_is_refused(length: int) -> None:
    """Otherwise two steps could be run together and a leaf be passed off as a node."""
    _, tree = grown(LEAVES)
    path = tree.inclusion_proof(3)
    odd = [*path[:-1], bytes(length)]
    assert merkle.root_from_inclusion(merkle.leaf_hash(LEAVES[3]), 3, 8, odd) is None
    assert not merkle.is_consistent(3, naive_root(LEAVES[:3]), 8, tree.root(), odd)


@pytest.mark.attack
def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    _, tree = grown(LEAVES[:2])
    inside = merkle.leaf_hash(LEAVES[0]) + merkle.leaf_hash(LEAVES[1])
    assert merkle.leaf_hash(inside) != tree.root()


def test_a_tree_of_an_earlier_moment_is_read_from_longer_tiles() -> None:
    edge, tiles = Edge(), dict[tuple[int, int], bytes]()
    for leaf in numbered(600):
        edge.add(merkle.leaf_hash(leaf))
    tiles.update({(level, at): hashes for level, at, hashes in edge.take_written()})
    earlier = Edge.of(Tree(300, lambda level, at: tiles.get((level, at))))
    for leaf in numbered(900)[300:]:
        earlier.add(merkle.leaf_hash(leaf))
    again, whole = earlier.take_written(), grown(numbered(900))[1]
    assert earlier.root() == naive_root(numbered(900))
    assert all(whole.tile(level, number) == hashes for level, number, hashes in again)


@given(st.data())
def test_what_is_remembered_of_a_growing_log_is_never_what_it_was_before(data: st.DataObject) -> None:
    """One memory for the trees of a log at several moments, also looked at out of turn."""
    sizes = data.draw(st.lists(st.integers(1, 1100), min_size=2, max_size=5))
    leaves, memo = numbered(max(sizes)), Memo()
    edge, tiles = Edge(), dict[tuple[int, int], bytes]()
    for size in sizes:
        edge.extend([merkle.leaf_hash(leaf) for leaf in leaves[edge.size : size]])
        tiles.update({(level, at): hashes for level, at, hashes in edge.take_written()})
        tree = Tree(size, lambda level, at: tiles.get((level, at)), memo)
        index = data.draw(st.integers(0, size - 1))
        path, leaf = tree.inclusion_proof(index), merkle.leaf_hash(leaves[index])
        assert merkle.root_from_inclusion(leaf, index, size, path) == tree.root() == naive_root(leaves[:size])


def test_a_missing_tile_is_named_with_the_first_leaf_below_it() -> None:
    tree = Tree(600, lambda level, number: None)
    with pytest.raises(TileWrong, match="tile 0/1 is missing") as caught:
        tree.tile(0, 1)
    assert caught.value.first == 256


def _mutations(index: int, size: int, path: list[bytes]) -> st.SearchStrategy[tuple[int, list[bytes]]]:
    steps = st.integers(0, len(path) - 1)
    return st.one_of(
        st.integers(0, size - 1).filter(lambda other: other != index).map(lambda other: (other, path)),
        steps.map(lambda at: (index, path[:at] + path[at + 1 :])),
        steps.map(lambda at: (index, [*path[:at], path[at], *path[at:]])),
        steps.map(lambda at: (index, [*path[:at], bytes([path[at][0] ^ 1]) + path[at][1:], *path[at + 1 :]])),
        st.just((index, [*path, bytes(32)])),
    )


def test_leaf_and_node_are_hashed_as_the_reference_does() -> None:
    """transparency-dev/merkle, rfc6962/rfc6962_test.go."""
    leaf, node = merkle.leaf_hash(b"L123456"), merkle.node_hash(b"N123", b"N456")
    assert leaf.hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node.hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A known proof of a leaf, hashes in base64."""

    index: int
    size: int
    proof: tuple[str, ...]

    @property
    def leaf(self) -> bytes:
        return merkle.leaf_hash(LEAVES[self.index])

    def holds(self, root: bytes) -> bool:
        steps = [base64.b64decode(step) for step in self.proof]
        return merkle.root_from_inclusion(self.leaf, self.index, self.size, steps) == root


@dataclass(frozen=True, slots=True)
class Consistency:
    """A known proof that one tree began another, hashes in base64."""

    old: int
    size: int
    proof: tuple[str, ...]

    def holds(self, old_root: bytes, root: bytes) -> bool:
        steps = [base64.b64decode(step) for step in self.proof]
        return merkle.is_consistent(self.old, old_root, self.size, root, steps)


# transparency-dev/merkle, testdata/{inclusion,consistency}/*/happy-path.json, over the eight leaves above.
INCLUSIONS = [
    Inclusion(0, 1, ()),
    Inclusion(
        0,
        8,
        (
            "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
        ),
    ),
    Inclusion(
        5,
        8,
        (
            "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
            "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
        ),
    ),
    Inclusion(2, 3, ("+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=",)),
    Inclusion(
        1,
        5,
        (
            "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
        ),
    ),
]
CONSISTENCIES = [
    Consistency(1, 1, ()),
    Consistency(
        1,
        8,
        (
            "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
        ),
    ),
    Consistency(
        6,
        8,
        (
            "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
            "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
        ),
    ),
    Consistency(
        2,
        5,
        (
            "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
            "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
        ),
    ),
    Consistency(
        6,
        7,
        (
            "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
            "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
            "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
        ),
    ),
]
GARBAGE = base64.b64encode(hashlib.sha256(b"garbage").digest()).decode()


def root_over(size: int) -> bytes:
    return bytes.fromhex(ROOTS[size])


def in_base64(root: bytes) -> str:
    return base64.b64encode(root).decode()


# What the same test data tries on each, as far as it changes anything.
ON_A_PROOF: dict[str, Callable[[tuple[str, ...], str], tuple[str, ...]]] = {
    "empty": lambda proof, root: (),
    "without its last step": lambda proof, root: proof[:-1],
    "without its first step": lambda proof, root: proof[1:],
    "garbage before it": lambda proof, root: (GARBAGE, *proof),
    "garbage behind it": lambda proof, root: (*proof, GARBAGE),
    "the root before it": lambda proof, root: (root, *proof),
    "the root behind it": lambda proof, root: (*proof, root),
    "its first step twice": lambda proof, root: (*proof[:1], *proof),
}
ON_TWO_NUMBERS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "one less": lambda at, size: (at - 1, size),
    "one more": lambda at, size: (at + 1, size),
    "another bit": lambda at, size: (at ^ 2, size),
    "twice the size": lambda at, size: (at, size * 2),
    "half the size": lambda at, size: (at, size // 2),
    "the two exchanged": lambda at, size: (size, at),
}


@pytest.mark.parametrize("known", INCLUSIONS)
def test_a_known_inclusion_proof_is_made_and_holds(known: Inclusion) -> None:
    _, tree = grown(LEAVES[: known.size])
    assert tuple(in_base64(step) for step in tree.inclusion_proof(known.index)) == known.proof
    assert known.holds(root_over(known.size))


@pytest.mark.parametrize("known", CONSISTENCIES)
def test_a_known_consistency_proof_is_made_and_holds(known: Consistency) -> None:
    _, tree = grown(LEAVES[: known.size])
    assert tuple(in_base64(step) for step in tree.consistency_proof(known.old)) == known.proof
    assert known.holds(root_over(known.old), root_over(known.size))


KNOWN: list[Inclusion | Consistency] = [*INCLUSIONS, *CONSISTENCIES]
CHANGED_PROOFS = [
    (known, how)
    for known in KNOWN
    for how, change in ON_A_PROOF.items()
    if change(known.proof, in_base64(root_over(known.size))) != known.proof
]
CHANGED_NUMBERS = [
    (known, how)
    for known in CONSISTENCIES
    for how, change in ON_TWO_NUMBERS.items()
    if change(known.old, known.size) != (known.old, known.size)
]


@pytest.mark.attack
@pytest.mark.parametrize(("known", "how"), CHANGED_PROOFS)
def test_a_known_proof_that_was_changed_does_not_hold(known: Inclusion | Consistency, how: str) -> None:
    root = root_over(known.size)
    forged = replace(known, proof=ON_A_PROOF[how](known.proof, in_base64(root)))
    held = forged.holds(root) if isinstance(forged, Inclusion) else forged.holds(root_over(forged.old), root)
    assert not held


@pytest.mark.attack
@pytest.mark.parametrize("how", ON_TWO_NUMBERS)
@pytest.mark.parametrize("known", INCLUSIONS)
def test_a_known_inclusion_proof_belongs_to_one_leaf_of_one_tree(known: Inclusion, how: str) -> None:
    index, size = ON_TWO_NUMBERS[how](known.index, known.size)
    steps = [base64.b64decode(step) for step in known.proof]
    assert merkle.root_from_inclusion(known.leaf, index, size, steps) != root_over(known.size)


@pytest.mark.attack
@pytest.mark.parametrize(("known", "how"), CHANGED_NUMBERS)
def test_a_known_consistency_proof_belongs_to_two_trees(known: Consistency, how: str) -> None:
    old, size = ON_TWO_NUMBERS[how](known.old, known.size)
    forged = replace(known, old=old, size=size)
    assert not forged.holds(root_over(known.old), root_over(known.size))


@pytest.mark.attack
@pytest.mark.parametrize("known", [one for one in CONSISTENCIES if one.old != one.size])
def test_two_roots_cannot_be_exchanged(known: Consistency) -> None:
    assert not known.holds(root_over(known.size), root_over(known.old))
