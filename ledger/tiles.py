"""Keep the tree in tiles of 256 hashes, so that a proof reads a few of them and an entry writes one.

The layout of C2SP tlog-tiles: tile `number` at `level` holds the hashes of 256 whole subtrees of 256**level
leaves. Only the tile at the right edge of a level is ever written again, and only longer.
"""

from collections.abc import Callable, Sequence
from typing import Self

from ledger import merkle
from ledger.merkle import HASH_BYTES, node_hash, pair_hash

WIDTH = 256
_HEIGHT = 8
_MIDDLE = 4
_MOST_MIDDLES, _MOST_NODES, _MOST_TILES = 1 << 16, 1 << 17, 1 << 10
TILE_BYTES = WIDTH * HASH_BYTES

Place = tuple[int, int]
ReadTile = Callable[[int, int], bytes | None]


class TileWrong(Exception):
    """A tile is missing or too short. `first` is the first leaf below it."""

    def __init__(self, level: int, number: int) -> None:
        super().__init__(f"tile {level}/{number} is missing or cut short")
        self.zh = f"散列块 {level}/{number} 缺失或被截断"
        self.level = level
        self.number = number
        self.first = number * WIDTH ** (level + 1)


class Memo:
    """What was worked out of whole subtrees, which never change: shared by the trees of one log, also as it grows.

    Of a full tile the 16 hashes half way up are kept (512 bytes), so that a path through it costs some twenty hashes
    and not 255; every hash above the lowest tiles; every higher tile; and of the lowest tile at the edge, which all
    paths end in, every hash as well.
    """

    def __init__(self) -> None:
        self.middles: dict[int, bytes] = {}
        self.nodes: dict[Place, bytes] = {}
        self.tiles: dict[Place, bytes] = {}

    def make_room(self) -> None:
        """Forget all when it is too much: some 70 MiB."""
        if len(self.tiles) > _MOST_TILES:
            self.tiles.clear()
        if len(self.middles) > _MOST_MIDDLES:
            self.middles.clear()
        if len(self.nodes) > _MOST_NODES:
            self.nodes.clear()


class Tree:
    """A tree of `size` leaves read from its tiles. What was worked out once is remembered in `memo`."""

    def __init__(self, size: int, read_tile: ReadTile, memo: Memo | None = None) -> None:
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[Place, bytes] = {}
        self._memo = memo or Memo()
        self._memo.make_room()

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, by default all. Raises TileWrong."""
        return merkle.root(self.size if size is None else size, self.node)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The path from leaf `index` to the root. Raises TileWrong."""
        return merkle.inclusion_proof(index, self.size, self.node)

    def consistency_proof(self, old: int) -> list[bytes]:
        """What shows that the first `old` leaves were not changed. Raises TileWrong."""
        return merkle.consistency_proof(old, self.size, self.node)

    def node(self, height: int, index: int) -> bytes:
        """The hash of the `index`-th whole subtree of 2**height leaves. Raises TileWrong."""
        level, above = divmod(height, _HEIGHT)
        if above == 0:
            return self._stored(level, index)
        if level == 0 and (index + 1) << height <= self.size - self.size % WIDTH:
            return self._within(index, above)
        found = self._memo.nodes.get((height, index))
        if found is None:
            found = node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))
            self._memo.nodes[height, index] = found
        return found

    def _within(self, index: int, above: int) -> bytes:
        """A node of a full tile of the lowest level, `above` its hashes."""
        number = index >> _HEIGHT - above
        if above < _MIDDLE:
            start = (index << above) - number * WIDTH
            tile = self.tile(0, number)
            return subtree_root(tile[start * HASH_BYTES : (start + (1 << above)) * HASH_BYTES])
        start = (index << above - _MIDDLE) - (number << _HEIGHT - _MIDDLE)
        middle = self._middle(number)
        return subtree_root(middle[start * HASH_BYTES : (start + (1 << above - _MIDDLE)) * HASH_BYTES])

    def _middle(self, number: int) -> bytes:
        """The hashes half way up a full tile of the lowest level, joined."""
        found = self._memo.middles.get(number)
        if found is None:
            tile, step = self.tile(0, number), HASH_BYTES << _MIDDLE
            found = b"".join(subtree_root(tile[at : at + step]) for at in range(0, TILE_BYTES, step))
            self._memo.middles[number] = found
        return found

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, as many as belong to `size` leaves. Raises TileWrong."""
        tile = self._tiles.get((level, number))
        if tile is None:
            hashes = min(WIDTH, (self.size >> _HEIGHT * level) - number * WIDTH)
            tile = self._memo.tiles.get((level, number), b"")
            if len(tile) < hashes * HASH_BYTES:
                tile = self._read_tile(level, number) or b""
            # A later writer may have made the edge longer; what we asked for is its beginning.
            if len(tile) < hashes * HASH_BYTES or len(tile) % HASH_BYTES:
                raise TileWrong(level, number)
            if len(self._tiles) >= _MOST_TILES:
                self._tiles.clear()
            tile = self._tiles[level, number] = tile[: hashes * HASH_BYTES]
            if level:
                self._memo.tiles[level, number] = tile
        return tile

    def _stored(self, level: int, index: int) -> bytes:
        number, offset = divmod(index, WIDTH)
        return self.tile(level, number)[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]


def subtree_root(hashes: bytes) -> bytes:
    """The hash over a power of two of hashes, which stand side by side."""
    while len(hashes) > HASH_BYTES:
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([pair_hash(hashes[at : at + 2 * HASH_BYTES]) for at in pairs])
    return hashes


class Edge:
    """The right edge of a growing tree: all that is needed to add leaves and name the root."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        self._open: list[bytearray] = []
        self._full: dict[Place, bytes] = {}
        self._touched: set[int] = set()

    @classmethod
    def of(cls, tree: Tree) -> Self:
        """The edge of a stored tree. Raises TileWrong."""
        edge = cls()
        edge.size = tree.size
        start = 0
        for height in reversed(range(tree.size.bit_length())):
            if tree.size >> height & 1:
                edge._peaks.append(tree.node(height, start >> height))
                start += 1 << height
        for level in range((tree.size.bit_length() - 1) // _HEIGHT + 1):
            number, hashes = divmod(tree.size >> _HEIGHT * level, WIDTH)
            edge._open.append(bytearray(tree.tile(level, number)) if hashes else bytearray())
        return edge

    def add(self, leaf: bytes) -> None:
        """One more leaf at the end."""
        self._grow(leaf, 0)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """More leaves at the end, in the largest whole subtrees of one tile that they make."""
        at = 0
        while at < len(leaves):
            end = self.size | WIDTH
            height = min((end & -end).bit_length(), (len(leaves) - at).bit_length()) - 1
            self._grow(b"".join(leaves[at : at + (1 << height)]), height)
            at += 1 << height

    def add_tile(self, root: bytes) -> None:
        """A whole tile more, by its root alone, where the size is a multiple of 256. Its own hashes are not kept."""
        self._rise(root, _HEIGHT)

    def _grow(self, hashes: bytes, height: int) -> None:
        """Add a whole subtree of 2**height leaves, which stands where such a one may begin."""
        self._put(0, hashes)
        self._rise(subtree_root(hashes), height)

    def _rise(self, node: bytes, height: int) -> None:
        if height == _HEIGHT:
            self._put(1, node)
        added, rest = 1 << height, self.size >> height
        while rest & 1:
            node = node_hash(self._peaks.pop(), node)
            height, rest = height + 1, rest >> 1
            if height % _HEIGHT == 0:
                self._put(height // _HEIGHT, node)
        self._peaks.append(node)
        self.size += added

    def root(self, peaks: Sequence[bytes] = ()) -> bytes:
        """The root over all leaves so far, and over the subtrees of `peaks` as if they followed."""
        whole = [*self._peaks, *peaks]
        if not whole:
            return merkle.EMPTY_ROOT
        found, *higher = reversed(whole)
        for peak in higher:
            found = node_hash(peak, found)
        return found

    def take_full(self) -> list[tuple[int, int, bytes]]:
        """The tiles (level, number, hashes) that became full since this was last asked."""
        full = [(level, number, tile) for (level, number), tile in self._full.items()]
        self._full.clear()
        return full

    def take_written(self) -> list[tuple[int, int, bytes]]:
        """The tiles, full and at the edge, that changed since this was last asked."""
        edge = [
            (level, self.size >> _HEIGHT * (level + 1), bytes(self._open[level]))
            for level in self._touched
            if self._open[level]
        ]
        self._touched.clear()
        return self.take_full() + edge

    def _put(self, level: int, value: bytes) -> None:
        while level >= len(self._open):
            self._open.append(bytearray())
        tile = self._open[level]
        tile += value
        self._touched.add(level)
        if len(tile) == TILE_BYTES:
            self._full[level, self.size >> _HEIGHT * (level + 1)] = bytes(tile)
            tile.clear()
