"""Is the ledger what it was?"""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.errors import DoNotGoTogether, NotVerified
from cli.files import read_bytes
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exchange.fabric.verifying import Seen
    from ledger.witness import Cosigned


@ledger.command()
@click.option("--known", metavar="NOTE", help="A checkpoint kept elsewhere: this ledger must continue it.")
@click.option(
    "--against",
    type=click.Choice(["fabric"]),
    help="Hold it also against what every region's peer has of it on the channel.",
)
@click.option(
    "--witnessed", is_flag=True, help="Require that enough other regions signed a state that it continues."
)
@click.option(
    "--policy",
    metavar="FILE",
    help="With --witnessed: who must have signed (C2SP tlog-policy); else the other nodes, as settings have it.",
)
@as_json
@click.pass_obj
def verify(
    terminal: Terminal,
    known: str | None,
    against: str | None,
    witnessed: bool,
    policy: str | None,
    as_json: bool,
) -> None:
    """Check every entry of the ledger, their order and signature, and name the first that is wrong.

    Works on a ledger that cannot be opened any more. Exit code 4 when it does not verify, or was not witnessed, 5
    where no peer answers.

    Example:
        hutong --node kunshan ledger verify
    """
    from exchange.node.layout import Layout
    from exchange.wiring import verifier_key
    from ledger.verify import verify as verify_ledger

    if policy and not witnessed:
        raise DoNotGoTogether("ledger verify", "--policy needs --witnessed", "--policy 须与 --witnessed 同用")
    if known and witnessed:
        raise DoNotGoTogether(
            "ledger verify",
            "a witnessed state takes the place of --known",
            "--witnessed 与 --known 只能二选一",
        )
    vouched = _vouched(terminal, policy) if witnessed else None
    note = vouched.note if vouched else read_bytes(known) if known else None
    key = verifier_key(terminal.node, terminal.environment)
    with terminal.progress("verifying", "正在验证") as progress:
        result = verify_ledger(Layout(terminal.node).ledger, key, progress=progress, known=note)
    seen = _seen(terminal, key) if against else None
    if as_json:
        said: dict[str, object] = {
            "ok": result.ok,
            "size": result.size,
            "root": result.root,
            "first_wrong": result.first_wrong,
            "en": result.en,
            "zh": result.zh,
        }
        if seen is not None:
            said["channel"] = [one.as_dict() for one in seen]
        if vouched is not None:
            said["witnessed"] = {"size": vouched.checkpoint.size, "by": dict(vouched.by)}
        output.document(said)
    else:
        terminal.say(result.en, result.zh)
        for one in seen or ():
            terminal.say(one.en, one.zh)
        if vouched is not None and result.ok:
            _say_vouched(terminal, vouched, result.size)
    if any(one.differs for one in seen or ()):
        raise NotVerified(
            "the ledger is not the one the channel has",
            "账本与通道所存不一致",
            hint="keep ledger.db as evidence; the peers of the other regions keep what was anchored",
            hint_zh="请保留 ledger.db 作为证据；其他地区的节点保存着已上链的内容",
        )
    if not result.ok:
        raise NotVerified(
            "the ledger does not verify",
            "账本验证未通过",
            hint="keep the file as evidence; a checkpoint kept elsewhere shows what it was: --known FILE",
            hint_zh="请保留该文件作为证据；另处保存的检查点可以说明原状：--known 文件",
        )


def _seen(terminal: Terminal, key: str) -> "Sequence[Seen]":
    """What the peers have of the ledger. Raises what asking them raises."""
    import secrets

    from exchange.fabric.verifying import against_channel
    from exchange.node.layout import Layout
    from exchange.node.settings import read_settings
    from exchange.wiring import system_clock

    layout = Layout(terminal.node)
    settings = read_settings(layout.settings, terminal.environment)
    return against_channel(layout, settings, key, clock=system_clock, entropy=secrets.token_bytes)


def _vouched(terminal: Terminal, policy: str | None) -> "Cosigned":
    """The longest state that enough witnesses signed. Raises NotWitnessed, BadPolicy."""
    from exchange.witnessing.verifying import witnessed_state

    return witnessed_state(terminal.node, terminal.environment, read_bytes(policy) if policy else None)


def _say_vouched(terminal: Terminal, vouched: "Cosigned", size: int) -> None:
    names, state = ", ".join(vouched.by), vouched.checkpoint.size
    terminal.say(
        f"the first {state} of {size} entries were witnessed by {names}",
        f"{size} 条中的前 {state} 条已由 {names} 见证",
    )
