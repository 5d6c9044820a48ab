"""Extracts that wait to be made: a project asks by day, the node makes them by night.

Nobody is in a waiting extract yet: who belongs to it is decided when it is made, so whoever takes a consent back
before is not in it. That somebody of its cohort did is remarked on it, in the transaction of the withdrawal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from consent import PatientKey
from exchange.errors import ExchangeError
from exchange.instants import CHINA, from_us, to_us
from exchange.node.node import Node
from exchange.research.cohort import belongs
from exchange.research.projects import find
from ledger import Change, Draft, Entry, Recorded
from ledger.sealing import unseal

SCHEMA = """
CREATE TABLE IF NOT EXISTS extract_job(
  entry TEXT PRIMARY KEY,        -- id of the entry that queued it; project and folder are sealed in that
  made_us INTEGER NOT NULL,
  changed_us INTEGER,            -- when somebody of its cohort last took a consent back
  ended_us INTEGER,
  how TEXT                       -- made | refused | cancelled
) STRICT, WITHOUT ROWID;
"""
_COLUMNS = "entry, made_us, changed_us, ended_us, how"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One extract that waits, or how it ended. `changed`: its cohort is smaller than when it was queued."""

    entry: str
    project: str
    out: Path
    queued: datetime
    changed: datetime | None
    ended: datetime | None
    how: str


class NoSuchJob(ExchangeError):
    """No extract waits under this entry."""

    def __init__(self) -> None:
        super().__init__(
            "no extract waits under this entry",
            "该条目下没有等待的数据提取",
            hint="hutong research jobs shows those that wait",
            hint_zh="hutong research jobs 可查看等待中的提取",
        )


def queue(node: Node, project: str, out: Path, *, by: str) -> Recorded:
    """Put an extract of `project` into `out` on the list. Raises NoSuchProject."""
    protocol = find(node.log, project).protocol

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            f"INSERT INTO extract_job({_COLUMNS}) VALUES (?, ?, NULL, NULL, NULL)",
            (recorded.id, recorded.time_us),
        )

    entry = _entry(node, "queue", actor=node.desk.actor_named(by), purpose=protocol.purpose)
    told = {"project": project, "out": str(out.absolute()), "by": by}
    return node.desk.write(entry, told, key=node.house_key, change=change)


def jobs(node: Node, *, waiting_only: bool = True) -> list[Job]:
    """The extracts that wait, oldest first; or all there ever were."""
    with node.log.reading() as db:
        rows = db.execute(
            f"SELECT {_COLUMNS} FROM extract_job WHERE ? = 0 OR ended_us IS NULL ORDER BY made_us",
            (int(waiting_only),),
        ).fetchall()
    return [_opened(node, row) for row in rows]


def cancel(node: Node, entry: str, *, by: str) -> Recorded:
    """Take a waiting extract off the list. Raises NoSuchJob."""
    return end(node, entry, "cancelled", {"by": by})


def end(node: Node, entry: str, how: str, told: Mapping[str, object]) -> Recorded:
    """Record that a waiting extract will not be made. Raises NoSuchJob."""
    said = _entry(node, "job-ended", outcome="8", why=how, intent=entry)
    return node.desk.write(said, told, key=node.house_key, change=ending(entry, how))


def ending(entry: str, how: str) -> Change:
    """The change that takes a waiting extract off the list. Raises NoSuchJob where somebody else just did."""

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE extract_job SET ended_us = ?, how = ? WHERE entry = ? AND ended_us IS NULL",
            (recorded.time_us, how, entry),
        )
        if not db.changes():
            raise NoSuchJob

    return change


def waiting_again(entry: str) -> Change:
    """The change that puts an extract back on the list which was made and could not be put into place."""

    def change(db: apsw.Connection, _: Recorded) -> None:
        db.execute("UPDATE extract_job SET ended_us = NULL, how = NULL WHERE entry = ?", (entry,))

    return change


def remarks(node: Node, patient: str, keys: PatientKey, said: Mapping[str, Any]) -> list[Draft]:
    """What to append with the statement `said`, if it takes a patient out of extracts that wait."""
    if not _is_about_research(said):
        return []
    today = node.clock().astimezone(CHINA).date()
    return [
        _remark(node, job, keys)
        for job in jobs(node)
        if belongs(node.records, patient, find(node.log, job.project).protocol.cohort, today)
    ]


def _remark(node: Node, job: Job, keys: PatientKey) -> Draft:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE extract_job SET changed_us = ? WHERE entry = ? AND ended_us IS NULL",
            (recorded.time_us, job.entry),
        )

    entry = _entry(node, "job-changed", why="CONSENT_CHANGED", intent=job.entry, patient=keys.pseudonym)
    return node.desk.draft(entry, {"job": job.entry}, key=node.house_key, change=change)


def _is_about_research(said: Mapping[str, Any]) -> bool:
    codes = [one.get("code") for one in said.get("scope", {}).get("coding", ())]
    return "research" in codes


def _entry(node: Node, subtype: str, **more: Any) -> Entry:
    base: dict[str, Any] = {
        "type": "research",
        "subtype": subtype,
        "action": "C" if subtype == "queue" else "U",
        "outcome": "0",
        "region": node.region,
        "node": node.id,
        "source": "research",
        "claimed_us": to_us(node.clock()),
    }
    return Entry(**(base | more))


def _opened(node: Node, row: tuple[Any, ...]) -> Job:
    entry, made_us, changed_us, ended_us, how = row
    told = unseal(node.log.find(entry).sealed, key=node.house_key)
    return Job(
        entry=entry,
        project=told["project"],
        out=Path(told["out"]),
        queued=from_us(made_us),
        changed=from_us(changed_us) if changed_us is not None else None,
        ended=from_us(ended_us) if ended_us is not None else None,
        how=how or "",
    )
