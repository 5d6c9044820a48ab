"""Which patients of a cohort are included: those who agreed, whose records may leave, and who may be known to belong.

To be in an extract says that one has the condition that was looked for. So a patient who withholds the records
that say it is left out, even where others of the records would be permitted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from consent import PatientKey
from exchange.node.node import Node
from exchange.path.duties import STRICTEST_FIRST, Duties
from exchange.path.judging import is_settled, judge
from exchange.path.request import Request
from exchange.path.subject import subject_of
from exchange.path.verdict import Verdict
from exchange.records import ItemFacts
from exchange.research.cohort import is_about
from exchange.research.protocol import Protocol

CONDITION = "Condition"
# Patients whose keys and consents are read together: more at once is no faster (docs/adr/0023).
_AT_ONCE = 128
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
    """Judge every patient of the cohort. Nothing is written.

    Whoever has never said anything is refused without a look at their records.
    """
    included: list[Included] = []
    refused: list[tuple[PatientKey, Verdict]] = []
    left_out: Counter[str] = Counter()
    for patient, keys, is_silent in _met(node, patients):
        verdict, items = _judged(node, protocol, request, patient, keys, is_silent=is_silent)
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


def _met(node: Node, patients: Iterable[str]) -> Iterator[tuple[str, PatientKey, bool]]:
    """Each patient, their key, and whether they have never said anything."""
    left = iter(patients)
    while some := list(islice(left, _AT_ONCE)):
        known = node.vault.known_of_each(some)
        keys = [key or node.vault.key_of(one) for one, key in zip(some, known, strict=True)]
        found = node.consents.on_file_of_each(keys, node.office.consent_config.tz_hours)
        for patient, key, on_file in zip(some, keys, found, strict=True):
            yield patient, key, not on_file.versions


def _judged(
    node: Node, protocol: Protocol, request: Request, patient: str, keys: PatientKey, *, is_silent: bool
) -> tuple[Verdict, Sequence[ItemFacts]]:
    """The verdict, by what is on file now, and the items it was made with."""
    subject = subject_of(node.records, patient, node.directory, node.own)
    if is_silent:
        unseen = judge(request, node.office, subject=subject, keys=keys, items=())
        if is_settled(unseen):
            return unseen, ()
    items = node.records.facts_of(patient, {*protocol.fields, CONDITION})
    return judge(request, node.office, subject=subject, keys=keys, items=items), items


def _asked_for(verdict: Verdict, items: Sequence[ItemFacts], protocol: Protocol) -> tuple[str, ...]:
    """The permitted records the protocol asked for; none where what makes the patient belong is withheld."""
    refs = frozenset(verdict.permitted)
    permitted = [item for item in items if item.ref in refs]
    if not any(one.class_ == CONDITION and is_about(one, protocol.cohort) for one in permitted):
        return ()
    return tuple(one.ref for one in permitted if one.class_ in protocol.fields)


def _is_weaker(profile: str, demanded: str) -> bool:
    return STRICTEST_FIRST.index(profile) > STRICTEST_FIRST.index(demanded)
