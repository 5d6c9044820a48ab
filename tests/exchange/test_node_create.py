"""A new node: keys only its owner can read, nothing overwritten, and nothing left behind where it could not be made."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from exchange.directory.errors import BadRegistry, NotInDirectory
from exchange.errors import (
    BadKeyFile,
    BadRegion,
    BadSetting,
    CannotWrite,
    ExchangeError,
    NodeExists,
    NotANode,
    WrongNodeKey,
)
from exchange.node.secrets import MasterSecret, read_secret, write_secret
from exchange.wiring import found_node, open_node, verifier_key
from ledger.errors import LedgerError, LedgerMissing, WrongSigner
from ledger.verify import verify
from tests.exchange.nodes import FOUNDING, Clock, Site, entropy


def found(folder: Path, **changes: object) -> None:
    environment = changes.pop("environment", {})
    found_node(folder, replace(FOUNDING, **changes), environment, clock=Clock(), entropy=entropy("found"))  # type: ignore[arg-type] # fields of Founding


def test_a_new_node_opens_and_its_ledger_begins_with_it(tmp_path: Path) -> None:
    found(tmp_path / "node")
    with open_node(tmp_path / "node", {}, clock=Clock(), entropy=entropy("open")) as node:
        (first,) = node.log.scan()
        assert (first.entry.type, first.entry.subtype, first.entry.node) == ("node", "create", "ks")
        assert (node.id, node.region, node.own.id) == ("ks", "320583", "ks-platform")
        assert node.vkey == verifier_key(tmp_path / "node", {})
        assert verify(node.log, node.vkey).ok


def test_only_the_owner_can_enter_and_read(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        found(tmp_path / "node")
    finally:
        os.umask(old)
    node = tmp_path / "node"
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in (node, *node.iterdir(), node / "keys" / "master.key")
    }
    assert modes == {
        "node": 0o700,
        "keys": 0o700,
        "peers": 0o700,
        "rejects": 0o700,
        "cache": 0o700,
        "master.key": 0o600,
        "ledger.db": 0o600,
        "records.db": 0o600,
        "vault.db": 0o600,
        # Nothing secret is in these two.
        "node.toml": 0o666,
        "registry.toml": 0o666,
    }


def test_a_node_is_never_overwritten(tmp_path: Path) -> None:
    found(tmp_path / "node")
    before = {path: path.read_bytes() for path in (tmp_path / "node").rglob("*") if path.is_file()}
    with pytest.raises(NodeExists):
        found(tmp_path / "node", region="440400")
    assert {path: path.read_bytes() for path in (tmp_path / "node").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("left", ["ledger.db", "vault.db", "records.db", "node.toml"])
def test_what_is_left_of_a_node_is_not_overwritten_either(tmp_path: Path, left: str) -> None:
    """Somebody has lost the keys; the ledger may still be evidence."""
    tmp_path.joinpath(left).write_bytes(b"somebody's")
    with pytest.raises(NodeExists):
        found(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {left: b"somebody's"}


FAILS: list[tuple[dict[str, object], type[ExchangeError]]] = [
    ({"region": "020583"}, BadRegion),
    ({"region": "32058"}, BadRegion),
    ({"organisation": "nobody-hospital"}, NotInDirectory),
    ({"registry": "bad"}, BadRegistry),
    ({"registry": "without"}, BadSetting),
    ({"environment": {"HUTONG_SERVE_PORT": "eighty"}}, BadSetting),
    ({"environment": {"HUTONG_SERVE_PROT": "80"}}, BadSetting),
]


@pytest.mark.parametrize(("changes", "error"), FAILS)
def test_where_a_node_cannot_be_made_nothing_is_left_behind(
    tmp_path: Path, changes: dict[str, object], error: type[ExchangeError]
) -> None:
    bad, without = tmp_path / "bad.toml", tmp_path / "without.toml"
    bad.write_text("organisation = 3\n")
    without.write_text("")
    files = {"bad": bad, "without": without}
    if "registry" in changes:
        changes = changes | {"registry": files[str(changes["registry"])]}
    with pytest.raises(error):
        found(tmp_path / "node", **changes)
    assert not (tmp_path / "node").exists()
    found(tmp_path / "node")  # and the next attempt is not told that a node is there


def test_what_else_lies_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadSetting):
        found(tmp_path, environment={"HUTONG_SERVE_PORT": "0"})
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite) as refused:
        found(tmp_path / "file" / "node")
    assert refused.value.exit_code == 5


def test_the_registry_the_operator_brings_is_kept(tmp_path: Path, made: Path) -> None:
    registry = tmp_path / "mine.toml"
    registry.write_bytes(made.joinpath("registry.toml").read_bytes() + b"# mine\n")
    found(tmp_path / "node", registry=registry)
    assert (tmp_path / "node" / "registry.toml").read_bytes() == registry.read_bytes()


def test_a_folder_without_a_node_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotANode), open_node(tmp_path, {}):
        pass


BAD_KEYS = [
    (lambda key: key.unlink(), "is missing"),
    (lambda key: key.chmod(0o640), "can be read by other users"),
    (lambda key: key.chmod(0o604), "can be read by other users"),
    (lambda key: key.write_bytes(b"short"), "is not a key of 32 bytes"),
]


@pytest.mark.parametrize(("spoil", "says"), BAD_KEYS)
def test_a_key_that_is_gone_open_to_others_or_no_key_is_not_used(
    site: Site, spoil: object, says: str
) -> None:
    spoil(site.folder / "keys" / "master.key")  # type: ignore[operator] # one of BAD_KEYS
    with pytest.raises(BadKeyFile, match=says) as refused, site.open():
        pass
    assert refused.value.exit_code == 6


def test_another_nodes_key_opens_nothing(site: Site) -> None:
    """Ledger, records and vault each notice for themselves."""
    (site.folder / "keys" / "master.key").write_bytes(b"x" * 32)
    with pytest.raises(WrongSigner) as refused, site.open():
        pass
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(("theirs", "error"), [("ledger.db", WrongSigner), ("records.db", WrongNodeKey)])
def test_a_database_of_another_node_is_noticed(
    site: Site, tmp_path: Path, theirs: str, error: type[Exception]
) -> None:
    found_node(tmp_path / "other", FOUNDING, {}, clock=Clock(), entropy=entropy("other"))
    for extra in ("-wal", "-shm"):
        (site.folder / f"{theirs}{extra}").unlink(missing_ok=True)
    (site.folder / theirs).write_bytes((tmp_path / "other" / theirs).read_bytes())
    with pytest.raises(error) as refused, site.open():
        pass
    assert isinstance(refused.value, ExchangeError | LedgerError)
    assert refused.value.exit_code == 4


def test_a_ledger_that_is_gone_is_not_made_anew(site: Site) -> None:
    for path in site.folder.glob("ledger.db*"):
        path.unlink()
    with pytest.raises(LedgerMissing), site.open():
        pass
    assert not (site.folder / "ledger.db").exists()


# RFC 5869 with info "hutong:house"; a change here locks every node out of its own details.
KNOWN_HOUSE_KEY = "03dc164b1826fc6bc3dcdac204a98228a2870a71e0c3a6e3b37e1c0084d06e50"


def test_each_use_has_a_key_of_its_own(tmp_path: Path) -> None:
    master = MasterSecret(bytes(32))
    names = ("vault lookup", "vault wrap", "records", "ledger signer", "actor", "house", "spool", "deid x")
    assert len({master.for_use(name) for name in names}) == len(names)
    assert master.for_use("house").hex() == KNOWN_HOUSE_KEY
    assert "00" * 8 not in repr(master)


def test_a_key_file_is_written_once(tmp_path: Path) -> None:
    write_secret(tmp_path / "k", b"k" * 32)
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "k", b"j" * 32)
    assert read_secret(tmp_path / "k") == b"k" * 32
