"""Is the ledger what it was?"""

from dataclasses import dataclass
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
    from ledger.verify import Verified
    from ledger.witness import Cosigned


@ledger.command()
@click.option("--known", metavar="NOTE", help="A checkpoint kept elsewhere: this ledger must continue it.")
@click.option(
    "--against",
    type=click.Choice(["fabric"]),
    help="Hold it also against what every region's peer has of it on the channel.",
)
@click.option("--deep", is_flag=True, help="Compare the index that searches go by with every entry, too.")
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
    deep: bool,
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
    from exchange.wiring import verifier_key

    _require_fitting(known=known, witnessed=witnessed, policy=policy)
    vouched = _vouched(terminal, policy) if witnessed else None
    note = vouched.note if vouched else read_bytes(known) if known else None
    key = verifier_key(terminal.node, terminal.environment)
    result = _verified(terminal, key, note)
    looked = _Looked(
        result,
        seen=_seen(terminal, key) if against else None,
        altered=_replayed(terminal) if deep and result.ok else None,
        vouched=vouched,
    )
    if as_json:
        output.document(looked.as_dict())
    else:
        looked.say(terminal)
    looked.require()


@dataclass(frozen=True, slots=True)
class _Looked:
    """All that was looked at; None where it was not asked for. `altered`: stretches of the index, by number."""

    result: "Verified"
    seen: "Sequence[Seen] | None"
    altered: list[int] | None
    vouched: "Cosigned | None"

    def as_dict(self) -> dict[str, object]:
        one = self.result
        said: dict[str, object] = {
            "ok": one.ok,
            "size": one.size,
            "root": one.root,
            "first_wrong": one.first_wrong,
            "en": one.en,
            "zh": one.zh,
        }
        if self.seen is not None:
            said["channel"] = [each.as_dict() for each in self.seen]
        if self.altered is not None:
            said["index_altered"] = self.altered
        if self.vouched is not None:
            said["witnessed"] = {"size": self.vouched.checkpoint.size, "by": dict(self.vouched.by)}
        return said

    def say(self, terminal: Terminal) -> None:
        terminal.say(self.result.en, self.result.zh)
        for one in self.seen or ():
            terminal.say(one.en, one.zh)
        if self.altered == []:
            terminal.say("the index they are searched by fits them", "检索用的索引与条目相符")
        if self.vouched is not None and self.result.ok:
            names, state = ", ".join(self.vouched.by), self.vouched.checkpoint.size
            terminal.say(
                f"the first {state} of {self.result.size} entries were witnessed by {names}",
                f"{self.result.size} 条中的前 {state} 条已由 {names} 见证",
            )

    def require(self) -> None:
        """Raises NotVerified."""
        if any(one.differs for one in self.seen or ()):
            raise NotVerified(
                "the ledger is not the one the channel has",
                "账本与通道所存不一致",
                hint="keep ledger.db as evidence; the peers of the other regions keep what was anchored",
                hint_zh="请保留 ledger.db 作为证据；其他地区的节点保存着已上链的内容",
            )
        if not self.result.ok:
            raise NotVerified(
                "the ledger does not verify",
                "账本验证未通过",
                hint="keep the file as evidence; a checkpoint kept elsewhere shows what it was: --known FILE",
                hint_zh="请保留该文件作为证据；另处保存的检查点可以说明原状：--known 文件",
            )
        if self.altered:
            raise NotVerified(
                "the entries verify, but the index they are searched by does not fit them",
                "条目验证无误，但检索用的索引与其不符",
                hint="the ledger itself is what counts; make the index anew: hutong ledger reindex",
                hint_zh="以账本本身为准；请重建索引：hutong ledger reindex",
            )


def _require_fitting(*, known: str | None, witnessed: bool, policy: str | None) -> None:
    if policy and not witnessed:
        raise DoNotGoTogether("ledger verify", "--policy needs --witnessed", "--policy 须与 --witnessed 同用")
    if known and witnessed:
        raise DoNotGoTogether(
            "ledger verify",
            "a witnessed state takes the place of --known",
            "--witnessed 与 --known 只能二选一",
        )


def _verified(terminal: Terminal, key: str, note: bytes | None) -> "Verified":
    from exchange.node.layout import Layout
    from ledger.verify import verify as verify_ledger

    with terminal.progress("verifying", "正在验证") as progress:
        return verify_ledger(Layout(terminal.node).ledger, key, progress=progress, known=note)


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


def _replayed(terminal: Terminal) -> list[int]:
    """The stretches of the index that are not what the entries make of them."""
    from exchange.audit.stretches import replayed

    with terminal.open() as node, terminal.progress("reading the index", "正在读取索引") as progress:
        return replayed(node, progress)


def _vouched(terminal: Terminal, policy: str | None) -> "Cosigned":
    """The longest state that enough witnesses signed. Raises NotWitnessed, BadPolicy."""
    from exchange.witnessing.verifying import witnessed_state

    return witnessed_state(terminal.node, terminal.environment, read_bytes(policy) if policy else None)
