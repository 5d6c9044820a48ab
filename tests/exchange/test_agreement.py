"""The tables beside the log say what the log says; whoever has the file, but not the keys, cannot change one unseen."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import apsw
import msgspec
import pytest

from consent.errors import ConsentAltered
from exchange.audit.agreement import disagreements
from exchange.consenting import revoke
from exchange.evidence.account import CodeAccount
from exchange.evidence.code import draw
from exchange.evidence.giving import give_code
from exchange.node.node import Node
from exchange.notices import delivered
from exchange.path.release import release
from exchange.research.projects import approve, register
from exchange.research.protocol import read_protocol
from exchange.reviews import Finding, close
from exchange.status import health
from tests.exchange.engines import CARE, asking, permitting
from tests.exchange.nodes import (
    NOW,
    OFFICER,
    OTHER_HOSPITAL,
    Site,
    allow,
    deaf,
    emergency,
    entries,
    entropy,
    put,
    question,
    released,
)
from tests.exchange.people import AN, BO


@pytest.fixture(scope="module")
def used(made: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node in whose tables something of everything stands."""
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("used") / "node"))
    with Site(folder).open() as node:
        _use(node, sample)
    return folder


@pytest.fixture
def site(used: Path, tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(used, tmp_path / "node")))


@pytest.fixture
def busy(node: Node) -> Node:
    return node


def _use(node: Node, sample: Path) -> None:
    allow(node, BO)
    granted = allow(node)
    revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
    put(emergency(node, BO), node.office)
    access = released(emergency(node), node.office).intent.id
    key = node.house_key
    close(
        node.desk,
        node.log,
        access,
        finding=Finding.JUSTIFIED,
        officer=OFFICER,
        note="-",
        now=NOW,
        house_key=key,
    )
    delivered(node.desk, node.log, access, by=OFFICER, channel="sms", now=NOW, house_key=key)
    give_code(node, BO, organisation=OTHER_HOSPITAL, purpose="TREAT", minutes=10, by=f"Patient/{BO}")
    put(question(node, patient=BO, code=draw(entropy("wrong"))), node.office)
    protocol = read_protocol(sample / "protocol.toml")
    register(node.desk, protocol, by="ks-re-001", house_key=key)
    approve(
        node.desk, node.log, protocol.id, approval="IRB-1", until=date(2027, 1, 1), by=OFFICER, house_key=key
    )


def test_what_was_done_by_the_rules_agrees(busy: Node, site: Site) -> None:
    reader = site.reader(busy)
    down = deaf(busy.office, reader)
    release(emergency(busy), down, lambda _: None)
    # What waits in the spool always gets its review and its notice, whatever the policy asked for.
    release(emergency(busy), asking(down, permitting(CARE)), lambda _: None)
    reader.close()
    with site.open() as again:  # what waited in the spool is in the ledger now
        assert again.spool.waiting() == 0
        assert disagreements(again.log, again.house_key) == []
        assert next(one for one in health(again) if one.name_en == "ledger").ok


REVOKED = "known_us = (SELECT max(known_us) FROM consent_version)"
FIRST = "(SELECT commitment FROM consent_version ORDER BY known_us LIMIT 1)"
COPIED = "INSERT INTO consent_version SELECT patient, consent, version + 9, known_us, {}, commitment, sealed"
OTHER_COHORT = """CAST(replace(CAST(protocol AS TEXT), '"E11"', '"B20"') AS BLOB)"""
MISSING, UNTOLD, DIFFERENT = "is missing", "has no entry in the log", "is not as the log says"
CONSENT, REVIEW, ON_FILE = "a consent version", "the review of an access", "what is on file of a patient"
NOTICE, PROJECT, CODE = "a notice to a patient", "a research project", "a health code"
ATTACKS = [
    (f"DELETE FROM consent_version WHERE {REVOKED}", CONSENT, MISSING),
    (f"UPDATE consent_version SET commitment = {FIRST} WHERE {REVOKED}", CONSENT, DIFFERENT),
    (f"UPDATE consent_version SET known_us = known_us - 86400000000 WHERE {REVOKED}", CONSENT, DIFFERENT),
    ("UPDATE consent_version SET patient = 'somebody else'", CONSENT, DIFFERENT),
    (COPIED.format("'entry-0'") + " FROM consent_version LIMIT 1", CONSENT, UNTOLD),
    (COPIED.format("entry") + " FROM consent_version LIMIT 1", CONSENT, DIFFERENT),
    (
        f"UPDATE consent_on_file SET entry = (SELECT entry FROM consent_version WHERE NOT {REVOKED})",
        ON_FILE,
        DIFFERENT,
    ),
    ("UPDATE consent_on_file SET patient = substr(patient, 2)", ON_FILE, DIFFERENT),
    ("UPDATE consent_on_file SET entry = 'entry-0'", ON_FILE, UNTOLD),
    ("DELETE FROM review WHERE closed_us IS NULL", REVIEW, MISSING),
    ("DELETE FROM review WHERE closed_us IS NOT NULL", REVIEW, MISSING),
    ("UPDATE review SET due_us = due_us + 1", REVIEW, DIFFERENT),
    ("UPDATE review SET closed_us = opened_us, finding = 'justified'", REVIEW, DIFFERENT),
    ("UPDATE review SET finding = 'not-justified' WHERE finding = 'justified'", REVIEW, DIFFERENT),
    ("UPDATE review SET closed_us = NULL, finding = NULL", REVIEW, DIFFERENT),
    ("INSERT INTO review VALUES ('entry-0', 1, 2, NULL, NULL)", REVIEW, UNTOLD),
    ("DELETE FROM notice WHERE delivered_us IS NULL", NOTICE, MISSING),
    ("UPDATE notice SET delivered_us = made_us", NOTICE, DIFFERENT),
    ("INSERT INTO notice VALUES ('entry-0', 1, NULL)", NOTICE, UNTOLD),
    ("UPDATE health_code SET misses = 0", CODE, DIFFERENT),
    ("UPDATE health_code SET misses = misses + 4", CODE, DIFFERENT),
    ("UPDATE health_code SET door = hash", CODE, DIFFERENT),
    ("UPDATE health_code SET until_us = until_us + 1", CODE, DIFFERENT),
    ("UPDATE health_code SET used = entry", CODE, DIFFERENT),
    ("DELETE FROM health_code", CODE, MISSING),
    ("DELETE FROM project", PROJECT, MISSING),
    ("UPDATE project SET approved_until = '2099-12-31'", PROJECT, DIFFERENT),
    ("UPDATE project SET approved_us = NULL, approval = NULL", PROJECT, DIFFERENT),
    (f"UPDATE project SET protocol = {OTHER_COHORT}", PROJECT, DIFFERENT),
    ("UPDATE project SET id = 'another'", PROJECT, UNTOLD),
]


@pytest.mark.attack
@pytest.mark.parametrize(("sql", "what", "how"), ATTACKS)
def test_a_table_that_was_changed_behind_our_back_is_found(
    busy: Node, site: Site, sql: str, what: str, how: str
) -> None:
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute(sql)
    assert db.changes() > 0
    db.close()
    wrong = disagreements(busy.log, busy.house_key)
    assert any(one.en.startswith(f"{what} {how}") for one in wrong), wrong
    assert all(one.zh for one in wrong)
    finding = next(one for one in health(busy) if one.name_en == "ledger")
    assert (finding.ok, finding.exit_code) == (False, 4)
    assert "rows beside them do not fit" in finding.en


def test_what_an_older_program_did_not_say_of_a_code_is_taken_as_it_stands(busy: Node) -> None:
    """Its entries name no door: the count of wrong codes is nobody's to check, the rest is."""
    given = next(one for one in entries(busy) if one.entry.type == "code")
    wrong = next(one for one in entries(busy) if one.entry.why == "CODE_NOT_VALID")
    older, left_open = CodeAccount(), object()
    older.hear(msgspec.structs.replace(given, entry=replace(given.entry, obligations=())))
    older.hear(msgspec.structs.replace(wrong, entry=replace(wrong.entry, reason="")))
    ((kept, door, _, used, misses),) = older.rows(left_open).values()
    assert (kept, door, used, misses) == (given.entry.reason, left_open, None, left_open)


def test_a_disagreement_names_the_entry(busy: Node, site: Site) -> None:
    db = apsw.Connection(str(site.folder / "ledger.db"))
    entry = str(db.execute("SELECT entry FROM review WHERE closed_us IS NULL").get)
    db.execute("DELETE FROM review WHERE entry = ?", (entry,))
    db.close()
    (wrong,) = disagreements(busy.log, busy.house_key)
    assert wrong.entry == entry
    assert busy.log.find(entry).entry.break_glass


def test_a_table_that_was_dropped_is_found(busy: Node, site: Site) -> None:
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute("DROP TABLE consent_version")
    db.close()
    with site.open() as again:
        assert len(disagreements(again.log, again.house_key)) == 3
        with pytest.raises(ConsentAltered):  # what is on file of the patient still lists it
            put(question(again, patient=BO), again.office)
