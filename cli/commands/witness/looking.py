"""Who signed what, and by which policy others can check it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.witness.noun import witness
from cli.commands.witness.reach import say_out_of_reach
from cli.files import answer_to, hand_over
from cli.options import as_json, out_file
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.witnessing.standing import Standing

OURS = (("witness", "见证方"), ("signed for", "已见证条数"), ("behind by", "落后"), ("last", "最近一次"))
THEIRS = (("node", "节点"), ("ledger", "账本"), ("signed for", "已见证条数"), ("last", "最近一次"))


@witness.command()
@as_json
@click.pass_obj
def status(terminal: Terminal, as_json: bool) -> None:
    """Show who signed this node's ledger up to where, whose ledgers it signed, and any fork it was shown.

    Nobody is asked; hutong serve and hutong witness ask do that. Exit code 4 where a ledger showed two histories.

    Example:
        hutong --node kunshan witness status
    """
    from exchange.witnessing.circle import circle_of
    from exchange.witnessing.standing import standing

    with terminal.open() as node:
        found = standing(node)
        say_out_of_reach(terminal, circle_of(node))
    if as_json:
        output.document(_as_dict(found))
    else:
        _say(terminal, found)
    if found.forks:
        from cli.errors import NotVerified

        raise NotVerified(
            f"{len(found.forks)} proof of two histories is kept here"
            if len(found.forks) == 1
            else f"{len(found.forks)} proofs of two histories are kept here",
            f"此处保存有 {len(found.forks)} 份历史分叉的证明",
            hint="hand them to that region and to its supervisor: hutong witness forks -o DIR",
            hint_zh="请交给该地区及其主管部门：hutong witness forks -o 目录",
        )


@witness.command()
@out_file
@click.pass_obj
def policy(terminal: Terminal, out: Path | None) -> None:
    """Write which witnesses must have signed this ledger, as a file others check it with (C2SP tlog-policy).

    Example:
        hutong --node kunshan witness policy -o kunshan.policy
    """
    from exchange.witnessing.circle import circle_of, written

    with answer_to(out) as file, terminal.open() as node:
        circle = circle_of(node)
        hand_over(file, out, written(circle.policy).encode())
    if not circle.cards:
        terminal.note(
            "no other node is a witness of this one: join one with hutong node join",
            "尚无其他节点为本节点见证：请用 hutong node join 互联",
        )


def _say(terminal: Terminal, found: "Standing") -> None:
    if found.witnessed:
        size, names = found.witnessed.checkpoint.size, ", ".join(found.witnessed.by)
        terminal.say(
            f"{size} of {found.size} entries are vouched for by {names} ({found.needed} needed)",
            f"{found.size} 条中的 {size} 条已由 {names} 见证（须 {found.needed} 方）",
        )
    else:
        terminal.say(
            f"not vouched for yet: {found.needed} witnesses must sign"
            if found.ours
            else "nobody vouches for this ledger: no other node is joined",
            f"尚未获得见证：须 {found.needed} 方签名" if found.ours else "无人为本账本见证：尚未互联其他节点",
        )
    if found.ours:
        rows = [
            (
                one.node,
                "-" if one.size is None else str(one.size),
                "-" if one.size is None else str(found.size - one.size),
                terminal.time(one.at) if one.at else terminal.told("never", "从未"),
            )
            for one in found.ours
        ]
        terminal.table(OURS, rows, right=(1, 2))
    if found.vouched:
        terminal.say("this node signed for:", "本节点为以下账本见证：")
        theirs = [(one.node, one.origin, str(one.size), terminal.time(one.at)) for one in found.vouched]
        terminal.table(THEIRS, theirs, right=(2,))


def _as_dict(found: "Standing") -> dict[str, object]:
    return {
        "size": found.size,
        "needed": found.needed,
        "witnessed": None
        if found.witnessed is None
        else {"size": found.witnessed.checkpoint.size, "by": dict(found.witnessed.by)},
        "witnesses": list(found.ours),
        "signed_for": list(found.vouched),
        "forks": [
            {"node": one.node, "origin": one.shown.origin, "size": one.shown.size, "at": one.at}
            for one in found.forks
        ],
    }
