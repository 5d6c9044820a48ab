"""The line of the status about witnesses."""

from collections.abc import Iterator

from exchange.errors import ExchangeError
from exchange.finding import Finding, line
from exchange.node.node import Node
from exchange.witnessing.circle import circle_of
from exchange.witnessing.errors import QuorumOutOfReach
from exchange.witnessing.standing import MAY_BE_SILENT, Standing, standing
from ledger.errors import LedgerError
from ledger.witness import CosignedNotes, require_not_behind


def standing_of_witnesses(node: Node) -> Iterator[Finding]:
    """How far other regions vouch for this ledger; none for a node that has joined nobody."""
    try:
        found = standing(node)
        require_not_behind(node.log, CosignedNotes(node.layout.witness))
    except (ExchangeError, LedgerError) as error:
        yield line("witnesses", str(error), error.zh, code="witness-differs", wrong=error.exit_code)
        return
    if found.forks:
        shown = ", ".join(sorted({one.node or one.shown.origin for one in found.forks}))
        yield line(
            "witnesses",
            f"{shown} showed two histories; the proof: hutong witness forks",
            f"{shown} 出示过两段历史；证明见：hutong witness forks",
            code="fork-seen",
            wrong=4,
            forks=len(found.forks),
        )
        return
    try:
        circle_of(node).require_reachable()
    except QuorumOutOfReach as error:
        en, zh = f"{error}: {error.hint}", f"{error.zh}：{error.hint_zh}"
        yield line("witnesses", en, zh, code="quorum-out-of-reach", wrong=error.exit_code)
        return
    if found.ours:
        yield _witnessed(node, found)


def _witnessed(node: Node, found: Standing) -> Finding:
    size = found.witnessed.checkpoint.size if found.witnessed else 0
    silent = [one.node for one in found.ours if one.at is None or one.at < node.clock() - MAY_BE_SILENT]
    en = f"{size} of {found.size} entries vouched for by the {found.needed} that must"
    zh = f"{found.size} 条中的 {size} 条已获所需的 {found.needed} 方见证"
    if silent:
        en += f"; not heard of for a day: {', '.join(silent)}"
        zh += f"；一天未有回应：{'、'.join(silent)}"
    code = "witness-silent" if silent else "ok"
    return line("witnesses", en, zh, code=code, ok=not silent, size=size, entries=found.size, silent=silent)
