"""Read registry.toml: all of it or nothing, and say exactly which entry is wrong."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from exchange.directory.directory import Directory
from exchange.directory.entries import Row, read_entry
from exchange.directory.errors import BadRegistry
from exchange.directory.organisation import Organisation
from exchange.directory.people import Group, Person

MAX_BYTES = 16 << 20
SECTIONS = ("organisation", "person", "group")
_POSITION = re.compile(r"\(at (line \d+, column \d+|end of document)\)")


def read_directory(path: Path) -> Directory:
    """The registry at `path`. Raises BadRegistry: file, entry and field, never a value of a person."""
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadRegistry(path.name, f"cannot be read ({error.strerror})", "无法读取") from None
    return parse_directory(body, path.name)


def parse_directory(body: bytes, name: str) -> Directory:
    """The registry in `body`; `name` is what to call the file in errors. Raises BadRegistry."""
    tables = _tables(body, name)
    for key in tables:
        if key not in SECTIONS:
            listed = ", ".join(SECTIONS)
            raise BadRegistry(
                name, f"holds a section that is none of {listed}", f"含有未知的部分；只能有 {listed}"
            )
    organisations = _entries(Organisation, tables.get("organisation", []), f"{name}, organisation")
    people = _entries(Person, tables.get("person", []), f"{name}, person")
    groups = _entries(Group, tables.get("group", []), f"{name}, group")
    check_parents(organisations, name)
    _check_links(organisations, people, groups, name)
    return Directory(organisations, people, groups)


def check_unique(entries: Iterable[Row], place: str) -> None:
    """Raise BadRegistry at the second entry that bears an id."""
    seen: dict[str, int] = {}
    for number, one in enumerate(entries, 1):
        if earlier := seen.get(one.id):
            raise BadRegistry(
                f"{place} {number} ({one.id}): id",
                f"was given to entry {earlier} already",
                f"与第 {earlier} 条重复",
            )
        seen[one.id] = number


def check_parents(organisations: Iterable[Organisation], name: str) -> None:
    """Raise BadRegistry where a parent is not listed, or where somebody is above themselves."""
    parents = {one.id: one.parent for one in organisations}
    for number, (child, parent) in enumerate(parents.items(), 1):
        place = f"{name}, organisation {number} ({child}): parent"
        if parent and parent not in parents:
            raise BadRegistry(place, "is not listed as an organisation", "不在机构列表中")
        above = parent
        for _ in parents:
            above = parents.get(above, "")
        if above:
            raise BadRegistry(place, "leads round in a circle", "形成了循环")


def _check_links(
    organisations: Iterable[Organisation], people: Iterable[Person], groups: Iterable[Group], name: str
) -> None:
    employers = {one.id for one in organisations}
    for number, person in enumerate(people, 1):
        if person.organisation not in employers:
            raise BadRegistry(
                f"{name}, person {number} ({person.id}): organisation",
                "is not listed as an organisation",
                "不在机构列表中",
            )
    known = {one.reference for one in organisations} | {one.reference for one in people}
    for number, group in enumerate(groups, 1):
        for position, member in enumerate(group.members, 1):
            if member not in known:
                raise BadRegistry(
                    f"{name}, group {number} ({group.id}): member {position}",
                    "is not listed; write Practitioner/ID or Organization/ID",
                    "不在登记表中；应写作 Practitioner/编号 或 Organization/编号",
                )


def _entries(kind: type[Row], raw: object, place: str) -> tuple[Row, ...]:
    if not isinstance(raw, list):
        raise BadRegistry(place, "must be a list of tables", "应为表的列表")
    entries = tuple(read_entry(kind, one, f"{place} {number}") for number, one in enumerate(raw, 1))
    check_unique(entries, place)
    return entries


def _tables(body: bytes, name: str) -> Mapping[str, object]:
    if len(body) > MAX_BYTES:
        raise BadRegistry(name, f"is larger than {MAX_BYTES >> 20} MiB", f"超过 {MAX_BYTES >> 20} MiB")
    try:
        return msgspec.toml.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _POSITION.search(str(error))
        at = f" ({found[1]})" if found else ""
        raise BadRegistry(name, f"is not TOML{at}", f"不是有效的 TOML{at}") from None
