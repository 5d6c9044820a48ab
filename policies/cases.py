"""Read a table of cases: questions, each told by how it differs from a base, and the answers that must come out.

TOML; docs/how-to/change-the-rules.md describes it and `hutong policy test --example` prints one to start from. What
is misspelt is an error that names the file and the case, so that no case passes because nobody understood it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from policies.canaries import MUST_PERMIT
from policies.errors import PolicyError
from policies.explaining import MALFORMED
from policies.form import misfits
from policies.otherwise import put

EXAMPLE = Path(__file__).parent / "cases.toml"
PLAIN = "plain"
_OF_A_CASE = {"name", "base", "unset", "expect", "reasons", "obligations"}
_OF_A_BASE = {"base", "unset"}


class CasesUnreadable(PolicyError):
    """A table of cases cannot be read, or says something nobody understands."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="hutong policy test --example prints a table that works",
            hint_zh="hutong policy test --example 可输出一份可用的示例",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and the answer that must come out. `reasons` and `obligations` are None where any will do.

    `place` is the file and the number of the case in it. Obligations are written `code` or `code:value`.
    """

    place: str
    name: str
    question: Mapping[str, Any]
    allow: bool
    reasons: frozenset[str] | None
    obligations: frozenset[str] | None


def read_cases(content: bytes, file: str) -> list[Case]:
    """The cases in a table called `file`. Raises CasesUnreadable."""
    try:
        table = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        where = str(error).partition("(at ")[2].rstrip(")")
        place = f"{file} ({where})" if where else file
        raise CasesUnreadable(place, "is not TOML", "不是 TOML") from None
    _require_known(table, {"base", "case"}, file)
    bases, cases = table.get("base", {}), table.get("case", [])
    if (
        not _is_table(bases)
        or not isinstance(cases, list)
        or not all(map(_is_table, (*bases.values(), *cases)))
    ):
        raise CasesUnreadable(
            file,
            "bases are written [base.NAME] and cases [[case]]",
            "基准应写为 [base.名称]，用例应写为 [[case]]",
        )
    if not cases:
        raise CasesUnreadable(file, "has no case in it", "其中没有用例")
    read = [_case(one, bases, f"{file}, case {number}") for number, one in enumerate(cases, start=1)]
    if twice := next((one for n, one in enumerate(read) if one.name in {two.name for two in read[:n]}), None):
        raise CasesUnreadable(twice.place, "another case has the same name", "与其他用例同名")
    return read


def _case(told: Mapping[str, Any], bases: Mapping[str, Any], place: str) -> Case:
    name, expect = told.get("name"), told.get("expect")
    if not isinstance(name, str) or not name.strip():
        raise CasesUnreadable(place, "has no name", "缺少 name")
    if expect not in ("allow", "deny"):
        raise CasesUnreadable(place, 'expect must be "allow" or "deny"', 'expect 只能是 "allow" 或 "deny"')
    only = {"allow": "reasons", "deny": "obligations"}[expect]
    if only in told:
        raise CasesUnreadable(place, f"{only} do not go with {expect}", f"{only} 不能与 {expect} 同时出现")
    reasons = _words(told, "reasons", place)
    question = _changed(_base(told, bases, place, ()), told, _OF_A_CASE, place)
    if wrong := [] if MALFORMED in (reasons or ()) else misfits(question):
        field, en, zh = wrong[0]
        raise CasesUnreadable(place, f"{field} {en}", f"{field} {zh}")
    return Case(
        place=place,
        name=name.strip(),
        question=question,
        allow=expect == "allow",
        reasons=reasons,
        obligations=_words(told, "obligations", place),
    )


def _base(
    told: Mapping[str, Any], bases: Mapping[str, Any], place: str, above: tuple[str, ...]
) -> dict[str, Any]:
    """The question a case or a base starts from. A plain base of the file's own starts from the built-in one."""
    name = told.get("base", PLAIN)
    if name == PLAIN and (PLAIN not in bases or PLAIN in above):
        return deepcopy(MUST_PERMIT)
    if not isinstance(name, str) or name not in bases:
        raise CasesUnreadable(place, "its base is not in this file", "所用的 base 不在本文件中")
    if name in above:
        raise CasesUnreadable(place, "its bases lean on each other", "base 之间循环引用")
    return _changed(
        _base(bases[name], bases, place, (*above, name)), bases[name], _OF_A_BASE, f"{place}, its base"
    )


def _changed(
    question: dict[str, Any], told: Mapping[str, Any], not_fields: Iterable[str], place: str
) -> dict[str, Any]:
    for name, value in told.items():
        if name not in not_fields:
            question[name] = _joined(question.get(name), value)
    for field in sorted(_words(told, "unset", place) or ()):
        put(question, field, None)
    return question


def _joined(old: object, new: object) -> object:
    """What is said of a part of the question is put into it; what is not said stays."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return old | {name: _joined(old.get(name), value) for name, value in new.items()}


def _words(told: Mapping[str, Any], name: str, place: str) -> frozenset[str] | None:
    words = told.get(name)
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
        raise CasesUnreadable(place, f"{name} must be a list of words", f"{name} 应为文字列表")
    return frozenset(words)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _require_known(table: Mapping[str, Any], known: set[str], place: str) -> None:
    if strange := sorted(table.keys() - known):
        raise CasesUnreadable(
            place, f"{strange[0]} is a word nobody knows here", f"{strange[0]} 不是可识别的内容"
        )
