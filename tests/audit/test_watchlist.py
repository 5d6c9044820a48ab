"""Who is watched is known to the officers and to nobody who reads the ledger."""

import apsw
import pytest

from exchange.audit.agreement import disagreements
from exchange.audit.anomalies import anomalies
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.watchlist import AlreadyWatched, NotWatched, unwatch, watch, watched, watched_now
from tests.cli.typing_in import typed
from tests.exchange.nodes import OFFICER, OWN_DOCTOR, Site, allow, emergency, entries, last, put, question
from tests.exchange.people import AN, AN_NUMBER, BO, NAMES


def _watch(node: Node, patient: str = AN) -> str:
    return watch(node.office, patient, ground="known", by=OFFICER, note="记者可能打听").id


def test_every_look_at_a_watched_patient_is_told_of(node: Node) -> None:
    put(question(node, OWN_DOCTOR), node.office)
    assert anomalies(node, kind="watched-patient") == []
    _watch(node)
    (one,) = anomalies(node, kind="watched-patient")
    assert (one.count, one.actor) == (1, node.desk.actor_named(OWN_DOCTOR))
    put(emergency(node), node.office)
    assert len(anomalies(node, kind="watched-patient")) == 2
    assert all(AN not in f"{each.en}{each.zh}" for each in anomalies(node))


def test_nobody_who_reads_the_ledger_learns_who_is_watched(node: Node) -> None:
    """Neither a name nor the pseudonym her other entries go by, in the entry or in the row."""
    _watch(node)
    keys = node.vault.known(AN)
    assert keys is not None
    entry = last(node)
    assert (entry.entry.type, entry.entry.subtype, entry.entry.patient) == ("watchlist", "add", "")
    with node.log.reading() as db:
        row = list(db.execute("SELECT * FROM watched"))
    for secret in (keys.pseudonym, AN, AN_NUMBER, NAMES[AN]):
        assert secret.encode() not in entry.body + entry.sealed + repr(row).encode()


def test_it_can_be_taken_back_and_both_are_entries(node: Node) -> None:
    entry = _watch(node)
    (one,) = watched(node.office)
    assert (one.patient, one.ground, one.by, one.entry) == (AN, "known", OFFICER, entry)
    unwatch(node.office, AN, by=OFFICER, note="")
    assert watched_now(node.office) == frozenset()
    assert [one.entry.subtype for one in entries(node)[-2:]] == ["add", "remove"]
    assert disagreements(node.log, node.house_key) == []


def test_nobody_is_on_the_list_twice_and_nobody_leaves_it_who_was_not(node: Node) -> None:
    _watch(node)
    size = node.log.size
    with pytest.raises(AlreadyWatched):
        _watch(node)
    with pytest.raises(NotWatched):
        unwatch(node.office, BO, by=OFFICER, note="")
    assert node.log.size == size


def test_after_an_erasure_nobody_can_tell_who_it_was_and_the_line_can_still_go(node: Node) -> None:
    entry = _watch(node)
    erase(node.office, AN, by=OFFICER, reason="-")
    (one,) = watched(node.office)
    assert one.patient == ""
    unwatch(node.office, entry, by=OFFICER, note="")
    assert list(watched(node.office)) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    ("sql", "how"),
    [
        ("DELETE FROM watched", "is missing"),
        ("UPDATE watched SET entry = 'entry-0'", "is not as the log says"),
        ("INSERT INTO watched VALUES ('mark', 'entry-0', 1)", "has no entry in the log"),
    ],
)
def test_a_list_that_was_changed_behind_our_back_is_found(node: Node, site: Site, sql: str, how: str) -> None:
    _watch(node)
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute(sql)
    db.close()
    assert [one.en.partition(":")[0] for one in disagreements(node.log, node.house_key)] == [
        f"a watched patient {how}"
    ]


def test_as_it_is_typed(node: Node, site: Site) -> None:
    allow(node)
    home = ("--node", str(site.folder), "audit", "watchlist")
    add = (*home, "add", AN, "--because", "asked", "--by", OFFICER)
    assert typed(*add).exit_code == 0
    assert typed(*add).exit_code == 2
    assert typed(*home, "add", BO, "--because", "asked", "--by", OWN_DOCTOR).exit_code == 3
    listed = typed(*home, "list")
    assert AN in listed.stdout
    assert "asked for it" in listed.stdout
    assert "患者本人要求" in typed("--lang", "zh", *home, "list").stdout
    assert typed(*home, "remove", AN, "--by", OFFICER).exit_code == 0
    assert typed(*home, "remove", AN, "--by", OFFICER).exit_code == 6
    assert typed(*home, "list", "--json").stdout.strip() == "[]"
