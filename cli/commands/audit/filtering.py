"""The conditions of `audit search`, for the other commands that go by them: the same options, by construction."""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeVar

import click

from cli.commands.audit.looking import search
from cli.options import When

if TYPE_CHECKING:
    from exchange.audit import Sought

C = TypeVar("C", bound=click.Command)

WORDS = ("patient", "actor", "organisation", "region", "tier", "purpose", "decision", "why", "case")
FILTERS = frozenset((*WORDS, "since", "until", "break_glass"))


def filtered(command: C, *, without: Collection[str] = ()) -> C:
    """Give `command` the conditions of `audit search`, before its own options."""
    wanted = FILTERS - {*without}
    command.params[:0] = [one for one in search.params if one.name in wanted]
    return command


def sought(
    said: dict[str, str | None], since: When | None, until: When | None, *, break_glass: bool
) -> "Sought":
    """What was typed, for `filter_of`."""
    from exchange.audit import Sought

    return Sought(
        **{name: text or "" for name, text in said.items()},
        since=since.first if since else None,
        until=until.after if until else None,
        break_glass=break_glass,
    )
