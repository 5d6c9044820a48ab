"""What left about one patient, to whom, and under which consents: read from the ledger, where it was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from consent import Config, PatientKey, StoredConsent, decide
from exchange.audit.details import details_of
from exchange.instants import CHINA, from_us
from exchange.path.office import Office
from ledger import Recorded

# Another region's node, a research project, or an organisation whose people ask through this node.
Kind = Literal["node", "project", "organisation"]
_STUDY = "ResearchStudy/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One time that data left under consents. `entry` is our intent, `request` the id both sides know it by.

    `number` counts the entries about the patient. `recipient` is the id of a node, project or organisation, as
    `kind` says. `count` is None where the ledger does not tell how it ended: then it has to be taken for received.
    `case` is the question consent answered.
    """

    entry: str
    number: int
    patient: str
    request: str
    time: datetime
    kind: Kind
    recipient: str
    organisation: str
    region: str
    purpose: str
    count: int | None
    basis: tuple[str, ...]
    case: Mapping[str, Any]
    withheld: frozenset[str]


def history_of(office: Office, keys: PatientKey) -> tuple[Disclosure, ...]:
    """What left about one patient under consents, oldest first, as far as the patient's key opens it.

    What failed to leave is not in it.
    """
    entries = list(office.log.of_patient(keys.pseudonym))
    outcomes = {one.entry.intent: one for one in entries if one.entry.phase == "outcome"}
    found = (_disclosure(office, one, outcomes.get(one.id)) for one in entries if _let_something_out(one))
    return tuple(one for one in found if one is not None)


def takes_away(office: Office, before: Sequence[StoredConsent], said: StoredConsent, one: Disclosure) -> bool:
    """Whether the consent version `said` forbids something of `one` that was still permitted `before` it.

    Both answers are given at the instant of the statement, so that what ended by itself, before it or until
    somebody gets round to counting, is not put down to the patient, nor taken for what was never permitted.
    """
    kept = [stored.resource for stored in before]
    then = _permitted(kept, one, said.known, office.consent_config)
    return bool(
        then - one.withheld - _permitted([*kept, said.resource], one, said.known, office.consent_config)
    )


def _permitted(
    consents: Sequence[Mapping[str, Any]], one: Disclosure, at: datetime, config: Config
) -> frozenset[str]:
    moment, known = (at.astimezone(CHINA).isoformat(timespec=unit) for unit in ("seconds", "microseconds"))
    answer = decide(consents, {**one.case, "at": moment, "knownAt": known}, config)
    if answer.decision != "permit":
        return frozenset()
    return frozenset(answer.permitted) if one.case.get("items") else frozenset(("",))


def _let_something_out(one: Recorded) -> bool:
    entry = one.entry
    return (entry.type, entry.subtype, entry.phase) == ("access", "disclose", "intent")


def _disclosure(office: Office, found: Recorded, outcome: Recorded | None) -> Disclosure | None:
    """None for what did not leave after all, and for what needed no consent."""
    if outcome is not None and outcome.entry.outcome != "0":
        return None
    told = details_of(office, found).told
    answer, request = told.get("consent", {}), told.get("request", {})
    if not answer.get("basis"):
        return None
    case, entry = answer["case"], found.entry
    kind, recipient = _recipient(office, case, request, entry.organisation)
    late = entry.source == "spool"
    return Disclosure(
        entry=found.id,
        number=found.sequence,
        patient=str(request.get("patient", "")),
        request=str(request.get("id", "")),
        time=from_us(entry.claimed_us) if late else found.time,
        kind=kind,
        recipient=recipient,
        organisation=entry.organisation,
        region=str(case["actor"].get("region", "")),
        purpose=entry.purpose,
        count=outcome.entry.count if outcome is not None else None,
        basis=tuple(map(str, answer["basis"])),
        case=case,
        withheld=frozenset(str(ref) for ref, _ in answer.get("withheld", ())),
    )


def _recipient(
    office: Office, case: Mapping[str, Any], request: Mapping[str, Any], organisation: str
) -> tuple[Kind, str]:
    if study := case.get("research", {}).get("study"):
        return "project", str(study).removeprefix(_STUDY)
    node = str(request.get("actor", {}).get("vouched_by", ""))
    return ("node", node) if node and node != office.desk.node else ("organisation", organisation)
