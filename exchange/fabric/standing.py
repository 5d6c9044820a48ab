"""How a node stands with its channel, from what it remembers: no peer is asked."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from exchange.errors import ExchangeError
from exchange.fabric.opening import is_on_fabric, open_anchors
from exchange.finding import Finding, line
from exchange.instants import from_us
from exchange.node.node import Node
from exchange.withdrawal.words import seconds
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from ledger.fabric.anchors import Anchors

# The other region may be down for a while; after so long a person has to look.
MAY_LAG = timedelta(hours=1)


def standing_of_channel(node: Node) -> Iterator[Finding]:
    """The line of the status about the channel; none for a node without one."""
    if not is_on_fabric(node.settings):
        return
    try:
        with open_anchors(node) as anchors:
            yield _standing(node, anchors)
    except (ExchangeError, LedgerError) as error:
        code = "channel-unusable"
        yield line("channel", str(error), error.zh, code=code, wrong=error.exit_code)


def _standing(node: Node, anchors: "Anchors") -> Finding:
    from ledger.fabric.anchoring import NOTHING, lag
    from ledger.fabric.anchors import BATCHES

    if alarm := anchors.alarm:
        return line(
            "channel",
            f"{alarm.en}; nothing is anchored any more (hutong ledger verify --against fabric)",
            f"{alarm.zh}；已停止上链(hutong ledger verify --against fabric)",
            code="channel-differs",
            wrong=4,
            batch=alarm.batch,
            first_wrong=alarm.first_wrong,
        )
    reached, behind = anchors.reached(BATCHES) or NOTHING, lag(node.log, anchors, node.clock())
    en = f"{reached.stop} entries anchored in {reached.seq} batches"
    zh = f"已上链 {reached.stop} 条，共 {reached.seq} 批"
    if behind.entries:
        long_en, long_zh = seconds(behind.wait.total_seconds())
        en += f", {behind.entries} wait (the oldest for {long_en})"
        zh += f",{behind.entries} 条待上链(最早的已等待 {long_zh})"
    if trouble := anchors.trouble:
        en, zh = f"{en}; trouble: {trouble.en}", f"{zh}；故障：{trouble.zh}"
    late = behind.wait > MAY_LAG or (
        trouble is not None and node.clock() - from_us(trouble.since_us) > MAY_LAG
    )
    return line(
        "channel",
        en,
        zh,
        code="channel-late" if late else "channel-trouble" if trouble else "ok",
        ok=not late and not trouble,
        wrong=5 if late else 0,
        anchored=reached.stop,
        batches=reached.seq,
        waiting=behind.entries,
        wait_seconds=int(behind.wait.total_seconds()),
    )
