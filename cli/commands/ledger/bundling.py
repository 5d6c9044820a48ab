"""Evidence for others, in one file."""

from pathlib import Path

import click

from cli.commands.ledger.noun import ledger
from cli.errors import DoNotGoTogether
from cli.files import answer_to, hand_over
from cli.options import ENTRY_HELP, out_file
from cli.terminal import Terminal


@ledger.command()
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...", help=ENTRY_HELP)
@out_file
@click.option(
    "--open", "is_open", is_flag=True, help="Show what the entries keep sealed, too: names and records."
)
@click.option(
    "--by", metavar="PERSON", help="With --open: the security officer who opens it; it goes on record."
)
@click.pass_obj
def evidence(
    terminal: Terminal, entries: tuple[str, ...], out: Path | None, is_open: bool, by: str | None
) -> None:
    """Write a bundle that proves the entries to a court: a zip file with a program in it that checks it.

    Whoever gets it needs Python and nothing else. Nothing personal is in it but with --open.

    Example:
        hutong --node kunshan ledger evidence 0197f3a2-7c1e-7000-8000-000000000001 -o evidence.zip
    """
    from exchange.bundling import evidence as bundled

    if is_open != (by is not None):
        raise DoNotGoTogether("ledger evidence", "--open and --by go together", "--open 与 --by 须同时给出")
    with terminal.open() as node:
        bundle, key = bundled(node, entries, opened_by=by), node.vkey
        with answer_to(out) as file:
            hand_over(file, out, bundle)
    terminal.note(
        f"to check it: python3 verify.py, with this ledger's key from you and not from the bundle: {key}",
        f"核验方法：python3 verify.py，并由您另行告知本账本公钥，而不是取自证据包：{key}",
    )
