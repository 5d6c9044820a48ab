"""Take turns in the background, for as long as a node is served."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from consent import ConsentError
from exchange.beside import beside
from exchange.errors import ExchangeError
from exchange.fabric.opening import Channel, is_on_fabric, open_channel
from exchange.federation.silence import place_of
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.office import Office
from ledger.errors import LedgerError

log = logging.getLogger("hutong.fabric")
POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
LOOK_SECONDS = 0.2


def keeping_anchored(
    node: Node, office: Callable[[], Office], *, poll: float = POLL_SECONDS
) -> AbstractContextManager[None]:
    """Take a turn every `poll` seconds in a thread beside the caller, until the block ends; nothing without a channel.

    `office` gives the office of the thread it is called in. A channel that is not reached is tried again after growing
    pauses; the node answers all the same.
    """
    if not is_on_fabric(node.settings):
        return nullcontext()
    return beside(lambda stop: _work(node, office, stop, poll), name="hutong-fabric")


def _work(node: Node, office: Callable[[], Office], stop: threading.Event, poll: float) -> None:
    pause = poll
    while not stop.wait(pause):
        try:
            own = replace(node, office=office())
            with open_channel(own) as channel, _hanging_up(channel, stop):
                while not stop.wait(poll):
                    _turn(own, channel, stop)
                    pause = poll
        except Exception as error:  # noqa: BLE001 - whatever it was, the log keeps what waits
            if not stop.is_set():
                log.error("the channel was not reached: %s", place_of(error))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _turn(node: Node, channel: Channel, stop: threading.Event) -> None:
    """Take a turn; what goes wrong is kept for the operator's status."""
    from exchange.fabric.turn import turn  # needs the extra, which a node without a channel has not

    try:
        turn(node, channel)
    except (ConsentError, ExchangeError, LedgerError) as error:
        if not stop.is_set():
            channel.anchors.tell_trouble(str(error), error.zh, to_us(node.clock()))
        raise
    channel.anchors.forget_trouble()


def _hanging_up(channel: Channel, stop: threading.Event) -> AbstractContextManager[None]:
    """Break off a call when the node stops: a peer that is silent would be waited for up to a minute."""

    def watch(over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            if stop.is_set():
                channel.gateway.close()
                return

    return beside(watch, name="hutong-fabric-stop")
