"""Which patients of a cohort are included: those who agreed, whose records may leave, and who may be known to belong.

To be in an extract says that one has the condition that was looked for. So a patient who withholds the records
that say it is left out, even where others of the records would be permitted.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from consent import PatientKey
from exchange.node.node import Node
from exchange.path.duties import STRICTEST_FIRST, Duties
from exchange.path.judging import judge
from exchange.path.request import Request
from exchange.path.subject import subject_of
from exchange.path.verdict import Verdict
from exchange.records import ItemFacts
from exchange.research.cohort import is_about
from exchange.research.protocol import Protocol

CONDITION = "Condition"
# Reasons that are no refusal by the patient or the policy.
NOTHING_PERMITTED = "NOTHING_PERMITTED"
CONSENT_CHANGED = "CONSENT_CHANGED"
PROFILE_TOO_WEAK = "PROFILE_TOO_WEAK"


@dataclass(frozen=True, slots=True)
class Included:
    """A patient whose records may go into the extract; `verdict.permitted` are those that were asked for."""

    patient: str
    keys: PatientKey
    verdict: Verdict
    duties: Duties


@dataclass(frozen=True, slots=True)
class Chosen:
    """The included, the refused whose refusal is to be recorded, and how many were left out by reason."""

    included: tuple[Included, ...]
    refused: tuple[tuple[PatientKey, Verdict], ...]
    left_out: Counter[str]


def choose(node: Node, protocol: Protocol, request: Request, patients: Iterable[str]) -> Chosen:
    """Judge every patient of the cohort. Nothing is written."""
    included: list[Included] = []
    refused: list[tuple[PatientKey, Verdict]] = []
    left_out: Counter[str] = Counter()
    for patient in patients:
        keys = node.vault.key_of(patient)
        items = node.records.facts_of(patient, {*protocol.fields, CONDITION})
        subject = subject_of(node.records, patient, node.directory, node.own)
        verdict = judge(request, node.office, subject=subject, keys=keys, items=items)
        if not verdict.permit or verdict.duties is None:
            refused.append((keys, verdict))
            left_out[verdict.code] += 1
            continue
        asked = _asked_for(verdict, items, protocol)
        if not asked:
            left_out[NOTHING_PERMITTED] += 1
        elif _is_weaker(protocol.profile, verdict.duties.profile):
            left_out[PROFILE_TOO_WEAK] += 1
        else:
            included.append(Included(patient, keys, replace(verdict, permitted=asked), verdict.duties))
    return Chosen(tuple(included), tuple(refused), left_out)


def _asked_for(verdict: Verdict, items: Sequence[ItemFacts], protocol: Protocol) -> tuple[str, ...]:
    """The permitted records the protocol asked for; none where what makes the patient belong is withheld."""
    refs = frozenset(verdict.permitted)
    permitted = [item for item in items if item.ref in refs]
    if not any(one.class_ == CONDITION and is_about(one, protocol.cohort) for one in permitted):
        return ()
    return tuple(one.ref for one in permitted if one.class_ in protocol.fields)


def _is_weaker(profile: str, demanded: str) -> bool:
    return STRICTEST_FIRST.index(profile) > STRICTEST_FIRST.index(demanded)
