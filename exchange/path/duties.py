"""Obligations of a permit turned into things this node can do. One it cannot do refuses the access."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from exchange.records.resource_types import R4_TYPES
from policies import Obligation

PROFILES = ("care", "research", "statistics")
# From most to least protective: when groups of items ask for different profiles the strictest is used.
STRICTEST_FIRST = ("statistics", "research", "care")
_ELEMENT = re.compile(r"[A-Z][A-Za-z]*\.[a-z][A-Za-z]*", re.ASCII)
_CODE = re.compile(r"[^ |]+\|[^ |]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What has to be done because of a permit. `only` are the elements that may leave, "Type.element"; None: any.

    `coded`: of these classes, only records with one of these codes ("system|code") may leave.
    """

    profile: str
    only: frozenset[str] | None = None
    notify_patient: bool = False
    review_within: timedelta | None = None
    valid_for: timedelta | None = None
    codes: tuple[str, ...] = ()
    coded: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def let_go(self, class_: str, codes: Iterable[str]) -> bool:
        """Whether a record of this class with these codes may leave."""
        return class_ not in self.coded or not self.coded[class_].isdisjoint(codes)


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
    coded: dict[str, frozenset[str]] = {}
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
            case "only-codes":
                coded = fewest_codes((coded, classes_and_codes(str(one.value))))
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
        coded=coded,
    )


def elements(text: str) -> frozenset[str]:
    """A list like `Patient.address Patient.telecom`. Anything else cannot be fulfilled."""
    listed = text.split(" ")
    if not all(map(_ELEMENT.fullmatch, listed)):
        raise CannotFulfil("elements")
    return frozenset(listed)


def classes_and_codes(text: str) -> dict[str, frozenset[str]]:
    """Classes, each with its codes after it: `Observation http://loinc.org|11524-6`. Anything else cannot be fulfilled.

    A class that is there twice is limited to the codes that are there both times.
    """
    found: list[tuple[str, set[str]]] = []
    for word in text.split(" "):
        if word in R4_TYPES:
            found.append((word, set()))
        elif found and _CODE.fullmatch(word):
            found[-1][1].add(word)
        else:
            raise CannotFulfil("codes")
    if not all(codes for _, codes in found):
        raise CannotFulfil("codes")
    return fewest_codes({class_: frozenset(codes)} for class_, codes in found)


def fewest_codes(limits: Iterable[Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """What every limit lets through, by class; of a class that is in none, everything."""
    joined: dict[str, frozenset[str]] = {}
    for one in limits:
        joined |= {class_: joined.get(class_, codes) & codes for class_, codes in one.items()}
    return joined


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
