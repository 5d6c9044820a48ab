"""Obligations of a permit turned into things this node can do. One it cannot do refuses the access."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from policies import Obligation

PROFILES = ("care", "research", "statistics")
# From most to least protective: when groups of items ask for different profiles the strictest is used.
STRICTEST_FIRST = ("statistics", "research", "care")
_ELEMENT = re.compile(r"[A-Z][A-Za-z]*\.[a-z][A-Za-z]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What has to be done because of a permit. `only` are the elements that may leave, "Type.element"; None: any."""

    profile: str
    only: frozenset[str] | None = None
    notify_patient: bool = False
    review_within: timedelta | None = None
    valid_for: timedelta | None = None
    codes: tuple[str, ...] = ()


class CannotFulfil(Exception):
    """An obligation this node does not know or cannot keep. Carries its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def duties_from(obligations: Iterable[Obligation]) -> Duties:
    """The duties of a permit. Raises CannotFulfil for anything this node cannot keep (fail closed)."""
    profiles: set[str] = set()
    notify = False
    review: timedelta | None = None
    valid: timedelta | None = None
    only: frozenset[str] | None = None
    codes: set[str] = set()
    for one in obligations:
        codes.add(f"{one.code}:{one.value}" if isinstance(one.value, str) and one.value else one.code)
        match one.code:
            case "deidentify" if one.value in PROFILES:
                profiles.add(str(one.value))
            case "notify-patient":
                notify = True
            case "review":
                review = _shorter(review, hours(str(one.value)))
            case "time-limit":
                valid = _shorter(valid, hours(str(one.value)))
            case "only-elements":
                only = fewest((only, elements(str(one.value))))
            case "minimum-necessary" | "seal":
                # Kept by construction: only permitted items leave, and only sealed to the recipient.
                pass
            case _:
                raise CannotFulfil(one.code)
    if not profiles:
        raise CannotFulfil("deidentify")
    profile = next(p for p in STRICTEST_FIRST if p in profiles)
    return Duties(
        profile=profile,
        only=only,
        notify_patient=notify,
        review_within=review,
        valid_for=valid,
        codes=tuple(sorted(codes)),
    )


def elements(text: str) -> frozenset[str]:
    """A list like `Patient.address Patient.telecom`. Anything else cannot be fulfilled."""
    listed = text.split(" ")
    if not all(map(_ELEMENT.fullmatch, listed)):
        raise CannotFulfil("elements")
    return frozenset(listed)


def fewest(limits: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What every limit lets through; None where there is no limit."""
    given = [one for one in limits if one is not None]
    return frozenset.intersection(*given) if given else None


def hours(text: str) -> timedelta:
    """An ISO 8601 duration of whole hours, `PT24H`. Anything else cannot be fulfilled."""
    digits = text.removeprefix("PT").removesuffix("H")
    if text != f"PT{digits}H" or not (digits.isascii() and digits.isdigit()):
        raise CannotFulfil("duration")
    return timedelta(hours=int(digits))


def _shorter(one: timedelta | None, other: timedelta) -> timedelta:
    return other if one is None else min(one, other)
