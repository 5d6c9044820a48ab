"""What one consent says about one item: permit, deny, or nothing. The deepest rule that means it decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from consent.case import Item, Question
from consent.document import Document
from consent.matching import Held, Reach, holds, reach
from consent.rules import Rule

Asked = tuple[Rule, Reach]


class Word(Enum):
    """One consent's word."""

    PERMIT = auto()
    DENY = auto()
    UNLABELLED = auto()  # a refusal by label may mean this item: as good as a refusal
    NEEDS_LABEL = auto()  # a permit by label may mean this item: no permit
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Saying:
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


def asked_of(document: Document, question: Question, *, at_any_time: bool = False) -> list[Asked]:
    """The rules of a consent that reach the question, items aside."""
    if document.root is None:
        return []
    found = ((rule, reach(rule, question, at_any_time=at_any_time)) for rule in document.root.walk())
    return [(rule, how) for rule, how in found if how is not Reach.NONE]


def say(document: Document, asked: list[Asked], item: Item | None) -> Saying:
    """What the consent says about `item`; None asks about whatever there is."""
    if item is None:
        return _say_unseen(document, asked)
    meant = [(rule, how, held) for rule, how in asked if (held := holds(rule, item)) is not Held.NO]
    sure = [one for one in meant if one[2] is Held.YES or not one[0].permits]
    deciding = _deepest((rule, how) for rule, how, _ in sure)
    if not deciding:
        return Saying(document, Word.NEEDS_LABEL if meant else Word.NOTHING)
    denying = [one for one in deciding if not one[0].permits]
    if not denying:
        return Saying(document, Word.PERMIT, _rules(deciding), deciding[0][1])
    clear = [one for one in denying if any(one[0] is rule and held is Held.YES for rule, _, held in sure)]
    return Saying(
        document,
        Word.DENY if clear else Word.UNLABELLED,
        _rules(clear or denying),
        denying[0][1],
        overrules=any(rule.permits for rule, _ in asked),
    )


def _say_unseen(document: Document, asked: list[Asked]) -> Saying:
    """No item was shown: permit what can be permitted, and hand on every refusal that may lie inside it."""
    base = _deepest(one for one in asked if holds(one[0], None) is Held.YES)
    unseen = [one for one in asked if holds(one[0], None) is Held.OPEN]
    depth = base[0][0].depth if base and base[0][1] is Reach.FULL else -1
    inside = tuple(rule for rule, _ in unseen if not rule.permits and rule.depth >= depth)
    denying = tuple(rule for rule, _ in base if not rule.permits)
    if base and not denying:
        return Saying(document, Word.PERMIT, _rules(base), base[0][1], exceptions=inside)
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


def _deepest(asked: Iterable[Asked]) -> list[Asked]:
    """The rules that decide: those that reach fully before those that do so broadly, then the deepest."""
    found = list(asked)
    found = [one for one in found if one[1] is Reach.FULL] or found
    depth = max((rule.depth for rule, _ in found), default=0)
    return [one for one in found if one[0].depth == depth]


def _rules(asked: Iterable[Asked]) -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in asked)
