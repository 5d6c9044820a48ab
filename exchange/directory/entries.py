"""One entry of a registry: every field known, of its type, and from its list; otherwise say which is not."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_type_hints

from exchange.directory.errors import BadRegistry
from exchange.directory.organisation import KINDS, STANDINGS, TIERS, Organisation
from exchange.directory.people import ROLES, Group, Person
from exchange.directory.regions import is_region
from exchange.records.resource_types import is_id

Row = TypeVar("Row", Organisation, Person, Group)
Words = tuple[str, str]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEY = re.compile(r"[A-Za-z0-9_\-]{1,40}", re.ASCII)
MAX_NAME = 200

_TEXT: Words = ("must be text", "应为文本")
_TYPES: dict[object, tuple[Callable[[object], bool], Words]] = {
    str: (lambda value: isinstance(value, str), _TEXT),
    bool: (lambda value: isinstance(value, bool), ("must be true or false", "应为 true 或 false")),
    tuple[str, ...]: (
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        ("must be a list of texts", "应为文本列表"),
    ),
}


def _one_of(choices: tuple[str, ...]) -> tuple[Callable[[object], bool], Words]:
    listed = ", ".join(choices)
    return lambda value: value in choices, (f"must be one of {listed}", f"须为以下之一：{listed}")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_NAME and not _CONTROL.search(value)


_NAME: tuple[Callable[[object], bool], Words] = (
    _is_name,
    (f"must be 1 to {MAX_NAME} printable characters", f"须为 1 至 {MAX_NAME} 个可显示字符"),
)
_ID: tuple[Callable[[object], bool], Words] = (
    is_id,
    ("must be 1 to 64 letters, digits, hyphens or dots", "须为 1 至 64 个字母、数字、连字符或点"),
)
_VALUES: dict[str, tuple[Callable[[object], bool], Words]] = {
    "id": _ID,
    "name_zh": _NAME,
    "name_en": _NAME,
    "model": _NAME,
    "version": _NAME,
    "patient": _ID,
    "contact": _NAME,
    "phone": _NAME,
    "kind": _one_of(KINDS),
    "tier": _one_of(TIERS),
    "standing": _one_of(STANDINGS),
    "role": _one_of(ROLES),
    "region": (
        lambda value: is_region(str(value)),
        ("must be a GB/T 2260 code, such as 320583", "须为 GB/T 2260 行政区划代码，如 320583"),
    ),
    "members": (bool, ("must name at least one member", "至少要有一名成员")),
}


def read_entry(kind: type[Row], raw: object, place: str) -> Row:
    """`raw` as one `kind`. Raises BadRegistry naming `place`, the entry's id if it has one, and the field."""
    if not isinstance(raw, Mapping):
        raise BadRegistry(place, "must be a table", "应为表")
    place = f"{place} ({raw['id']})" if is_id(raw.get("id")) else place
    types, required = _FIELDS[kind]
    for key in raw:
        if key not in types:
            # A key belongs to the form, not to anybody; still, only what looks like one is repeated.
            shown = f": {key}" if isinstance(key, str) and _KEY.fullmatch(key) else ""
            raise BadRegistry(f"{place}{shown}", "is no field that is known here", "不是可识别的字段")
    for key in required:
        if key not in raw:
            raise BadRegistry(f"{place}: {key}", "is missing", "缺失")
    for key, value in raw.items():
        for fits, (en, zh) in filter(None, (_TYPES[types[key]], _VALUES.get(key))):
            if not fits(value):
                raise BadRegistry(f"{place}: {key}", en, zh)
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
    }
    return kind(**values)


def _fields(kind: type[Organisation | Person | Group]) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """The fields of a kind of entry with their types, and those that must be there."""
    declared = dataclasses.fields(kind)
    required = tuple(one.name for one in declared if one.default is dataclasses.MISSING)
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in declared}, required


_FIELDS = {kind: _fields(kind) for kind in (Organisation, Person, Group)}
