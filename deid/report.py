"""The report: what was kept, changed and left out, and how often. Counts and element names, never a value."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Literal

Lang = Literal["zh", "en"]

KINDS: dict[str, tuple[str, str]] = {
    "kept": ("kept", "保留"),
    "masked": ("masked", "遮蔽"),
    "generalised": ("generalised", "泛化"),
    "shifted": ("shifted", "日期偏移"),
    "pseudonymised": ("pseudonymised", "假名化"),
    "dropped": ("dropped by rule", "按规则删除"),
    "unknown": ("dropped, no rule", "无规则，删除"),
    "not_asked": ("not asked for", "未申请"),
}
SKIPPED: dict[str, tuple[str, str]] = {
    "not-json": ("not JSON", "不是 JSON"),
    "not-an-object": ("not a JSON object", "不是 JSON 对象"),
    "no-type": ("no resourceType", "缺少 resourceType"),
    "no-rules": ("no rules for this resource type", "该资源类型没有规则"),
    "not-asked": ("resource type not asked for", "未申请该资源类型"),
    "modifier-extension": ("has a modifierExtension nobody knows", "含有无法识别的 modifierExtension"),
    "too-deep": ("nested too deeply", "嵌套过深"),
}


@dataclass(slots=True)
class Tally:
    """How often each thing happened at one element path."""

    kept: int = 0
    masked: int = 0
    generalised: int = 0
    shifted: int = 0
    pseudonymised: int = 0
    dropped: int = 0
    unknown: int = 0
    not_asked: int = 0

    def counts(self) -> dict[str, int]:
        """Only what happened at all."""
        return {f.name: n for f in fields(self) if (n := getattr(self, f.name))}

    def start_over(self) -> None:
        """Everything back to none."""
        for one in fields(self):
            setattr(self, one.name, 0)


@dataclass(slots=True)
class Report:
    """Counts of one Cleaner. Resources in = resources out + skipped, for every type.

    `skipped` is by (type, reason). A path is `Type.element.element`; an element no rule file names is
    counted as `?`, because its name came with the record. `rules` and `text` are digests of what the record and its
    free text were cleaned by; `text` is "" where free text was dropped.
    """

    profile: str
    rules: str = ""
    text: str = ""
    received: Counter[str] = field(default_factory=Counter)
    released: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[str, Tally] = field(default_factory=dict)

    def at(self, path: str) -> Tally:
        """The tally of one element path, to count on."""
        return self.places.setdefault(path, Tally())

    def start_over(self) -> None:
        """Count anew from here: compiled rules go on counting on the same tallies."""
        for counter in (self.received, self.released, self.skipped):
            counter.clear()
        for tally in self.places.values():
            tally.start_over()

    def total(self, kind: str) -> int:
        """How often `kind` (a key of KINDS) happened anywhere."""
        return sum(int(getattr(tally, kind)) for tally in self.places.values())

    def as_dict(self) -> dict[str, object]:
        """The same as plain data, sorted, for JSON."""
        types: dict[str, dict[str, object]] = {}
        for name in sorted(self.received):
            skipped = {reason: n for (type_, reason), n in sorted(self.skipped.items()) if type_ == name}
            types[name] = {"in": self.received[name], "out": self.released[name], "skipped": skipped}
        elements = {path: c for path, t in sorted(self.places.items()) if (c := t.counts())}
        totals = {kind: self.total(kind) for kind in KINDS}
        return {
            "profile": self.profile,
            "rules": self.rules,
            "text": self.text,
            "resources": types,
            "totals": totals,
            "elements": elements,
        }

    def lines(self, lang: Lang) -> list[str]:
        """The same for people: resources by type first, then totals, then every element that was changed."""
        zh = lang == "zh"
        i = 1 if zh else 0
        out = [f"去标识化方案：{self.profile}" if zh else f"de-identification profile: {self.profile}"]
        for name in sorted(self.received):
            got, gave = self.received[name], self.released[name]
            out.append(f"{name}：收到 {got}，放行 {gave}" if zh else f"{name}: {got} in, {gave} out")
            for (type_, reason), n in sorted(self.skipped.items()):
                if type_ == name:
                    out.append(
                        f"  跳过 {n}：{SKIPPED[reason][1]}" if zh else f"  {n} skipped: {SKIPPED[reason][0]}"
                    )
        out += [
            f"{words[i]}：{self.total(k)}" if zh else f"{words[i]}: {self.total(k)}"
            for k, words in KINDS.items()
        ]
        for path, tally in sorted(self.places.items()):
            changed = {kind: n for kind, n in tally.counts().items() if kind != "kept"}
            if changed:
                told = ", ".join(f"{KINDS[kind][i]} {n}" for kind, n in changed.items())
                out.append(f"  {path}: {told}")
        return out
