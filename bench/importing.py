"""How fast records come in, beside reading and writing the same bytes with nothing in between.

    python -m bench.importing [--quick] [--folder DIR]

Synthea's NDJSON beside the project is imported, or a made-up set where it is not there. Two bounds are
measured in the same run: every line parsed by orjson, and every line put into a plain table, as many at a
time as the import does. Only the ratios travel from one machine to another.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import apsw
import orjson

from exchange.records import ImportReport, Store, import_paths
from exchange.records.importing import BATCH

SYNTHEA = Path(__file__).parents[1].parent / "shared" / "data" / "synthea" / "bulk-ndjson"
KEY = bytes(32)
PATIENTS = 100
OBSERVATIONS = 60  # of each patient


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="once instead of seven times")
    options.add_argument(
        "--folder", type=Path, default=None, help="the disk to measure, e.g. /var/lib/hutong"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as room:
        source = SYNTHEA if SYNTHEA.is_dir() else _made_up(Path(room))
        lines = [line for file in sorted(source.glob("*.ndjson")) for line in file.read_bytes().splitlines()]
        # Side by side in every round, so that whatever else the machine does hits all four.
        rounds = [measure(source, lines, Path(room), n) for n in range(1 if chosen.quick else 7)]
    megabytes = sum(map(len, lines)) / 1e6
    print(f"{len(lines)} resources, {megabytes:.1f} MB, {source.name}")
    print(f"{'':24}{'MB/s':>10}{'resources/s':>14}{'of parsing':>12}{'of plain':>10}")
    for name in rounds[0]:
        seconds = median(one[name] for one in rounds)
        parsing, plain = (
            median(one[bound] / one[name] for one in rounds) for bound in ("orjson parse", "plain insert")
        )
        print(
            f"{name:24}{megabytes / seconds:10.1f}{len(lines) / seconds:14,.0f}{parsing:12.2f}{plain:10.2f}"
        )


def measure(source: Path, lines: Sequence[bytes], room: Path, number: int) -> dict[str, float]:
    """Seconds of one round, by what was done."""
    with Store(room / f"records-{number}.db", key=KEY) as store:
        return {
            "orjson parse": _timed(lambda: [orjson.loads(line) for line in lines]),
            "plain insert": _timed(lambda: _plain(room / f"plain-{number}.db", lines)),
            "first import": _timed(lambda: _import(source, store, room)),
            "the same again": _timed(lambda: _import(source, store, room)),
        }


def _import(source: Path, store: Store, room: Path) -> ImportReport:
    return import_paths([source], store, reject_dir=room / "rejected", clock=lambda: datetime.now(UTC))


def _plain(path: Path, lines: Sequence[bytes]) -> None:
    db = apsw.Connection(str(path))
    db.pragma("journal_mode", "wal")
    db.pragma("synchronous", "full")
    db.execute("CREATE TABLE resource (body BLOB NOT NULL)")
    for start in range(0, len(lines), BATCH):
        with db:
            db.executemany(
                "INSERT INTO resource VALUES (?)", ((line,) for line in lines[start : start + BATCH])
            )
    db.close()


def _made_up(room: Path) -> Path:
    """Observations of invented people, about as long as real ones."""
    folder = room / "made-up"
    folder.mkdir()
    with (folder / "Observation.ndjson").open("wb") as file:
        for who in range(PATIENTS):
            file.write(b'{"resourceType":"Patient","id":"p%d","gender":"unknown"}\n' % who)
            for n in range(OBSERVATIONS):
                one = {
                    "resourceType": "Observation",
                    "id": f"p{who}-{n}",
                    "status": "final",
                    "subject": {"reference": f"Patient/p{who}"},
                    "performer": [{"reference": f"Practitioner/dr{n % 7}"}],
                    "code": {
                        "coding": [{"system": "http://loinc.org", "code": f"{n}-4", "display": "x" * 40}]
                    },
                    "effectiveDateTime": "2026-02-28T08:00:00+08:00",
                    "note": [{"text": "x" * 1000}],
                }
                file.write(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE))
    return folder


def _timed(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
