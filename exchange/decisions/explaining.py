"""One page about one decision that a lawyer understands: who, what, why, which sentence, which rule, which law.

Everything on it comes from the entry and what was sealed with it; nothing is judged anew.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from consent import reason_words, sentence
from consent.words import CLASSES, PURPOSES, ROLES, word
from exchange.audit.details import Details, details_of
from exchange.decisions.replaying import NotADecision, Replayed, replay
from exchange.instants import CHINA
from exchange.path.office import Office
from ledger import Recorded


@dataclass(frozen=True, slots=True)
class Explained:
    """The decision with what is needed to tell it. `sentences` are those of the consents it rests on: (id, zh, en)."""

    found: Recorded
    details: Details
    again: Replayed
    sentences: tuple[tuple[str, str, str], ...]
    organisation: tuple[str, str]

    def lines(self, lang: str) -> list[str]:
        """The page: a heading and its answer, a line each."""
        return [f"{name}: {text}" if text else name for name, text in self._parts(0 if lang == "zh" else 1)]

    def as_dict(self) -> dict[str, object]:
        return {
            "entry": self.found.id,
            "zh": [list(one) for one in self._parts(0)],
            "en": [list(one) for one in self._parts(1)],
            "replay": {"possible": self.again.possible, "same": self.again.same},
        }

    def _parts(self, at: int) -> Iterator[tuple[str, str]]:
        """`at` is 0 for Chinese, 1 for English."""
        entry, lang = self.found.entry, ("zh", "en")[at]
        when = self.found.time.astimezone(CHINA)
        permit = entry.decision == "permit"
        yield (
            ("判定", "decision")[at],
            f"{('拒绝', 'refused')[at] if not permit else ('放行', 'released')[at]}  {self.found.id}",
        )
        yield ("时间", "when")[at], f"{when:%Y-%m-%d %H:%M:%S} (UTC+8)"
        yield ("何人", "who")[at], self._who(lang, at)
        yield ("目的", "what for")[at], f"{word(PURPOSES, entry.purpose, lang)} ({entry.purpose})"
        classes = "、".join(word(CLASSES, one, lang) for one in entry.object_class.split())
        yield ("内容", "what")[at], classes or ("全部健康档案", "the whole record")[at]
        yield ("原因", "why")[at], f"{self._why(at)} ({entry.why})"
        if law := self._because().get("law"):
            yield ("法律依据", "law")[at], str(law)
        for name, *said in self.sentences:
            yield ("依据的同意", "consent it rests on")[at], f"{name}: {said[at]}"
        if rule := self._consent().get("rule"):
            yield ("适用条款", "provision that decided")[at], str(rule)
        if withheld := Counter(reason for _, reason in self._consent().get("withheld", ())):
            yield ("未放行", "withheld")[at], self._withheld(withheld, at)
        if entry.obligations:
            yield ("附带义务", "obligations")[at], ", ".join(entry.obligations)
        yield ("策略包", "policy bundle")[at], entry.policy
        yield ("重做判定", "decided again")[at], self._again(at)

    def _who(self, lang: str, at: int) -> str:
        actor = self.details.told.get("request", {}).get("actor", {})
        role = (
            word(ROLES, self.found.entry.role, lang)
            if lang == "zh"
            else self.found.entry.role.replace("-", " ")
        )
        parts = [str(actor.get("name", "")), role, self.organisation[at]]
        vouched = actor.get("vouched_by", "")
        told = f"{('由节点', 'vouched for by node')[at]} {vouched}{('担保', '')[at]}" if vouched else ""
        return ", ".join(one for one in (*parts, told) if one)

    def _why(self, at: int) -> str:
        because = self._because()
        known = reason_words(self.found.entry.why)
        return str(because.get(("zh", "en")[at]) or (known.zh, known.en)[at])

    def _withheld(self, withheld: Counter[str], at: int) -> str:
        words = ((number, reason_words(code)) for code, number in sorted(withheld.items()))
        return "; ".join(f"{number} ({(said.zh, said.en)[at]})" for number, said in words)

    def _again(self, at: int) -> str:
        if not self.again.possible:
            return (
                "无法重做:密钥已销毁,或本节点不认识该患者",
                "not possible: the key was destroyed, or the patient is not known",
            )[at]
        if self.again.same:
            return ("结果逐字节一致", "the same, byte for byte")[at]
        return "; ".join((zh, en)[at] for en, zh in self.again.parts)

    def _because(self) -> Mapping[str, Any]:
        because: Mapping[str, Any] = self.details.told.get("because", {})
        return because

    def _consent(self) -> Mapping[str, Any]:
        consent: Mapping[str, Any] = self.details.told.get("consent", {})
        return consent


def explain(office: Office, entry_id: str) -> Explained:
    """The page about the decision in this entry, or in the one it belongs to. Raises NoSuchEntry, NotADecision."""
    found = office.log.find(entry_id)
    if found.entry.intent:
        found = office.log.find(found.entry.intent)
    if not found.entry.decision:
        raise NotADecision
    details = details_of(office, found)
    reference = f"Organization/{found.entry.organisation}"
    names = [office.directory.name_of(reference, lang) or found.entry.organisation for lang in ("zh", "en")]
    return Explained(
        found,
        details,
        replay(office, found.id),
        tuple(_sentences(office, found, details)),
        (names[0], names[1]),
    )


def _sentences(office: Office, found: Recorded, details: Details) -> Iterator[tuple[str, str, str]]:
    """The consents the decision rests on, in the version it saw."""
    keys = office.vault.key_behind(found.entry.patient) if found.entry.patient else None
    kept = details.told.get("consent", {})
    seen = {(name, version) for name, version in kept.get("versions", ()) if name in kept.get("basis", ())}
    newest = {name: max(v for n, v in seen if n == name) for name, _ in seen}
    for one in office.consents.versions(keys) if keys else ():
        if newest.get(one.consent_id) == one.version:
            zh, en = (
                sentence(one.resource, lang, partial(office.directory.name_of, lang=lang))
                for lang in ("zh", "en")
            )
            yield f"{one.consent_id}/{one.version}", zh, en
