"""Two regions' ledgers against each other."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.errors import NotVerified
from cli.files import answer_to, hand_over, read_bytes
from cli.options import WHEN, When, as_json, out_file
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.reconciling.comparing import Compared
    from ledger.keys import Keys

HEAD = (
    ("asked", "提问时间"),
    ("asker", "提问方"),
    ("holder", "持有方"),
    ("entry", "条目"),
    ("what is told", "所记内容"),
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
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="VKEY",
    help="A node's ledger key as the node told you; once for each. Else those the node of --node knows.",
)
@as_json
@click.pass_obj
def reconcile(terminal: Terminal, one: str, other: str, keys: tuple[str, ...], as_json: bool) -> None:
    """Hold two nodes' statements against each other, and name every entry that one of them lacks.

    Needs no node; then --key says whose the statements are. Exit code 4 where the two ledgers do not tell the same.

    Example:
        hutong --node kunshan ledger reconcile kunshan.statement.json zhuhai.statement.json
    """
    from exchange.reconciling import compare, read

    known = _known(terminal, keys)
    told = [read(read_bytes(file), known) for file in (one, other)]
    found = compare(told[0], told[1])
    if as_json:
        output.document(
            {
                "alike": found.alike,
                "unanswered": found.unanswered,
                "not_arrived": list(found.not_arrived),
                "differences": list(found.differences),
                "by": [
                    {"node": each.node, "key": each.verifier_key, "known": each.node in known}
                    for each in told
                ],
            }
        )
    else:
        _say(terminal, found)
    for each in told:
        if each.node not in known:
            terminal.note(
                f"it is not known whose the statement of {each.node} is: it is signed by {each.verifier_key};"
                " give --key, or a --node that has joined it",
                f"无法确认 {each.node} 的对账单出自谁：其签名公钥为 {each.verifier_key}；"
                "请用 --key 给出其公钥，或用 --node 指定已与其互联的节点",
            )
    if found.differences:
        raise NotVerified(
            "the two ledgers do not tell the same",
            "两地账本记录不一致",
            hint="the node that has the entry proves it: hutong ledger prove ENTRY, or hutong ledger evidence ENTRY",
            hint_zh="由存有该条目的节点出具证明：hutong ledger prove 条目，或 hutong ledger evidence 条目",
        )


def _say(terminal: Terminal, found: "Compared") -> None:
    permits = len(found.not_arrived)
    of_them = (f" ({permits} of them permits)", f"（其中 {permits} 次为准许）") if permits else ("", "")
    terminal.say(
        f"{found.alike} questions are told alike, {found.unanswered} answers did not arrive{of_them[0]},"
        f" {len(found.differences)} differ",
        f"{found.alike} 次提问记录一致，{found.unanswered} 次答复未送达{of_them[1]}，"
        f"{len(found.differences)} 处不一致",
    )
    rows = [
        (terminal.time(each.at), each.asker, each.holder, each.entry, terminal.told(each.en, each.zh))
        for each in (*found.differences, *found.not_arrived)
    ]
    if rows:
        terminal.table(HEAD, rows)


def _known(terminal: Terminal, keys: tuple[str, ...]) -> "dict[str, Keys]":
    """Node to its ledger's keys: those given, and those the node knows where there is one. Raises BadKey, NotANode."""
    from exchange.federation.peers import PeerBook
    from exchange.node.layout import Layout
    from exchange.reconciling import node_of
    from exchange.wiring import verifier_key
    from ledger.keyring import keys_of_file
    from ledger.keys import Keys

    given = {node_of(one.name): one for one in (Keys.only(key.strip()) for key in keys)}
    layout = Layout(terminal.node)
    if terminal.node == Path() and not layout.settings.exists():
        return given
    own = keys_of_file(layout.ledger, verifier_key(terminal.node, terminal.environment))
    cards = {card.id: card.ledger for card in PeerBook(layout.peers)}
    return {**cards, node_of(own.name): own, **given}
