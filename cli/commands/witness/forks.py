"""Proof that somebody's ledger showed two histories."""

from pathlib import Path

import click

from cli import output
from cli.commands.witness.noun import witness
from cli.files import answer_to, hand_over, make_folder, read_bytes
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (("node", "节点"), ("ledger", "账本"), ("entries", "条数"), ("shown", "出示时间"), ("proof", "证明"))


@witness.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each proof there.",
)
@as_json
@click.pass_obj
def forks(terminal: Terminal, out: Path | None, as_json: bool) -> None:
    """List the ledgers that showed this node two histories, and write the proofs for others.

    Example:
        hutong --node kunshan witness forks -o forks
    """
    import hashlib

    from exchange.witnessing.standing import standing

    with terminal.open() as node:
        found = standing(node).forks
    named = [(one, f"fork-{hashlib.sha256(one.proof).hexdigest()[:16]}.json") for one in found]
    if out is not None:
        make_folder(out)
        for one, name in named:
            with answer_to(out / name) as file:
                hand_over(file, out / name, one.proof)
    if as_json:
        output.document(
            [
                {
                    "node": one.node,
                    "origin": one.shown.origin,
                    "size": one.shown.size,
                    "at": one.at,
                    "file": name,
                }
                for one, name in named
            ]
        )
        return
    rows = [
        (one.node, one.shown.origin, str(one.shown.size), terminal.time(one.at), name if out else "")
        for one, name in named
    ]
    terminal.table(HEAD, rows, right=(2,))


@witness.command("check-fork")
@click.argument("file", metavar="PROOF", help="The proof, or - for standard input.")
@click.option(
    "--key", metavar="VKEY", help="The ledger's key as its node told you; else the one in the proof."
)
@as_json
@click.pass_obj
def check(terminal: Terminal, file: str, key: str | None, as_json: bool) -> None:
    """Check, without a node or a network, that a ledger showed two histories. Exit code 4 where it is not proven.

    Example:
        hutong witness check-fork forks/fork-0123456789abcdef.json
    """
    from ledger.witness import check_fork

    shown = check_fork(read_bytes(file), key)
    if as_json:
        output.document(
            {"origin": shown.origin, "size": shown.size, "longest": shown.longest, "key_given": shown.pinned}
        )
    else:
        terminal.say(
            f"proven: whoever holds the key of {shown.origin} signed two different histories of its first"
            f" {shown.size} entries",
            f"已证明：{shown.origin} 的密钥持有者为前 {shown.size} 条签署过两段不同的历史",
        )
    if not shown.pinned:
        terminal.note(
            "checked with the key in the proof itself; give --key to know whose ledger it is",
            "使用的是证明文件自带的公钥；请用 --key 给出账本公钥以确认来源",
        )
