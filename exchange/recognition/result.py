"""One result in the Bundle it came in: what it is, when and where it was performed, and the mark it carries.

FHIR R4 Observation, DiagnosticReport and ImagingStudy; LOINC says what was examined. A mark of mutual recognition is
a `meta.tag` of the system MARK: national, consortium, province or city.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from consent.when import moment
from exchange.directory import Directory, NotInDirectory, Organisation
from exchange.errors import ExchangeError
from exchange.instants import CHINA
from exchange.records.references import target_of
from exchange.records.strict_json import NotStrict, parse

MARK = "https://consent.example.cn/fhir/CodeSystem/recognition-mark"
LOINC = "http://loinc.org"
HOURS_EAST = 8
# Where each kind of result says when it was performed and who did it.
_WHEN = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "effectivePeriod"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod"),
    "ImagingStudy": ("started",),
}
TYPES = tuple(_WHEN)
Resource = Mapping[str, Any]


class NoSuchResult(ExchangeError):
    """The Bundle cannot be read, or holds no such result, or several that differ."""

    exit_code = 6

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the Bundle {en}",
            f"Bundle {zh}",
            hint=f"--result names a record in it, Type/id; types: {', '.join(TYPES)}",
            hint_zh=f"--result 为其中一条记录，写作 类型/编号；类型：{'、'.join(TYPES)}",
        )


class PlaceUnknown(ExchangeError):
    """Nobody here knows where the result was performed, so nobody can say whether its mark counts here."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "the result does not say where it was performed, or this node does not know that organisation",
            "该结果未注明检查机构，或本节点不认识该机构",
            hint="name it with --performed-at ORG, an organisation this node or a joined region lists",
            hint_zh="请用 --performed-at 机构 指明，须为本节点或已互联地区登记的机构",
        )


class PlaceDiffers(ExchangeError):
    """The result names where it was performed, and whoever relies on it named another place."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "the result names another organisation than --performed-at",
            "该结果注明的检查机构与 --performed-at 不同",
            hint="leave --performed-at out: what the result says counts; where it is wrong, have its holder correct it",
            hint_zh="请去掉 --performed-at：以结果所注明的为准；如有错误，请由提供方更正",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result as the rules need it. `performed_on` is a day in China, "" where it is not said."""

    reference: str
    patient: str
    bundle: str
    codes: tuple[str, ...]
    status: str
    performed_on: str
    region: str
    mark: str

    def as_question(self) -> dict[str, object]:
        """The `result` of policies/schemas/recognition.json."""
        return {
            "codes": list(self.codes),
            "status": self.status,
            "performed_on": self.performed_on or None,
            "region": self.region,
            "mark": self.mark or None,
        }


def result_in(raw: bytes, reference: str, directory: Directory, *, performed_at: str = "") -> Result:
    """The result `reference` ("Type/id") of the Bundle in `raw`.

    `performed_at` is an organisation of the directory, for a result that does not say it. Raises NoSuchResult,
    PlaceUnknown, PlaceDiffers where it does and names others, NotInDirectory.
    """
    bundle, named = _records(raw)
    found = [one for name, one in named if name == reference and one["resourceType"] in TYPES]
    if not found:
        raise NoSuchResult("holds no result of that name", "中没有这条结果")
    if any(one != found[0] for one in found):
        # Which of them a clinician read could not be said afterwards.
        raise NoSuchResult("holds different results of that name", "中有内容不同的同名结果")
    one, records = found[0], dict(named)
    subject = target_of(one.get("subject"))
    if subject is None or subject.type != "Patient" or not subject.id:
        raise NoSuchResult("does not say whose result it is", "未注明该结果属于哪位患者")
    return Result(
        reference=reference,
        patient=subject.id,
        bundle=bundle,
        codes=tuple(_codes(one)),
        status=_text(one.get("status")),
        performed_on=_day(one),
        region=_place(one, records, directory, performed_at).region,
        mark=_mark(one),
    )


def _records(raw: bytes) -> tuple[str, list[tuple[str, Resource]]]:
    """The id of the Bundle, and each record in it behind its `Type/id`. Raises NoSuchResult."""
    try:
        bundle, _ = parse(raw)
    except NotStrict as wrong:
        raise NoSuchResult(
            f"is not strict JSON ({wrong.reason})", f"不是严格的 JSON({wrong.reason})"
        ) from None
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise NoSuchResult("is none", "不是 FHIR Bundle")
    records = (entry.get("resource") for entry in _listed(bundle.get("entry")))
    named = (one for one in records if isinstance(one, Mapping) and isinstance(one.get("resourceType"), str))
    return _text(bundle.get("id")), [(f"{one['resourceType']}/{one.get('id')}", one) for one in named]


def _codes(one: Resource) -> Iterator[str]:
    concepts = [*_listed([one.get("code")]), *_listed(one.get("procedureCode"))]
    for coding in (coding for concept in concepts for coding in _listed(concept.get("coding"))):
        if coding.get("system") == LOINC and coding.get("code"):
            yield _text(coding["code"])


def _day(one: Resource) -> str:
    """The day it began: of a stretch of time the first day, as a result is no younger than that."""
    for element in _WHEN[one["resourceType"]]:
        said = one.get(element)
        text = said.get("start") if isinstance(said, Mapping) else said
        try:
            first = moment(str(text), HOURS_EAST).first if text else None
            if first is not None:
                return first.astimezone(CHINA).date().isoformat()
        except (ValueError, OverflowError):  # the last day of the calendar lies outside it in China
            return ""
    return ""


def _place(
    one: Resource, records: Mapping[str, Resource], directory: Directory, performed_at: str
) -> Organisation:
    """Where it was performed: the organisation that did it, else the one of the visit it belongs to."""
    named = list(_named(one, records, directory))
    if performed_at:
        said = directory.organisation(performed_at)
        if named and said not in named:
            raise PlaceDiffers
        return said
    if not named:
        raise PlaceUnknown
    return named[0]


def _named(one: Resource, records: Mapping[str, Resource], directory: Directory) -> Iterator[Organisation]:
    """The organisations it names that somebody here knows, as far as they say who performed it."""
    for reference in _places(one, records):
        target = target_of(reference)
        with suppress(NotInDirectory):
            if target and target.type == "Organization":
                yield directory.organisation(target.id)
            if target and target.type == "Practitioner":
                yield directory.organisation(directory.person(target.id).organisation)


def _places(one: Resource, records: Mapping[str, Resource]) -> Iterator[object]:
    performers = _listed(one.get("performer"))
    # In an ImagingStudy the performers stand in its series.
    series = (actor for part in _listed(one.get("series")) for actor in _listed(part.get("performer")))
    yield from performers
    yield from (actor.get("actor") for actor in series)
    visit = target_of(one.get("encounter"))
    if visit and visit.reference in records:
        yield records[visit.reference].get("serviceProvider")


def _mark(one: Resource) -> str:
    meta = one.get("meta")
    tags = _listed(meta.get("tag")) if isinstance(meta, Mapping) else ()
    return next((_text(tag.get("code")) for tag in tags if tag.get("system") == MARK), "")


def _listed(value: object) -> Iterator[Any]:
    yield from (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
