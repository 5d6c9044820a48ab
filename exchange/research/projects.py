"""The register of research projects. A project starts as registered; only an approval opens it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import apsw
import msgspec

from exchange.errors import ExchangeError
from exchange.instants import from_us
from exchange.path.recording import Desk
from exchange.research.protocol import Protocol
from ledger import Entry, Log, Recorded

SCHEMA = """
CREATE TABLE IF NOT EXISTS project(
  id TEXT PRIMARY KEY,
  protocol BLOB NOT NULL,        -- canonical JSON
  registered_us INTEGER NOT NULL,
  approved_us INTEGER,
  approval TEXT,                 -- number of the ethics approval
  approved_until TEXT            -- last day it counts, YYYY-MM-DD
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A registered project and its approval, if any."""

    protocol: Protocol
    registered: datetime
    approved: datetime | None
    approval: str
    approved_until: date | None

    @property
    def last_day(self) -> date:
        """The last day an extract may be made: of protocol or approval, whichever ends first."""
        return min(self.protocol.valid_until, self.approved_until or date.min)

    def in_force(self, today: date) -> bool:
        """Approved, and `today` lies within both protocol and approval; both last days count."""
        return self.approved is not None and self.protocol.valid_from <= today <= self.last_day


class NoSuchProject(ExchangeError):
    """Nobody registered a project under this id."""

    exit_code = 6

    def __init__(self, project: str) -> None:
        super().__init__(
            f"no project {project} is registered here",
            f"本节点没有登记项目 {project}",
            hint="register it first: hutong research register protocol.toml",
            hint_zh="请先登记：hutong research register protocol.toml",
        )


class ProjectExists(ExchangeError):
    """A project of this id is registered; a changed protocol is a new project."""

    def __init__(self, project: str) -> None:
        super().__init__(
            f"project {project} is registered already",
            f"项目 {project} 已登记",
            hint="a changed protocol needs a new id and a new approval",
            hint_zh="方案变更须使用新编号并重新审批",
        )


class NotApproved(ExchangeError):
    """The project has no approval in force."""

    exit_code = 3

    def __init__(self, project: str, en: str, zh: str) -> None:
        super().__init__(
            f"project {project} {en}",
            f"项目 {project} {zh}",
            hint=f"an officer approves it: hutong research approve {project} --approval NUMBER --until DATE --by ID",
            hint_zh=f"由安全负责人审批：hutong research approve {project} --approval 批件号 --until 日期 --by 工号",
        )


def register(desk: Desk, protocol: Protocol, *, by: str, house_key: bytes) -> Recorded:
    """Put a project on the register. Raises ProjectExists."""
    body = msgspec.json.encode(protocol, order="sorted")

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        try:
            db.execute(
                "INSERT INTO project(id, protocol, registered_us) VALUES (?, ?, ?)",
                (protocol.id, body, recorded.time_us),
            )
        except apsw.ConstraintError:
            raise ProjectExists(protocol.id) from None

    entry = _entry(desk, protocol, "register", "C", by)
    told = {"project": protocol.id, "protocol": body.decode(), "by": by}
    return desk.write(entry, told, key=house_key, change=change)


def approve(
    desk: Desk, log: Log, project: str, *, approval: str, until: date, by: str, house_key: bytes
) -> Recorded:
    """Record the ethics approval: from now, to the end of the day `until`. Raises NoSuchProject."""
    protocol = find(log, project).protocol

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute(
            "UPDATE project SET approved_us = ?, approval = ?, approved_until = ? WHERE id = ?",
            (recorded.time_us, approval, until.isoformat(), project),
        )

    entry = _entry(desk, protocol, "approve", "U", by)
    told = {"project": project, "approval": approval, "until": until.isoformat(), "by": by}
    return desk.write(entry, told, key=house_key, change=change)


def find(log: Log, project: str) -> Project:
    """The project of this id. Raises NoSuchProject."""
    found = [p for p in projects(log) if p.protocol.id == project]
    if not found:
        raise NoSuchProject(project)
    return found[0]


def require_in_force(project: Project, today: date) -> None:
    """Return if an extract may be made today; otherwise say why not."""
    name = project.protocol.id
    if project.approved is None:
        raise NotApproved(name, "is not approved", "尚未获批")
    if not project.in_force(today):
        raise NotApproved(name, "has no approval in force today", "今天不在批准的有效期内")


def projects(log: Log) -> list[Project]:
    """Every project on the register, by id."""
    with log.reading() as db:
        rows: Sequence[tuple[Any, ...]] = db.execute(
            "SELECT protocol, registered_us, approved_us, approval, approved_until FROM project ORDER BY id"
        ).fetchall()
    return [
        Project(
            protocol=msgspec.json.decode(body, type=Protocol),
            registered=from_us(registered),
            approved=from_us(approved) if approved is not None else None,
            approval=approval or "",
            approved_until=date.fromisoformat(until) if until else None,
        )
        for body, registered, approved, approval, until in rows
    ]


def _entry(desk: Desk, protocol: Protocol, subtype: str, action: str, by: str) -> Entry:
    return Entry(
        type="research",
        subtype=subtype,
        action=action,
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="research",
        actor=desk.actor_named(by),
        organisation=protocol.organisation,
        purpose=protocol.purpose,
        object_class=" ".join(sorted(protocol.fields)),
    )
