"""Notices of other nodes: what this node had received there was taken back."""

from typing import Any

import click

from cli import output
from cli.commands.notice.noun import DONE, notice
from cli.options import as_json, person
from cli.terminal import Terminal

HEAD = (
    ("notice", "通知"),
    ("from", "来自"),
    ("came", "收到时间"),
    ("access to look at", "涉及的调阅"),
    ("done", "处理"),
    ("they know", "对方已知"),
)


@notice.command()
@click.option("--all", "everything", is_flag=True, help="Those that were answered too.")
@as_json
@click.pass_obj
def incoming(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List what other nodes ask back: which of this node's accesses, and what was done about it.

    Asked is to stop using what was received and to delete it, unless the law demands that it is kept
    (PIPL 47). Who and what it was: hutong audit show ENTRY, with the entry of the access.

    Example:
        hutong --node zhuhai notice incoming
    """
    from exchange.withdrawal.incoming import incoming as received
    from exchange.withdrawal.words import DONE as SAID

    with terminal.open() as node:
        found = received(node.office, open_only=not everything)
    if as_json:
        output.document(
            [
                {
                    "notice": one.entry,
                    "from": one.peer,
                    "their_entry": one.notice,
                    "came": one.came,
                    "revoked": one.revoked,
                    "accesses": list(one.accesses),
                    "unknown": list(one.unknown),
                    "done": one.done or None,
                    "answered": one.answered,
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            one.entry,
            one.peer,
            terminal.time(one.came),
            access,
            terminal.told(*SAID[one.done]) if one.done else terminal.told("waits for you", "待处理"),
            terminal.time(one.answered) if one.answered else "",
        )
        for one in found
        for access in one.accesses
    ]
    terminal.table(HEAD, rows)


@notice.command()
@click.argument(
    "entry", metavar="NOTICE", help="Id of another node's notice, as hutong notice incoming shows it."
)
@click.option("--done", required=True, type=click.Choice(DONE), help="What was done with what was received.")
@person
@click.option("--note", default="", show_default=False, help="In your words; kept sealed, not sent.")
@as_json
@click.pass_obj
def answer(terminal: Terminal, entry: str, done: Any, by: str, note: str, as_json: bool) -> None:
    """Say what was done about another node's NOTICE. It goes back to that node, signed.

    It can be said again when more was done: first stopped, later deleted.

    Example:
        hutong --node zhuhai notice answer 0197f3a2-7c1e-7000-8000-000000000001 \\
            --done deleted --by zh-so-001
    """
    from exchange.officers import require_officer
    from exchange.withdrawal.incoming import answer as record_answer

    with terminal.open() as node:
        require_officer(node.directory, by)
        recorded = record_answer(node.office, entry, done=done, by=by, note=note)
    if as_json:
        output.document({"notice": entry, "done": done, "entry": recorded.id})
        return
    terminal.say(f"on record; entry {recorded.id}", f"已记录；账本条目 {recorded.id}")
    terminal.note(
        "the other node is told by hutong serve, or now: hutong notice send",
        "将由 hutong serve 告知对方节点；立即发送：hutong notice send",
    )
