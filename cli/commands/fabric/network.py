"""Running a network on this machine: up, status, down."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.fabric.noun import fabric
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from ledger.fabric.network.looking import Look, Seen
    from ledger.fabric.network.starting import Up

DIR_HELP = "The network's folder, e.g. network."
HEAD = (("part", "部件"), ("address", "地址"), ("process", "进程"), ("blocks", "区块数"), ("answers", "应答"))
SOON = timedelta(days=60)


@fabric.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR", help=DIR_HELP)
@click.option(
    "--regions",
    metavar="NAMES",
    help="Regions of a new network, e.g. kunshan,tianjin (unless said otherwise these two).",
)
@click.option(
    "--orderers",
    type=click.Choice(["1", "3"]),
    help="Orderers of a new network; of 3 one may fail. 1 unless said otherwise.",
)
@click.option(
    "--bft",
    is_flag=True,
    default=None,
    help="Four orderers of which one may even lie (BFT), instead of --orderers.",
)
@click.option(
    "--batch-ms",
    type=click.IntRange(10, 10_000),
    metavar="MS",
    help="How long a new network gathers transactions into a block; 100 unless said otherwise.",
)
@as_json
@click.pass_obj
def up(
    terminal: Terminal,
    folder: Path,
    regions: str | None,
    orderers: str | None,
    bft: bool | None,
    batch_ms: int | None,
    as_json: bool,
) -> None:
    """Start a Fabric network of some regions on this machine: in an empty folder a new one, else the one that is there.

    It listens on this machine only, and keeps its data when it was stopped. Fabric's own programs are looked for in
    FABRIC_BIN, then on PATH; they come with the Hyperledger Fabric project's releases. Exit code 5 where one is missing
    or a part does not start; the same command goes on from there.

    Example:
        hutong fabric up network --regions kunshan,tianjin
    """
    import secrets

    from exchange.wiring import system_clock
    from ledger.fabric.network.plan import Shape
    from ledger.fabric.network.starting import up as start

    shape = Shape(
        regions=_names(regions),
        orderers=3 if orderers == "3" else 1 if orderers else None,
        bft=bft or None,
        batch_ms=batch_ms,
    )
    with terminal.progress("starting the network", "正在启动网络") as advance:
        found = start(
            folder,
            shape,
            environment=terminal.environment,
            clock=system_clock,
            entropy=secrets.token_bytes,
            advance=advance,
        )
    if as_json:
        output.document(_started(found, folder))
        return
    plan = found.plan
    count, names = len(plan.orderers), [region.name for region in plan.regions]
    terminal.say(
        f"channel {plan.channel} is ready: {', '.join(names)}; orderers: {count} ({plan.consensus});"
        f" Fabric {found.version}",
        f"通道 {plan.channel} 已就绪：{'、'.join(names)}；排序节点 {count} 个({plan.consensus})；"
        f"Fabric {found.version}",
    )
    for name in names:
        file = folder / name / "connection.toml"
        terminal.say(f"{name}: {file}", f"{name}：{file}")
    terminal.note(
        f"{found.started} processes were started; hutong fabric down {folder} stops them",
        f"已启动 {found.started} 个进程；停止：hutong fabric down {folder}",
    )
    terminal.note(
        'next, in each region\'s node.toml: [ledger] backend = "fabric", connection = its file, seen from the node',
        '下一步，在各地区的 node.toml 中填写：[ledger] backend = "fabric", connection = 上述文件(相对于节点目录)',
    )


@fabric.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR", help=DIR_HELP)
@as_json
@click.pass_obj
def status(terminal: Terminal, folder: Path, as_json: bool) -> None:
    """Ask every part of a network on this machine whether it is there. Exit code 5 where one does not answer.

    Example:
        hutong fabric status network
    """
    import secrets

    from exchange.wiring import system_clock
    from ledger.fabric.network.errors import NotAllAnswer
    from ledger.fabric.network.looking import look

    found = look(folder, clock=system_clock, entropy=secrets.token_bytes)
    if as_json:
        output.document(_looked(found))
    else:
        terminal.table(HEAD, [_row(terminal, one) for one in found.seen], right=(2, 3))
        for one in found.silent if any(one.pid for one in found.seen) else ():
            log = folder / one.part.log.relative_to(found.layout.root)
            _say_what_to_do(terminal, one, folder, log)
    if found.certificates_until - system_clock() < SOON:
        terminal.note(
            f"the network's certificates end on {found.certificates_until:%Y-%m-%d}: make a new network before",
            f"该网络的证书将于 {found.certificates_until:%Y-%m-%d} 到期：请提前另建网络",
        )
    if found.silent:
        raise NotAllAnswer(len(found.silent), len(found.seen))


@fabric.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR", help=DIR_HELP)
@as_json
@click.pass_obj
def down(terminal: Terminal, folder: Path, as_json: bool) -> None:
    """Stop the network on this machine: the processes that up started, and nothing else. All data stay.

    Example:
        hutong fabric down network
    """
    from ledger.fabric.network.starting import down as stop

    stopped = stop(folder)
    if as_json:
        output.document({"stopped": stopped})
        return
    terminal.say(
        f"{stopped} processes stopped; all data are kept: hutong fabric up {folder}",
        f"已停止 {stopped} 个进程，数据全部保留：hutong fabric up {folder}",
    )


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.replace("，", ",").split(","))


def _started(found: "Up", folder: Path) -> dict[str, Any]:
    return {
        "channel": found.plan.channel,
        "consensus": found.plan.consensus,
        "fabric": found.version,
        "orderers": len(found.plan.orderers),
        "regions": [
            {"region": region.name, "msp": region.msp, "connection": folder / region.name / "connection.toml"}
            for region in found.plan.regions
        ],
        "started": found.started,
    }


def _looked(found: "Look") -> dict[str, Any]:
    return {
        "channel": found.plan.channel,
        "consensus": found.plan.consensus,
        "certificates_until": f"{found.certificates_until:%Y-%m-%dT%H:%M:%SZ}",
        "parts": [
            {
                "part": one.part.name,
                "kind": one.part.kind,
                "address": one.part.address,
                "pid": one.pid,
                "answers": one.answers,
                "blocks": one.blocks,
                "log": one.part.log,
            }
            for one in found.seen
        ],
    }


def _row(terminal: Terminal, one: "Seen") -> tuple[str, ...]:
    yes, no = terminal.told("yes", "是"), terminal.told("NO", "否")
    return (
        terminal.told(one.part.name, one.part.name_zh),
        one.part.address,
        str(one.pid) if one.pid else terminal.told("stopped", "已停止"),
        "" if one.blocks is None else str(one.blocks),
        yes if one.answers else no,
    )


def _say_what_to_do(terminal: Terminal, one: "Seen", folder: Path, log: Path) -> None:
    if one.pid is None:
        terminal.note(
            f"{one.part.name} is stopped: hutong fabric up {folder} starts it; why it ended: {log}",
            f"{one.part.name_zh} 已停止：hutong fabric up {folder} 可启动；停止原因见 {log}",
        )
    else:
        terminal.note(
            f"{one.part.name} runs and does not answer: see {log}, then hutong fabric down {folder}, and up",
            f"{one.part.name_zh} 在运行但不应答：请看 {log}，然后执行 hutong fabric down {folder} 再 up",
        )
