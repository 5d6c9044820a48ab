"""The tree: the answers of RFC 6962, and an independent recursion that must always say the same."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle
from ledger.tiles import Edge, TileWrong, Tree

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
