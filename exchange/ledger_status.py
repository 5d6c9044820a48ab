"""The line of the status about the ledger: every entry, the tables beside them, the index, the clock, the disk."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from exchange.audit.agreement import disagreements
from exchange.audit.stretches import altered, in_step
from exchange.finding import Finding, line
from exchange.instants import CHINA
from exchange.node.node import Node
from ledger.errors import CannotAppend
from ledger.projection.file import Unfit
from ledger.verify import verify

# The ledger's time never goes back, so a clock set forward once leaves its mark.
MAY_BE_AHEAD = timedelta(minutes=5)


def _index_altered(node: Node) -> list[int]:
    """Bring the index in step, and name the stretches whose rows are not what the ledger says they were."""
    with suppress(Unfit, CannotAppend):  # a disk that takes nothing more is another line's business
        in_step(node)
    return altered(node)


def ledger_line(node: Node, progress: Callable[[int, int], None] | None) -> Finding:
    """Verify the whole ledger, and say how it is."""
    result = verify(node.log, node.vkey, progress=progress)
    if not result.ok:
        first = result.first_wrong
        return line("ledger", result.en, result.zh, code="ledger-altered", wrong=4, first_wrong=first)
    if wrong := disagreements(node.log, node.house_key):
        return line(
            "ledger",
            f"the entries verify, but {len(wrong)} rows beside them do not fit; the first: {wrong[0].en}",
            f"条目验证无误，但旁边的数据表有 {len(wrong)} 处与之不符；第一处：{wrong[0].zh}",
            code="tables-differ",
            wrong=4,
            entries=result.size,
            rows=len(wrong),
        )
    if stretches := _index_altered(node):
        return line(
            "ledger",
            f"the entries verify, but the index they are searched by was altered ({len(stretches)} stretches):"
            " hutong ledger reindex",
            f"条目验证无误，但检索用的索引被改动({len(stretches)} 个区段)：hutong ledger reindex",
            code="index-altered",
            wrong=4,
            entries=result.size,
            stretches=stretches,
        )
    if node.log.size and node.log.read(node.log.size - 1).time > node.clock() + MAY_BE_AHEAD:
        return line(
            "ledger",
            f"{result.size} entries verify, but the newest lies in the future: a clock was or is wrong",
            f"{result.size} 条验证无误，但最新一条的时间在未来：时钟曾经或正在出错",
            code="clock-wrong",
            wrong=5,
            entries=result.size,
        )
    if not os.access(node.layout.ledger, os.W_OK):
        return line(
            "ledger",
            f"{result.size} entries verify, but it cannot be written: nothing is released",
            f"{result.size} 条验证无误，但无法写入：不放行任何数据",
            code="ledger-not-writable",
            wrong=5,
            entries=result.size,
        )
    return line(
        "ledger",
        f"{result.size} entries, all verify{_last(node, '; the last of ')}",
        f"{result.size} 条，全部验证无误{_last(node, '；最近一条 ')}",
        entries=result.size,
        root=result.root,
    )


def _last(node: Node, words: str) -> str:
    size = node.log.size
    return f"{words}{node.log.read(size - 1).time.astimezone(CHINA):%Y-%m-%d %H:%M}" if size else ""
