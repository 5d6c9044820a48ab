"""Watching the ledger while things happen."""

import time
from typing import TYPE_CHECKING

import click
from click import FloatRange

from cli import output
from cli.commands.audit.filtering import filtered, sought
from cli.commands.audit.looking import decided
from cli.commands.audit.noun import audit
from cli.options import When
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.words import Table
    from exchange.node.node import Node
    from ledger import Recorded

PSEUDONYM_SHOWN = 8


@audit.command()
@click.option(
    "--every",
    type=FloatRange(min=0.05, max=3600),
    default=1.0,
    metavar="SECONDS",
    help="How often to look for new entries.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each entry as JSON on a line of its own.")
@click.pass_obj
def watch(
    terminal: Terminal,
    /,
    every: float,
    as_json: bool,
    since: When | None,
    break_glass: bool,
    **said: str | None,
) -> None:
    """Show entries as they come, those of every process on this node, until stopped with Ctrl-C.

    Only those that meet every condition; with --from the earlier ones come first. Nothing is written.

    Example:
        hutong --node kunshan audit watch --decision deny
    """
    from exchange.audit import filter_of, reasons_of
    from exchange.audit.following import follow

    with terminal.open() as node:
        wanted = filter_of(node, sought(said, since, None, break_glass=break_glass))
        rules = reasons_of(node)
        terminal.note("watching; Ctrl-C stops it", "正在查看；按 Ctrl-C 停止")
        try:
            for one in follow(node, wanted, lambda: time.sleep(every)):
                if as_json:
                    output.json_line(_as_dict(one))
                else:
                    output.line(_line(terminal, node, rules, one))
        except KeyboardInterrupt:
            terminal.note("stopped", "已停止")


filtered(watch, without={"until"})


def _line(terminal: Terminal, node: "Node", rules: "Table", found: "Recorded") -> str:
    """When, what, who, for whom, what for, how it was decided, and the id to look it up by."""
    from exchange.audit import words

    entry, lang = found.entry, terminal.lang
    what = words.event(entry, lang)
    flag = terminal.told("🚩 emergency: ", "🚩 紧急：") if entry.break_glass else ""
    organisation = node.name_of(f"Organization/{entry.organisation}", lang) or entry.organisation
    patient = entry.patient[:PSEUDONYM_SHOWN]
    parts = (
        words.phase(entry.phase, lang),
        organisation,
        entry.role and words.role(entry.role, lang),
        entry.purpose and words.purpose(entry.purpose, lang),
        patient and terminal.told(f"patient {patient}", f"患者 {patient}"),
        decided(terminal, entry, rules),
    )
    told = terminal.told(", ", "，").join(filter(None, parts))
    said = terminal.told(": ", "：").join(filter(None, (what, told)))
    return f"{terminal.time(found.time)}  {flag}{said}  {found.id}"


def _as_dict(found: "Recorded") -> dict[str, object]:
    import orjson

    return {"index": found.index, "id": found.id, "time": found.time, "entry": orjson.loads(found.body)}
