"""What one consent says about one item: permit, deny, or nothing. The deepest rule that means it decides."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import TypeVar

import msgspec

from consent.case import Item, Question
from consent.document import Document
from consent.matching import Held, Reach, counts, holds, reach
from consent.rules import Rule

Reaching = tuple[Rule, Reach]
# A rule, how it reaches the question and, once an item was shown, whether it means it.
_Rule = TypeVar("_Rule", tuple[Rule, Reach], tuple[Rule, Reach, Held])


class Word(Enum):
    """One consent's word."""

    PERMIT = auto()
    DENY = auto()
    UNLABELLED = auto()  # a refusal by label may mean this item: as good as a refusal
    NEEDS_LABEL = auto()  # a permit by label may mean this item: no permit
    NOTHING = auto()


class Saying(msgspec.Struct, frozen=True, gc=False):
    """The word, the rules that decided it and, where no item was shown, refusals inside and limits."""

    document: Document
    word: Word
    rules: tuple[Rule, ...] = ()
    reach: Reach = Reach.FULL
    overrules: bool = False  # a permit of the same consent, so the refusal is about something
    exceptions: tuple[Rule, ...] = ()
    limits: tuple[Rule, ...] = ()  # permitted is only what these mean
    outside: tuple[Rule, ...] = ()  # and what lies outside the limits is refused by these

    @property
    def refuses(self) -> bool:
        return self.word in (Word.DENY, Word.UNLABELLED)


class Asked(msgspec.Struct, frozen=True, gc=False):
    """The rules of a consent that reach a question, items aside: those that count now, and at any time."""

    document: Document
    now: Sequence[Reaching]
    ever: Sequence[Reaching]


def asked_of(document: Document, question: Question) -> Asked:
    """What a consent has to say about the question, items aside."""
    rules = document.root.walk() if document.root else ()
    ever = [(rule, how) for rule in rules if (how := reach(rule, question)) is not Reach.NONE]
    return Asked(document, [one for one in ever if counts(one[0], question)], ever)


def say(document: Document, asked: Sequence[Reaching], item: Item | None) -> Saying:
    """What the consent says about `item`; None asks about whatever there is."""
    if not asked:
        return Saying(document, Word.NOTHING)
    if item is None:
        return _say_unseen(document, asked)
    meant = [(rule, how, held) for rule, how in asked if (held := holds(rule, item)) is not Held.NO]
    deciding = _deepest([one for one in meant if one[2] is Held.YES or not one[0].permits])
    if not deciding:
        return Saying(document, Word.NEEDS_LABEL if meant else Word.NOTHING)
    denying = [one for one in deciding if not one[0].permits]
    if not denying:
        return Saying(document, Word.PERMIT, _rules(deciding), deciding[0][1])
    clear = [one for one in denying if one[2] is Held.YES]
    return Saying(
        document,
        Word.DENY if clear else Word.UNLABELLED,
        _rules(clear or denying),
        denying[0][1],
        overrules=any(rule.permits for rule, _ in asked),
    )


def _say_unseen(document: Document, asked: Sequence[Reaching]) -> Saying:
    """No item was shown: permit what can be permitted, and hand on every refusal that may lie inside it."""
    unseen = [one for one in asked if one[0].whole.asks_about_items]
    base = _deepest([one for one in asked if not one[0].whole.asks_about_items])
    depth = base[0][0].depth if base and base[0][1] is Reach.FULL else -1
    inside = tuple(rule for rule, _ in unseen if not rule.permits and rule.depth >= depth)
    denying = tuple(rule for rule, _ in base if not rule.permits)
    if base and not denying:
        whole = base[0][0]
        stricter = tuple([rule for rule, _ in unseen if rule.depth > whole.depth and _asks_more(rule, whole)])
        return Saying(document, Word.PERMIT, _rules(base), base[0][1], exceptions=(*inside, *stricter))
    openings = [one for one in unseen if one[0].permits and one[0].depth > (base[0][0].depth if base else -1)]
    if openings:
        limits = _rules(openings)
        return Saying(
            document, Word.PERMIT, limits, openings[0][1], exceptions=inside, limits=limits, outside=denying
        )
    if denying:
        permits = any(rule.permits for rule, _ in asked)
        return Saying(document, Word.DENY, denying, base[0][1], overrules=permits, exceptions=inside)
    return Saying(document, Word.NOTHING, exceptions=inside)


def _asks_more(rule: Rule, around: Rule) -> bool:
    """Whether a permit within a permit asks more of whoever receives what it means."""
    mine, theirs = rule.whole, around.whole
    anonymous = mine.deidentify and not theirs.deidentify
    return rule.permits and bool(anonymous or (theirs.onward and not mine.onward))


def _deepest(asked: Sequence[_Rule]) -> Sequence[_Rule]:
    """The rules that decide: those that reach fully before those that do so broadly, then the deepest."""
    if len(asked) < 2:
        return asked
    found = [one for one in asked if one[1] is Reach.FULL] or asked
    depth = max([one[0].depth for one in found])
    return [one for one in found if one[0].depth == depth]


def _rules(asked: Iterable[_Rule]) -> tuple[Rule, ...]:
    return tuple([one[0] for one in asked])
