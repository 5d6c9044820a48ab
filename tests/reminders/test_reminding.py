"""The daily job tells everybody concerned once, whatever happens to it, and the list says what is left to do."""

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import apsw
import orjson
import pytest

from consent import Paper, Wish, build_consent
from exchange.audit.agreement import disagreements
from exchange.audit.details import details_of
from exchange.consenting import grant, import_consents, revoke
from exchange.erasing import erase
from exchange.node.node import Node
from exchange.notices import outbox
from exchange.reminders import due, remind
from exchange.reminders.due import Due
from ledger.errors import CannotAppend
from tests.exchange.nodes import NOW, OFFICER, OTHER_HOSPITAL, Site, allow, entries, fill, put, question
from tests.exchange.people import AN, BO, CHILD, LATE, patient

MOTHER = "RelatedPerson/child-mother"
OF_AGE = date(2038, 6, 1)  # CHILD was born on 1 June 2020


def listed(node: Node, **more: Any) -> list[tuple[str, str, str]]:
    return [
        (one.patient, one.occasion.kind, one.day.isoformat() if one.day else "") for one in due(node, **more)
    ]


def told(found: list[Due]) -> list[tuple[str, str]]:
    return [(one.patient, one.occasion.kind) for one in found]


def guardians_permit(node: Node, site: Site, name: str = "guardian-1") -> None:
    """A form the child's mother signed, with the proof that she may."""
    consent = build_consent(
        Wish(
            patient=f"Patient/{CHILD}",
            recipients=(OTHER_HOSPITAL,),
            purposes=("TREAT",),
            confirmed=("sensitive", "third-party"),
            channel="paper form",
        ),
        consent_id=name,
        at=node.clock(),
    ) | {"performer": [{"reference": MOTHER}]}
    file = site.folder / "form.json"
    file.write_bytes(orjson.dumps(consent))
    assert import_consents(node, [file], by=OFFICER).new == 1


def go_to(site: Site, day: date, hour: int = 0) -> None:
    """Midnight in China of that day."""
    there = datetime(day.year, day.month, day.day, hour, tzinfo=NOW.tzinfo) - timedelta(hours=8)
    site.clock.pass_by(there - site.clock())


def test_where_nobody_has_said_anything_nothing_is_due(node: Node) -> None:
    assert (listed(node), remind(node)) == ([], [])


def test_what_ends_soon_is_listed_and_told_once(node: Node) -> None:
    granted = allow(node, ends="2026-12-20")
    allow(node, BO, ends="2027-12-20")
    assert listed(node, within_days=24) == []
    assert listed(node) == [(AN, "ends", "2026-12-20")]
    before = node.log.size
    assert told(remind(node)) == [(AN, "ends")]
    (entry,) = entries(node)[before:]
    assert (entry.entry.type, entry.entry.subtype, entry.entry.consents) == (
        "reminder",
        "ends",
        entries(node)[before - 2].entry.consents,
    )
    assert [one.entry for one in outbox(node.log)] == [entry.id]
    details = details_of(node.office, entry).told
    assert (details["consent"], details["day"], details["to"]) == (
        granted.consent_id,
        "2026-12-20",
        [f"Patient/{AN}"],
    )
    assert details["en"].startswith("A consent of yours ends.")
    assert "until 20 Dec 2026" in details["en"]
    assert "到 2026-12-20 为止" in details["zh"]
    assert remind(node) == []
    (still,) = due(node)
    assert still.told == entry.time


def test_neither_the_next_days_nor_the_end_itself_make_a_second_reminder(node: Node, site: Site) -> None:
    allow(node, ends="2026-12-20")
    counts = []
    for _ in range(40):
        counts.append(len(remind(node)))
        site.clock.pass_by(timedelta(days=1))
    assert sum(counts) == 1
    assert listed(node) == [(AN, "ended", "2026-12-20")]


def test_after_a_week_off_what_came_due_in_it_is_told(node: Node, site: Site) -> None:
    allow(node, ends="2026-12-28")
    assert remind(node) == []
    site.clock.pass_by(timedelta(days=40))
    assert told(remind(node)) == [(AN, "ended")]


def test_a_long_consent_is_brought_to_mind_once_a_year(node: Node, site: Site) -> None:
    allow(node)
    years = []
    for _ in range(800):
        years += [(site.clock().date(), one.day) for one in remind(node)]
        site.clock.pass_by(timedelta(days=1))
    assert [day for _, day in years] == [date(2027, 11, 25), date(2028, 11, 25)]
    assert [ran for ran, _ in years] == [date(2027, 11, 25), date(2028, 11, 25)]
    assert listed(node) == []


def test_on_the_eighteenth_birthday_the_guardians_permit_ends_and_the_new_adult_is_told(
    node: Node, site: Site
) -> None:
    guardians_permit(node, site)
    go_to(site, OF_AGE - timedelta(days=1), hour=23)
    assert put(question(node, patient=CHILD), node.office).permit
    assert (CHILD, "guardian-lapses", "2038-06-01") in listed(node)
    assert (CHILD, "guardian-lapsed") not in told(remind(node))
    go_to(site, OF_AGE)
    assert put(question(node, patient=CHILD), node.office).code == "GUARDIAN_CONSENT_LAPSED"
    (one,) = remind(node)
    assert (one.occasion.kind, one.day, one.to) == ("guardian-lapsed", OF_AGE, (f"Patient/{CHILD}",))
    assert entries(node)[-1].entry.subtype == "guardian-lapsed"
    assert remind(node) == []
    assert listed(node) == [(CHILD, "guardian-lapsed", "2038-06-01")]


def test_before_that_it_is_the_guardian_who_is_told(node: Node, site: Site) -> None:
    guardians_permit(node, site)
    go_to(site, date(2027, 11, 26))
    (one,) = remind(node)
    assert (one.occasion.kind, one.to) == ("yearly", (MOTHER,))


def test_an_adult_is_told_beside_whoever_acts_for_them(node: Node) -> None:
    proof = Paper(title="order", content_type="application/pdf", content=b"%PDF")
    allow(node, ends="2026-12-20", grantor="RelatedPerson/an-son", proof=proof)
    (one,) = remind(node)
    assert one.to == (f"Patient/{AN}", "RelatedPerson/an-son")


def test_at_fourteen_both_are_told(node: Node, site: Site) -> None:
    guardians_permit(node, site)
    go_to(site, date(2034, 6, 1))
    found = {one.occasion.kind: one.to for one in remind(node)}
    assert found["own-say"] == (f"Patient/{CHILD}", MOTHER)


def test_a_guardians_refusal_stands_and_the_adult_is_asked(node: Node, site: Site) -> None:
    refusal = Wish(refuse=True, purposes=("TREAT",), grantor=MOTHER)
    grant(node, CHILD, refusal, by=MOTHER)
    go_to(site, OF_AGE)
    assert put(question(node, patient=CHILD), node.office).code == "CONSENT_DENY"
    assert told(remind(node)) == [(CHILD, "refusal-stands")]


def test_changed_terms_are_told_once_for_each_change(site: Site) -> None:
    with site.open() as node:
        allow(node, policy="https://terms.example|1")
        assert remind(node) == []
    for version in ("2", "3"):
        terms = orjson.dumps({"https://terms.example": version}).decode()
        with site.open(HUTONG_CONSENT_REQUIRED_POLICIES=terms) as node:
            assert told(remind(node)) == [(AN, "terms-changed")]
            assert remind(node) == []
            assert put(question(node), node.office).code == "RECONSENT_REQUIRED"


def test_what_only_the_counter_can_mend_is_listed_and_told_to_nobody(node: Node, site: Site) -> None:
    allow(node)
    with node.log.reading() as db:
        assert db.execute("SELECT count(*) FROM reminder").get == 0
    consent = build_consent(
        Wish(patient=f"Patient/{BO}", recipients=(OTHER_HOSPITAL,), purposes=("TREAT",)),
        consent_id="bare",
        at=node.clock(),
    )
    file = site.folder / "form.json"
    file.write_bytes(orjson.dumps(consent))
    import_consents(node, [file], by=OFFICER)
    assert listed(node) == [(BO, "evidence-missing", "")]
    assert remind(node) == []


def test_what_was_taken_back_replaced_or_died_with_the_patient_is_not_due(node: Node) -> None:
    taken = allow(node, ends="2026-12-20")
    allow(node, LATE, ends="2026-12-20")
    revoke(node, AN, taken.consent_id, by=f"Patient/{AN}")
    assert listed(node) == []


def test_a_birth_date_that_is_none_holds_up_nobody_else(node: Node, site: Site) -> None:
    """No decision can be made about that patient either; it is listed, and everybody else is told."""
    fill(node, site.folder, [patient("p-odd", serial=88, born="1990-03-07", birthDate="perhaps")])
    consent = build_consent(
        Wish(
            patient="Patient/p-odd", recipients=(OTHER_HOSPITAL,), purposes=("TREAT",), channel="paper form"
        ),
        consent_id="odd",
        at=node.clock(),
    )
    file = site.folder / "form.json"
    file.write_bytes(orjson.dumps(consent))
    import_consents(node, [file], by=OFFICER)
    allow(node, ends="2026-12-20")
    assert listed(node) == [("p-odd", "birth-date", ""), (AN, "ends", "2026-12-20")]
    assert told(remind(node)) == [(AN, "ends")]


def test_of_a_patient_whose_key_was_destroyed_nothing_is_told(node: Node) -> None:
    allow(node, ends="2026-12-20")
    erase(node.office, AN, by=OFFICER, reason="-")
    assert (listed(node), remind(node)) == ([], [])


def test_entry_mark_and_notice_agree_with_the_ledger(node: Node) -> None:
    allow(node, ends="2026-12-20")
    remind(node)
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
def test_a_mark_that_was_taken_out_is_noticed(node: Node, site: Site) -> None:
    allow(node, ends="2026-12-20")
    remind(node)
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute("DELETE FROM reminder")
    db.close()
    (wrong,) = disagreements(node.log, node.house_key)
    assert wrong.en.startswith("a reminder is missing")


def test_nothing_personal_stands_in_the_entry_or_the_table(node: Node) -> None:
    granted = allow(node, ends="2026-12-20")
    remind(node)
    body = entries(node)[-1].body.decode()
    with node.log.reading() as db:
        row = repr(db.execute("SELECT * FROM reminder").fetchall())
    for one in (AN, granted.consent_id, "2026-12-20"):
        assert one not in body
        assert one not in row


def test_where_the_ledger_takes_nothing_nothing_is_told_and_the_next_run_tells_it(
    node: Node, site: Site
) -> None:
    allow(node, ends="2026-12-20")
    with site.reader(node) as reader, pytest.raises(CannotAppend):
        remind(replace(node, office=replace(node.office, log=reader)))
    assert list(outbox(node.log)) == []
    assert told(remind(node)) == [(AN, "ends")]


def test_a_job_that_is_broken_off_is_simply_run_again(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at a time: the last ones are still to be written when the job is stopped."""
    monkeypatch.setattr("exchange.reminders.reminding.AT_ONCE", 3)
    people = [AN, BO, *(f"c-{number:02}" for number in range(1, 15))]
    for one in people:
        allow(node, one, ends="2026-12-20")

    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remind(node, progress=stop)
    before = sum(1 for _ in outbox(node.log))
    assert 0 < before < len(people)
    assert len(remind(node)) == len(people) - before
    assert sum(1 for _ in outbox(node.log)) == len(people)


def test_two_jobs_at_once_tell_everything_once(site: Site) -> None:
    people = [AN, BO, *(f"c-{number:02}" for number in range(1, 15))]
    with site.open() as node:
        for one in people:
            allow(node, one, ends="2026-12-20")
    found: list[tuple[str, str]] = []
    gate = threading.Barrier(2)

    def job() -> None:
        with site.open() as node:
            gate.wait()
            found.extend(told(remind(node)))

    jobs = [threading.Thread(target=job) for _ in range(2)]
    for each in jobs:
        each.start()
    for each in jobs:
        each.join()
    assert sorted(found) == sorted((one, "ends") for one in people)
    with site.open() as node:
        assert sum(one.entry.type == "reminder" for one in entries(node)) == len(people)
