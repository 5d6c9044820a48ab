"""Everything about one entry, for whoever has to explain it: what the ledger says, and what is sealed beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from exchange.audit.details import Details, details_of
from exchange.instants import CHINA
from exchange.path.judging import KEPT_BACK
from exchange.path.office import Office
from ledger import Recorded

FIELDS: tuple[tuple[str, str, str], ...] = (
    ("type", "kind", "类别"),
    ("subtype", "what", "事项"),
    ("phase", "phase", "阶段"),
    ("decision", "decision", "决定"),
    ("why", "reason", "原因"),
    ("outcome", "outcome (FHIR)", "结果(FHIR)"),
    ("role", "role", "角色"),
    ("organisation", "organisation", "机构"),
    ("purpose", "purpose", "目的"),
    ("break_glass", "emergency", "紧急"),
    ("object_class", "classes", "数据类别"),
    ("count", "items", "项数"),
    ("obligations", "obligations", "附带义务"),
    ("consents", "consents (commitments)", "同意(承诺值)"),
    ("policy", "policy bundle", "策略包"),
    ("patient", "patient (pseudonym)", "患者(假名)"),
    ("actor", "actor (pseudonym)", "操作者(假名)"),
    ("on_behalf_of", "on behalf of (pseudonym)", "代表(假名)"),
    ("intent", "belongs to entry", "对应条目"),
    ("source", "written by", "来源"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry with its opened details. `related` are the entries that belong to it."""

    found: Recorded
    details: Details
    related: tuple[Recorded, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "index": self.found.index,
            "id": self.found.id,
            "time": self.found.time.isoformat(),
            "entry": orjson.loads(self.found.body),
            "details": dict(self.details.told) if self.details.open else None,
            "details_match_commitment": self.details.true,
            "related": [one.id for one in self.related],
        }

    def lines(self, lang: str) -> list[str]:
        """The same for a person."""
        zh = lang == "zh"
        when = self.found.time.astimezone(CHINA)
        head = (
            f"第 {self.found.index} 条 {self.found.id}"
            if zh
            else f"entry {self.found.index}, {self.found.id}"
        )
        lines = [f"{head}  {when:%Y-%m-%d %H:%M:%S}"]
        for name, en, chinese in FIELDS:
            value = getattr(self.found.entry, name)
            if value not in ("", 0, (), False):
                lines.append(f"  {chinese if zh else en}: {_text(value, zh=zh)}")
        lines += [f"  {'相关条目' if zh else 'see also'}: {one.id}" for one in self.related]
        if not self.details.open:
            gone = (
                "密封内容无法打开:密钥已销毁"
                if zh
                else "the sealed details cannot be opened: their key was destroyed"
            )
            return [*lines, f"  {gone}"]
        match = "与账本中的承诺值一致" if zh else "they are what the ledger committed to"
        differ = "与账本中的承诺值不符!" if zh else "they are NOT what the ledger committed to"
        told = "密封内容" if zh else "sealed details"
        shown = f"  {told} ({match if self.details.true else differ}):"
        return [*lines, shown, *_tree(summary(self.details.told))]


def show(office: Office, entry_id: str) -> Shown:
    """The entry with this id, opened as far as its key still exists. Raises NoSuchEntry, LedgerAltered."""
    found = office.log.find(entry_id)
    intent = found.entry.intent or found.id
    related = [
        one for one in office.log.scan() if intent in (one.id, one.entry.intent) and one.id != found.id
    ]
    return Shown(found, details_of(office, found), tuple(related))


def _text(value: object, *, zh: bool) -> str:
    if value is True:
        return "是" if zh else "yes"
    return " ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def summary(told: Mapping[str, Any]) -> dict[str, Any]:
    """The sealed details without the hundreds of items and questions in them: those are counted."""
    short = dict(told)
    consent = told.get("consent")
    if isinstance(consent, Mapping):
        withheld = Counter(reason for _, reason in consent.get("withheld", ()))
        short["consent"] = {
            **{name: consent[name] for name in ("decision", "reason", "basis", "rule") if name in consent},
            "items": len(consent.get("case", {}).get("items", ())),
            "withheld": dict(withheld),
            "versions": [f"{name}/{version}" for name, version in consent.get("versions", ())],
        }
    policy = told.get("policy")
    if isinstance(policy, list):
        answers = Counter("allow" if one["output"]["allow"] else "deny" for one in policy)
        short["policy"] = {"questions": len(policy), **answers}
    if kept_back := told.get(KEPT_BACK):
        short[KEPT_BACK] = dict(Counter(reason for _, reason in kept_back))
    report = told.get("report")
    if isinstance(report, Mapping):
        short["report"] = {name: report[name] for name in ("profile", "rules", "totals") if name in report}
    return short


def _tree(told: Mapping[str, Any], depth: int = 2) -> Iterator[str]:
    for name, value in told.items():
        pad = "  " * depth
        if isinstance(value, Mapping) and value:
            yield f"{pad}{name}:"
            yield from _tree(value, depth + 1)
        elif value not in (None, "", [], {}):
            yield f"{pad}{name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}"
