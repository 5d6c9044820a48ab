"""Several people, one decision: the experts of a remote consultation see the same record, or none of them does.

Each is judged alone, by their own role and organisation, and each gets entries of their own in the ledger. What one
of them may not see none of them is shown, as they look at it together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from exchange.panels import WITH_PANEL
from exchange.path.duties import STRICTEST_FIRST, Duties, fewest
from exchange.path.request import Request
from exchange.path.verdict import Verdict, Withheld
from exchange.path.wording import PANEL_INCOMPLETE

NOT_FOR_ALL = "NOT_FOR_ALL"


@dataclass(frozen=True, slots=True)
class Heard:
    """One person's request, its evidence looked up, and the verdict on it."""

    request: Request
    verdict: Verdict

    @property
    def is_permitted(self) -> bool:
        return self.verdict.permit and self.verdict.duties is not None


def together(heard: Sequence[Heard]) -> tuple[Heard, ...]:
    """The permits of all, each cut down to what all of them may see."""
    common = set.intersection(*(set(one.verdict.permitted) for one in heard))
    return tuple(Heard(one.request, _only(one.verdict, common)) for one in heard)


def told_once(allowed: Sequence[Heard]) -> tuple[Heard, ...]:
    """One review and one notice for all whose permits ask for the same; who must be reviewed sooner is so alone.

    Those come last: what is one panel is read from entries that stand right behind each other (exchange/panels.py).
    """
    first, *others = allowed
    told = [_along(one, first) for one in others]
    return (first, *sorted(told, key=lambda one: not _is_along(one)))


def profile_of(duties: Sequence[Duties]) -> Duties:
    """What is done to the one Bundle: the strictest profile, shortest time and fewest elements any permit asks for."""
    wanted = {one.profile for one in duties}
    limits = [one.valid_for for one in duties if one.valid_for is not None]
    return replace(
        duties[0],
        profile=next(one for one in STRICTEST_FIRST if one in wanted),
        valid_for=min(limits, default=None),
        only=fewest(one.only for one in duties),
    )


def refusals(heard: Sequence[Heard]) -> tuple[Heard, ...]:
    """What to record of a panel that is not complete: their own reasons for some, that for the others."""
    return tuple(
        one if not one.is_permitted else Heard(one.request, one.verdict.refused(PANEL_INCOMPLETE))
        for one in heard
    )


def refusal_of(heard: Sequence[Heard]) -> Verdict:
    """The one answer: the reasons of everybody who may not see it, each with whom it is about."""
    refused = [one for one in heard if not one.is_permitted]
    if len(heard) == 1:
        return refused[0].verdict
    reasons = tuple(
        replace(reason, person=one.request.actor.id) for one in refused for reason in one.verdict.reasons
    )
    return replace(refused[0].verdict, reasons=reasons)


def _along(one: Heard, first: Heard) -> Heard:
    duties, theirs = one.verdict.duties, first.verdict.duties
    if (
        duties is None
        or theirs is None
        or _asks_for(duties) != _asks_for(theirs)
        or not any(_asks_for(duties))
    ):
        return one
    told = replace(duties, review_within=None, notify_patient=False, codes=(*duties.codes, WITH_PANEL))
    return Heard(one.request, replace(one.verdict, duties=told))


def _is_along(one: Heard) -> bool:
    return one.verdict.duties is not None and WITH_PANEL in one.verdict.duties.codes


def _asks_for(duties: Duties) -> tuple[timedelta | None, bool]:
    return duties.review_within, duties.notify_patient


def _only(verdict: Verdict, common: set[str]) -> Verdict:
    kept_back = [Withheld(ref=ref, reason=NOT_FOR_ALL) for ref in verdict.permitted if ref not in common]
    return replace(
        verdict,
        permitted=tuple(ref for ref in verdict.permitted if ref in common),
        withheld=(*verdict.withheld, *kept_back),
    )
