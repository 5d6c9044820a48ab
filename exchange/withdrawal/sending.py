"""Deliver what waits for other nodes: notices of withdrawals, and what we did about theirs.

A node that cannot be told is tried again after growing pauses, for as long as it takes; every failed round is an
entry, one a node. Sent twice does no harm: the recipient knows a notice by its id (taking.py).
"""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import timedelta

from exchange.errors import ExchangeError
from exchange.federation.line import Line
from exchange.federation.peers import PeerBook
from exchange.instants import from_us
from exchange.path.office import Office
from exchange.withdrawal.incoming import Incoming, unanswered
from exchange.withdrawal.outgoing import Outgoing, notices
from exchange.withdrawal.turn import PAUSES, Sent, Turn
from exchange.withdrawal.withdrawing import count_recipients

# How many nodes are spoken to at the same time, and for how long each before whoever else waits is looked at again.
MOST_AT_ONCE = 16
TURN = timedelta(seconds=20)


class StillWaiting(ExchangeError):
    """Not every node acknowledged what was sent to it."""

    exit_code = 5

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} messages still wait for their recipients",
            f"仍有 {count} 条消息未送达接收方",
            hint="hutong serve tries again by itself; after a telephone call: hutong notice told ENTRY",
            hint_zh="hutong serve 会自动重试；电话告知后登记：hutong notice told 条目",
        )


def send_waiting(office: Office, peers: PeerBook, line: Line, *, at_once: bool = False) -> list[Sent]:
    """Send what waits, to all nodes beside each other, so that none waits for another.

    A node that takes long over its messages hears the rest next time; `at_once`: everything now, also to nodes whose
    pause is not over. Raises what the ledger raises when it cannot be written; then what was acknowledged is sent
    again next time.
    """
    count_recipients(office)
    over = None if at_once else line.clock() + TURN
    turns = [
        Turn(office, line, node, deque(messages), over)
        for node, messages in sorted(_waiting(office).items())
        if at_once or _is_due(office, node)
    ]
    with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="hutong-notice") as pool:
        telling = {pool.submit(tell): turn for turn in turns if (tell := turn.begin(peers))}
        while telling:
            for heard in wait(telling, return_when=FIRST_COMPLETED).done:
                turn = telling.pop(heard)
                if tell := turn.hear(heard):
                    telling[pool.submit(tell)] = turn
    return [turn.sent() for turn in turns]


def something_waits(office: Office) -> bool:
    """Whether there is anything to send at all; cheap enough to be asked every second."""
    with office.log.reading() as db:
        found = db.execute(
            "SELECT EXISTS(SELECT 1 FROM withdrawal_notice WHERE kind = 'node' AND told IS NULL)"
            " OR EXISTS(SELECT 1 FROM uncounted)"
            " OR EXISTS(SELECT 1 FROM incoming_notice WHERE done IS NOT NULL AND answered_us IS NULL)"
        ).get
    return bool(found)


def _waiting(office: Office) -> Mapping[str, list[Outgoing | Incoming]]:
    found: dict[str, list[Outgoing | Incoming]] = {}
    for one in notices(office, waiting_only=True):
        if one.kind == "node":
            found.setdefault(one.recipient, []).append(one)
    for came in unanswered(office):
        found.setdefault(came.peer, []).append(came)
    return found


def _is_due(office: Office, node: str) -> bool:
    with office.log.reading() as db:
        row = db.execute("SELECT next_us FROM unreached WHERE node = ?", (node,)).fetchone()
    if row is None:
        return True
    now, due = office.clock(), from_us(int(str(row[0])))
    # A pause longer than the longest was not written by us: whoever did must not silence a withdrawal.
    return now >= due or due > now + PAUSES[-1]
