"""Ask the witnesses in the background, for as long as a node is served."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event

from exchange.beside import beside
from exchange.federation.silence import place_of
from exchange.witnessing.asking import Asking
from ledger.keyring import KeyHandedOver
from ledger.witness import Behind

log = logging.getLogger("hutong.witness")
POLL_SECONDS = 5.0


def keeping_asked(
    asking: Callable[[], Asking], *, behind: Callable[[], None], poll: float = POLL_SECONDS
) -> AbstractContextManager[None]:
    """Look every `poll` seconds whether the witnesses should sign again, in a thread beside the caller.

    `behind` is called, once, where a witness shows that this ledger is not what it saw: the node must stop writing.
    """

    def work(stop: Event) -> None:
        while not stop.wait(poll):
            try:
                now = asking()
                if due := now.due():
                    now.ask(due)
            except Behind as error:
                log.error("%s", error)
                behind()
                return
            except KeyHandedOver as error:
                log.error("%s; %s", error, error.hint)
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the witnesses are asked again
                log.error("the witnesses could not be asked: %s", place_of(error))

    return beside(work, name="hutong-witness")
