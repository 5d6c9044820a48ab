"""Give a patient a code to show. The code is on the screen once; what stays is its keyed hash and a ledger entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.evidence import codes
from exchange.evidence.code import draw, token
from exchange.evidence.weighing import KEY_USE
from exchange.instants import from_us, to_us
from exchange.node.node import Node
from exchange.vocabulary import require_asked
from ledger import Entry, Recorded

# Longer than that it would be a consent, and it is none.
MOST_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A code as the patient shows it, the moment it ends, and its entry."""

    code: str
    until: datetime
    entry: Recorded


def give_code(
    node: Node, patient_text: str, *, organisation: str, purpose: str, minutes: int, by: str
) -> Given:
    """A new code for one look by one organisation for one purpose, within `minutes` (1 to MOST_MINUTES).

    It shows that the patient is there; what may be seen is decided by consent and policy as ever. Raises UnknownCode,
    UnknownPatient, NotInDirectory; then nothing was given out.
    """
    require_asked(purpose, ())
    office = node.office
    to = office.directory.organisation(organisation.removeprefix("Organization/"))
    keys = office.vault.key_of(office.records.patient(patient_text))
    code, key, lasting = draw(office.desk.entropy), office.master.for_use(KEY_USE), timedelta(minutes=minutes)
    kept = codes.kept_as(
        key, patient=keys.pseudonym, organisation=to.id, purpose=purpose, token=token(code, holder=node.id)
    )
    door = codes.door_of(key, patient=keys.pseudonym, organisation=to.id)
    entry = Entry(
        type="code",
        subtype="give",
        action="C",
        outcome="0",
        region=node.region,
        node=node.id,
        source="consent",
        actor=office.desk.actor_named(by),
        organisation=office.own.id,
        purpose=purpose,
        reason=kept,
        obligations=(codes.MISSES + door,),
        patient=keys.pseudonym,
        count=minutes,
        claimed_us=to_us(office.clock()),
    )
    recorded = office.desk.write(
        entry,
        {"organisation": to.id, "purpose": purpose, "minutes": minutes, "by": by},
        key=keys.key,
        change=codes.giving_out(kept, door, lasting=lasting),
    )
    return Given(code=code, until=from_us(entry.claimed_us) + lasting, entry=recorded)
