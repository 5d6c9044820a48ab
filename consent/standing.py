"""Does a refusal still stand against a later permit?

A refusal stands until a later permit is at least as explicit on everything it refused. So a new general
permit never uncovers what was refused by name, and a new permit for one hospital ends an old "nobody"
for that hospital.
"""

from consent.case import Item, Question
from consent.codes import LEVELS, is_a, region_contains
from consent.matching import code_matches, data_matches
from consent.rules import Conditions, Labels, Recipient


def lifts_request(permit: Conditions, refusal: Conditions, question: Question) -> bool:
    """Whether `permit`, said later, speaks of all that `refusal` says about the request, and no less precisely.

    When a rule counts is not what it refuses, so `period` plays no part.
    """
    return (
        _names_whom(permit.recipients, refusal.recipients, question)
        and _speaks(permit.custodians, refusal.custodians)
        and _speaks(permit.authors, refusal.authors)
        and _names_where(permit.regions, refusal.regions, question)
        and _speaks(permit.roles, refusal.roles)
        and _names_why(permit.purposes, refusal.purposes, question)
        and _speaks(permit.actions, refusal.actions)
        and _speaks(permit.uses, refusal.uses)
        and _names_time(permit, refusal)
    )


def lifts_item(permit: Conditions, refusal: Conditions, item: Item | None) -> bool:
    """The same for what they say about items: which, and how private."""
    return (
        _names_kinds(permit.kinds, refusal.kinds, item)
        and _names_codes(permit.codes, refusal.codes, item)
        and _names_labels(permit.labels, refusal.labels, item)
        and _names_data(permit.data, refusal.data, item)
    )


def _speaks(permit: object, refusal: object) -> bool:
    return refusal is None or permit is not None


def _names_whom(
    permit: tuple[Recipient, ...] | None, refusal: tuple[Recipient, ...] | None, question: Question
) -> bool:
    """A person is more precise than an organisation, an organisation than a group."""
    if refusal is None:
        return True
    return _precision(permit or (), question) >= _precision(refusal, question)


def _precision(named: tuple[Recipient, ...], question: Question) -> int:
    return max((question.parties.get(one.reference, 0) for one in named), default=0)


def _names_where(permit: tuple[str, ...] | None, refusal: tuple[str, ...] | None, question: Question) -> bool:
    if refusal is None:
        return True
    refused = [r for r in refusal if region_contains(r, question.region)]
    permitted = [p for p in permit or () if region_contains(p, question.region)]
    return any(all(region_contains(r, p) for r in refused) for p in permitted)


def _names_why(permit: tuple[str, ...] | None, refusal: tuple[str, ...] | None, question: Question) -> bool:
    if refusal is None:
        return True
    refused = [r for r in refusal if r in question.purposes]
    permitted = [p for p in permit or () if p in question.purposes]
    return any(all(is_a(p, r) for r in refused) for p in permitted)


def _names_kinds(permit: tuple[str, ...] | None, refusal: tuple[str, ...] | None, item: Item | None) -> bool:
    if refusal is None:
        return True
    meant = (item.kind,) if item and item.kind else refusal
    return permit is not None and set(meant) <= set(permit)


def _names_codes(
    permit: tuple[tuple[str, str], ...] | None, refusal: tuple[tuple[str, str], ...] | None, item: Item | None
) -> bool:
    if refusal is None:
        return True
    meant = [one for one in refusal if item is None or code_matches(one, item, permits=False)]
    return permit is not None and set(meant) <= set(permit)


def _names_labels(permit: Labels | None, refusal: Labels | None, item: Item | None) -> bool:
    if refusal is None:
        return True
    if permit is None:
        return False
    topics = refusal.sensitivities if item is None else (item.sensitivity or ())
    refused = [(t, r) for t in topics for r in refusal.sensitivities if is_a(t, r)]
    by_topic = all(any(is_a(t, p) and is_a(p, r) for p in permit.sensitivities) for t, r in refused)
    return by_topic and (bool(permit.levels) or not _refuses_level(refusal, item))


def _refuses_level(refusal: Labels, item: Item | None) -> bool:
    if not refusal.levels or item is None or item.confidentiality is None:
        return bool(refusal.levels)
    return LEVELS.index(item.confidentiality) >= min(map(LEVELS.index, refusal.levels))


def _names_data(
    permit: tuple[tuple[str, str], ...] | None, refusal: tuple[tuple[str, str], ...] | None, item: Item | None
) -> bool:
    if refusal is None:
        return True
    return permit is not None and all(
        any(mine == theirs or (item is not None and mine == ("instance", item.ref)) for mine in permit)
        for theirs in refusal
        if item is None or data_matches(theirs, item, unknown=True)
    )


def _names_time(permit: Conditions, refusal: Conditions) -> bool:
    if refusal.data_period is None:
        return True
    return permit.data_period is not None and permit.data_period.lies_within(refusal.data_period)
