"""How fast a record travels the whole path, beside the least it could take: reading its bytes and two durable commits.

    python -m bench.path [--quick] [--folder DIR]

One node with an invented population; a doctor of another hospital asks for records that patients have allowed.
The bound is measured in the same run: the same records parsed and written by orjson, and two synced SQLite
commits (intent and outcome). Only the ratios travel from one machine to another.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median

import apsw
import orjson

from consent import Wish
from exchange.consenting import grant
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.path.release import release
from exchange.requesting import Ask, request, request_of
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node

ASKER, HOSPITAL = "ks-dr-005", "Organization/ks-tcm-hospital"
PATIENTS, TODAY = 40, date(2026, 11, 1)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="few requests, once")
    options.add_argument("--folder", type=Path, default=None, help="the disk to measure")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as room, sample_node(Path(room)) as node:
        patients = agreeing(node, 3 if chosen.quick else 20)
        rounds = [_round(node, patients, Path(room)) for _ in range(1 if chosen.quick else 5)]
    print(f"{len(patients)} patients, {rounds[0]['resources']:.0f} resources a request")
    print(f"{'':30}{'requests/s':>12}{'ms a request':>14}{'of the bound':>14}")
    bound = median(one["bound"] for one in rounds)
    for name in ("bound", "permitted", "permitted, ledger read first", "refused"):
        seconds = median(one[name] for one in rounds)
        print(f"{name:30}{1 / seconds:12,.1f}{seconds * 1000:14.2f}{bound / seconds:14.2f}")


@contextmanager
def sample_node(room: Path) -> Iterator[Node]:
    """A node with an invented population, in `room`."""
    write_sample(room / "people", patients=PATIENTS, seed=1, today=TODAY)
    found_node(room / "node", Founding(region="320583", name="bench", node_id="", organisation=""))
    with open_node(room / "node") as node:
        take_in(node, [room / "people" / "320583"])
        yield node


def agreeing(node: Node, most: int) -> Sequence[str]:
    """Patients of its hospital, who allow another one to see their record."""
    wish = Wish(
        recipients=(HOSPITAL,),
        purposes=("TREAT",),
        except_sensitivities=("PSY",),
        confirmed=("sensitive", "third-party"),
    )
    patients = [one for one in node.records.patients() if one.startswith("ks-")][:most]
    for one in patients:
        grant(node, one, wish, by=f"Patient/{one}")
    return patients


def _round(node: Node, patients: Sequence[str], room: Path) -> dict[str, float]:
    """Seconds a request, by what was done; side by side, so that whatever else runs hits all of them."""
    bodies = [[record.body for record in node.records.of_patient(one)] for one in patients]
    answers = [request(node, Ask(patient=one, purpose="TREAT", person=ASKER)) for one in patients[:1]]
    if not all(one.permit for one in answers):
        raise SystemExit("the bench's own request was refused")
    return {
        "resources": median(map(len, bodies)),
        "bound": _timed(lambda: _least(bodies, room)) / len(patients),
        "permitted": _timed(lambda: ask_all(node, patients, "TREAT")) / len(patients),
        "permitted, ledger read first": _timed(lambda: _type_all(node, patients)) / len(patients),
        "refused": _timed(lambda: ask_all(node, patients, "HQUALIMP")) / len(patients),
    }


def ask_all(node: Node, patients: Sequence[str], purpose: str) -> None:
    """The path itself, as a running node walks it."""
    for one in patients:
        release(request_of(node, Ask(patient=one, purpose=purpose, person=ASKER)), node.office, _received)


def _received(_: bytes) -> None:
    """The Bundle has arrived."""


def _type_all(node: Node, patients: Sequence[str]) -> None:
    """As `hutong exchange request` does: the whole ledger is read before each answer."""
    for one in patients:
        request(node, Ask(patient=one, purpose="TREAT", person=ASKER))


def _least(bodies: Sequence[Sequence[bytes]], room: Path) -> None:
    """Read and write the same records once, and commit twice for each patient, synced."""
    db = apsw.Connection(str(room / "least.db"))
    for setting in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS e(body BLOB)",
    ):
        db.execute(setting).fetchall()
    for record in bodies:
        db.execute("INSERT INTO e VALUES (?)", (b"i" * 900,))
        for body in record:
            orjson.dumps(orjson.loads(body))
        db.execute("INSERT INTO e VALUES (?)", (b"o" * 900,))
    db.close()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
