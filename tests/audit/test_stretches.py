"""A row hidden in the index is found, also by whoever hides the entry that would tell."""

from pathlib import Path

import apsw
import pytest

from exchange.audit import stretches
from exchange.audit.stretches import STRETCH, altered, in_step, rebuilt, replayed
from exchange.node.node import Node
from exchange.status import health
from exchange.wiring import open_node
from ledger.projection import partitions, projection, rows
from tests.cli.typing_in import typed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node with stretches of eight entries, three of which are full."""
    for module in (partitions, projection, stretches):
        monkeypatch.setattr(module, "ENTRIES", 8)
    node = tmp_path / "kunshan"
    assert typed("init", str(node), "--region", "320583", "--name", "昆山").exit_code == 0
    with open_node(node, {}) as opened:
        for _ in range(24):
            opened.desk.write(opened.log.read(0).entry, {}, key=opened.house_key)
        in_step(opened)
    return node


def spoil(node: Node, *statements: str) -> None:
    db = apsw.Connection(str(node.layout.root / "projection.db"))
    for one in statements:
        db.execute(one)
    db.close()


def test_the_digest_of_each_full_stretch_is_in_the_ledger_once(folder: Path) -> None:
    with open_node(folder, {}) as node:
        in_step(node)
        told = [one for one in node.log.scan() if (one.entry.type, one.entry.subtype) == STRETCH]
        assert [one.entry.count for one in told] == [0, 1, 2]
        assert altered(node) == replayed(node) == []


def test_a_hidden_row_is_named_by_the_status(folder: Path) -> None:
    with open_node(folder, {}) as node:
        spoil(node, "DELETE FROM part_1 WHERE place = 10")
        assert altered(node) == replayed(node) == [1]
        (line,) = (one for one in health(node) if one.name_en == "ledger")
        assert (line.code, line.exit_code) == ("index-altered", 4)


def test_whoever_hides_the_digest_too_is_found_all_the_same(folder: Path) -> None:
    with open_node(folder, {}) as node:
        spoil(
            node,
            "DELETE FROM part_0 WHERE place = 3",
            "DELETE FROM part_3",
        )
        assert 0 in altered(node)
        assert 0 in replayed(node)


@pytest.mark.attack
def test_a_row_hidden_before_its_stretch_is_full_is_named_and_mended(folder: Path) -> None:
    """The digest in the ledger is that of the ledger's entries; that of the doctored rows would vouch for them."""
    with open_node(folder, {}) as node:
        in_step(node)
        spoil(node, "DELETE FROM part_3 WHERE place = 24")
        while node.log.size < 40:
            node.desk.write(node.log.read(0).entry, {}, key=node.house_key)
        in_step(node)
        assert altered(node) == replayed(node) == [3]
        rebuilt(node)
        assert altered(node) == replayed(node) == []


@pytest.mark.attack
def test_an_index_that_leaves_a_row_out_is_named_by_the_status(folder: Path) -> None:
    with open_node(folder, {}) as node:
        spoil(
            node,
            "DROP INDEX part_1_why",
            "CREATE INDEX part_1_why ON part_1(why) WHERE place <> 9",
            "PRAGMA writable_schema = 1",
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX part_1_why ON part_1(why)' WHERE name = 'part_1_why'",
        )
        assert 1 in altered(node)
        (line,) = (one for one in health(node) if one.name_en == "ledger")
        assert (line.code, line.exit_code) == ("index-altered", 4)


def test_digests_an_older_program_made_are_entered_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (partitions, projection, rows, stretches):
        monkeypatch.setattr(module, "FORM", 99)
    monkeypatch.setattr(
        partitions, "SCHEMA", partitions.SCHEMA.replace("user_version = 2", "user_version = 99")
    )
    with open_node(folder, {}) as node:
        in_step(node)
        told = [one for one in node.log.scan() if (one.entry.type, one.entry.subtype) == STRETCH]
        assert [one.entry.count for one in told][:6] == [0, 1, 2, 0, 1, 2]
        assert altered(node) == replayed(node) == []


def test_as_it_is_typed(folder: Path) -> None:
    good = typed("--node", str(folder), "ledger", "verify", "--deep")
    assert good.exit_code == 0, good.stderr
    assert "fits them" in good.stdout
    with open_node(folder, {}) as node:
        spoil(node, "UPDATE part_2 SET why = why + 1 WHERE place = 17")
    bad = typed("--node", str(folder), "ledger", "verify", "--deep")
    assert bad.exit_code == 4
    assert "reindex" in bad.stderr
    assert typed("--node", str(folder), "ledger", "reindex").exit_code == 0
    assert typed("--node", str(folder), "ledger", "verify", "--deep").exit_code == 0
