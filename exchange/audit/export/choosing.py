"""Which entries an export holds, and how that is put on record without a word that says who."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from exchange.audit.asking import Sought, filter_of
from exchange.audit.search import Filter, search
from exchange.evidence.claim import claim_of
from exchange.instants import MICROSECOND
from exchange.node.node import Node
from ledger import Recorded
from ledger.sealing import pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was asked for. `entries` are ids, () for any; `after` an id, "" for the first; `limit` 0 for all."""

    sought: Sought
    entries: tuple[str, ...] = ()
    after: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """What matches, and what an export says of it in its entry: pseudonyms, codes, ids."""

    found: Iterator[Recorded]
    on_record: dict[str, object]


def chosen(node: Node, choice: Choice) -> Chosen:
    """The entries as the ledger is now, oldest first: one more than `limit`, to know whether that was all.

    Raises what `filter_of` raises, and NoSuchEntry.
    """
    sought, log = filter_of(node, choice.sought), node.log
    wanted = _later(sought, log.find(choice.after).time + MICROSECOND) if choice.after else sought
    # Looked up before anything is written: an id nobody knows stops it here, and the export itself is not in it.
    named = sorted(log.find(one).index for one in dict.fromkeys(choice.entries))
    found = _named(node, wanted, named) if choice.entries else search(log, wanted)
    several = islice(found, choice.limit + 1 if choice.limit else None)
    return Chosen(several, _on_record(node, choice, sought))


def _later(wanted: Filter, first: datetime) -> Filter:
    """The ledger's time never stands still, so that what is after an entry is what is later."""
    return replace(wanted, since=max(wanted.since or first, first))


def _named(node: Node, wanted: Filter, places: Sequence[int]) -> Iterator[Recorded]:
    return (one for one in map(node.log.read, places) if _within(wanted, one))


def _within(wanted: Filter, one: Recorded) -> bool:
    since, until = wanted.since, wanted.until
    return wanted.keeps(one) and (since is None or one.time >= since) and (until is None or one.time < until)


def _on_record(node: Node, choice: Choice, wanted: Filter) -> dict[str, object]:
    """Sealed under the node's key, which outlives a patient's: so no id of a patient, and no number of a case."""
    sought = choice.sought
    said: dict[str, object] = {
        "patients": sorted(wanted.patients or ()),
        "actors": sorted(wanted.actors or ()),
        "organisation": sought.organisation,
        "region": sought.region,
        "tier": sought.tier,
        "purpose": sought.purpose,
        "decision": sought.decision,
        "why": sought.why,
        "since": sought.since.isoformat() if sought.since else "",
        "until": (sought.until - MICROSECOND).isoformat() if sought.until else "",
        "break_glass": sought.break_glass,
        "entries": list(choice.entries),
        "after": choice.after,
        "limit": choice.limit,
    }
    if sought.case:
        claim = claim_of(sought.case)
        said["case"] = {"kind": claim.kind, "id": pseudonym(node.house_key, f"case {claim.kind}:{claim.id}")}
    return {name: value for name, value in said.items() if value}
