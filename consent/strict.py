"""Reads what a caller hands in against a closed shape: what is not known is an error that names the field."""

import re
from typing import Any, TypeVar

import msgspec

from consent.errors import BadCase

_T = TypeVar("_T")

_PLACE = re.compile(r"(.*?)(?: - at `\$?(.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_MISTYPED = re.compile(r"Expected `([a-z0-9 |]+)`, got `([a-z0-9 |]+)`")


_IN_CHINESE = {
    "str": "文本",
    "int": "整数",
    "float": "数字",
    "bool": "真或假",
    "null": "空值",
    "array": "列表",
    "object": "对象",
}


def read(value: Any, shape: type[_T], place: str) -> _T:
    """`value` as `shape`. Raises BadCase with the place and the field, never with what stands in it."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _named(str(error), place) from None


def _named(message: str, place: str) -> BadCase:
    found = _PLACE.fullmatch(message)
    what, inner = found.groups(default="") if found else (message, "")
    where = place + inner
    if unknown := _UNKNOWN.fullmatch(what):
        name = unknown[1]
        return BadCase(where, f'unknown field "{name}"', f"未知字段 {name}")
    if missing := _MISSING.fullmatch(what):
        return BadCase(f"{where}.{missing[1]}", "is missing", "缺失")
    if types := _MISTYPED.match(what):
        return BadCase(where, f"is {types[2]}, not {types[1]}", f"是{_zh(types[2])}，应为{_zh(types[1])}")
    return BadCase(where, "cannot be read", "无法读取")


def _zh(types: str) -> str:
    return "或".join(_IN_CHINESE.get(one, one) for one in types.split(" | "))
