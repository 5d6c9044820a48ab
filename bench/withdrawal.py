"""How long a withdrawal takes to arrive: from the patient's word to the recipient's acknowledgement on record.

    python -m bench.withdrawal [--quick] [--folder DIR]

Two nodes on this machine, both served over HTTP. A doctor of the one has received the records of N patients of the
other; all of them take their consent back. `one` is a single withdrawal while the node looks once a second, as
`hutong serve` does; `all` are N at once, sent in one go.
"""

import argparse
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from consent import Wish
from exchange.consenting import grant, revoke
from exchange.federation.joining import join, own_card
from exchange.federation.line import Line
from exchange.federation.running import listen, serving
from exchange.federation.serving import app
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.requesting import Ask, request
from exchange.sample import write_sample
from exchange.wiring import found_node, open_counter, open_node, system_clock
from exchange.withdrawal.delivering import delivering
from exchange.withdrawal.outgoing import notices
from exchange.withdrawal.sending import send_waiting

REGIONS = {"kunshan": "320583", "tianjin": "120000"}
DOCTOR, HOSPITAL = "tj-dr-001", "Organization/tj-medical-hospital"
TODAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Consent:
    """One patient's consent, under which the record was received."""

    patient: str
    id: str


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--quick", action="store_true", help="few patients")
    options.add_argument("--folder", type=Path, default=None, help="the disk to measure")
    chosen = options.parse_args()
    number = 10 if chosen.quick else 100
    with tempfile.TemporaryDirectory(dir=chosen.folder) as room, _two(Path(room), number) as (node, line):
        consents = _received(Path(room), node, number)
        singles, rest = consents[: number // 10], consents[number // 10 :]
        with delivering(lambda: node.office, node.peers, line):
            for one in singles:
                _take_back(node, one)
                _until_told(node)
        lags = [one.lag_seconds or 0.0 for one in notices(node.office)]
        print(f"one: {median(lags):.2f} s from revoke to acknowledgement, {max(lags):.2f} s at most")
        taken = _seconds(lambda: _all_take_back(node, rest))
        sent = _seconds(lambda: send_waiting(node.office, node.peers, line))
        told = [one for one in notices(node.office) if one.told == "received"]
        print(f"all: {len(rest)} revoked in {taken:.2f} s ({taken / len(rest) * 1000:.1f} ms each)")
        print(
            f"     {len(rest)} told and acknowledged in {sent:.2f} s ({sent / len(rest) * 1000:.1f} ms each)"
        )
        print(f"     {len(told)} of {len(consents)} acknowledged, ledger of {node.log.size} entries")


@contextmanager
def _two(room: Path, patients: int) -> Iterator[tuple[Node, Line]]:
    """Both nodes, joined and served; the one whose patients take their consents back, and its line."""
    listeners = {name: listen("127.0.0.1", 0) for name in REGIONS}
    for name, region in REGIONS.items():
        url = f"http://127.0.0.1:{listeners[name].getsockname()[1]}"
        found_node(room / name, Founding(region=region, name=name, node_id=name, organisation="", url=url))
    _introduce(room)
    write_sample(room / "people", patients=patients * 4, seed=1, today=TODAY)
    with ExitStack() as stack:
        for name in REGIONS:
            _, counter = stack.enter_context(open_counter(room / name))
            stack.enter_context(serving(app(counter), listeners[name]))
        node = stack.enter_context(open_node(room / "kunshan"))
        take_in(node, [room / "people" / REGIONS["kunshan"]])
        line = Line(keys=node.keys, node=node.id, clock=system_clock, entropy=secrets.token_bytes)
        yield node, line


def _introduce(room: Path) -> None:
    cards = {}
    for name in REGIONS:
        with open_node(room / name) as node:
            cards[name] = own_card(node)
    for name, other in (("kunshan", "tianjin"), ("tianjin", "kunshan")):
        with open_node(room / name) as node:
            card = cards[other]
            join(node, card.written, fingerprint=card.fingerprint, by="operator-1")


def _received(room: Path, node: Node, number: int) -> list[Consent]:
    """What patients of Kunshan allowed, and a doctor in Tianjin has received."""
    wish = Wish(recipients=(HOSPITAL,), purposes=("TREAT",), confirmed=("sensitive", "third-party"))
    consents = []
    with open_node(room / "tianjin") as asking:
        for patient in node.records.patients():
            granted = grant(node, patient, wish, by=f"Patient/{patient}")
            ask = Ask(patient=patient, purpose="TREAT", person=DOCTOR, holder="kunshan")
            if request(asking, ask).permit:
                consents.append(Consent(patient, granted.consent_id))
            if len(consents) == number:
                break
    return consents


def _take_back(node: Node, one: Consent) -> None:
    revoke(node, one.patient, one.id, by=f"Patient/{one.patient}")


def _all_take_back(node: Node, consents: Sequence[Consent]) -> None:
    for one in consents:
        _take_back(node, one)


def _until_told(node: Node) -> None:
    while notices(node.office, waiting_only=True):
        time.sleep(0.005)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
