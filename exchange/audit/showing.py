"""Everything about one entry, for whoever has to explain it: what the ledger says, and what is sealed beside it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from exchange.audit import words
from exchange.audit.details import Details, details_of
from exchange.audit.sealed import tree
from exchange.audit.words import COLON, NO_RULES, Table
from exchange.instants import CHINA
from exchange.path.judging import KEPT_BACK
from exchange.path.office import Office
from ledger import Recorded
from ledger.projection import Projection, Wanted

FIELDS: tuple[tuple[str, str, str], ...] = (
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
    """One entry with its opened details. `related` are the entries that belong to it.

    `organisation` is the name of the one in the entry by language, where the directory knows it.
    """

    found: Recorded
    details: Details
    related: tuple[Recorded, ...]
    organisation: Mapping[str, str] = field(default_factory=dict)

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

    def lines(self, lang: str, rules: Table = NO_RULES) -> list[str]:
        """The same for a person, codes in words. `rules` are the reasons of the rules in force."""
        zh = lang == "zh"
        when = self.found.time.astimezone(CHINA)
        head = (
            f"第 {self.found.index} 条 {self.found.id}"
            if zh
            else f"entry {self.found.index}, {self.found.id}"
        )
        entry = self.found.entry
        what = words.with_code(words.event(entry, lang), f"{entry.type} {entry.subtype}", lang)
        colon = COLON[lang]
        lines = [f"{head}  {when:%Y-%m-%d %H:%M:%S}", f"  {'事项' if zh else 'what'}{colon}{what}"]
        for name, en, chinese in FIELDS:
            value = getattr(entry, name)
            if value not in ("", 0, (), False):
                lines.append(f"  {chinese if zh else en}{colon}{self._text(name, value, lang, rules)}")
        lines += [f"  {'相关条目' if zh else 'see also'}{colon}{one.id}" for one in self.related]
        if not self.details.open:
            gone = (
                "密封内容无法打开：密钥已销毁"
                if zh
                else "the sealed details cannot be opened: their key was destroyed"
            )
            return [*lines, f"  {gone}"]
        match = "与账本中的承诺值一致" if zh else "they are what the ledger committed to"
        differ = "与账本中的承诺值不符！" if zh else "they are NOT what the ledger committed to"
        told = "密封内容" if zh else "sealed details"
        shown = f"  {told} ({match if self.details.true else differ}){colon.rstrip()}"
        return [*lines, shown, *tree(summary(self.details.told), lang, rules)]

    def _text(self, name: str, value: object, lang: str, rules: Table) -> str:
        if name == "organisation":
            return words.with_code(self.organisation.get(lang, str(value)), str(value), lang)
        return _text(name, value, lang, rules)


def show(office: Office, entry_id: str) -> Shown:
    """The entry with this id, opened as far as its key still exists. Raises NoSuchEntry, LedgerAltered."""
    found = office.log.find(entry_id)
    intent = found.entry.intent or found.id
    first = [] if intent == found.id else [office.log.find(intent)]
    others = Projection(office.log).find(Wanted({"intent": frozenset({intent})}))
    related = [*first, *(one for one in others if one.id != found.id)]
    reference = f"Organization/{found.entry.organisation}"
    named = {lang: office.directory.name_of(reference, lang) for lang in ("zh", "en")}
    known = {lang: name for lang, name in named.items() if name}
    return Shown(found, details_of(office, found), tuple(related), known)


_WORDS = {
    "phase": words.phase,
    "decision": words.decision,
    "outcome": words.outcome,
    "role": words.role,
    "purpose": words.purpose,
    "object_class": words.classes,
    "source": words.source,
}


def _text(name: str, value: object, lang: str, rules: Table) -> str:
    if value is True:
        return "是" if lang == "zh" else "yes"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if name == "why":
        return words.reason(str(value), lang, rules)
    said = _WORDS.get(name)
    return words.with_code(said(str(value), lang), str(value), lang) if said else str(value)


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
