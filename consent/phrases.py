"""Turns the conditions of one rule into phrases: who, why, what, how long. Every condition has its words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from consent.databases import DATABASES, whole_databases
from consent.rules import Conditions, Labels, Recipient, Uses
from consent.when import Moment, Period, local, seen_in
from consent.words import ACTIONS, CLASSES, LEVELS, MEANINGS, PURPOSES, ROLES, SENSITIVITIES, USES, word
from consent.words import DATABASES as NAMED_DATABASES

NameOf = Callable[[str], str | None]
Table = dict[str, tuple[str, str]]
# Instants are told as they are on the wall in China, which has one time zone.
CHINA = local(8)
_ALMOST_A_DAY = timedelta(hours=23)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FLAGS = {
    ("onward", True): ("可以转给别人", "which may be passed on"),
    ("onward", False): ("不得转给别人", "which must not be passed on"),
    ("deidentify", True): ("只提供去掉身份的信息", "only with details that name you removed"),
    ("deidentify", False): ("可以带有身份", "with details that name you"),
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases in one language, "zh" or "en". `name_of` gives people and organisations their names."""

    lang: str
    name_of: NameOf

    def pick(self, zh: str, en: str) -> str:
        """The text in this language."""
        return zh if self.lang == "zh" else en

    def joined(self, sentences: Sequence[str]) -> str:
        """Sentences one after the other."""
        return self.pick("", " ").join(sentences)

    def full(self, zh: str, en: str) -> str:
        """A sentence of its own, with its capital and its stop."""
        return self.pick(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")

    def list_of(self, words: Iterable[str]) -> str:
        """甲、乙 / A and B."""
        found = list(words)
        if self.lang == "zh" or len(found) < 2:
            return "、".join(found)
        return f"{', '.join(found[:-1])} and {found[-1]}"

    def names(self, references: Iterable[str]) -> str:
        """People and organisations by name."""
        return self.list_of([self.name(one) for one in references])

    def name(self, reference: str) -> str:
        """Somebody by name, or as the consent names them."""
        return self.name_of(reference) or reference

    def words(self, table: Table, codes: Iterable[str]) -> str:
        """Codes in words."""
        return self.list_of([word(table, one, self.lang) for one in codes])

    def region(self, code: str) -> str:
        """A region by name, if anybody knows it."""
        return self.name_of(f"Region/{code}") or code

    def aside(self, text: str) -> str:
        """Something inside something, in brackets."""
        inner = text.removeprefix("，").removeprefix(", ")
        return self.pick(f"（{inner}）", f" ({inner})") if inner else ""

    def clause(self, said: Conditions, *, permits: bool, on: str = "") -> str:
        """A whole rule: you allow whom to do what with what, for what; `on` is the day it was said."""
        what, verb = self.what(said, permits=permits), self.do(said)
        if self.lang == "zh":
            day = f"在 {on} " if on else ""
            told = f"您{day}{_agree_zh(permits)}{self._who(said)}{self._why(said)}{verb}您的{what}"
        else:
            agreed = f"On {on} you {_agreed_en(permits)}" if on else f"You {_agree_en(permits)}"
            told = f"{agreed} {self._who(said)} to {verb} your {what}{self._why(said)}"
        return told + self._limits(said)

    def exception(self, said: Conditions, *, permits: bool) -> str:
        """A rule inside another: only what it says itself."""
        whom = self._who(said) if said.recipients or said.roles or said.regions else ""
        why, limits = self._why(said), self._limits(said)
        do = self.do(said) if said.actions else ""
        what = self.what(said, permits=permits, some=True) if said.asks_about_items or said.custodians else ""
        if not permits and what and not (whom or why or do or limits):
            return self.pick(f"，不含{what}", f", except {what}")
        if self.lang == "zh":
            told = f"{whom}{why}{do}{what}"
        elif whom and (why or do or what):
            told = f"{whom} to {do or word(ACTIONS, 'access', self.lang)} {what or 'it'}{why}"
        else:
            told = " ".join(one for one in (whom, do, what, why.strip()) if one)
        told = told or ("" if limits else self.pick("此项", "this"))
        verb = self.pick(f"，但{_agree_zh(permits)}", f", but you {_agree_en(permits)} ")
        return f"{verb}{told}{limits}"

    def until(self, said: Conditions) -> str:
        """How long."""
        if said.period is None:
            return ""
        start, end = (self.day(text) for text in said.period.said)
        text = self.pick(f"，从 {start} 起", f", from {start}") if start else ""
        return text + (self.pick(f"，到 {end} 为止", f", until {end}") if end else "")

    def day(self, text: str) -> str:
        """2026-01-09 / 9 Jan 2026; anything finer or coarser than a day as it is written."""
        if self.lang == "zh" or len(text) != len("2026-01-09"):
            return text
        day = date.fromisoformat(text)
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def moment(self, moment: Moment | None) -> str:
        """The day of a moment; the time of day too where it is finer than a day. "" for none."""
        if moment is None or moment.last - moment.first > _ALMOST_A_DAY:
            return self.on_day(moment)
        return f"{self.on_day(moment)} {seen_in(CHINA, moment.first):%H:%M:%S}"

    def on_day(self, moment: Moment | None) -> str:
        """The day of a moment, or the first and last day of a longer one. "" for none."""
        if moment is None:
            return ""
        ends = (seen_in(CHINA, one) for one in (moment.first, moment.last))
        return self.pick(" 至 ", " to ").join(dict.fromkeys(self.day(f"{one:%Y-%m-%d}") for one in ends))

    def _who(self, said: Conditions) -> str:
        text = self.list_of([self.recipient(one) for one in said.recipients or ()]) or self.pick(
            "任何人", "anyone"
        )
        if said.roles:
            roles = self.words(ROLES, said.roles)
            text = self.pick(f"{text}中的{roles}", f"{roles} of {text}")
        if said.regions:
            where = self.list_of([self.region(one) for one in said.regions])
            text += self.pick(f"（限{where}）", f" (in {where} only)")
        return text

    def recipient(self, one: Recipient) -> str:
        name = self.name_of(one.reference) or one.reference
        return name if one.role == "IRCP" else f"{name} [{one.role}]"

    def _why(self, said: Conditions) -> str:
        if not said.purposes:
            return ""
        purposes = self.words(PURPOSES, said.purposes)
        return self.pick(f"为{purposes}", f" for {purposes}")

    def do(self, said: Conditions) -> str:
        """See; where a consent says which acts it means, that it means no others."""
        words = self.words(ACTIONS, said.actions or ("access",))
        return words + self.pick("（仅限于此）", " (this only)") if said.actions else words

    def what(self, said: Conditions, *, permits: bool, some: bool = False) -> str:
        """Which part of the record; `some` where it is about records within it."""
        kinds = self._kinds(said.kinds or ())
        topics = self._topics(said.labels)
        whole = self.pick("记录", "records" if some else "record")
        noun = kinds or (self.pick("信息", "information") if topics else whole)
        closer = [one for one in self._closer(said, permits=permits) if one]
        return topics + noun + self.aside(self.pick("；", "; ").join(closer))

    def _kinds(self, classes: Sequence[str]) -> str:
        """Kinds of record; one of the three databases by its name, with how many kinds of record that is."""
        whole = whole_databases(classes)
        rest = [one for one in classes if not any(one in DATABASES[name] for name in whole)]
        named = [self._database(name) for name in whole]
        return self.list_of([*named, *(word(CLASSES, one, self.lang) for one in rest)])

    def _database(self, name: str) -> str:
        count = len(DATABASES[name])
        said = word(NAMED_DATABASES, name, self.lang)
        return said + self.pick(
            f"（整库，共 {count} 类记录）", f" (the whole database, {count} kinds of record)"
        )

    def _closer(self, said: Conditions, *, permits: bool) -> Iterable[str]:
        """Which of them, more closely."""
        yield self._level(said.labels, permits=permits)
        if said.codes:
            codes = self.list_of([f"{system}|{code}" if system else code for system, code in said.codes])
            yield self.pick(f"编码 {codes}", f"coded {codes}")
        if said.custodians:
            names = self.names(said.custodians)
            yield self.pick(f"由{names}保管", f"held by {names}")
        if said.authors:
            names = self.names(said.authors)
            yield self.pick(f"由{names}书写", f"written by {names}")
        if said.data:
            told = [(word(MEANINGS, meaning, self.lang), self.names([ref])) for meaning, ref in said.data]
            yield self.list_of([text.format(name) for text, name in told])
        if said.data_period:
            yield self.data_span(said.data_period)

    def data_span(self, period: Period) -> str:
        start, end = (self.day(text) for text in period.said)
        if start and end:
            return self.pick(f"{start} 至 {end}", f"from {start} to {end}")
        if start:
            return self.pick(f"{start} 起", f"since {start}")
        return self.pick(f"{end} 止", f"up to {end}")

    def _topics(self, labels: Labels | None) -> str:
        if not labels or not labels.sensitivities:
            return ""
        topics = self.words(SENSITIVITIES, labels.sensitivities)
        return self.pick(f"{topics}相关", f"{topics} ")

    def _level(self, labels: Labels | None, *, permits: bool) -> str:
        if not labels or not labels.levels:
            return ""
        either = self.pick("或", "or ") if labels.sensitivities else ""
        return either + self.level(labels.levels, permits=permits)

    def level(self, levels: Iterable[str], *, permits: bool) -> str:
        """How private: a permit reaches up to a level, a refusal from one on."""
        said = self.words(LEVELS, levels)
        bound = self.pick("不高于", "up to") if permits else self.pick("不低于", "from")
        return self.pick(f"私密程度{bound}{said}", f"{bound} {said} privacy")

    def _limits(self, said: Conditions) -> str:
        """Uses of research, passing on, names removed."""
        found = [self._uses(said.uses)] if said.uses else []
        flags = (("onward", said.onward), ("deidentify", said.deidentify))
        found += [self.pick(*FLAGS[name, value]) for name, value in flags if value is not None]
        return "".join(self.pick(f"，{one}", f", {one}") for one in found)

    def _uses(self, uses: Uses) -> str:
        terms = self.words(USES, uses.terms)
        diseases = self.aside(self.list_of(uses.diseases))
        return self.pick(f"研究范围为{terms}{diseases}", f"for research use: {terms}{diseases}")


def _agree_zh(permits: bool) -> str:
    return "同意" if permits else "不同意"


def _agree_en(permits: bool) -> str:
    return "allow" if permits else "do not allow"


def _agreed_en(permits: bool) -> str:
    return "allowed" if permits else "did not allow"
