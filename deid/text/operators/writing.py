"""Write one text anew: each span by its operator, the same thing always the same, different things never."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from deid.ages import TOP_AGE
from deid.places import postcode_area
from deid.text.engine import LABELS_ZH
from deid.text.folding import fold, has_han
from deid.text.operators import days as calendar
from deid.text.operators import numbers, places
from deid.text.operators.cast import Cast
from deid.text.operators.choices import Operator, Operators
from deid.text.operators.dated import Told
from deid.text.operators.keyed import Keyed
from deid.text.operators.persons import Person
from deid.text.operators.sealing import Seal
from deid.text.operators.written import is_traditional, like, traditional
from deid.text.spans import Span

MASK = "***"
# The religion, the ethnic group, the hospital: said so that nobody is left out. (zh, en)
_IN_GENERAL: dict[str, tuple[str, str]] = {
    "AGE": (f"{TOP_AGE}岁以上", f"{TOP_AGE} or older"),
    "ETHNICITY": ("某民族", "an ethnic group"),
    "RELIGION": ("某宗教", "a religion"),
    "HOSPITAL": ("某医院", "a hospital"),
    "ORG": ("某单位", "an organisation"),
}
_NAMED = frozenset(("HOSPITAL", "ORG", "ADDRESS"))
_AS_TYPED = frozenset(("EMAIL", "URL", "IP", "DEVICE_ID"))
# The day of the week beside a date moves with it: as it was, it would tell how far. Not 周一至周五.
_WEEK_BEHIND = re.compile(r"[\s,，(（]{0,2}(?:星期|周|週|礼拜|禮拜)[一二三四五六日天](?![至到、~-])")
_BLANK = re.compile(r"\s")
_SEPARATOR = re.compile("[^0-9A-Za-z\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Change:
    """Characters `start` to `end` were a `type`; by `operator` they are `new_start` to `new_end` of the new text."""

    start: int
    end: int
    type: str
    operator: str
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text, and what was changed in it, in order."""

    text: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a text is rewritten with: the keys of a project, its operators, and the day ages are counted on."""

    keyed: Keyed
    seal: Seal
    operators: Operators
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose text it is: the patient's id, "" for nobody's; their shift, 0 for none; whom their record knows."""

    patient: str = ""
    days: int = 0
    people: tuple[Person, ...] = ()


def write(
    text: str, spans: Sequence[Span], project: Project, whose: Whose, *, lang: str = "auto"
) -> Rewritten:
    """`text` with every span by its operator. `spans` are in order and do not overlap."""
    if project.operators["DATE"] == "shift" and whose.days:
        spans = _with_weekdays(text, spans)
    return _Writing.of(text, spans, project, whose, lang).written()


@dataclass(slots=True)
class _Writing:
    """One text while it is written anew."""

    text: str
    spans: Sequence[Span]
    project: Project
    whose: Whose
    chinese: bool
    cast: Cast
    real: frozenset[str]
    taken: dict[tuple[str, str], str] = field(default_factory=dict)  # (type, what stands there) -> for what
    given: dict[tuple[str, str], str] = field(default_factory=dict)  # and the other way round
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, spans: Sequence[Span], project: Project, whose: Whose, lang: str) -> "_Writing":
        names = [text[span.start : span.end] for span in spans if span.type == "NAME"]
        cast = Cast.of(project.keyed, whose.patient, text, names, whose.people)
        real = frozenset(_compact(span.type, text[span.start : span.end]) for span in spans)
        chinese = lang == "zh" or (lang != "en" and has_han(text))
        return cls(text, spans, project, whose, chinese, cast, real)

    def written(self) -> Rewritten:
        told_before = iter(self._told_before())
        out: list[str] = []
        changes: list[Change] = []
        at = length = 0
        for span in self.spans:
            operator = self.project.operators[span.type]
            told = next(told_before) if span.type == "DATE" else Told()
            new = self._new(span, operator, told)
            before = self.text[at : span.start]
            length += len(before)
            # A thing found in two pieces is labelled once.
            if operator == "label" and not before and out and out[-1] == new:
                new = ""
            out += [before, new] if new or before else []
            changes.append(Change(span.start, span.end, span.type, operator, length, length + len(new)))
            length += len(new)
            at = span.end
        return Rewritten("".join((*out, self.text[at:])), tuple(changes))

    def _told_before(self) -> Iterator[Told]:
        raw = [self.text[span.start : span.end] for span in self.spans if span.type == "DATE"]
        told = list(calendar.told_before(raw, self.project.today, year_first=self.chinese))
        # Before the first year of a text, its days lie in that.
        first = next((one.year for one in told if one.year), None)
        return (Told(one.year or first, one.month) for one in told)

    def _new(self, span: Span, operator: Operator, told: Told) -> str:
        raw = self.text[span.start : span.end]
        match operator:
            case "keep":
                return raw
            case "drop":
                return ""
            case "mask":
                return MASK
            case "mask-each":
                return re.sub(r"\S", "*", raw)
            case "number":
                return self._label(span.type, str(self._number(span, raw)))
            case "token":
                return self._label(span.type, ":" + self.project.seal.seal(raw, span.type))
            case "surrogate":
                made = self._surrogate(span, raw)
                return made if made != raw or not re.search(r"\w", raw) else self._label(span.type)
            case "shift" if self.whose.days:
                return calendar.moved(
                    raw, days=self.whose.days, told=told, today=self.project.today, year_first=self.chinese
                )
            case "shift" | "generalise":
                return self._less(span.type, raw) or self._label(span.type)
            case _:
                return self._label(span.type)

    def _label(self, kind: str, more: str = "") -> str:
        return f"[{LABELS_ZH.get(kind, kind) if self.chinese else kind}{more}]"

    def _number(self, span: Span, raw: str) -> int:
        if span.type == "NAME":
            return self.cast.number_of(raw, *self._around(span))
        known = self.counts.setdefault(span.type, {})
        return known.setdefault(_compact(span.type, raw).lower(), len(known) + 1)

    def _around(self, span: Span) -> tuple[str, str]:
        return self.text[max(0, span.start - 8) : span.start], self.text[span.end : span.end + 8]

    def _less(self, kind: str, raw: str) -> str:
        if kind == "DATE":
            return calendar.only_years(raw, self.project.today, year_first=self.chinese)
        if kind == "ADDRESS":
            return places.province_in(_compact(kind, raw))
        if kind == "POSTCODE":
            digits = _compact(kind, raw)
            area = postcode_area(digits) or ""
            return area + "*" * (len(digits) - len(area))
        return _IN_GENERAL[kind][0 if self.chinese else 1] if kind in _IN_GENERAL else ""

    def _surrogate(self, span: Span, raw: str) -> str:
        if span.type == "NAME":
            return self.cast.in_place_of(raw, *self._around(span))
        compact = _compact(span.type, raw)
        if not compact:
            return raw
        if span.type in _NAMED and not re.fullmatch("[0-9A-Z]{18}", compact):
            new = self._first_free(span.type, compact, self._places(span.type, compact))
            return traditional(new) if is_traditional(raw) else new
        plain = fold(raw) if span.type == "PHONE" else compact
        whose = numbers.Bearer(
            scope=self.whose.patient, days=self.whose.days, oldest=self.project.today.year - TOP_AGE
        )
        some = numbers.others(self.project.keyed, span.type, plain, whose)
        return _in_place(self._first_free(span.type, plain, some), raw, span.type)

    def _places(self, kind: str, name: str) -> Iterable[str]:
        if kind == "ADDRESS":
            return places.addresses(self.project.keyed, name, scope=self.whose.patient)
        return places.institutions(self.project.keyed, name)

    def _first_free(self, kind: str, old: str, some: Iterable[str]) -> str:
        """The first of `some` that stands for nothing else in this text and is nothing that stood in it."""
        if (kind, old) in self.given:
            return self.given[kind, old]
        made = ""
        for made in some:
            if self.taken.get((kind, made), old) == old and _compact(kind, made) not in self.real:
                break
        self.taken[kind, made] = old
        self.given[kind, old] = made
        return made


def _with_weekdays(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, each date with the day of the week that stands behind it."""
    out: list[Span] = []
    for at, span in enumerate(spans):
        behind = _WEEK_BEHIND.match(text, span.end) if span.type == "DATE" else None
        free = spans[at + 1].start if at + 1 < len(spans) else len(text)
        out.append(replace(span, end=behind.end()) if behind and behind.end() <= free else span)
    return out


def _compact(kind: str, raw: str) -> str:
    """What was written without what writing adds: full width made plain, blanks and marks out."""
    plain = fold(raw)
    if kind in _NAMED:
        return re.sub(r"\s+", "", plain) if has_han(plain) else " ".join(plain.split())
    return (_BLANK if kind in _AS_TYPED else _SEPARATOR).sub("", plain)


def _in_place(new: str, raw: str, kind: str) -> str:
    """`new`, which stands for a number, as `raw` is written: where it has blanks, marks and full width."""
    if len(new) == len(raw):
        return like(new, raw)
    removed = _BLANK if kind in _AS_TYPED else _SEPARATOR
    places_ = [at for at, char in enumerate(fold(raw)) if not removed.match(char)]
    if len(places_) != len(new):
        return like(new, raw)
    out = list(raw)
    for at, char in zip(places_, new, strict=True):
        out[at] = like(char, raw[at])
    return "".join(out)
