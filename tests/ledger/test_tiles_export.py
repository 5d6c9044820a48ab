"""The ledger as files: other people's tools find in them what we signed."""

import functools
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger import Log
from ledger.checkpoint import Checkpoint
from ledger.errors import CannotAppend, LedgerAltered
from ledger.merkle import leaf_hash, root
from ledger.tiles_export import export_tiles, tile_path
from tests.ledger.books import SIGNER, VKEY, fill, new_log

FSCK = Path(__file__).parents[1] / "tools" / "bin" / "fsck"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    (tmp_path / "mirror").mkdir()
    return tmp_path / "mirror"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        ("0", 0, 256, "tile/0/000"),
        ("0", 1, 70, "tile/0/001.p/70"),
        ("1", 273, 112, "tile/1/273.p/112"),
        ("0", 1_234_067, 256, "tile/0/x001/x234/067"),
        ("entries", 1000, 1, "tile/entries/x001/000.p/1"),
    ],
)
def test_a_tile_lies_where_the_specification_says(level: str, number: int, width: int, path: str) -> None:
    assert tile_path(level, number, width) == path


def test_what_is_in_the_files_leads_to_the_signed_root(log: Log, mirror: Path) -> None:
    fill(log, 600)
    state = export_tiles(log, mirror)
    assert names(mirror) == {
        "checkpoint",
        *(f"tile/{level}/{number}" for level in ("0", "entries") for number in ("000", "001", "002.p/88")),
        "tile/1/000.p/2",
    }
    leaves = []
    for place in ("000", "001", "002.p/88"):
        bundle = (mirror / "tile/entries" / place).read_bytes()
        while bundle:
            length = int.from_bytes(bundle[:2])
            leaves.append(leaf_hash(bundle[2 : 2 + length]))
            bundle = bundle[2 + length :]
        tile = (mirror / "tile/0" / place).read_bytes()
        assert tile == b"".join(leaves[-len(tile) // 32 :])

    def node(height: int, index: int) -> bytes:
        from ledger.merkle import node_hash

        return (
            leaves[index]
            if height == 0
            else node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))
        )

    assert root(600, node) == state.root == log.root()
    assert Checkpoint.open((mirror / "checkpoint").read_bytes(), SIGNER.verifier) == state


def test_only_what_is_new_is_added(log: Log, mirror: Path) -> None:
    fill(log, 300)
    export_tiles(log, mirror)
    before = {name: (mirror / name).stat().st_mtime_ns for name in names(mirror) if name != "checkpoint"}
    fill(log, 300)
    export_tiles(log, mirror)
    assert {name: (mirror / name).stat().st_mtime_ns for name in before} == before
    assert "tile/0/001" in names(mirror)


def test_an_empty_ledger_is_a_checkpoint(log: Log, mirror: Path) -> None:
    assert export_tiles(log, mirror).size == 0
    assert names(mirror) == {"checkpoint"}


def test_another_history_is_not_written_over(log: Log, mirror: Path, tmp_path: Path) -> None:
    fill(log, 30)
    export_tiles(log, mirror)
    (tmp_path / "other").mkdir()
    with new_log(tmp_path / "other" / "ledger.db") as other:
        fill(other, 10)
        with pytest.raises(LedgerAltered, match="another history"):
            export_tiles(other, mirror)
    (mirror / "checkpoint").write_bytes(b"nonsense")
    with pytest.raises(LedgerAltered):
        export_tiles(log, mirror)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("tile/entries/000", lambda content: content[:50] + b"AAAA" + content[54:]),
        ("tile/entries/001.p/44", lambda content: content[:-1]),
        ("tile/entries/001.p/44", lambda content: content + b"\0"),
        ("tile/entries/001.p/44", lambda _: b""),
        ("tile/0/000", lambda content: content[32:] + content[:32]),
        ("tile/1/000.p/1", lambda content: content + content),
    ],
)
def test_a_mirror_that_was_touched_is_named_and_not_gone_on_with(
    log: Log, mirror: Path, name: str, spoil: Callable[[bytes], bytes]
) -> None:
    fill(log, 300)
    export_tiles(log, mirror)
    (mirror / name).write_bytes(spoil((mirror / name).read_bytes()))
    (mirror / "tile/0/001.p/44").unlink()
    before = names(mirror)
    with pytest.raises(LedgerAltered, match=f"{name} is not what the ledger has"):
        export_tiles(log, mirror)
    assert names(mirror) == before


@pytest.mark.attack
def test_a_length_that_leads_beyond_the_end_is_found(log: Log, mirror: Path) -> None:
    fill(log, 1)
    export_tiles(log, mirror)
    bundle = mirror / "tile/entries/000.p/1"
    content = bundle.read_bytes()
    bundle.write_bytes((int.from_bytes(content[:2]) + 1).to_bytes(2) + content[2:])
    with pytest.raises(LedgerAltered):
        export_tiles(log, mirror)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/9", "tile/entries/000.p/9"])
def test_a_folder_in_the_place_of_a_file_is_said_to_be_in_the_way(log: Log, mirror: Path, name: str) -> None:
    fill(log, 9)
    (mirror / name).mkdir(parents=True)
    with pytest.raises(CannotAppend):
        export_tiles(log, mirror)


def test_a_file_in_the_place_of_a_folder_too(log: Log, mirror: Path) -> None:
    fill(log, 9)
    (mirror / "tile").write_text("in the way")
    with pytest.raises(CannotAppend):
        export_tiles(log, mirror)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def url(mirror: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(mirror))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def fsck(url: str, key: Path, seconds: float) -> bool:
    """Whether it says that all is well; what is not, it asks for again and again."""
    words = [str(FSCK), "-storage_url", url, "-public_key", str(key), "-ui=false"]
    try:
        ran = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0 and "Successfully" in ran.stderr


@pytest.mark.skipif(
    not FSCK.exists(), reason="tests/tools/bin/fsck is not there (make test-tools builds it, with Go)"
)
def test_tesseras_own_tool_finds_every_entry_as_it_was_signed(mirror: Path, url: str, tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 70_000, 4000)
        export_tiles(log, mirror)
    key = tmp_path / "key"
    key.write_text(VKEY)
    assert fsck(url, key, 60)
    bundle = mirror / "tile/entries/100"
    content = bytearray(bundle.read_bytes())
    content[50] ^= 1
    bundle.write_bytes(content)
    assert not fsck(url, key, 4)
