"""How the node is, in ten lines: what is there, and whether somebody has to act."""

from datetime import timedelta

import apsw
import pytest

from exchange.finding import Finding
from exchange.node.node import Node
from exchange.status import health
from tests.exchange.nodes import Site, allow, emergency, entries, put


def finding(node: Node, name: str) -> Finding:
    return next(one for one in health(node) if one.name_en == name)


def test_a_healthy_node_has_ten_good_lines_in_both_languages(node: Node) -> None:
    found = health(node)
    assert [one.name_en for one in found] == [
        "node",
        "settings",
        "keys",
        "ledger",
        "records",
        "consents",
        "policy",
        "peers",
        "waiting",
        "disk",
    ]
    assert [one.name_en for one in found if not one.ok] == []
    assert all(one.zh and one.en and one.name_zh for one in found)


def test_what_is_there_is_counted(node: Node) -> None:
    allow(node)
    put(emergency(node), node.office)
    assert finding(node, "consents").en == "1, in 1 versions"
    assert finding(node, "records").en.startswith("22 patients, ")
    assert finding(node, "keys").en == "readable; 22 patients have one"
    assert finding(node, "waiting").en == "1 reviews (0 overdue), 1 notices, 0 spooled emergencies"
    assert finding(node, "ledger").en == (
        f"{len(entries(node))} entries, all verify; the last of 2026-11-25 09:00"
    )


def test_progress_is_told_while_the_ledger_is_verified(node: Node) -> None:
    told: list[tuple[int, int]] = []
    health(node, lambda done, total: told.append((done, total)))
    assert told[-1] == (node.log.size, node.log.size)


def test_a_program_finds_the_figures_without_reading_sentences(node: Node) -> None:
    allow(node)
    put(emergency(node), node.office)
    told = {str(one["check"]): one for one in (found.as_dict() for found in health(node))}
    assert all(one["code"] == "ok" and one["exit_code"] == 0 for one in told.values())
    assert told["records"]["detail"]["patients"] == 22  # type: ignore[index]  # JSON
    assert told["consents"]["detail"] == {"consents": 1, "versions": 1}
    assert told["ledger"]["detail"]["entries"] == node.log.size  # type: ignore[index]  # JSON
    assert told["waiting"]["detail"] == {
        "reviews": 1,
        "overdue": 0,
        "notices": 1,
        "spooled": 0,
        "recipients_to_tell": 0,
        "oldest_seconds": 0,
        "to_answer": 0,
    }


def test_a_review_that_is_late_has_a_code_of_its_own(node: Node, site: Site) -> None:
    put(emergency(node), node.office)
    site.clock.pass_by(timedelta(days=2))
    assert (finding(node, "waiting").code, finding(node, "waiting").ok) == ("reviews-overdue", False)


@pytest.mark.attack
def test_an_entry_that_was_altered_makes_the_ledger_not_ok(node: Node, site: Site) -> None:
    db = apsw.Connection(str(site.folder / "ledger.db"))
    table, column = _bodies(db)
    changed = f"CAST(replace(CAST({column} AS TEXT), '320583', '320584') AS BLOB)"
    db.execute(f"UPDATE {table} SET {column} = {changed}")
    assert db.changes()
    db.close()
    found = finding(node, "ledger")
    assert (found.ok, found.exit_code) == (False, 4)


def _bodies(db: apsw.Connection) -> tuple[str, str]:
    """Where the ledger keeps the bodies of its entries."""
    for (table,) in list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        if "body" in columns:
            return str(table), "body"
    raise AssertionError(table)


def test_a_ledger_that_ran_ahead_of_the_clock_is_not_ok(site: Site) -> None:
    now = site.clock()
    site.clock.pass_by(timedelta(days=4000))
    with site.open() as node:
        allow(node)
    site.clock.pass_by(now - site.clock())
    with site.open() as node:
        found = finding(node, "ledger")
    assert (found.ok, "in the future" in found.en) == (False, True)
