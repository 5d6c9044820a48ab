"""Take records in and say so in the ledger: how many of what, and the digest of all of it."""

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO

from exchange.instants import to_us
from exchange.node.node import Node
from exchange.records import ImportReport, Problem, Progress, import_paths
from ledger import Entry, Recorded


def take_in(
    node: Node,
    paths: Sequence[str | os.PathLike[str]],
    *,
    validate: bool = False,
    stdin: BinaryIO | None = None,
    progress: Callable[[Progress], None] | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> tuple[ImportReport, Recorded]:
    """Import `paths`, give every new patient a key, and record the import.

    Raises what `import_paths` raises; rejected lines do not.
    """
    report = import_paths(
        paths,
        node.records,
        reject_dir=node.layout.rejects,
        clock=node.clock,
        progress=progress,
        on_problem=on_problem,
        validate=validate,
        stdin=stdin,
    )
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
        "rejected": dict(report.rejected),
    }
    return report, node.desk.write(entry, told, key=node.house_key)
