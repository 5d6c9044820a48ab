"""Take records in and say so in the ledger: how many of what, and the digest of all of it.

What lost a label or would have changed hands is named in the sealed details, so that somebody can be asked about it.
"""

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO

from exchange.holdings import missing
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.records import AS_EVER, ImportReport, Problem, Progress, Terms, import_paths
from ledger import Entry, Recorded

# More than these are counted, not named: details are read by people.
NAMED = 1000


def take_in(
    node: Node,
    paths: Sequence[str | os.PathLike[str]],
    *,
    terms: Terms = AS_EVER,
    stdin: BinaryIO | None = None,
    progress: Callable[[Progress], None] | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> tuple[ImportReport, Recorded]:
    """Import `paths`, give every new patient a key, and record the import.

    Raises what `import_paths` raises, and LedgerAltered; rejected lines do not.
    """
    gone = missing(node)  # before this import's own entry says how many there are now
    report = import_paths(
        paths,
        node.records,
        reject_dir=node.layout.rejects,
        clock=node.clock,
        progress=progress,
        on_problem=on_problem,
        terms=terms,
        stdin=stdin,
    )
    report.missing = gone
    if report.new["Patient"]:
        node.vault.prepare(node.records.patients())
    entry = Entry(
        type="import",
        subtype="records",
        action="C",
        outcome="4" if report.rejected else "0",
        region=node.region,
        node=node.id,
        source="records",
        organisation=node.own.id,
        object_class=" ".join(sorted(kind for kind in report.new | report.changed | report.unchanged)),
        count=report.accepted,
        claimed_us=to_us(node.clock()),
    )
    told = {
        "digest": report.digest,
        "new": dict(report.new),
        "changed": dict(report.changed),
        "unchanged": dict(report.unchanged),
        "older": dict(report.older),
        "rejected": dict(report.rejected),
        "stored": node.records.counts().by_type,
        "missing": gone,
        "consents": report.consents,
        "labels": _named(report.lost_labels, relabelled=terms.relabel),
        "custodians": _named(report.moved, moved=terms.move_custodian),
    }
    return report, node.desk.write(entry, told, key=node.house_key)


def _named(refs: Sequence[str], **done: bool) -> dict[str, object]:
    """How many, which, and whether it was done or prevented; nothing where there are none."""
    return {"count": len(refs), "records": list(refs[:NAMED]), **done} if refs else {}
