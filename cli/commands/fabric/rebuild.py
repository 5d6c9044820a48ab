"""A second machine of the region, from the channel."""

from pathlib import Path

import click

from cli import output
from cli.commands.fabric.noun import fabric
from cli.errors import DoNotGoTogether
from cli.options import as_json
from cli.terminal import Terminal


@fabric.command()
@click.option(
    "--keys-from",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Backup of the region's first machine, with its secrets: patients' keys are taken from there.",
)
@click.option(
    "--id", "node_id", metavar="ID", help="Name of the new node, where there is none in the folder yet."
)
@click.option(
    "--connection",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How the new node reaches the channel, e.g. network/kunshan/connection.toml.",
)
@as_json
@click.pass_obj
def rebuild(
    terminal: Terminal, keys_from: Path | None, node_id: str | None, connection: Path | None, as_json: bool
) -> None:
    """Take over from the channel every consent the region's other machines told, and every erasure.

    In an empty folder it first makes the node, with the keys in --keys-from: they never lie on the channel, because
    they must be destroyed when a patient is erased. Records are brought in afterwards as on the first machine.
    Exit code 4 where the vault lacks keys of patients on the channel: then nothing is taken over.

    Example:
        hutong --node kunshan-2 fabric rebuild --keys-from kunshan.backup --id ks-2 \\
            --connection network/kunshan/connection.toml
    """
    from exchange.fabric.rebuilding import rebuild as take_over

    if (node_id is None) != (connection is None) or (node_id and keys_from is None):
        raise DoNotGoTogether(
            "fabric rebuild",
            "a new node needs all of --keys-from, --id and --connection",
            "新建节点须同时给出 --keys-from、--id 和 --connection",
        )
    new = _found(terminal, keys_from, node_id, connection) if keys_from and node_id and connection else 0
    with terminal.open() as node:
        keys, followed = take_over(node, keys_from)
    keys += new
    if as_json:
        output.document({"keys": keys, "versions": followed.versions, "erased": followed.erased})
        return
    terminal.say(
        f"{followed.versions} versions of consents taken over, {followed.erased} patients erased",
        f"已接收同意 {followed.versions} 个版本，销毁患者密钥 {followed.erased} 位",
    )
    if keys_from:
        terminal.note(f"{keys} keys of patients were new", f"新增患者密钥 {keys} 个")


def _found(terminal: Terminal, keys_from: Path, node_id: str, connection: Path) -> int:
    """Make the new node, with the region's keys and nothing else; how many keys."""
    import secrets

    from exchange.fabric.second_machine import found_second
    from exchange.wiring import system_clock

    return found_second(
        terminal.node,
        keys_from,
        node_id=node_id,
        connection=connection,
        environment=terminal.environment,
        clock=system_clock,
        entropy=secrets.token_bytes,
    )
