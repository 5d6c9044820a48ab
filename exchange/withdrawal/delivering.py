"""Send what waits in the background, for as long as a node is served."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event

from exchange.beside import beside
from exchange.federation.line import Line
from exchange.federation.peers import PeerBook
from exchange.federation.silence import place_of
from exchange.path.office import Office
from exchange.withdrawal.sending import send_waiting, something_waits

log = logging.getLogger("hutong.withdrawal")
POLL_SECONDS = 1.0
# Where the ledger cannot be written, trying again at once would not help.
AFTER_TROUBLE_SECONDS = 60.0


def delivering(
    office: Callable[[], Office], peers: PeerBook, line: Line, *, poll: float = POLL_SECONDS
) -> AbstractContextManager[None]:
    """Look every `poll` seconds whether something is due, in a thread beside the caller, until the block ends.

    `office` gives the office of the thread it is called in.
    """

    def work(stop: Event) -> None:
        pause = poll
        while not stop.wait(pause):
            pause = poll
            try:
                if something_waits(office()):
                    send_waiting(office(), peers, line)
            except Exception as error:  # noqa: BLE001 - whatever it was, the notices still wait and are sent later
                log.error("notices could not be sent: %s", place_of(error))
                pause = AFTER_TROUBLE_SECONDS

    return beside(work, name="hutong-notices")
