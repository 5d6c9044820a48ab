"""The ledger for other people's tools."""

from pathlib import Path

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.files import make_folder
from cli.options import as_json
from cli.terminal import Terminal


@ledger.command()
@click.option(
    "--tlog-tiles",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to: the layout of C2SP tlog-tiles. Into the same folder again, only what is new is added.",
)
@as_json
@click.pass_obj
def export(terminal: Terminal, folder: Path, as_json: bool) -> None:
    """Write the ledger as files that tools for transparency logs read, for a supervisor or a public mirror.

    The bodies of the entries only: codes, pseudonyms, commitments. What they keep sealed stays here.

    Example:
        hutong --node kunshan ledger export --tlog-tiles mirror
    """
    from ledger.tiles_export import export_tiles

    make_folder(folder)
    with terminal.open() as node, terminal.progress("writing", "正在写出") as progress:
        state = export_tiles(node.log, folder, progress)
    if as_json:
        output.document({"origin": state.origin, "size": state.size, "root": state.root.hex()})
        return
    terminal.say(
        f"{state.size} entries of {state.origin} are in {folder}",
        f"{state.origin} 的 {state.size} 条已写入 {folder}",
    )
