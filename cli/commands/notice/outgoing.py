"""Telling whoever had received data that a patient took the consent back."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.notice.noun import DONE, notice
from cli.options import WORDS, as_json, person
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.withdrawal.outgoing import Outgoing

HEAD = (
    ("notice", "通知"),
    ("to", "接收方"),
    ("kind", "类别"),
    ("taken back", "收回时间"),
    ("items", "次数"),
    ("told", "告知情况"),
    ("what they did", "对方处理"),
)
SENT = (("node", "节点"), ("acknowledged", "已确认"), ("waiting", "仍待发送"), ("why", "原因"))
ITEMS = 4


@notice.command()
@click.option("--all", "everything", is_flag=True, help="Those that were told too.")
@as_json
@click.pass_obj
def outgoing(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List the recipients that are still to be told of a withdrawal, oldest first; no patient is named.

    Example:
        hutong --node kunshan notice outgoing --all
    """
    from exchange.withdrawal.outgoing import notices
    from exchange.withdrawal.withdrawing import count_recipients

    with terminal.open() as node:
        # After a crash, or when an emergency came late from the spool: nobody may be missing from the list.
        count_recipients(node.office)
        found = notices(node.office, waiting_only=not everything)
    if as_json:
        output.document([_as_dict(one) for one in found])
        return
    terminal.table(HEAD, [_row(terminal, one) for one in found], right=(ITEMS,))


@notice.command()
@as_json
@click.pass_obj
def send(terminal: Terminal, as_json: bool) -> None:
    """Send at once what waits for other nodes: notices of withdrawals, and what was done about theirs.

    hutong serve does it by itself, with growing pauses where a node cannot be reached. Exit code 5 where
    something still waits.

    Example:
        hutong --node kunshan notice send
    """
    from exchange.federation.line import line_by
    from exchange.withdrawal.sending import StillWaiting, send_waiting

    with terminal.open() as node:
        line = line_by(node.settings, node.desk, node.keys, node.clock)
        turns = send_waiting(node.office, node.peers, line, at_once=True)
    if as_json:
        output.document(
            [
                {
                    "node": one.node,
                    "acknowledged": one.acknowledged,
                    "waiting": one.waiting,
                    "problem": {"en": str(one.problem), "zh": one.problem.zh} if one.problem else None,
                }
                for one in turns
            ]
        )
    else:
        terminal.table(
            SENT,
            [
                (
                    one.node,
                    str(one.acknowledged),
                    str(one.waiting),
                    terminal.told(str(one.problem), one.problem.zh) if one.problem else "",
                )
                for one in turns
            ],
            right=(1, 2),
        )
    if waiting := sum(one.waiting for one in turns):
        raise StillWaiting(waiting)


@notice.command()
@click.argument(
    "entry", metavar="NOTICE", help="Id of a notice to a recipient, as hutong notice outgoing shows it."
)
@person
@click.option(
    "--channel", required=True, type=WORDS, metavar="TEXT", help="How, e.g. telephone or registered letter."
)
@click.option("--done", type=click.Choice(DONE), help="What they say they did, if they said so.")
@as_json
@click.pass_obj
def told(terminal: Terminal, entry: str, by: str, channel: str, done: str | None, as_json: bool) -> None:
    """Record that a recipient was told of a withdrawal by a person: an organisation here, a node that stays silent.

    Research projects are told with: hutong research withdrawals PROJECT.

    Example:
        hutong --node kunshan notice told 0197f3a2-7c1e-7000-8000-000000000001 \\
            --by ks-so-001 --channel telephone --done deleted
    """
    from exchange.withdrawal.outgoing import told_by_hand

    with terminal.open() as node:
        recorded = told_by_hand(node.office, entry, by=by, channel=channel, done_by_them=done or "")
    if as_json:
        output.document({"notice": entry, "done": done, "entry": recorded.id})
        return
    terminal.say(f"on record; entry {recorded.id}", f"已记录；账本条目 {recorded.id}")


def _row(terminal: Terminal, one: "Outgoing") -> tuple[str, ...]:
    from exchange.withdrawal.words import DONE as SAID
    from exchange.withdrawal.words import KINDS

    return (
        one.entry,
        one.recipient,
        terminal.told(*KINDS[one.kind]),
        terminal.time(one.made),
        str(len(one.items)),
        terminal.told(one.says("en"), one.says("zh")),
        terminal.told(*SAID[one.done]) if one.done else "",
    )


def _as_dict(one: "Outgoing") -> dict[str, object]:
    return {
        "notice": one.entry,
        "kind": one.kind,
        "recipient": one.recipient,
        "made": one.made,
        "state": one.told or "waiting",
        "told": one.told_at,
        "lag_seconds": one.lag_seconds,
        "done": one.done or None,
        "done_at": one.done_at,
        "unknown": sorted(one.unknown),
        "items": list(one.items),
    }
