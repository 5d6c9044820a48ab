"""Two regions' ledgers against each other."""

from pathlib import Path

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.errors import NotVerified
from cli.files import answer_to, hand_over, read_bytes
from cli.options import WHEN, When, as_json, out_file
from cli.terminal import Terminal

HEAD = (
    ("asked", "提问时间"),
    ("asker", "提问方"),
    ("holder", "持有方"),
    ("entry", "条目"),
    ("what differs", "不一致之处"),
)


@ledger.command()
@click.argument("peer", metavar="NODE", help="The other node, as hutong node list has it.")
@click.option(
    "--from", "since", type=WHEN, metavar="WHEN", help="Questions asked from this day (China) or instant on."
)
@click.option(
    "--to", "until", type=WHEN, metavar="WHEN", help="To the end of this day, or before this instant."
)
@out_file
@click.pass_obj
def statement(
    terminal: Terminal, peer: str, since: When | None, until: When | None, out: Path | None
) -> None:
    """Write what this ledger says of the exchange with NODE, signed, to be held against what NODE's says.

    Ids, times, yes or no; nothing of patients or people.

    Example:
        hutong --node kunshan ledger statement zh-platform -o kunshan.statement.json
    """
    from exchange.reconciling import state

    with answer_to(out) as file, terminal.open() as node:
        card = node.peers.by_id(peer)
        told = state(node, card, since=since.first if since else None, until=until.after if until else None)
        hand_over(file, out, told.written())
    terminal.note(
        f"{len(told.rows)} questions between {told.node} and {told.peer}",
        f"{told.node} 与 {told.peer} 之间共 {len(told.rows)} 次提问",
    )


@ledger.command()
@click.argument("one", metavar="STATEMENT", help="What one of the two nodes wrote.")
@click.argument("other", metavar="OTHER", help="What the other wrote, of the same time.")
@as_json
@click.pass_obj
def reconcile(terminal: Terminal, one: str, other: str, as_json: bool) -> None:
    """Hold two nodes' statements against each other, and name every entry that one of them lacks.

    Needs no node. Exit code 4 where the two ledgers do not tell the same.

    Example:
        hutong ledger reconcile kunshan.statement.json zhuhai.statement.json
    """
    from exchange.reconciling import compare, read

    told = [read(read_bytes(file)) for file in (one, other)]
    found = compare(told[0], told[1])
    if as_json:
        output.document(
            {"alike": found.alike, "unanswered": found.unanswered, "differences": list(found.differences)}
        )
    else:
        terminal.say(
            f"{found.alike} questions are told alike, {found.unanswered} answers did not arrive,"
            f" {len(found.differences)} differ",
            f"{found.alike} 次提问记录一致，{found.unanswered} 次答复未送达，{len(found.differences)} 处不一致",
        )
        rows = [
            (terminal.time(each.at), each.asker, each.holder, each.entry, terminal.told(each.en, each.zh))
            for each in found.differences
        ]
        if rows:
            terminal.table(HEAD, rows)
    for each in told:
        terminal.note(
            f"the statement of {each.node} is signed by {each.verifier_key}; compare it with its card",
            f"{each.node} 的对账单由 {each.verifier_key} 签名；请与其名片核对",
        )
    if found.differences:
        raise NotVerified(
            "the two ledgers do not tell the same",
            "两地账本记录不一致",
            hint="the node that has the entry proves it: hutong ledger prove ENTRY, or hutong ledger evidence ENTRY",
            hint_zh="由存有该条目的节点出具证明：hutong ledger prove 条目，或 hutong ledger evidence 条目",
        )
