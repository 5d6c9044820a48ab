"""What was done to many files: counts by what happened and attribute, never a value."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from deid.dicom.refusals import FLAGS, QUARANTINED, REFUSED

Lang = Literal["zh", "en"]
Kind = Literal["written", "quarantined", "refused"]

VERBS: dict[str, tuple[str, str]] = {
    "kept": ("kept", "保留"),
    "cleaned": ("text cleaned", "文本清理"),
    "shifted": ("moved", "日期偏移"),
    "pseudonymised": ("pseudonymised", "假名化"),
    "replaced": ("replaced", "替换"),
    "emptied": ("emptied", "清空"),
    "removed": ("removed", "删除"),
    "misfit": ("removed, not what its type promises", "与类型不符，删除"),
    "unknown": ("removed, unknown", "未知，删除"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    `body` is the new file; for one that is quarantined it is clean but for its picture. `name` is where it belongs:
    pseudonyms only. `reasons` are keys of refusals.REFUSED or QUARANTINED, `place` the attribute one is about.
    """

    kind: Kind
    body: bytes | None = None
    name: str = ""
    reasons: tuple[str, ...] = ()
    place: str = ""
    flags: tuple[str, ...] = ()
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def told(self, lang: Lang) -> str:
        """Why it was not written, in words."""
        known = REFUSED if self.kind == "refused" else QUARANTINED
        between = "；" if lang == "zh" else "; "
        words = between.join(known[reason][lang == "zh"] for reason in self.reasons)
        return f"{words} ({self.place})" if self.place else words


@dataclass(slots=True)
class Tally:
    """Counts of many files: files in = written + quarantined + refused."""

    files: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    attributes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one more file; its attributes only if it was written."""
        self.files[outcome.kind] += 1
        self.reasons.update(outcome.reasons)
        if outcome.kind == "written":
            self.flags.update(outcome.flags)
            self.attributes.update(outcome.counts)

    def as_dict(self) -> dict[str, object]:
        """The same as plain data, for JSON."""
        attributes: dict[str, dict[str, int]] = {}
        for (verb, place), count in sorted(self.attributes.items()):
            attributes.setdefault(place, {})[verb] = count
        return {
            "files": self.files.total(),
            "written": self.files["written"],
            "quarantined": self.files["quarantined"],
            "refused": self.files["refused"],
            "reasons": dict(self.reasons),
            "flags": dict(self.flags),
            "totals": {verb: sum(n for (v, _), n in self.attributes.items() if v == verb) for verb in VERBS},
            "attributes": attributes,
        }

    def lines(self, lang: Lang) -> list[str]:
        """The same for people: files, what is said of them, then what happened to how many attributes."""
        zh = lang == "zh"
        total = self.files.total()
        one, two, three = (self.files[kind] for kind in ("written", "quarantined", "refused"))
        lines = [
            f"共 {total} 个文件：写出 {one}，隔离 {two}，拒绝 {three}"
            if zh
            else f"{total} file{'' if total == 1 else 's'}: {one} written, {two} quarantined, {three} refused"
        ]
        lines += [_counted(FLAGS[flag][zh], n, lang) for flag, n in sorted(self.flags.items())]
        for verb, words in VERBS.items():
            if count := sum(n for (done, _), n in self.attributes.items() if done == verb):
                lines.append(_counted(words[zh], count, lang))
        return lines


def _counted(words: str, count: int, lang: Lang) -> str:
    return f"{words}：{count}" if lang == "zh" else f"{words}: {count}"
