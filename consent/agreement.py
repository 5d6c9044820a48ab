"""Did the patient agree? All the patient's consents together, for one item.

A permit counts when it is not void, when no refusal of another consent stands against it, and when it meets
the conditions that come after a permit. Otherwise the most telling obstacle is named.
"""

from collections.abc import Hashable, Sequence

import msgspec

from consent.after_permit import after_permit
from consent.alike import Spoken, spoken_of
from consent.case import Item, Question
from consent.codes import EMERGENCY
from consent.config import Config
from consent.document import Document
from consent.matching import Reach
from consent.reasons import rank
from consent.rules import Rule
from consent.saying import Asked, Saying, Word, asked_of, say
from consent.standing import lifts_item, lifts_request
from consent.versions import is_later
from consent.voids import void


class Finding(msgspec.Struct, frozen=True, gc=False):
    """The outcome for one item. `reason` is empty when it is permitted."""

    reason: str
    basis: tuple[str, ...] = ()
    rule: str = ""
    refused_by_name: bool = False  # a refusal that stands names emergencies
    exceptions: tuple[Rule, ...] = ()
    limits: tuple[Rule, ...] = ()


# A permit that counts, and the rules in it that meet the conditions after a permit.
_Passed = tuple[Saying, tuple[Rule, ...]]


class _Obstacle(msgspec.Struct, frozen=True, gc=False):
    reason: str
    rule: str = ""


class Agreement:
    """The patient's consents, asked about one question; `about` answers for each item."""

    def __init__(self, documents: Sequence[Document], question: Question, config: Config) -> None:
        self._question = question
        self._config = config
        self._documents = documents
        self.unreadable: list[Document] = []
        self._asked: list[Asked] = []
        self._withdrawn: list[Document] = []
        for one in documents:
            if one.status == "active" and one.serves(question.purpose):
                if one.problem is None:
                    self._asked.append(asked_of(one, question))
                else:
                    self.unreadable.append(one)
            elif one.status == "inactive" and one.serves(question.purpose):
                self._withdrawn.append(one)
        # Worked out when first needed, and the same for every item after that.
        self._spoken: Spoken | None = None
        self._found: dict[Hashable, Finding] = {}
        self._void: dict[str, str] = {}
        self._failing: dict[tuple[str, str], str] = {}
        self._lifting: dict[tuple[int, int], bool] = {}
        self._taken_back: list[Asked] | None = None

    def about(self, item: Item | None) -> Finding:
        """Whether the consents permit `item`; None: whatever there is.

        Items that differ in nothing any of the rules goes by get the same finding.
        """
        if item is None:
            return self._find(None)
        if self._spoken is None:
            documents = [asked.document for asked in self._asked] + self._withdrawn
            self._spoken = spoken_of(rule for one in documents if one.root for rule in one.root.walk())
        seen = self._spoken.of(item)
        if seen not in self._found:
            self._found[seen] = self._find(item)
        return self._found[seen]

    def _find(self, item: Item | None) -> Finding:
        sayings = [say(one.document, one.now, item) for one in self._asked]
        counting = [one for one in sayings if one.word is Word.PERMIT and not self._voided(one.document)]
        refusals = [one for one in sayings if one.refuses]
        free = self._free(counting, refusals, item)
        passed = [(one, rules) for one in free if (rules := self._passing(one))]
        exceptions: tuple[Rule, ...] = ()
        limits: tuple[Rule, ...] = ()
        if item is None:
            passed, limits = self._within_limits(passed, sayings)
            exceptions = self._exceptions(sayings, [one for one, _ in passed])
        if passed and not self.unreadable:
            first, rules = passed[0]
            return Finding(
                "",
                basis=tuple(sorted({one.document.id for one, _ in passed})),
                rule=_path(first.document, rules[0]),
                exceptions=exceptions,
                limits=limits,
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

    def _free(self, permits: list[Saying], refusals: list[Saying], item: Item | None) -> list[Saying]:
        """Permits that no refusal is in the way of."""
        if not refusals:
            return permits
        return [one for one in permits if not any(self._stands(r, one, item) for r in refusals)]

    def _voided(self, document: Document) -> str:
        """Why the permits of this consent do not count, or ""."""
        if document.id not in self._void:
            self._void[document.id] = void(document, self._question, self._config)
        return self._void[document.id]

    def _stands(self, refusal: Saying, permit: Saying, item: Item | None) -> bool:
        """Whether the refusal is in the way of this permit."""
        if refusal.reach is Reach.BROAD and permit.reach is Reach.FULL:
            return False
        if refusal.word is Word.UNLABELLED or not is_later(permit.document, refusal.document):
            return True
        return not all(self._lifted(rule, permit, item) for rule in refusal.rules)

    def _lifted(self, refusal: Rule, permit: Saying, item: Item | None) -> bool:
        return any(
            self._lifts(one, refusal) and lifts_item(one.whole, refusal.whole, item) for one in permit.rules
        )

    def _lifts(self, permit: Rule, refusal: Rule) -> bool:
        """Whether the permit is as explicit about the request as the refusal."""
        pair = (id(permit), id(refusal))
        if pair not in self._lifting:
            self._lifting[pair] = lifts_request(permit.whole, refusal.whole, self._question)
        return self._lifting[pair]

    def _within_limits(
        self, passed: list[_Passed], sayings: list[Saying]
    ) -> tuple[list[_Passed], tuple[Rule, ...]]:
        """Permits given unseen that can be told, and the limits of what they may mean: none where one has none."""
        if not any(one.limits or one.outside for one in sayings):
            return passed, ()
        walls = [self._walls(one, rules, sayings) for one, rules in passed]
        # Two limits at once cannot be told in a list of either-or, so such a permit says nothing unseen.
        told = [(one, wall) for one, wall in zip(passed, walls, strict=True) if len(wall) < 2]
        unlimited = any(not wall for _, wall in told)
        return [one for one, _ in told], () if unlimited else tuple(
            rule for _, (wall,) in told for rule in wall
        )

    def _walls(
        self, permit: Saying, rules: tuple[Rule, ...], sayings: list[Saying]
    ) -> list[tuple[Rule, ...]]:
        """Limits of a permit: its own, and those of consents that refuse the rest."""
        own = [rules] if permit.limits else []
        others = [one for one in sayings if one.outside and one is not permit]
        return own + [one.limits for one in others if self._stands_outside(one, permit)]

    def _stands_outside(self, refusal: Saying, permit: Saying) -> bool:
        later = is_later(permit.document, refusal.document)
        return not (later and all(self._lifted(rule, permit, None) for rule in refusal.outside))

    def _passing(self, permit: Saying) -> tuple[Rule, ...]:
        return tuple(rule for rule in permit.rules if not self._fails(permit.document, rule))

    def _fails(self, document: Document, rule: Rule) -> str:
        place = (document.id, rule.path)
        if place not in self._failing:
            self._failing[place] = after_permit(document, rule.whole, self._question, self._config)
        return self._failing[place]

    def _exceptions(self, sayings: list[Saying], passed: list[Saying]) -> tuple[Rule, ...]:
        """Refusals about items nobody has shown yet that stand against every permit."""
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
        any_live = any(one.status == "active" and self._counts_now(one) for one in self._documents)
        found = [_Obstacle("NOT_COVERED" if any_live else "NO_CONSENT")]
        found += [_Obstacle("NON_COMPUTABLE_CONSENT", one.name) for one in self.unreadable]
        for asked, one in zip(self._asked, sayings, strict=True):
            if one.word is Word.NEEDS_LABEL:
                found.append(_Obstacle("UNLABELED_DATA", one.document.name))
            elif one.word is Word.PERMIT and (reason := self._voided(one.document)):
                found.append(_Obstacle(reason, _path(one.document, one.rules[0])))
            elif one.word is Word.NOTHING and len(asked.now) < len(asked.ever):
                found += self._out_of_time(asked, item)
        for one in free:
            failing = [(self._fails(one.document, rule), rule) for rule in one.rules]
            found += [_Obstacle(reason, _path(one.document, rule)) for reason, rule in failing if reason]
        if self._taken_back is None:
            self._taken_back = [asked_of(one, self._question) for one in self._withdrawn]
        for asked in self._taken_back:
            then = say(asked.document, asked.ever, item)
            if then.word is Word.PERMIT:
                found.append(_Obstacle("CONSENT_WITHDRAWN", _path(asked.document, then.rules[0])))
        return found

    def _out_of_time(self, asked: Asked, item: Item | None) -> list[_Obstacle]:
        """A permit that would have covered this at another time."""
        then = say(asked.document, asked.ever, item)
        if then.word is not Word.PERMIT:
            return []
        rule = then.rules[0]
        period = rule.whole.period
        if period is None or period.holds(self._question.at):
            return []
        reason = "CONSENT_EXPIRED" if period.is_over(self._question.at) else "CONSENT_NOT_YET_VALID"
        return [_Obstacle(reason, _path(asked.document, rule))]

    def _counts_now(self, document: Document) -> bool:
        period = document.root.own.period if document.root else None
        return period is None or period.holds(self._question.at)


def _refusal(refusal: Saying) -> _Obstacle:
    reason = "CONSENT_DENY" if refusal.word is Word.DENY else "UNLABELED_DATA"
    return _Obstacle(reason, _path(refusal.document, refusal.rules[0]))


def _names_emergency(refusal: Saying) -> bool:
    """Whether a standing refusal speaks of emergencies at all: whoever names one means all of them."""
    return refusal.word is Word.DENY and any(
        not EMERGENCY.isdisjoint(rule.whole.purposes or ()) for rule in refusal.rules
    )


def _path(document: Document, rule: Rule) -> str:
    return f"{document.name} {rule.path}"
