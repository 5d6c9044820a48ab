"""A node under load: it appends, anchors, and remembers what it was told is on the channel.

`python -m tests.fabric.load FOLDER CONNECTION NAME` does it in a process of its own, which can be killed.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ledger import Log, Signer
from ledger.fabric.anchoring import anchor
from ledger.fabric.anchors import Anchors
from ledger.fabric.channel import Batch, Batches
from ledger.fabric.connection import Connection, read_connection
from ledger.fabric.errors import Conflict, FabricError
from ledger.fabric.gateway import Deadlines
from tests.fabric.channels import gateway
from tests.ledger.books import ENTRY, new_log, open_log

IMPATIENT = Deadlines(endorse=3.0, submit=3.0, commit=5.0, evaluate=3.0)
AGAIN_SECONDS = 0.05


def log_in(folder: Path, name: str) -> Log:
    """The node's log, new or as it was left."""
    signer = Signer(name, bytes(range(32)))
    file = folder / "ledger.db"
    return open_log(file, signer=signer) if file.exists() else new_log(file, signer=signer)


def anchor_on(
    folder: Path,
    connection: Connection,
    name: str,
    *,
    told: Callable[[Batch], None],
    stop: threading.Event,
) -> None:
    """Append an entry and anchor, again and again. What fails is tried again, all but a conflict."""
    with (
        log_in(folder, name) as log,
        Anchors(folder / "anchors.db", name) as anchors,
        gateway(connection, IMPATIENT) as client,
    ):
        batches = Batches(client, name)
        while not stop.is_set():
            log.append(ENTRY)
            try:
                if batch := anchor(log, anchors, batches):
                    told(batch)
            except Conflict:
                raise
            except FabricError:
                stop.wait(AGAIN_SECONDS)
        assert anchors.alarm is None


class Load:
    """Some such nodes, each in a thread of its own."""

    def __init__(self, folder: Path, connection: Connection, names: list[str]) -> None:
        self.told: dict[str, list[Batch]] = {name: [] for name in names}
        self._stop = threading.Event()
        self._failed: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._work, args=(folder / str(number), connection, name), daemon=True)
            for number, name in enumerate(names)
        ]
        for number, thread in enumerate(self._threads):
            (folder / str(number)).mkdir()
            thread.start()

    @property
    def count(self) -> int:
        """Batches that were said to be on the channel."""
        return sum(map(len, self.told.values()))

    def require_alive(self) -> None:
        """Raise what a node could not live with."""
        for error in self._failed:
            raise error

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.require_alive()

    def _work(self, folder: Path, connection: Connection, name: str) -> None:
        try:
            anchor_on(folder, connection, name, told=self.told[name].append, stop=self._stop)
        except BaseException as error:  # noqa: BLE001 - told by stop()
            self._failed.append(error)


def main(folder: str, connection: str, name: str) -> None:
    """Say each batch that is on the channel, until killed."""

    def say(batch: Batch) -> None:
        sys.stdout.write(f"{batch.seq} {batch.stop} {batch.root}\n")
        sys.stdout.flush()

    anchor_on(Path(folder), read_connection(Path(connection)), name, told=say, stop=threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
