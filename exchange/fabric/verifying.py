"""Hold this node's ledger against what every region's peer has of it: one's own peer alone could be made to agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from exchange.fabric.opening import connection_of
from exchange.node.layout import Layout
from exchange.node.settings import Settings
from ledger.errors import LedgerError
from ledger.note import Verifier

if TYPE_CHECKING:
    from ledger.fabric.comparing import Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one peer (its region's MSP id) has: compared, or why it did not say."""

    msp: str
    compared: "Compared | None"
    problem: LedgerError | None

    @property
    def differs(self) -> bool:
        """Whether this peer has another past than the ledger."""
        return self.compared is not None and not self.compared.ok

    def as_dict(self) -> dict[str, object]:
        """For a program."""
        found = self.compared
        wrong = found and found.wrong
        return {
            "msp": self.msp,
            "ok": None if found is None else found.ok,
            "batches": found and found.batches,
            "stop": found and found.stop,
            "first_wrong_batch": wrong and wrong.batch,
            "first_wrong": wrong and wrong.first_wrong,
            "en": self.en,
            "zh": self.zh,
        }

    @property
    def en(self) -> str:
        return self._says("en")

    @property
    def zh(self) -> str:
        return self._says("zh")

    def _says(self, lang: str) -> str:
        if self.compared is None:
            problem = self.problem or LedgerError("nothing", "无")
            return f"{self.msp}: {problem}" if lang == "en" else f"{self.msp}：{problem.zh}"
        if wrong := self.compared.wrong:
            return f"{self.msp}: {wrong.en}" if lang == "en" else f"{self.msp}：{wrong.zh}"
        number, stop = self.compared.batches, self.compared.stop
        if lang == "en":
            return (
                f"{self.msp}: all {number} batches agree, up to entry {stop - 1}"
                if stop
                else (f"{self.msp}: nothing of this ledger is anchored yet")
            )
        return (
            f"{self.msp}：全部 {number} 批相符，至第 {stop - 1} 条" if stop else f"{self.msp}：本账本尚未上链"
        )


def against_channel(
    layout: Layout,
    settings: Settings,
    vkey: str,
    *,
    clock: Callable[[], datetime],
    entropy: Callable[[int], bytes],
) -> Sequence[Seen]:
    """What each peer of the connection has of the ledger with the verifier key `vkey`, the own region's first.

    Raises NotOnFabric, BadSetting, BadConnection, FabricMissing, LedgerError; and what the first peer failed with,
    where none answers.
    """
    connection = connection_of(settings, layout.root)
    from ledger.fabric.channel import Batches
    from ledger.fabric.comparing import compare, past_in
    from ledger.fabric.errors import FabricError
    from ledger.fabric.gateway import Gateway

    found = []
    for peer in (connection.own, *connection.others):
        try:
            with Gateway(connection, clock=clock, entropy=entropy, peer=peer) as gateway:
                batches = list(Batches(gateway, Verifier.parse(vkey).name))
        except FabricError as error:
            found.append(Seen(msp=peer.msp, compared=None, problem=error))
            continue
        past = partial(past_in, layout.ledger, vkey, [one.stop for one in batches])
        compared = compare(batches, past)
        found.append(Seen(msp=peer.msp, compared=compared, problem=None))
    silent = [one.problem for one in found if one.problem]
    if len(silent) == len(found):
        raise silent[0]
    return found
