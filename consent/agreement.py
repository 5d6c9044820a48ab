"""Did the patient agree? All the patient's consents together, for one item.

A permit counts when it is not void, when no refusal of another consent stands against it, and when it meets
the conditions that come after a permit. Otherwise the most telling obstacle is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.after_permit import after_permit
from consent.case import Item, Question
from consent.codes import EMERGENCY
from consent.config import Config
from consent.document import Document
from consent.matching import Reach
from consent.reasons import rank
from consent.rules import Rule
from consent.saying import Asked, Saying, Word, asked_of, say
from consent.standing import lifts
from consent.versions import is_later
from consent.voids import void


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome for one item. `reason` is empty when it is permitted."""

    reason: str
    basis: tuple[str, ...] = ()
    rule: str = ""
    refused_by_name: bool = False  # a refusal that stands names emergencies
    exceptions: tuple[Rule, ...] = ()
    limits: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Obstacle:
    reason: str
    rule: str = ""


class Agreement:
    """The patient's consents, asked about one question; `about` answers for each item."""

    def __init__(self, documents: Sequence[Document], question: Question, config: Config) -> None:
        self._question = question
        self._config = config
        in_scope = [one for one in documents if one.serves(question.purpose)]
        self._live = [one for one in in_scope if one.status == "active" and one.problem is None]
        self._withdrawn = [one for one in in_scope if one.status == "inactive"]
        self._asked: list[tuple[Document, list[Asked]]] = [
            (one, asked_of(one, question)) for one in self._live
        ]
        self._void = {one.id: void(one, question, config) for one in self._live}
        self._any_live = any(one.status == "active" and self._counts_now(one) for one in documents)
        self.unreadable = [one for one in in_scope if one.status == "active" and one.problem is not None]

    def about(self, item: Item | None) -> Finding:
        """Whether the consents permit `item`; None: whatever there is."""
        sayings = [say(document, asked, item) for document, asked in self._asked]
        permits = [one for one in sayings if one.word is Word.PERMIT]
        counting = [one for one in permits if not self._void[one.document.id]]
        refusals = [one for one in sayings if one.refuses]
        free = [p for p in counting if not any(self._stands(r, p, item) for r in refusals)]
        passed = [(one, rules) for one in free if (rules := self._passing(one))]
        walls = [self._walls(one, rules, sayings) for one, rules in passed]
        # Two limits at once cannot be told in a list of either-or, so such a permit says nothing unseen.
        told = [(one, rules, wall) for (one, rules), wall in zip(passed, walls, strict=True) if len(wall) < 2]
        exceptions = self._exceptions(sayings, [one for one, _, _ in told], item)
        if told and not self.unreadable:
            first, rules, _ = told[0]
            unlimited = any(not wall for _, _, wall in told)
            return Finding(
                "",
                basis=tuple(sorted({one.document.id for one, _, _ in told})),
                rule=_path(first.document, rules[0]),
                exceptions=exceptions,
                limits=() if unlimited else tuple(rule for _, _, (wall,) in told for rule in wall),
            )
        standing = [] if free else [r for r in refusals if r.overrules or r.reach is Reach.FULL or counting]
        obstacles = [*self._obstacles(sayings, free, item), *map(_refusal, standing)]
        worst = min(obstacles, key=lambda one: rank(one.reason))
        return Finding(
            worst.reason,
            rule=worst.rule,
            refused_by_name=any(_names_emergency(r) for r in standing),
            exceptions=exceptions,
        )

    def _stands(self, refusal: Saying, permit: Saying, item: Item | None) -> bool:
        """Whether the refusal is in the way of this permit."""
        if refusal.reach is Reach.BROAD and permit.reach is Reach.FULL:
            return False
        if refusal.word is Word.UNLABELLED or not is_later(permit.document, refusal.document):
            return True
        return not all(self._lifted(rule, permit, item) for rule in refusal.rules)

    def _lifted(self, refusal: Rule, permit: Saying, item: Item | None) -> bool:
        return any(lifts(one.whole, refusal.whole, self._question, item) for one in permit.rules)

    def _walls(
        self, permit: Saying, rules: tuple[Rule, ...], sayings: list[Saying]
    ) -> list[tuple[Rule, ...]]:
        """Limits of what a permit given unseen may mean: its own, and those of consents that refuse the rest."""
        own = [rules] if permit.limits else []
        others = [one for one in sayings if one is not permit and one.outside]
        return own + [one.limits for one in others if self._stands_outside(one, permit)]

    def _stands_outside(self, refusal: Saying, permit: Saying) -> bool:
        later = is_later(permit.document, refusal.document)
        return not (later and all(self._lifted(rule, permit, None) for rule in refusal.outside))

    def _passing(self, permit: Saying) -> tuple[Rule, ...]:
        return tuple(rule for rule in permit.rules if not self._fails(permit.document, rule))

    def _fails(self, document: Document, rule: Rule) -> str:
        return after_permit(document, rule.whole, self._question, self._config)

    def _exceptions(self, sayings: list[Saying], passed: list[Saying], item: Item | None) -> tuple[Rule, ...]:
        """Refusals about items nobody has shown yet that stand against every permit."""
        if item is not None:
            return ()
        found = []
        for one in sayings:
            for rule in one.exceptions:
                lifted = any(
                    other is not one
                    and is_later(other.document, one.document)
                    and self._lifted(rule, other, None)
                    for other in passed
                )
                if not lifted:
                    found.append(rule)
        return tuple(found)

    def _obstacles(self, sayings: list[Saying], free: list[Saying], item: Item | None) -> list[_Obstacle]:
        found = [_Obstacle("NOT_COVERED" if self._any_live else "NO_CONSENT")]
        found += [_Obstacle("NON_COMPUTABLE_CONSENT", one.name) for one in self.unreadable]
        for one in sayings:
            if one.word is Word.NEEDS_LABEL:
                found.append(_Obstacle("UNLABELED_DATA", one.document.name))
            elif one.word is Word.PERMIT and (reason := self._void[one.document.id]):
                found.append(_Obstacle(reason, _path(one.document, one.rules[0])))
            elif one.word is Word.NOTHING:
                found += self._out_of_time(one.document, item)
        for one in free:
            failing = [(self._fails(one.document, rule), rule) for rule in one.rules]
            found += [_Obstacle(reason, _path(one.document, rule)) for reason, rule in failing if reason]
        for document in self._withdrawn:
            then = say(document, asked_of(document, self._question, at_any_time=True), item)
            if then.word is Word.PERMIT:
                found.append(_Obstacle("CONSENT_WITHDRAWN", _path(document, then.rules[0])))
        return found

    def _out_of_time(self, document: Document, item: Item | None) -> list[_Obstacle]:
        """A permit that would have covered this at another time."""
        then = say(document, asked_of(document, self._question, at_any_time=True), item)
        if then.word is not Word.PERMIT:
            return []
        rule = then.rules[0]
        period = rule.whole.period
        if period is None or period.holds(self._question.at):
            return []
        reason = "CONSENT_EXPIRED" if period.is_over(self._question.at) else "CONSENT_NOT_YET_VALID"
        return [_Obstacle(reason, _path(document, rule))]

    def _counts_now(self, document: Document) -> bool:
        period = document.root.own.period if document.root else None
        return period is None or period.holds(self._question.at)


def _refusal(refusal: Saying) -> _Obstacle:
    reason = "CONSENT_DENY" if refusal.word is Word.DENY else "UNLABELED_DATA"
    return _Obstacle(reason, _path(refusal.document, refusal.rules[0]))


def _names_emergency(refusal: Saying) -> bool:
    """Whether a standing refusal speaks of emergencies at all: whoever names one means all of them."""
    return refusal.word is Word.DENY and any(
        EMERGENCY & set(rule.whole.purposes or ()) for rule in refusal.rules
    )


def _path(document: Document, rule: Rule) -> str:
    return f"{document.name} {rule.path}"
