"""Make a node."""

from pathlib import Path

import click

from cli import output
from cli.kinds import Verb
from cli.options import as_json
from cli.terminal import Terminal


@click.command(cls=Verb)
@click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path), help="A folder that is empty or not there yet."
)
@click.option("--region", required=True, metavar="CODE", help="GB/T 2260 code of the region, e.g. 320583.")
@click.option("--name", required=True, help='Name people read, e.g. "昆山市区域卫生平台".')
@click.option(
    "--id",
    "node_id",
    default="",
    show_default=False,
    metavar="ID",
    help="Id other nodes know it by; else the id of its organisation.",
)
@click.option(
    "--organisation",
    default="",
    show_default=False,
    metavar="ID",
    help="Who runs it: an organisation of the registry; else the region's first platform.",
)
@click.option(
    "--registry",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="registry.toml with your organisations and people; else invented ones to start with.",
)
@click.option(
    "--url",
    default="",
    show_default=False,
    help="Address other nodes reach it by, e.g. https://node.example.cn.",
)
@as_json
@click.pass_obj
def init(
    terminal: Terminal,
    folder: Path,
    region: str,
    name: str,
    node_id: str,
    organisation: str,
    registry: Path | None,
    url: str,
    as_json: bool,
) -> None:
    """Make a new node in DIR: its keys, stores, registry and the first entry of its ledger.

    Example:
        hutong init kunshan --region 320583 --name "昆山市区域卫生平台"
    """
    from exchange.node.create import Founding
    from exchange.node.layout import Layout
    from exchange.node.settings import read_settings
    from exchange.wiring import found_node

    founding = Founding(
        region=region, name=name, node_id=node_id, organisation=organisation, registry=registry, url=url
    )
    found_node(folder, founding, terminal.environment)
    made = read_settings(Layout(folder).settings, terminal.environment)["node.id"]
    if as_json:
        output.document({"node": made, "region": region, "name": name, "folder": str(folder)})
    else:
        terminal.say(
            f"{folder} is now node {made} of region {region}", f"{folder} 已成为地区 {region} 的节点 {made}"
        )
    terminal.note(
        f"back up {folder}/keys now: nothing here opens without it\nnext: hutong --node {folder} status",
        f"请立即备份 {folder}/keys：没有它，这里的一切都无法再打开\n下一步：hutong --node {folder} status",
    )
