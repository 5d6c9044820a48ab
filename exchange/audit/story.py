"""Who looked at my record, and why was that allowed? One plain sentence an access, in Chinese and in English.

The sentence is made from the entry and its sealed details, the same that decided; there is no second account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent import reason_words
from consent.words import CLASSES, PURPOSES, ROLES, word
from exchange.audit.details import details_of
from exchange.audit.voice import Reader, spoken
from exchange.errors import ExchangeError
from exchange.instants import CHINA, from_us
from exchange.path.office import Office
from ledger import Recorded

NAMED_CLASSES = 3
FLAG = {"zh": "🚩 紧急：", "en": "🚩 emergency: "}
SENTENCES = {
    ("zh", True): "{flag}{when} {who}为{purpose}查看了您的{what}{count}。为什么可以：{because}{basis}。",
    ("zh", False): "{flag}{when} {who}想为{purpose}查看您的{what}，被拒绝：{refusal}。",
    (
        "en",
        True,
    ): "{flag}{when} {who} saw your {what}{count} for {purpose}. Allowed because {because}{basis}.",
    ("en", False): "{flag}{when} {who} wanted to see your {what} for {purpose} and was refused: {refusal}.",
}
# What it rested on besides consent, as a patient would say it.
GROUNDS = {
    "referral": ("且有进行中的转诊", "there was an open referral"),
    "consultation": ("且有进行中的会诊", "there was an open consultation"),
    "visit": ("且您正在该处就诊", "you were there as a patient"),
    "contract": ("且您与该家庭医生团队的签约有效", "you had signed with this family-doctor team"),
    "code": ("且您出示了健康码", "you showed your code"),
    "order": ("且有效的法定指令要求如此", "an order of an authority was in force"),
    "agreement": ("且委托处理协议有效", "an agreement to process records was in force"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One access or attempt. `basis` are the ids of the consents it was allowed by.

    `role`, `organisation` (id), `purpose` and `why` are codes; `count` is how many items, None where that is not known.
    """

    time: datetime
    entry_id: str
    permit: bool
    break_glass: bool
    basis: tuple[str, ...]
    role: str
    organisation: str
    purpose: str
    why: str
    count: int | None
    zh: str
    en: str


class RecordErased(ExchangeError):
    """The patient's key was destroyed on request; nobody can tell any more which entries are about them."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this patient's key was destroyed: what was agreed and who looked before that cannot be told any more",
            "该患者的密钥已销毁，此前的同意内容和查看情况已无法得知",
            hint="the entries and their proofs still stand: hutong ledger verify",
            hint_zh="账本条目及其证明仍然有效：hutong ledger verify",
        )


def who_saw(office: Office, patient: str, reader: Reader = "patient") -> list[Look]:
    """Every access to the record of the patient with this id, oldest first; refused attempts too.

    `reader` is who reads the sentences. Nothing is written, not even a key. Raises RecordErased.
    """
    keys = office.vault.known(patient)
    if keys is None:
        if office.vault.was_erased(patient):
            raise RecordErased
        return []
    entries = list(office.log.of_patient(keys.pseudonym))
    counts = {one.entry.intent: one for one in entries if one.entry.phase == "outcome"}
    return [
        _look(office, one, counts.get(one.id), reader)
        for one in entries
        if one.entry.type == "access"
        and one.entry.subtype in ("disclose", "refuse")
        and one.entry.phase != "outcome"
    ]


def _look(office: Office, found: Recorded, outcome: Recorded | None, reader: Reader) -> Look:
    told = details_of(office, found).told
    sentence = _Sentence(office, found, outcome, told, reader)
    return Look(
        time=_time(found),
        entry_id=found.id,
        permit=found.entry.decision == "permit",
        break_glass=found.entry.break_glass,
        basis=_basis(told),
        role=found.entry.role,
        organisation=found.entry.organisation,
        purpose=found.entry.purpose,
        why=found.entry.why,
        count=outcome.entry.count if outcome is not None and outcome.entry.outcome == "0" else None,
        zh=sentence.say("zh"),
        en=sentence.say("en"),
    )


def _time(found: Recorded) -> datetime:
    """When it happened: an entry that waited in the spool reached the ledger later."""
    return from_us(found.entry.claimed_us) if found.entry.source == "spool" else found.time


def _basis(told: Mapping[str, Any]) -> tuple[str, ...]:
    consent = told.get("consent")
    basis = consent.get("basis") if isinstance(consent, Mapping) else None
    return tuple(map(str, basis)) if isinstance(basis, list) else ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The parts of the sentence, put together as SENTENCES says."""

    office: Office
    found: Recorded
    outcome: Recorded | None
    told: Mapping[str, Any]
    reader: Reader

    def say(self, lang: str) -> str:
        """The sentence in one language."""
        entry = self.found.entry
        known = reason_words(entry.why)
        return self._spoken(SENTENCES[lang, entry.decision == "permit"], lang).format(
            flag=FLAG[lang] if entry.break_glass else "",
            when=f"{_time(self.found).astimezone(CHINA):%Y-%m-%d %H:%M}",
            who=self._who(lang),
            purpose=self._spoken(word(PURPOSES, entry.purpose, lang), lang),
            what=self._spoken(self._what(lang), lang),
            count=self._spoken(self._count(lang), lang),
            because=self._spoken(known.zh if lang == "zh" else known.en, lang),
            basis=self._basis(lang),
            refusal=self._spoken(self._refusal(lang), lang),
        )

    def _spoken(self, words: str, lang: str) -> str:
        """Words of ours as the reader hears them; names never go through here."""
        return spoken(words, self.reader, lang)

    def _who(self, lang: str) -> str:
        entry, actor = self.found.entry, self._actor()
        organisation = (
            self.office.directory.name_of(f"Organization/{entry.organisation}", lang) or entry.organisation
        )
        # People of other regions are in no registry of ours: they go by the name their own node gave.
        name = self._name_of(actor, "id", "name", lang)
        behind = self._name_of(actor, "on_behalf_of", "on_behalf_of_name", lang)
        if lang == "zh":
            role = word(ROLES, entry.role, lang)
            who = f"{organisation}的{name}({role})" if name else f"{organisation}的{role}"
            return f"{who}代表{behind}" if behind else who
        role = entry.role.replace("-", " ")
        who = f"{name} ({role}, {organisation})" if name else f"a {role} of {organisation}"
        return f"{who}, for {behind}," if behind else who

    def _name_of(self, actor: Mapping[str, Any], name: str, told: str, lang: str) -> str:
        references = (f"{kind}/{actor.get(name, '')}" for kind in ("Practitioner", "Device"))
        known = (self.office.directory.name_of(one, lang) for one in references)
        return next(filter(None, known), None) or str(actor.get(told) or "")

    def _what(self, lang: str) -> str:
        classes = self.found.entry.object_class.split()
        if not classes:
            return "健康档案" if lang == "zh" else "record"
        words = [word(CLASSES, one, lang) for one in classes[:NAMED_CLASSES]]
        more = len(classes) > NAMED_CLASSES
        if lang == "zh":
            return "、".join(words) + ("等" if more else "")
        return ", ".join(words) + (" and more" if more else "")

    def _count(self, lang: str) -> str:
        outcome = self.outcome
        if outcome is None:
            return "(交付结果未记录)" if lang == "zh" else " (whether it arrived is not on record)"
        if outcome.entry.outcome != "0":
            return "(未能交付)" if lang == "zh" else " (it could not be handed over)"
        count = outcome.entry.count
        if self._is_research():
            told = f"，共 {count} 项，已去掉身份", f" ({count} items, with details that name you removed)"
        else:
            told = f"，共 {count} 项", f" ({count} items)"
        return told[0] if lang == "zh" else told[1]

    def _is_research(self) -> bool:
        """Extracts are de-identified before they are handed over."""
        consent = self.told.get("consent")
        case = consent.get("case") if isinstance(consent, Mapping) else None
        return isinstance(case, Mapping) and "research" in case

    def _basis(self, lang: str) -> str:
        basis = ", ".join(_basis(self.told))
        consents = "" if not basis else f"(同意 {basis})" if lang == "zh" else f" (consent {basis})"
        return consents + self._spoken(self._ground(lang), lang)

    def _ground(self, lang: str) -> str:
        """What it also rested on: the patient was there, a referral was open."""
        request = self.told.get("request")
        ground = request.get("based_on") if isinstance(request, Mapping) else None
        zh, en = GROUNDS.get(str(ground["kind"]), ("", "")) if isinstance(ground, Mapping) else ("", "")
        return f"，{zh}" if zh and lang == "zh" else f", and {en}" if en else ""

    def _refusal(self, lang: str) -> str:
        words = self.told.get("because", {})
        if isinstance(words, Mapping) and words.get(lang):
            return str(words[lang])
        known = reason_words(self.found.entry.why)
        return known.zh if lang == "zh" else known.en

    def _actor(self) -> Mapping[str, Any]:
        request = self.told.get("request", {})
        actor = request.get("actor", {}) if isinstance(request, Mapping) else {}
        return actor if isinstance(actor, Mapping) else {}
