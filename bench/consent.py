"""How fast the decision point answers from the store, as the number of consents grows.

    python -m bench.consent [--sizes 10000,100000] [--decisions 20000] [--folder DIR]

Every decision finds the patient's key, reads and opens what is on file of the patient, and decides; nothing of a
patient is kept in memory from one to the next. Cold: the first time after the system was told to drop the files' pages,
the median; warm: with them in memory. Decisions a second are of one core's time. In cohorts: of up to 128 patients the
same is asked as one by one, but the question is read once, their keys and what is on file of them by one statement
each; nothing is kept from one cohort to the next. The bound is measured in turns with both: for each patient the same
two point reads, AES-GCM openings and the msgspec decode, and no decision. Only ratios travel from one machine to
another. Up to a million versions have a ledger entry each; beyond that, one for every 2,000 patients. Ten million
versions need 40 GB.
"""

import argparse
import hmac
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from statistics import median
from typing import Any

import apsw
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import consent_population as people
from consent import OnFile, Registry, decide_for_each, decide_on_file
from exchange.node.secrets import MasterSecret
from exchange.node.vault import Vault
from exchange.path.agreeing import all_known_at
from ledger import Log, Signer

MASTER = MasterSecret(bytes(32))
SIGNER = Signer("bench", bytes(32))
KEY = "SELECT wrapped FROM patient_key WHERE lookup = ?"
ON_FILE = "SELECT reading, entry, sealed FROM consent_on_file WHERE patient = ?"
PATIENTS_A_TURN, PATIENTS_A_VAULT_TURN, CHUNKS_AHEAD = 2_000, 500_000, 4
ROUNDS, STRETCH, COHORT = 5, 1_000, 128
MOST_ENTRIES = 1_000_000
NOW = people.NOW.astimezone(UTC)  # as a node's clock gives it
# A patient, and what is asked about them.
Asked = tuple[int, dict[str, Any]]
FOUND = msgspec.msgpack.Decoder(OnFile)


@dataclass(frozen=True, slots=True)
class Store:
    """The files of a node that a decision reads, open."""

    vault: Vault
    log: Log
    registry: Registry


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", default="10000,100000", help="consent versions, e.g. 10000,1000000")
    options.add_argument("--decisions", type=int, default=20_000, help="in each round")
    options.add_argument("--folder", type=Path, default=None, help="the disk to measure")
    chosen = options.parse_args()
    print(
        f"{'versions':>12}{'load/s':>9}{'bytes':>7}{'open ms':>9}{'cold us':>9}{'warm us':>9}{'p99 us':>9}"
        f"{'decisions/s':>13}{'in cohorts/s':>14}{'bound/s':>9}{'of bound':>9}{'in cohorts':>12}"
    )
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=chosen.folder) as room:
            print(line(size, Path(room), chosen.decisions), flush=True)


def line(size: int, room: Path, decisions: int) -> str:
    """Load, open and ask a store of about `size` consent versions."""
    patients = people.patients_for(size)
    began = time.perf_counter()
    versions = load(room, patients)
    loading = time.perf_counter() - began
    stored = sum(file.stat().st_size for file in room.iterdir())
    forget(room)
    began = time.perf_counter()
    with opened(room) as store:
        opening = time.perf_counter() - began
        cold = median(ask(store, asked(patients, decisions // 20, 0))) / 1000
        rounds = [measure(store, room, asked(patients, decisions, turn)) for turn in range(1, ROUNDS + 1)]
    warm = median(decisions / one.seconds for one in rounds)
    cohorts = median(decisions / one.cohorts for one in rounds)
    bound = median(decisions / one.bound for one in rounds)
    ratio = median(one.bound / one.seconds for one in rounds)
    cohort_ratio = median(one.bound / one.cohorts for one in rounds)
    p50, p99 = (median(one.percentiles[place] for one in rounds) / 1000 for place in (0, 1))
    return (
        f"{versions:12,}{versions / loading:9,.0f}{stored / versions:7,.0f}{opening * 1000:9.1f}"
        f"{cold:9,.0f}{p50:9,.0f}{p99:9,.0f}{warm:13,.0f}{cohorts:14,.0f}{bound:9,.0f}{ratio:9.2f}{cohort_ratio:12.2f}"
    )


@dataclass(frozen=True, slots=True)
class Round:
    """Processor seconds of all decisions one by one, in cohorts, and of the bound.

    `percentiles`: within how many nanoseconds half and 99 % of those one by one were made.
    """

    seconds: float
    cohorts: float
    bound: float
    percentiles: tuple[float, float]


def measure(store: Store, room: Path, questions: Sequence[Asked]) -> Round:
    """Decisions and the bound over the same patients, a stretch of each in turn."""
    took: list[int] = []
    seconds = cohorts = bound = 0.0
    together, turns = cohorts_of(questions), -(-len(questions) // STRETCH)
    least = Least(room)
    for start in range(0, len(questions), STRETCH):
        some = questions[start : start + STRETCH]
        patients = [patient for patient, _ in some]
        least.read(patients)  # so that the pages of both are in memory
        bound += least.read(patients)
        began = time.process_time()
        took += ask(store, some)
        seconds += time.process_time() - began
        cohorts_now = together[start // STRETCH :: turns]
        least.read([patient for one in cohorts_now for patient, _ in one])
        cohorts += ask_cohorts(store, cohorts_now)
    least.close()
    took.sort()
    return Round(seconds, cohorts, bound, (took[len(took) // 2], took[len(took) * 99 // 100]))


def ask(store: Store, questions: Sequence[Asked]) -> list[int]:
    """Nanoseconds from question to answer, by the clock on the wall, of each."""
    took = []
    for patient, case in questions:
        name = people.name_of(patient)
        began = time.perf_counter_ns()
        keys = store.vault.known(name)
        if keys is None:
            raise SystemExit("a patient of the bench has no key")
        on_file = store.registry.on_file(keys, people.CONFIG.tz_hours)
        case["knownAt"] = all_known_at(on_file.known, people.NOW).isoformat(timespec="microseconds")
        decide_on_file(on_file.documents, case, people.CONFIG)
        took.append(time.perf_counter_ns() - began)
    return took


def ask_cohorts(store: Store, cohorts: Iterable[Sequence[Asked]]) -> float:
    """Processor seconds where the patients of a cohort are read together, and one question is put about them all."""
    began = time.process_time()
    for some in cohorts:
        keys = store.vault.known_of_each([people.name_of(patient) for patient, _ in some])
        known = [one for one in keys if one is not None]
        found = store.registry.on_file_of_each(known, people.CONFIG.tz_hours)
        each = [
            (case["patient"], on_file.documents, all_known_at(on_file.known, NOW))
            for (_, case), on_file in zip(some, found, strict=True)
        ]
        deque(decide_for_each(each, some[0][1], people.CONFIG), maxlen=0)
    return time.process_time() - began


def cohorts_of(questions: Iterable[Asked]) -> list[list[Asked]]:
    """The questions by hospital and purpose, at most `COHORT` together: so they are answered as one by one."""
    alike: dict[tuple[str, str], list[Asked]] = {}
    for one in questions:
        alike.setdefault((one[1]["actor"]["organization"], one[1]["purpose"]), []).append(one)
    return [some[start : start + COHORT] for some in alike.values() for start in range(0, len(some), COHORT)]


def asked(patients: int, number: int, turn: int) -> list[Asked]:
    """Questions about patients drawn by lot, others in each turn."""
    lots = [people.lot(b"draw %d %d" % (turn, one)) % patients for one in range(number)]
    return [(one, people.question(one, number * turn + place)) for place, one in enumerate(lots)]


class Least:
    """What any answer from this store costs: find the key, read the row, open and decode it."""

    def __init__(self, room: Path) -> None:
        self._vault = apsw.Connection(str(room / "vault.db"), flags=apsw.SQLITE_OPEN_READONLY)
        self._ledger = apsw.Connection(str(room / "ledger.db"), flags=apsw.SQLITE_OPEN_READONLY)
        self._lookup = MASTER.for_use("vault lookup")
        self._unwrap = AESGCM(MASTER.for_use("vault wrap"))

    def close(self) -> None:
        """Close the files."""
        self._vault.close()
        self._ledger.close()

    def read(self, patients: Sequence[int]) -> float:
        """Processor seconds for all of `patients`. Names and keys to the seals are worked out beforehand."""
        known = [
            (
                hmac.digest(self._lookup, people.name_of(one).encode(), "sha256"),
                people.patient_key(one).pseudonym,
                AESGCM(hmac.digest(people.key_of(one), b"\xffseal 1", "sha256")),
            )
            for one in patients
        ]
        began = time.process_time()
        for lookup, pseudonym, cipher in known:
            wrapped: bytes = self._vault.execute(KEY, (lookup,)).get
            self._unwrap.decrypt(wrapped[:12], wrapped[12:], lookup)
            reading, entry, sealed = self._ledger.execute(ON_FILE, (pseudonym,)).get
            about = f"\x01on file, {pseudonym}, {reading}, {entry}"
            FOUND.decode(cipher.decrypt(sealed[1:13], sealed[13:], about.encode()))
        return time.process_time() - began


def load(room: Path, patients: int) -> int:
    """Make vault and ledger of so many patients; how many consent versions they have."""
    vault = Vault.create(room / "vault.db", MASTER, people.keys_in_turn(range(patients)))
    for some in _stretches(patients, PATIENTS_A_VAULT_TURN):
        vault.prepare(map(people.name_of, some))
    vault.close()
    versions = 0
    every = patients <= people.patients_for(MOST_ENTRIES)

    def write(rows: Sequence[people.Row]) -> int:
        return people.write(log, rows, entries=len(rows) if every else 1)

    with _log(room, create=True) as log, ProcessPoolExecutor(max_workers=1) as maker:
        ahead: deque[Future[list[people.Row]]] = deque()
        for some in _stretches(patients, PATIENTS_A_TURN):
            ahead.append(maker.submit(people.chunk, some))
            if len(ahead) > CHUNKS_AHEAD:
                versions += write(ahead.popleft().result())
        for one in ahead:
            versions += write(one.result())
    return versions


@contextmanager
def opened(room: Path) -> Iterator[Store]:
    """The store, opened as a node opens it."""
    vault = Vault(room / "vault.db", MASTER, os.urandom)
    with _log(room) as log:
        yield Store(vault, log, Registry(log.glance))
    vault.close()


def forget(room: Path) -> None:
    """Let the system drop what it keeps of the files, as far as it follows the advice."""
    os.sync()
    for file in room.iterdir():
        handle = os.open(file, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def _stretches(patients: int, length: int) -> Iterator[range]:
    return (range(first, min(first + length, patients)) for first in range(0, patients, length))


def _log(room: Path, *, create: bool = False) -> Log:
    make = Log.create if create else Log.open
    return make(
        room / "ledger.db",
        signer=SIGNER,
        clock=lambda: people.NOW,
        entropy=os.urandom,
        tables=(Registry.SCHEMA,),
    )


if __name__ == "__main__":
    main()
