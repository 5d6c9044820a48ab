"""What could be different about a question: every single thing, from the words the rules know.

One change is one thing a person could do, be or ask otherwise; where that takes two fields together (an emergency
is declared, and its reason given) it sets both. The words come from the data of the bundle, so a purpose or a role
that a region adds is tried too.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

# Longer than any approval: the last day of a project nobody has ended.
_OPEN_END = "9999-12-31"
_PROJECT: Mapping[str, object] = {
    "project": "p",
    "approved": True,
    "approved_until": _OPEN_END,
    "profile": "research",
    "identified": False,
}

# What each field is called, in the order in which somebody would think of changing it: (en, zh).
FIELDS: Mapping[str, tuple[str, str]] = {
    "consent": ("what the patient agreed to", "患者的同意"),
    "consent.decision": ("what consent says", "同意的结论"),
    "consent.reason": ("the ground on which consent decided", "同意结论的依据"),
    "request.based_on": ("the evidence it rests on", "所凭依据"),
    "request.based_on.kind": ("the kind of evidence", "依据的种类"),
    "request.based_on.id": ("the number of the evidence", "依据的编号"),
    "request.based_on.open": ("whether the evidence is valid now", "依据当前是否有效"),
    "request.emergency": ("the declaration of an emergency", "紧急声明"),
    "request.emergency.declared": ("whether an emergency is declared", "是否声明紧急"),
    "request.emergency.reason_given": ("whether its reason is given", "是否说明紧急原因"),
    "request.purpose": ("the purpose", "用途"),
    "request.action": ("what is done with the record", "操作"),
    "request.classes": ("the classes asked for", "请求的类别"),
    "request.at": ("the time of asking", "请求时间"),
    "requester.relationship": ("the relationship to the patient that was verified", "已核实的与患者的关系"),
    "requester.on_behalf_of": ("the person a device acts for", "设备所代表的人员"),
    "requester.on_behalf_of_role": ("that person's role", "该人员的角色"),
    "research": ("the research project", "科研项目"),
    "data.classes": ("the class of the item", "内容的类别"),
    "data.confidentiality": ("the confidentiality of the item", "内容的保密级别"),
    "data.author": ("who answers for the item", "内容由谁负责"),
    "data.sensitivities": ("the sensitivity labels of the item", "内容的敏感标记"),
    "requester.role": ("the role of the requester", "申请人的角色"),
    "requester.organisation": ("the requesting organisation", "申请机构"),
    "requester.kind": ("the kind of the requesting organisation", "申请机构的类型"),
    "requester.tier": ("the tier of the requesting organisation", "申请机构的层级"),
    "requester.region": ("the region of the requester", "申请方所在地区"),
    "requester.standing": ("the standing of the requesting organisation", "申请机构的执业状态"),
    "request.cross_region": ("whether it comes from another node", "是否来自其他节点"),
    "request.cross_border": ("whether the record would leave the mainland", "是否提供到境外"),
    "custodian.organisation": ("the organisation that keeps the record", "保管机构"),
    "custodian.region": ("the region of the custodian", "保管方所在地区"),
}
_ORDER = {place: number for number, place in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that could be different: the field, what it would be in words, and all that is set by it."""

    place: str
    en: str
    zh: str
    sets: Mapping[str, object]

    def applied_to(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The question with it."""
        made = deepcopy(dict(question))
        for place, value in self.sets.items():
            put(made, place, deepcopy(value))
        return made


def look_up(question: Mapping[str, Any], place: str) -> object:
    """What stands at `request.purpose`; None where there is nothing."""
    value: object = question
    for name in place.split(".") if place else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def put(question: dict[str, Any], place: str, value: object) -> None:
    """Set the field at `place`; folders that are null on the way are made."""
    *folders, last = place.split(".")
    here = question
    for name in folders:
        if not isinstance(here.get(name), dict):
            here[name] = {}
        here = here[name]
    here[last] = value


def changes(question: Mapping[str, Any], data: Mapping[str, Any]) -> list[Change]:
    """Every change of `question` that changes something. `data` are those of the bundle, below `hutong_data`."""
    different = [one for one in _all(question, data) if one.applied_to(question) != question]
    return sorted(different, key=lambda one: _ORDER.get(one.place, len(_ORDER)))


def _all(question: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Change]:
    yield from _words("request.purpose", data["purposes"])
    for place, words in _vocabularies(data).items():
        if _has(question, place):
            yield from _words(place, {one: {} for one in words})
    yield from _classes(question, data)
    yield from _flips(question)
    yield from _together(question, data)


def _vocabularies(data: Mapping[str, Any]) -> dict[str, Iterable[str]]:
    registry = data["registry"]
    return {
        "request.action": registry["actions"],
        "requester.role": data["roles"],
        "requester.on_behalf_of_role": data["roles"],
        "requester.kind": registry["kinds"],
        "requester.tier": data["regions"]["tiers"],
        "requester.standing": ("active",),
        "requester.relationship": ("patient", "next-of-kin"),
        "data.confidentiality": data["labels"]["rank"],
        "data.author": ("professional", "patient", "device"),
    }


def _words(place: str, words: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    for code, told in words.items():
        en, zh = told.get("en"), told.get("zh")
        yield Change(
            place=place,
            en=f"{code} ({en})" if en else code,
            zh=f"{code}({zh})" if zh else code,
            sets={place: code},
        )


def _classes(question: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Change]:
    """Another class for the item, or for what is asked while there is no item."""
    terms = (*data["families"].values(), *data["roles"].values())
    known = sorted({one for term in terms if isinstance(term["classes"], list) for one in term["classes"]})
    place = "data.classes" if look_up(question, "data.classes") else "request.classes"
    for one in known:
        yield Change(place=place, en=one, zh=one, sets={place: [one]})
    yield Change(place="data.sensitivities", en="none", zh="无", sets={"data.sensitivities": []})
    yield Change(
        place="data.confidentiality", en="no label", zh="无标记", sets={"data.confidentiality": None}
    )


def _flips(question: Mapping[str, Any], above: str = "") -> Iterator[Change]:
    """Every yes as a no, and every no as a yes."""
    for name, value in question.items():
        place = f"{above}{name}"
        if isinstance(value, bool):
            en, zh = ("no", "否") if value else ("yes", "是")
            yield Change(place=place, en=en, zh=zh, sets={place: not value})
        elif isinstance(value, Mapping):
            yield from _flips(value, f"{place}.")


def _together(question: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Change]:
    """What takes more than one field to be different."""
    agreed = {"decision": "permit", "reason": "CONSENT_PERMIT"}
    yield Change(place="consent", en="the patient permits it", zh="患者同意", sets={"consent": agreed})
    for kind in _kinds_of_evidence(data):
        evidence = {"kind": kind, "id": "1", "open": True}
        yield Change(
            place="request.based_on",
            en=f"{kind} (valid now)",
            zh=f"{kind}(有效)",
            sets={"request.based_on": evidence},
        )
    for declared, en, zh in (
        (True, "declared, with its reason", "已声明并说明原因"),
        (False, "none declared", "不声明"),
    ):
        emergency = {"declared": declared, "reason_given": declared}
        yield Change(place="request.emergency", en=en, zh=zh, sets={"request.emergency": emergency})
    person = {"requester.on_behalf_of": "a person", "requester.on_behalf_of_role": "physician"}
    known = {place: value for place, value in person.items() if _has(question, place)}
    yield Change(place="requester.on_behalf_of", en="a physician", zh="一名医生", sets=known)
    if region := look_up(question, "custodian.region"):
        yield Change(
            place="requester.region",
            en="that of the custodian",
            zh="与保管方相同",
            sets={"requester.region": region, "request.cross_region": False},
        )
    if look_up(question, "research") is None:
        yield Change(place="research", en="an approved one", zh="已获批准的项目", sets={"research": _PROJECT})
    else:
        approved = {"research.approved": True, "research.approved_until": _OPEN_END}
        yield Change(place="research", en="approved, and not ended", zh="已获批准且未到期", sets=approved)
        yield Change(place="research", en="none", zh="无", sets={"research": None})


def _kinds_of_evidence(data: Mapping[str, Any]) -> list[str]:
    """Every word for a kind of evidence that stands in the data, whichever rule takes it."""
    kinds = data["registry"].get("evidence", data["registry"].get("cases", ()))
    return sorted(kinds)


def _has(question: Mapping[str, Any], place: str) -> bool:
    folder, _, name = place.rpartition(".")
    inside = look_up(question, folder)
    return isinstance(inside, Mapping) and name in inside
