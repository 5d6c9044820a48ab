"""Write the page that says what a region has, what answers it, and which test proves that (docs/scenarios.toml)."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import deid
from policies.bundle import DATA_ROOT, read_bundle
from policies.grading import Grading, Kind, Words

SOURCE = Path(__file__).parent / "scenarios.toml"
LAST = 83
_HEAD = """\
# Scenarios · 场景

What a region really has, and what answers it: rules of the policy, reasons of consent, commands; and the tests that
prove it. Made from `docs/scenarios.toml`; do not edit it here. What the codes mean: [policy rules](policy-rules.md),
[consent](../explanation/consent.md). Tests are below `tests/`; policy cases are rows of `tests/policies/table.py`,
consent cases stand in `tests/consent/vectors.json`. What is not served says so.

地区实际具有的服务、参与者和数据,由什么来应对(策略规则、同意理由、命令),以及由哪些测试证明。由 `docs/scenarios.toml`
生成,请勿直接修改。代码含义见[策略规则](policy-rules.md)和[同意](../explanation/consent.md)。未实现的部分均已写明。
"""
_RULE_SETS = Path(deid.__file__).parent / "rules"
_KINDS = """\
## Kinds of data · 数据类别

Data of the rules (`policies/rego/hutong_data/kinds`, `levels`); `hutong policy kinds` tells those in force. The level
follows the label in brackets; any item with a sensitivity label is 5. What was read in a public text, and what is our
reading, is below. Records are those of `hutong sample`, where everybody is invented.

规则的数据（`policies/rego/hutong_data/kinds`、`levels`），现行的见 `hutong policy kinds`。级别由括号内的标记确定；
带敏感标记的内容一律为 5 级。哪些据公开文本核对、哪些为我方确定，见下表。示例记录由 `hutong sample` 生成，人物均为虚构。
"""
_KIND_COLUMNS = (
    "#",
    "kind · 类别",
    "category · GB/T 39725 类别",
    "level (label) · 级别（标记）",
    "FHIR",
    "described by · 相关标准",
    "made safe by · 去标识化规则",
    "record · 示例记录",
)
_SOURCE_COLUMNS = (
    "standard · 标准",
    "public text · 公开文本",
    "what it says · 核对内容",
    "our reading · 我方确定",
)
_COLUMNS = ("#", "what · 内容", "answered by · 由何应对", "proved by · 由何证明", "served · 是否实现")


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row: what it is, what answers it, what proves that, and what is missing (docs/scenarios.toml)."""

    number: int
    en: str = ""
    zh: str = ""
    rules: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    kind: str = ""
    rows: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    missing: Words | None = None
    nothing: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """Everything that answers it."""
        return (*self.rules, *self.grounds, *self.commands)

    @property
    def proofs(self) -> tuple[str, ...]:
        """Everything that proves it."""
        return (*self.rows, *self.cases, *self.tests)

    @property
    def is_answered(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.answers or self.proofs or (self.kind and kind_of(self).classes))


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that belong to no single row."""

    en: str
    zh: str
    rules: tuple[str, ...]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public text the kinds of data were checked against: what it says, and what is our reading of it."""

    standards: tuple[str, ...]
    title: str
    address: str
    said: Words
    assigned: Words


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole source."""

    source: tuple[Source, ...]
    general: tuple[Heading, ...]
    scenario: tuple[Scenario, ...]


def table(source: Path = SOURCE) -> Table:
    """What the source says. Raises msgspec.ValidationError for a word nobody knows."""
    told: Mapping[str, Any] = tomllib.loads(source.read_text("utf-8"))
    found = msgspec.convert(told, Table)
    return msgspec.structs.replace(found, scenario=tuple(map(_named, found.scenario)))


@cache
def grading() -> Grading:
    """Levels and kinds of data as the rules have them that come with the program."""
    return Grading(msgspec.json.decode(read_bundle().data)[DATA_ROOT])


def kind_of(one: Scenario) -> Kind:
    """The kind of data a row is about. Raises StopIteration where the rules know none of its number."""
    return next(kind for kind in grading().kinds if kind.number == one.number)


def rule_sets(classes: Iterable[str]) -> list[str]:
    """The files below deid/ with the rules that make these classes safe."""
    files = sorted(_RULE_SETS.glob("*.toml"))
    return [one.name for one in files if not tomllib.loads(one.read_text("utf-8")).keys().isdisjoint(classes)]


def page() -> str:
    """The page, in Markdown."""
    told = table()
    return "\n".join(
        (
            _HEAD,
            *_counts(told.scenario),
            "",
            *_rows(_COLUMNS, map(_row, told.scenario)),
            "",
            _KINDS,
            *_rows(_KIND_COLUMNS, (_kind(one) for one in told.scenario if one.kind)),
            "",
            *_rows(_SOURCE_COLUMNS, map(_source, told.source)),
            "",
            "## Rules of every request · 每次申请都适用的规则\n",
            *_rows(("about · 关于", "rules · 规则"), map(_heading, told.general)),
            "",
        )
    )


def _named(one: Scenario) -> Scenario:
    """A kind of data is called what the rules call it."""
    return msgspec.structs.replace(one, en=kind_of(one).en, zh=kind_of(one).zh) if one.kind else one


def _counts(scenarios: Sequence[Scenario]) -> Iterator[str]:
    nothing = sum(one.nothing for one in scenarios)
    missing = [one for one in scenarios if one.missing is not None]
    partly = sum(one.is_answered for one in missing)
    whole, none = len(scenarios) - nothing - len(missing), len(missing) - partly
    yield (
        f"{len(scenarios)} rows: {whole} served, {partly} in part, {none} not, {nothing} with nothing to serve."
        f" 共 {len(scenarios)} 项:已实现 {whole},部分实现 {partly},未实现 {none},无需实现 {nothing}。"
    )


def _row(one: Scenario) -> tuple[str, ...]:
    codes = [f"`{name}`" for name in one.answers]
    if one.kind:
        codes = ["[kinds of data · 数据类别](#kinds-of-data--数据类别)", *codes]
    proofs = [
        *([f"policy cases · 策略用例: {'; '.join(one.rows)}"] if one.rows else []),
        *([f"consent cases · 同意用例: {', '.join(one.cases)}"] if one.cases else []),
        *(f"`{test.removeprefix('tests/')}`" for test in one.tests),
        *(["`policies/test_scenarios.py`"] if one.kind and kind_of(one).classes else []),
    ]
    return str(one.number), f"{one.en}<br>{one.zh}", "<br>".join(codes), "<br>".join(proofs), _served(one)


def _served(one: Scenario) -> str:
    if one.nothing:
        return "nothing to serve · 无需实现"
    if one.missing is None:
        return "yes · 是"
    en, zh = ("in part", "部分") if one.is_answered else ("no", "否")
    return f"{en}: {one.missing.en}<br>{zh}:{one.missing.zh}"


def _kind(one: Scenario) -> tuple[str, ...]:
    kind, grades = kind_of(one), grading()
    category, level = grades.category(kind), grades.level(kind.label)
    labelled = f"<br>5: {', '.join(f'`{label}`' for label in kind.sensitive)}" if kind.sensitive else ""
    reason = f"{kind.without.en}<br>{kind.without.zh}" if kind.without else ""
    record = " ".join(f"`{text}`" for text in (*kind.classes[:1], kind.code.replace("|", "\\|")) if text)
    return (
        str(one.number),
        f"{one.en}<br>{one.zh}",
        f"{category.en}<br>{category.zh}",
        f"{level} (`{kind.label}`){labelled}",
        _cell(kind.classes) or "-",
        "<br>".join(kind.standards) or reason,
        _cell(rule_sets(kind.classes)) or "-",
        record or "-",
    )


def _cell(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def _source(one: Source) -> tuple[str, ...]:
    said = (f"{words.en}<br>{words.zh}" for words in (one.said, one.assigned))
    return ", ".join(one.standards), f"[{one.title}]({one.address})" if one.address else one.title, *said


def _heading(one: Heading) -> tuple[str, ...]:
    return f"{one.en}<br>{one.zh}", ", ".join(f"`{code}`" for code in one.rules)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
