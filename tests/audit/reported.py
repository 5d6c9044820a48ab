"""A node whose ledger is filled with what a test says happened, each at its time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exchange.aftermath import following_spooled
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.wiring import found_node, open_node
from ledger import Draft, Entry, Recorded
from tests.audit.simulated import LOOK, REFUSAL, Happened
from tests.federation.nodes import Clock

BEGUN = datetime(2026, 9, 1, 2, tzinfo=UTC)  # ten in the morning in China
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
IN_DECEMBER = datetime(2026, 12, 3, tzinfo=UTC)
REVIEW_WITHIN = timedelta(hours=24)
DOCTOR, OFFICER, SUPERVISOR = "ks-dr-001", "ks-so-001", "ks-po-001"
HOSPITAL = "ks-first-hospital"


@contextmanager
def node_in(folder: Path, begun: datetime = BEGUN) -> Iterator[tuple[Node, Clock]]:
    """A new node in Kunshan, open."""
    clock = Clock(begun)
    found_node(
        folder, Founding(region="320583", name="昆山", node_id="", organisation="", url=""), {}, clock=clock
    )
    with open_node(folder, {}, clock=clock) as node:
        yield node, clock


def write(node: Node, clock: Clock, events: Iterable[Happened]) -> list[Recorded]:
    """Write these entries, the oldest first; an emergency is to be reviewed within a day."""
    written = []
    for one in sorted(events, key=lambda one: one.at):
        clock.now = one.at
        change = following_spooled(one.entry, REVIEW_WITHIN) if one.entry.break_glass else None
        entry = replace(one.entry, node=node.id, region=node.region)
        written += node.log.append_many([Draft(entry=entry, change=change)])
    return written


def look(node: Node, at: datetime, patient: str = "p", who: str = DOCTOR, **more: object) -> Happened:
    """Somebody of the registry sees a record."""
    duties = ("notify-patient", "review:PT24H") if more.get("break_glass") else ()
    base = replace(_about(node, LOOK, patient, who), obligations=duties)
    return Happened(at, replace(base, **more))  # type: ignore[arg-type]  # fields of an entry


def refusal(node: Node, at: datetime, patient: str = "p", who: str = DOCTOR, **more: object) -> Happened:
    """Somebody of the registry is refused it."""
    return Happened(at, replace(_about(node, REFUSAL, patient, who), **more))  # type: ignore[arg-type]  # fields of an entry


def other(type_: str, subtype: str, at: datetime, **more: object) -> Happened:
    """Something else is entered."""
    base = Entry(type=type_, subtype=subtype, action="C", outcome="0", region="", node="", source="test")
    return Happened(at, replace(base, **more))  # type: ignore[arg-type]  # fields of an entry


def _about(node: Node, base: Entry, patient: str, who: str) -> Entry:
    """About a patient who has a key here, or the node would find that one is gone."""
    known = node.vault.key_of(patient).pseudonym
    return replace(base, actor=node.desk.actor_named(who), organisation=HOSPITAL, patient=known)
