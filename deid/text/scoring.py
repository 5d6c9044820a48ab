"""How well an engine finds what people marked: recall by characters, precision by spans, notes with a leak.

The privacy figure is R_cov, the share of marked spans in which every character that is not blank was covered
by anything at all. R_typ asks for the right type too, and strict for the same ends. Precision is the share of
spans found that lie at least half in marked ones of their type. Hospitals and other organisations count as
one type there, and so do addresses and postcodes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

# Names other tools and corpora have for the same types.
_ALSO = {
    "NAME": "PERSON PATIENT DOCTOR STAFF CN_NAME PER",
    "ID_CARD": "CN_ID_CARD CN_RESIDENT_ID US_SSN",
    "PHONE": "PHONE_NUMBER CN_PHONE FAX",
    "ADDRESS": "LOCATION GPE LOC",
    "ORG": "ORGANIZATION",
    "DATE": "DATE_TIME",
    "EMAIL": "EMAIL_ADDRESS",
    "BANK_CARD": "CREDIT_CARD IBAN_CODE",
    "IP": "IP_ADDRESS",
    "ETHNICITY": "NRP",
    "MRN": "MEDICAL_RECORD MEDICAL_LICENSE",
    "POSTCODE": "ZIP",
    "WECHAT_QQ": "WECHAT QQ",
    "PERMIT": "HK_MO_PERMIT",
}
_OURS = {other: ours for ours, others in _ALSO.items() for other in others.split()}
_NEAR = {"HOSPITAL": ("HOSPITAL", "ORG"), "ORG": ("HOSPITAL", "ORG"), "ADDRESS": ("ADDRESS", "POSTCODE")}
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` (code points, end exclusive) are a `type`, by whoever says so."""

    start: int
    end: int
    type: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A text and what people marked in it."""

    id: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """A marked span of which `uncovered` characters would have stayed."""

    note: str
    mark: Mark
    uncovered: int


@dataclass(slots=True)
class Tally:
    """Counts of one type: marked spans and how they were met, spans found and how many were right."""

    gold: int = 0
    covered: int = 0
    typed: int = 0
    strict: int = 0
    found: int = 0
    right: int = 0
    right_any: int = 0
    uncovered_characters: int = 0

    def add(self, other: "Tally") -> None:
        """Count what `other` counted too."""
        for name in Tally.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def r_cov(self) -> float | None:
        """Share of marked spans wholly covered; None where none was marked."""
        return self.covered / self.gold if self.gold else None

    @property
    def r_typ(self) -> float | None:
        """Share of marked spans wholly covered by the right type."""
        return self.typed / self.gold if self.gold else None

    @property
    def precision(self) -> float | None:
        """Share of spans found that are at least half of the right type; None where none was found."""
        return self.right / self.found if self.found else None

    def f(self, beta: float) -> float:
        """F measure of precision and R_typ, recall weighing `beta` times as much."""
        p, r = self.precision or 0.0, self.r_typ or 0.0
        return (1 + beta * beta) * p * r / (beta * beta * p + r) if p + r else 0.0


@dataclass(slots=True)
class Score:
    """What one run over marked notes came to."""

    types: dict[str, Tally] = field(default_factory=dict)
    tags: dict[str, Tally] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    notes: int = 0
    leaking: int = 0
    characters: int = 0
    covered_characters: int = 0
    over_redacted: int = 0

    def add(self, note: Note, found: Iterable[Mark]) -> None:
        """Count one note. Marks outside the text raise IndexError: they would make every figure wrong."""
        gold = [_ours(mark) for mark in note.marks]
        marks = [_ours(mark) for mark in found]
        for mark in (*gold, *marks):
            if not 0 <= mark.start <= mark.end <= len(note.text):
                raise IndexError(f"{note.id}: {mark.start}-{mark.end} of {len(note.text)}")
        wanted, covered = _Layers(len(note.text), gold), _Layers(len(note.text), marks)
        self._count_gold(note, gold, covered, {(m.start, m.end, m.type) for m in marks})
        self._count_found(marks, wanted)
        self.notes += 1
        self.characters += len(note.text)
        self.covered_characters += sum(covered.any)
        self.over_redacted += sum(covered.any) - sum(
            a & b for a, b in zip(covered.any, wanted.any, strict=True)
        )

    def total(self, without: frozenset[str] = frozenset()) -> Tally:
        """All types as one, but for those of `without`."""
        tally = Tally()
        for kind, one in self.types.items():
            if kind not in without:
                tally.add(one)
        return tally

    @property
    def over_per_1000(self) -> float:
        """Characters taken out that nobody marked, of each thousand of the text."""
        return 1000 * self.over_redacted / max(1, self.characters)

    def _count_gold(
        self, note: Note, gold: Sequence[Mark], covered: "_Layers", exact: set[tuple[int, int, str]]
    ) -> None:
        leaking = len(self.leaks)
        for mark in gold:
            places = [at for at in range(mark.start, mark.end) if not note.text[at].isspace()]
            near = _near(mark.type)
            left = sum(not covered.any[at] for at in places)
            typed = all(any(covered.of(kind)[at] for kind in near) for at in places)
            strict = any((mark.start, mark.end, kind) in exact for kind in near)
            one = Tally(1, left == 0, typed, strict, uncovered_characters=left)
            for tally in (self._type(mark.type), *(self._tag(tag) for tag in mark.tags)):
                tally.add(one)
            if left:
                self.leaks.append(Leak(note.id, mark, left))
        self.leaking += len(self.leaks) > leaking

    def _count_found(self, marks: Sequence[Mark], wanted: "_Layers") -> None:
        for mark in marks:
            length = max(1, mark.end - mark.start)
            layers = [wanted.of(kind) for kind in _near(mark.type)]
            right = sum(any(layer[at] for layer in layers) for at in range(mark.start, mark.end))
            tally = self._type(mark.type)
            tally.found += 1
            tally.right += right / length >= 0.5
            tally.right_any += sum(wanted.any[mark.start : mark.end]) / length >= 0.5

    def _type(self, kind: str) -> Tally:
        return self.types.setdefault(kind, Tally())

    def _tag(self, tag: str) -> Tally:
        return self.tags.setdefault(tag, Tally())


def score(pairs: Iterable[tuple[Note, Iterable[Mark]]]) -> Score:
    """The figures of an engine over marked notes, each with what the engine found in it."""
    counted = Score()
    for note, found in pairs:
        counted.add(note, found)
    return counted


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) where there is nothing to share."""
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, _Z95 * _Z95
    middle = share + z2 / (2 * whole)
    wide = _Z95 * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    scale = 1 + z2 / whole
    return max(0.0, (middle - wide) / scale), min(1.0, (middle + wide) / scale)


class _Layers:
    """For each type, and for all together, which characters are covered."""

    def __init__(self, length: int, marks: Sequence[Mark]) -> None:
        self.any = bytearray(length)
        self._none = bytes(length)
        self._types: dict[str, bytearray] = {}
        for mark in marks:
            layer = self._types.setdefault(mark.type, bytearray(length))
            layer[mark.start : mark.end] = self.any[mark.start : mark.end] = b"\1" * (mark.end - mark.start)

    def of(self, kind: str) -> bytes | bytearray:
        return self._types.get(kind, self._none)


def _near(kind: str) -> tuple[str, ...]:
    return _NEAR.get(kind, (kind,))


def _ours(mark: Mark) -> Mark:
    kind = mark.type.upper()
    return Mark(mark.start, mark.end, _OURS.get(kind, kind), mark.tags)
