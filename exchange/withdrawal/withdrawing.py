"""Take a consent back: the statement at once, and a notice for everybody who received data under it.

The statement goes in first, however large the ledger is: nothing leaves after it. In its own transaction it is marked
that the recipients are still to be counted; they are counted right after it or, after a crash, before anything is sent.
What left before the statement is finite, so nobody can hold that up by asking without a pause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import apsw

from consent import PatientKey, StoredConsent
from consent.errors import ConsentAltered
from exchange.federation.card import SKEW
from exchange.instants import from_us, to_us
from exchange.path.office import Office
from exchange.withdrawal.disclosures import Disclosure, history_of, takes_away
from exchange.withdrawal.mark import COUNT, mark
from exchange.withdrawal.outgoing import COLUMNS, MOST_ITEMS
from ledger import Change, Draft, Entry, Recorded
from ledger.errors import NoSuchEntry

# What was received, and the consent by whose newer version it is taken back.
TakenBack = tuple[Disclosure, str]


def take_back(office: Office, statement: Draft, *, besides: Sequence[Draft] = ()) -> Recorded:
    """Append `statement`, marked that the recipients are still to be counted, and `besides` it; its entry.

    Raises what the ledger and the statement's change raise; then nothing was written.
    """
    # The obligation stands in the entry, so that a mark taken out of the table is missed.
    entry = replace(statement.entry, obligations=(COUNT,))
    first = replace(statement, entry=entry, change=_marking(statement.change))
    return office.log.append_many([first, *besides])[0]


def count_recipients(office: Office, *, only: str = "") -> tuple[Disclosure, ...]:
    """Look at what left before a statement was written, and put out the notices about it; what it was.

    A mark that fits no entry is passed over and nobody else's count waits for it; agreement.py reports it.
    """
    with office.log.reading() as db:
        rows = db.execute("SELECT entry, patient FROM uncounted WHERE ? IN ('', entry)", (only,)).fetchall()
    found: list[Disclosure] = []
    for entry, patient in rows:
        try:
            found += _count(office, str(entry), str(patient))
        except (_MarkWrong, NoSuchEntry, ConsentAltered):
            continue
    return tuple(found)


class _CountedAlready(Exception):
    """Another process did it a moment ago."""


class _MarkWrong(Exception):
    """Somebody put the mark there, or took away what it is about."""


def _count(office: Office, entry: str, patient: str) -> list[Disclosure]:
    affected = _affected(office, entry, patient)

    def change(db: apsw.Connection, _: Recorded) -> None:
        db.execute("DELETE FROM uncounted WHERE entry = ?", (entry,))
        if not db.changes():
            raise _CountedAlready

    counted = replace(_entry(office, "counted", patient), intent=entry, count=len(affected))
    first = office.desk.draft(counted, {"statement": entry}, key=office.house_key, change=change)
    try:
        office.log.append_many([first, *_notices(office, patient, affected)])
    except _CountedAlready:
        return []
    return [one for one, _ in affected]


def _affected(office: Office, entry: str, patient: str) -> list[TakenBack]:
    marked = office.log.find(entry)
    if marked.entry.patient != patient or COUNT not in marked.entry.obligations:
        raise _MarkWrong
    keys = office.vault.key_behind(patient)
    if keys is None:
        return []  # erased meanwhile: nobody can tell any more whom it went to
    versions = office.consents.versions(keys)
    if marked.entry.type == "consent":
        return _by_statement(office, keys, versions, marked)
    return _of_late(office, keys, versions, marked)


def _by_statement(
    office: Office, keys: PatientKey, versions: Sequence[StoredConsent], statement: Recorded
) -> list[TakenBack]:
    """What had left before the statement, and it takes back."""
    said = next((one for one in versions if one.entry == statement.id), None)
    if said is None:
        raise _MarkWrong
    return [
        (one, said.consent_id)
        for one in history_of(office, keys)
        if one.number < statement.sequence and _takes_back(office, versions, said, one)
    ]


def _of_late(
    office: Office, keys: PatientKey, versions: Sequence[StoredConsent], late: Recorded
) -> list[TakenBack]:
    """An emergency that reached the ledger from the spool, if the patient has taken it back in between."""
    between = [one for one in versions if from_us(late.entry.claimed_us) - SKEW <= one.known < late.time]
    return [
        (one, said.consent_id)
        for one in history_of(office, keys)
        if one.entry == late.id
        for said in [said for said in between if _takes_back(office, versions, said, one)][:1]
    ]


def _takes_back(
    office: Office, versions: Sequence[StoredConsent], said: StoredConsent, one: Disclosure
) -> bool:
    """Whether the consent version `said` takes back what was disclosed.

    Everything received under the consent where it is withdrawn; of other disclosures what a narrower consent, or a
    refusal, does not permit any more.
    """
    if said.resource.get("status") != "active":
        return said.consent_id in one.basis
    return takes_away(office, [earlier for earlier in versions if earlier.known < said.known], said, one)


def _marking(then: Change | None) -> Change:
    """The change `then`, and the mark that the recipients are still to be counted."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        if then:
            then(db, recorded)
        mark(db, recorded)

    return change


def _notices(office: Office, patient: str, affected: Sequence[TakenBack]) -> Iterator[Draft]:
    """By recipient and consent, and no more at once than one message holds."""

    def together(taken: TakenBack) -> tuple[str, str, str]:
        return taken[0].kind, taken[0].recipient, taken[1]

    for (_, _, consent), group in groupby(sorted(affected, key=together), key=together):
        members = [one for one, _ in group]
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
