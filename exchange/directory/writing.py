"""Write a registry as TOML that a person can edit: one entry a line, what goes without saying left out."""

import dataclasses

import msgspec

from exchange.directory.directory import Directory
from exchange.directory.organisation import Organisation
from exchange.directory.people import Group, Person

Entry = Organisation | Person | Group


def as_toml(directory: Directory) -> str:
    """`directory` as registry.toml; reading it back gives an equal directory."""
    sections = (
        ("organisation", directory.organisations()),
        ("person", directory.people()),
        ("group", directory.groups()),
    )
    return "\n".join(_section(name, entries) for name, entries in sections if entries)


def _section(name: str, entries: tuple[Entry, ...]) -> str:
    lines = "".join(f"  {{ {_fields(one)} }},\n" for one in entries)
    return f"{name} = [\n{lines}]\n"


def _fields(entry: Entry) -> str:
    written = (
        (field.name, getattr(entry, field.name))
        for field in dataclasses.fields(entry)
        if getattr(entry, field.name) != field.default
    )
    # A JSON string, list of strings or boolean is also a TOML one, as names hold no control characters.
    return ", ".join(f"{name} = {msgspec.json.encode(value).decode()}" for name, value in written)
