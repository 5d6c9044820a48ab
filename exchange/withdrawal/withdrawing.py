"""Take a consent back: the statement at once, and a notice for everybody who received data under it.

The statement goes in first, however large the ledger is: nothing leaves after it. In its own transaction it is marked
that the recipients are still to be counted; they are counted right after it or, after a crash, before anything is sent.
What left before the statement is finite, so nobody can hold that up by asking without a pause.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import apsw

from consent import PatientKey, StoredConsent
from exchange.instants import to_us
from exchange.path.office import Office
from exchange.withdrawal.disclosures import Disclosure, history_of, takes_away
from exchange.withdrawal.outgoing import COLUMNS, MOST_ITEMS
from exchange.withdrawal.words import COUNT
from ledger import Change, Draft, Entry, Recorded

Affects = Callable[[Disclosure], bool]


def take_back(
    office: Office, keys: PatientKey, statement: Draft, *, besides: Sequence[Draft] = ()
) -> Recorded:
    """Append `statement`, marked that the recipients are still to be counted, and `besides` it; its entry.

    Raises what the ledger and the statement's change raise; then nothing was written.
    """
    # The obligation stands in the entry, so that a mark taken out of the table is missed.
    entry = replace(statement.entry, obligations=(COUNT,))
    first = replace(statement, entry=entry, change=_marking(keys, statement.change))
    return office.log.append_many([first, *besides])[0]


def affected_by(
    office: Office, before: Sequence[StoredConsent], consent: str, said: Mapping[str, Any]
) -> Affects:
    """What the consent version `said` takes back.

    Everything received under the consent where it is withdrawn; of other disclosures what a narrower consent, or a
    refusal, does not permit any more.
    """
    if said.get("status") != "active":
        return lambda one: consent in one.basis
    return lambda one: takes_away(office, before, office.clock(), said, one)


def count_recipients(office: Office, *, only: str = "") -> tuple[Disclosure, ...]:
    """Look at what left before a statement was written, and put out the notices about it; what it was."""
    with office.log.reading() as db:
        rows = db.execute("SELECT entry, patient FROM uncounted WHERE ? IN ('', entry)", (only,)).fetchall()
    found: list[Disclosure] = []
    for entry, patient in rows:
        found += _count(office, str(entry), str(patient))
    return tuple(found)


class _CountedAlready(Exception):
    """Another process did it a moment ago."""


def _count(office: Office, entry: str, patient: str) -> list[Disclosure]:
    consent, affected = _affected(office, entry, patient)

    def change(db: apsw.Connection, _: Recorded) -> None:
        db.execute("DELETE FROM uncounted WHERE entry = ?", (entry,))
        if not db.changes():
            raise _CountedAlready

    counted = replace(_entry(office, "counted", patient), intent=entry, count=len(affected))
    first = office.desk.draft(counted, {"statement": entry}, key=office.house_key, change=change)
    try:
        office.log.append_many([first, *_notices(office, patient, affected, consent)])
    except _CountedAlready:
        return []
    return affected


def _affected(office: Office, entry: str, patient: str) -> tuple[str, list[Disclosure]]:
    """The consent the statement is about, and what it takes back."""
    keys = office.vault.key_behind(patient)
    if keys is None:
        return "", []  # erased meanwhile: nobody can tell any more whom it went to
    versions = office.consents.versions(keys)
    said = next(one for one in versions if one.entry == entry)
    before = [one for one in versions if one.known < said.known]
    affects = affected_by(office, before, said.consent_id, said.resource)
    until = office.log.find(entry).sequence
    return said.consent_id, [one for one in history_of(office, keys) if one.number < until and affects(one)]


def _marking(keys: PatientKey, then: Change | None) -> Change:
    """The change `then`, and the mark that the recipients are still to be counted."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        if then:
            then(db, recorded)
        db.execute("INSERT INTO uncounted VALUES (?, ?)", (recorded.id, keys.pseudonym))

    return change


def _notices(office: Office, patient: str, affected: Sequence[Disclosure], consent: str) -> Iterator[Draft]:
    """By recipient, and no more at once than one message holds."""
    ordered = sorted(affected, key=lambda one: (one.kind, one.recipient))
    for _, group in groupby(ordered, key=lambda one: (one.kind, one.recipient)):
        members = tuple(group)
        for at in range(0, len(members), MOST_ITEMS):
            yield _notice(office, patient, members[at : at + MOST_ITEMS], consent)


def _notice(office: Office, patient: str, group: Sequence[Disclosure], consent: str) -> Draft:
    first = group[0]

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            f"INSERT INTO withdrawal_notice({COLUMNS}) VALUES (?, ?, ?, ?, NULL, NULL, NULL, NULL)",
            (recorded.id, patient, first.kind, recorded.time_us),
        )

    entry = replace(
        _entry(office, "withdrawal", patient),
        purpose=_same(one.purpose for one in group),
        why=first.kind,
        count=len(group),
    )
    details = {
        "recipient": first.recipient,
        "consent": consent,
        "subject": _subject(office, first),
        "items": [
            {
                "request": one.request,
                "entry": one.entry,
                "time": one.time.isoformat(),
                "purpose": one.purpose,
                "count": one.count,
            }
            for one in group
        ],
    }
    # Under the node's key: what is still to be told must survive the erasure of the patient's.
    return office.desk.draft(entry, details, key=office.house_key, change=change)


def _subject(office: Office, one: Disclosure) -> str:
    """The patient's name in a project's extracts; "" for other recipients, who know the request."""
    return office.cleaners.name_in(f"project {one.recipient}", one.patient) if one.kind == "project" else ""


def _same(values: Iterator[str]) -> str:
    """The one value, where all are the same."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _entry(office: Office, subtype: str, patient: str) -> Entry:
    return Entry(
        type="notice",
        subtype=subtype,
        action="C",
        outcome="0",
        region=office.desk.region,
        node=office.desk.node,
        source="withdrawal",
        patient=patient,
        claimed_us=to_us(office.clock()),
    )
