"""Write the page that says what a region has, what answers it, and which test proves that (docs/scenarios.toml)."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

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
# The categories of GB/T 39725-2020.
CATEGORIES: Mapping[str, tuple[str, str]] = {
    "personal-attributes": ("personal attributes", "个人属性数据"),
    "health-status": ("health status", "健康状况数据"),
    "medical-application": ("medical application", "医疗应用数据"),
    "medical-payment": ("medical payment", "医疗支付数据"),
    "health-resources": ("health resources", "卫生资源数据"),
    "public-health": ("public health", "公共卫生数据"),
}
_COLUMNS = ("#", "what · 内容", "answered by · 由何应对", "proved by · 由何证明", "served · 是否实现")


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    en: str
    zh: str


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row: what it is, what answers it, what proves that, and what is missing (docs/scenarios.toml)."""

    number: int
    en: str
    zh: str
    rules: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    category: str = ""
    classes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    missing: Words | None = None
    nothing: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """Everything that answers it."""
        return (*self.rules, *self.grounds, *self.commands, *self.classes)

    @property
    def proofs(self) -> tuple[str, ...]:
        """Everything that proves it."""
        return (*self.rows, *self.cases, *self.tests)

    @property
    def is_answered(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.answers or self.proofs)


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that belong to no single row."""

    en: str
    zh: str
    rules: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole source."""

    general: tuple[Heading, ...]
    scenario: tuple[Scenario, ...]


def table(source: Path = SOURCE) -> Table:
    """What the source says. Raises msgspec.ValidationError for a word nobody knows."""
    told: Mapping[str, Any] = tomllib.loads(source.read_text("utf-8"))
    return msgspec.convert(told, Table)


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
            "## Rules of every request · 每次申请都适用的规则\n",
            *_rows(("about · 关于", "rules · 规则"), map(_heading, told.general)),
            "",
        )
    )


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
    if one.category:
        codes = [" · ".join(CATEGORIES[one.category]), *codes]
    proofs = [
        *([f"policy cases · 策略用例: {'; '.join(one.rows)}"] if one.rows else []),
        *([f"consent cases · 同意用例: {', '.join(one.cases)}"] if one.cases else []),
        *(f"`{test.removeprefix('tests/')}`" for test in one.tests),
        *(["`policies/test_scenarios.py`"] if one.classes else []),
    ]
    return str(one.number), f"{one.en}<br>{one.zh}", "<br>".join(codes), "<br>".join(proofs), _served(one)


def _served(one: Scenario) -> str:
    if one.nothing:
        return "nothing to serve · 无需实现"
    if one.missing is None:
        return "yes · 是"
    en, zh = ("in part", "部分") if one.is_answered else ("no", "否")
    return f"{en}: {one.missing.en}<br>{zh}:{one.missing.zh}"


def _heading(one: Heading) -> tuple[str, ...]:
    return f"{one.en}<br>{one.zh}", ", ".join(f"`{code}`" for code in one.rules)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
