"""What several verbs of the policy read: a question from a file, and the rules in a bundle."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commands.policy.in_force import bundle_of, engine_of
from cli.errors import CannotRead
from cli.files import named, read_bytes
from cli.options import F
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies import Engine
    from policies.sources import Sources

BUNDLE_HELP = "Another bundle of rules than the one in force."


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one bundle, to ask and to read: `data` is JSON."""

    engine: "Engine"
    sources: "Sources"
    data: bytes


def bundle_option(name: str, text: str) -> Callable[[F], F]:
    """An option that names a bundle."""
    return click.option(name, type=click.Path(path_type=Path), metavar="FILE", help=text)


def question_in(file: str) -> dict[str, Any]:
    """The question in `file`, or on standard input for `-`. Raises CannotRead."""
    import orjson

    try:
        question = orjson.loads(read_bytes(file))
    except orjson.JSONDecodeError as error:
        raise CannotRead(
            named(file), f"line {error.lineno} is not JSON", f"第 {error.lineno} 行不是 JSON"
        ) from None
    if not isinstance(question, dict):
        raise CannotRead(named(file), "is JSON but not an object", "是 JSON 但不是对象")
    return question


@contextmanager
def rules_in(terminal: Terminal, bundle: Path | None) -> Iterator[Rules]:
    """The rules in the file `bundle`; without one those in force, asked as the node asks them.

    Raises BundleUnreadable, WrongRevision, PolicyUnusable, and what a node's settings raise.
    """
    from policies.bundle import read_bundle
    from policies.sources import sources_in
    from policies.wasm import what_if

    if bundle is None:
        read = bundle_of(terminal)
        with engine_of(terminal) as engine:
            yield Rules(engine, sources_in(read.packed, "the bundle"), read.data)
    else:
        read = read_bundle(bundle, pin=None)
        with closing(what_if(bundle)) as engine:
            yield Rules(engine, sources_in(read.packed, bundle.name), read.data)
