"""The codes a command line takes, with what they mean."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.in_force import bundle_of
from cli.commands.policy.noun import policy
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = (("code", "代码"), ("what it means", "含义"))
REASON = "reason"
# exchange.vocabulary.KINDS, without reading it for a page of help.
KINDS = ("purpose", "class", "sensitivity", "role", "use", REASON)


@policy.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND", help="One of: " + ", ".join(KINDS) + ".")
@as_json
@click.pass_obj
def codes(terminal: Terminal, kind: str, as_json: bool) -> None:
    """List the codes of one KIND that commands take and answers give, with what they mean.

    Example:
        hutong policy codes purpose
    """
    found = list(_reasons(terminal) if kind == REASON else _codes(kind))
    if as_json:
        output.document([{"code": code, "en": en, "zh": zh} for code, en, zh in found])
        return
    # A code nobody has found words for yet is one all the same.
    terminal.table(HEAD, [(code, terminal.told(en, zh)) for code, en, zh in found])


def _codes(kind: str) -> "Iterator[tuple[str, str, str]]":
    from exchange.vocabulary import KINDS as LISTED

    (listed,) = (one for one in LISTED if one.name == kind)
    for code in listed.codes:
        zh, en = listed.words.get(code, ("", ""))
        yield code, en, zh


def _reasons(terminal: Terminal) -> "Iterator[tuple[str, str, str]]":
    """What consent can answer, and then what the rules in force can."""
    import orjson

    from exchange.audit.words import REASONS

    told = orjson.loads(bundle_of(terminal).data)["hutong_data"]["reasons"]
    rules = {code: (one["zh"], one["en"]) for code, one in told.items()}
    for code, (zh, en) in {**REASONS, **rules}.items():
        yield code, en, zh
