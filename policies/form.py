"""Does a question have the form the rules take? Names the places where it has not (schemas/input.json)."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

SCHEMA = Path(__file__).parent / "schemas" / "input.json"
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": Mapping,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


@cache
def schema() -> Mapping[str, Any]:
    """The form of a question, as JSON Schema; only the words that stand in that file are understood."""
    read: Mapping[str, Any] = msgspec.json.decode(SCHEMA.read_bytes())
    return read


def misfits(question: object) -> list[tuple[str, str, str]]:
    """Every place that is not as it must be: (place, what is wrong in English, in Chinese). Never a value."""
    return list(_misfits(question, schema(), ""))


def _misfits(value: object, form: Mapping[str, Any], place: str) -> Iterator[tuple[str, str, str]]:
    here = place or "the question"
    types = [form["type"]] if isinstance(form["type"], str) else form["type"]
    if not any(isinstance(value, _TYPES[one]) for one in types) or (
        isinstance(value, bool) and "boolean" not in types
    ):
        wanted = " or ".join(types)
        yield here, f"must be {wanted}", f"应为 {wanted}"
    elif isinstance(value, Mapping):
        yield from _members(value, form, place)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _misfits(one, form["items"], f"{place}[{number}]")
    elif "enum" in form and value not in form["enum"]:
        known = ", ".join(str(one) for one in form["enum"])
        yield here, f"must be one of {known}", f"只能是 {known}"
    elif isinstance(value, str) and not re.search(form.get("pattern", ""), value):
        yield here, "is not written as it must be", "书写格式不符"


def _members(value: Mapping[Any, Any], form: Mapping[str, Any], place: str) -> Iterator[tuple[str, str, str]]:
    inner: Mapping[str, Any] = form["properties"]
    for name in form.get("required", ()):
        if name not in value:
            yield _below(place, name), "is missing", "缺失"
    for name, one in value.items():
        if name in inner:
            yield from _misfits(one, inner[name], _below(place, name))
        elif form.get("additionalProperties") is False:
            yield _below(place, str(name)), "is a field nobody knows", "是未知字段"


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
