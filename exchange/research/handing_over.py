"""Hand an extract over: all files at once, with an entry and a receipt, or none."""

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import apsw

from exchange.errors import CannotWrite, ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.request import Request
from exchange.research.folder import add_receipt, write_folder
from exchange.research.projects import Project
from exchange.research.queue import ending, waiting_again
from exchange.research.report import Numbers
from ledger import Change, Entry, Recorded
from ledger.proof import prove
from ledger.sealing import opening


class FolderTaken(ExchangeError):
    """There is something at the place the extract should go to."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not an empty folder; nothing was released",
            f"{place} 不是空目录，未放行任何数据",
            hint="choose a folder that is not there yet",
            hint_zh="请指定一个尚不存在的目录",
        )


def require_free(out: Path) -> None:
    """Return if nothing lies at `out`, or an empty folder. Raises FolderTaken."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FolderTaken(out.name)


class SaidMeanwhile(Exception):
    """Patients who are in the extract have said something new since they were judged: their pseudonyms."""

    def __init__(self, patients: Collection[str]) -> None:
        super().__init__()
        self.patients = frozenset(patients)


def nobody_said(seen: Mapping[str, int], then: Change | None = None) -> Change:
    """The change that looks whether each patient still has the `seen` number of consent versions; then `then`.

    Raises SaidMeanwhile.
    """

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        sql = "SELECT count(*) FROM consent_version WHERE patient = ?"
        late = [one for one, versions in seen.items() if db.execute(sql, (one,)).get != versions]
        if late:
            raise SaidMeanwhile(late)
        if then:
            then(db, recorded)

    return change


def hand_over(
    node: Node,
    project: Project,
    request: Request,
    out: Path,
    resources: dict[str, list[bytes]],
    numbers: Numbers,
    *,
    seen: Mapping[str, int],
    job: str = "",
) -> Recorded:
    """Write everything beside `out`, record it, add the receipt, and move it into place in one step.

    `seen` is how many consent versions each patient in it was judged by; `job` the entry by which it waited.
    Where that fails nothing lies at `out`, and if the entry was written, another says that it came to nothing.
    Raises SaidMeanwhile, NoSuchJob (nothing was recorded), CannotWrite.
    """
    beside = out.with_name(f".{out.name}.{request.id}")
    entry: Recorded | None = None
    try:
        manifest = write_folder(
            beside, project, resources, numbers, at=node.clock(), policy=node.office.policy().digest
        )
        entry = node.desk.write(
            replace(_entry(node, request, numbers), intent=job),
            {
                "project": project.protocol.id,
                "manifest": manifest,
                "patients": numbers.patients,
                "resources": numbers.resources,
            },
            key=node.house_key,
            change=nobody_said(seen, ending(job, "made") if job else None),
        )
        add_receipt(beside, prove(node.log, entry.id), opening(entry.sealed, key=node.house_key))
        os.replace(beside, out)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        if entry is not None:
            _came_to_nothing(node, entry, job)
        if isinstance(error, OSError):
            raise CannotWrite(out.name, error.strerror or type(error).__name__) from error
        raise
    return entry


def _came_to_nothing(node: Node, entry: Recorded, job: str) -> None:
    failed = replace(
        entry.entry, outcome="8", why="EXTRACT_FAILED", count=0, phase="outcome", intent=entry.id, details=""
    )
    node.desk.write(failed, {"failed": entry.id}, key=node.house_key, change=waiting_again(job))


def _entry(node: Node, request: Request, numbers: Numbers) -> Entry:
    return Entry(
        type="research",
        subtype="extract",
        action="R",
        outcome="0",
        region=node.region,
        node=node.id,
        source="research",
        actor=node.desk.actor(request),
        role=request.actor.role,
        organisation=request.actor.organisation.id,
        purpose=request.purpose,
        decision="permit",
        policy=node.office.policy().digest,
        object_class=" ".join(request.classes),
        count=numbers.resources,
        phase="outcome",
        claimed_us=to_us(request.asked_at),
    )
