"""Does a rule mean this question, and this item? Elements AND, repetitions OR, unknown never helps.

What is not known about an item does not satisfy a permit and does not escape a refusal.
"""

from enum import IntEnum

from consent.case import Item, Question
from consent.codes import EMERGENCY, LEVELS, ROLE_GROUP, is_a, region_contains, role_group
from consent.rules import Conditions, Labels, Rule


class Reach(IntEnum):
    """How a rule's purposes reach the one asked for."""

    NONE = 0
    BROAD = 1  # break-glass, reached only because it is a kind of treatment
    FULL = 2


class Held(IntEnum):
    """Whether a rule means an item."""

    NO = 0
    YES = 1
    UNLABELLED = 2  # it may: the rule goes by labels and the item has none
    OPEN = 3  # it may: no item was shown


def counts(rule: Rule, question: Question) -> bool:
    """Whether the rule counts at the time of the question."""
    period = rule.whole.period
    return period is None or period.holds(question.at)


def reach(rule: Rule, question: Question) -> Reach:
    """How the rule reaches the question, items aside and whenever it counts."""
    said = rule.whole
    if said.recipients is not None and not any(r.reference in question.parties for r in said.recipients):
        return Reach.NONE
    if said.custodians is not None and not _is_held(rule, question):
        return Reach.NONE
    if said.regions is not None and not any(region_contains(r, question.region) for r in said.regions):
        return Reach.NONE
    if said.roles is not None and not _has_role(rule, question):
        return Reach.NONE
    if said.actions is not None and not _acts(rule, question):
        return Reach.NONE
    if said.uses is not None and not question.is_for_research:
        return Reach.NONE
    return _purpose_reach(said, question)


def _is_held(rule: Rule, question: Question) -> bool:
    return question.custodian in (rule.whole.custodians or ()) or not (question.custodian or rule.permits)


def _has_role(rule: Rule, question: Question) -> bool:
    if any(role_group(role) in question.parties for role in rule.whole.roles or ()):
        return True
    is_known = any(party.startswith(ROLE_GROUP) for party in question.parties)
    return not (rule.permits or is_known)


def _acts(rule: Rule, question: Question) -> bool:
    if question.action is None:
        return not rule.permits
    return question.action in (rule.whole.actions or ())


def _purpose_reach(said: Conditions, question: Question) -> Reach:
    if said.purposes is None:
        return Reach.FULL
    hits = question.purposes.intersection(said.purposes)
    if not hits:
        return Reach.NONE
    # A refusal of treatment must not become an emergency refusal nobody meant (note 3.3-7), see agreement.py.
    by_name = question.purpose != "BTG" or not EMERGENCY.isdisjoint(hits)
    return Reach.FULL if by_name else Reach.BROAD


def holds(rule: Rule, item: Item | None) -> Held:
    """Whether a rule that reaches the question means the item; None: no item was shown."""
    said = rule.whole
    if not said.asks_about_items:
        return Held.YES
    if item is None:
        return Held.OPEN
    if not _about(said, item, permits=rule.permits):
        return Held.NO
    if said.labels is None:
        return Held.YES
    if item.is_unlabelled:
        return Held.UNLABELLED
    return _covered(said.labels, item) if rule.permits else _touched(said.labels, item)


def _about(said: Conditions, item: Item, *, permits: bool) -> bool:
    """Everything but the labels."""
    unknown = not permits  # what an unknown author, date or kind counts as
    if said.kinds is not None and (item.kind not in said.kinds if item.kind else not unknown):
        return False
    if said.codes is not None and not any(code_matches(c, item, permits=permits) for c in said.codes):
        return False
    if said.authors is not None and (item.author not in said.authors if item.author else not unknown):
        return False
    if said.data is not None and not any(data_matches(d, item, unknown=unknown) for d in said.data):
        return False
    if said.data_period is None:
        return True
    if item.authored is None:
        return unknown
    return said.data_period.covers(item.authored) if permits else said.data_period.touches(item.authored)


def code_matches(code: tuple[str, str], item: Item, *, permits: bool) -> bool:
    """A permit wants system and code; a refusal also means a code written down without its system."""
    if permits or code in item.codes:
        return code in item.codes
    return any(code[1] == other[1] and not (code[0] and other[0]) for other in item.codes)


def data_matches(data: tuple[str, str], item: Item, *, unknown: bool) -> bool:
    """Whether the item is the one meant, belongs to the encounter meant, or was written by the one meant."""
    meaning, reference = data
    if meaning == "instance":
        return item.ref == reference
    if meaning == "authoredby":
        return item.author == reference if item.author else unknown
    return reference in (item.encounter, item.ref)


def _covered(labels: Labels, item: Item) -> Held:
    """A permit: levels up to the highest named; where sensitivities are named, all of the item's."""
    topics = item.sensitivity or ()
    if labels.sensitivities:
        if not all(any(is_a(topic, named) for named in labels.sensitivities) for topic in topics):
            return Held.NO
        if topics:
            return Held.YES
    if not labels.levels:
        return Held.NO
    if item.confidentiality is None:
        return Held.UNLABELLED
    highest = max(map(LEVELS.index, labels.levels))
    return Held.YES if LEVELS.index(item.confidentiality) <= highest else Held.NO


def _touched(labels: Labels, item: Item) -> Held:
    """A refusal: levels from the lowest named; any one of the item's sensitivities is enough."""
    topics = item.sensitivity or ()
    if any(is_a(topic, named) for topic in topics for named in labels.sensitivities):
        return Held.YES
    if not labels.levels:
        return Held.NO
    if item.confidentiality is None:
        return Held.UNLABELLED
    lowest = min(map(LEVELS.index, labels.levels))
    return Held.YES if LEVELS.index(item.confidentiality) >= lowest else Held.NO
