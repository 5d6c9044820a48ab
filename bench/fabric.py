"""How fast roots get onto a channel, beside the bare calls to the same peer in the same run.

    python -m bench.fabric DIR [DIR ...] [--region kunshan] [--quick]

DIR is a network of `hutong fabric up`; name several that differ in BatchTimeout to see what it does to the latency.
Bare is the gateway's endorse, submit and commit with the same content, and nothing kept before or after. Only the
ratio travels from one machine to another.
"""

import argparse
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from bench.append import ENTRY
from ledger import Draft, Log, Signer
from ledger.checkpoint import Checkpoint
from ledger.fabric.anchoring import anchor
from ledger.fabric.anchors import Anchors
from ledger.fabric.channel import Batch, Batches
from ledger.fabric.connection import Connection, read_connection
from ledger.fabric.gateway import Gateway

SIZES = (1, 100, 1000, 10_000)
CLIENTS = 16


def main() -> None:
    """Print a table for each network."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("network", nargs="+", type=Path, metavar="DIR")
    options.add_argument("--region", default="kunshan")
    options.add_argument("--quick", action="store_true", help="a quarter of the rounds")
    chosen = options.parse_args()
    rounds = 10 if chosen.quick else 40
    for network in chosen.network:
        connection = read_connection(network / chosen.region / "connection.toml")
        print(f"{network.name}: channel {connection.channel}, as {connection.msp}")
        one_after_another(connection, rounds)
        many_at_once(connection, rounds)


def one_after_another(connection: Connection, rounds: int) -> None:
    """Batches of one log, as a node anchors them: ours and bare take turns, so that both meet the same network."""
    print(f"{'entries a batch':>18}{'ours p50':>12}{'p95':>10}{'bare p50':>12}{'ratio':>8}{'entries/s':>14}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, _gateway(connection) as gateway:
            log, anchors, batches = _node(Path(folder), gateway)
            with log, anchors:
                ours, theirs = [], []
                for number in range(rounds):
                    _fill(log, size)
                    ours.append(_timed(partial(anchor, log, anchors, batches)))
                    theirs.append(_timed(partial(batches.record, _loose(number, size))))
            p50, p95 = median(ours), quantiles(ours, n=20)[-1]
            print(
                f"{size:>18,}{_ms(p50):>12}{_ms(p95):>10}{_ms(median(theirs)):>12}"
                f"{p50 / median(theirs):>8.2f}{size / p50:>14,.0f}"
            )


def many_at_once(connection: Connection, rounds: int) -> None:
    """So many nodes behind one peer, each anchoring its own log, and as many threads with bare calls."""
    with tempfile.TemporaryDirectory() as folder, _gateway(connection) as gateway:
        nodes = [_node(Path(folder) / str(number), gateway) for number in range(CLIENTS)]
        for log, anchors, batches in nodes:  # the first batch of a log also lists it
            _fill(log, 1)
            anchor(log, anchors, batches)

        def ours(number: int) -> None:
            log, anchors, batches = nodes[number]
            for _ in range(rounds):
                _fill(log, 1)
                anchor(log, anchors, batches)

        def bare(number: int) -> None:
            batches = Batches(gateway, "")
            for at in range(rounds):
                batches.record(_loose(at, 1, name=f"bare-{number}"))

        done = CLIENTS * rounds
        rates = [done / _timed(partial(_together, work)) for work in (ours, bare)]
        print(
            f"{CLIENTS} at once: {rates[0]:.0f} batches/s, bare {rates[1]:.0f}/s, ratio {rates[0] / rates[1]:.2f}"
        )
        for log, anchors, _ in nodes:
            anchors.close()
            log.close()


def _together(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))


def _node(folder: Path, gateway: Gateway) -> tuple[Log, Anchors, Batches]:
    folder.mkdir(exist_ok=True)
    signer = Signer(f"bench/{secrets.token_hex(6)}", bytes(32))
    log = Log.create(folder / "ledger.db", signer=signer, clock=_now, entropy=os.urandom)
    return log, Anchors(folder / "anchors.db", signer.origin), Batches(gateway, signer.origin)


def _loose(number: int, size: int, name: str = "bare") -> Batch:
    """A batch of no log that passes the chaincode: the second and later ones, so that no list is written."""
    root, stop = secrets.token_bytes(32), (number + 2) * size
    log = f"bench/{name}-{secrets.token_hex(6)}"
    signer = Signer(log, bytes(32))
    return Batch(
        seq=number + 2,
        start=stop - size,
        stop=stop,
        root=root.hex(),
        previous_root=root.hex(),
        checkpoint=Checkpoint(origin=log, size=stop, root=root).signed(signer).decode(),
    )


def _fill(log: Log, size: int) -> None:
    for start in range(0, size, 1000):
        drafts: Sequence[Draft] = [
            Draft(entry=replace(ENTRY, patient=f"{at:032x}")) for at in range(start, min(start + 1000, size))
        ]
        log.append_many(drafts)


def _gateway(connection: Connection) -> Gateway:
    return Gateway(connection, clock=_now, entropy=os.urandom)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
