"""A log whose roots go onto a channel while it is used: whatever is promised of a log holds for this one too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from ledger import Log
from ledger.errors import LedgerError
from ledger.fabric.anchoring import anchor
from ledger.fabric.anchors import Anchors
from ledger.fabric.channel import Batches
from ledger.fabric.comparing import compare, past_of
from ledger.fabric.errors import FabricError
from ledger.verify import verify
from tests.fabric.channels import gateway
from tests.fabric.fake_gateway import fake_network

POLL_SECONDS = 0.005


@contextmanager
def anchored(log: Log, folder: Path, *, attacked: bool) -> Iterator[None]:
    """Anchor `log` again and again until the block ends; then the channel must have all of it, as it is.

    Not where it is `attacked`: the channel then has what was there before. Nor where the test has damaged the file.
    """
    stop, went_wrong = threading.Event(), list[BaseException]()
    with fake_network(folder / "network") as network, gateway(network.connection("kunshan")) as client:
        batches = Batches(client, log.signer.origin)

        def work() -> None:
            try:
                with Anchors(folder / "anchors.db", log.signer.origin) as anchors:
                    while not stop.wait(POLL_SECONDS):
                        anchor(log, anchors, batches)
            except Exception as error:  # noqa: BLE001 - told below, where it matters
                went_wrong.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if not attacked and _is_whole(log):
            assert [error for error in went_wrong if not _is_the_files(error)] == []
            with Anchors(folder / "anchors.db", log.signer.origin) as anchors:
                anchor(log, anchors, batches, look_again=True)
                compared = compare(batches, lambda: past_of(log))
                assert (compared.wrong, anchors.alarm, compared.stop) == (None, None, log.size)


def _is_the_files(error: BaseException) -> bool:
    """Whether a test damaged or closed the file for a moment, which whoever reads it meanwhile is told."""
    return isinstance(error, LedgerError | apsw.Error) and not isinstance(error, FabricError)


def _is_whole(log: Log) -> bool:
    try:
        return verify(log, log.signer.verifier_key).ok
    except (LedgerError, OSError):
        return False
