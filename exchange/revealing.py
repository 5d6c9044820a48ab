"""Who is behind a pseudonym of a project, and what behind a token or an invented name in its texts, on record first.

A pseudonym is found by making those of all patients again, a token is opened with the secret of the project, and so is
the sealed line that was kept beside a text, if one was. None of it can be done without the keys of this node.
"""

import hmac
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from consent import PatientKey
from deid.text.operators.sealing import DoesNotOpen, Seal
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.officers import OFFICER, require_officer
from exchange.research.projects import find
from ledger import Entry, Recorded

PATIENT = "PATIENT"
_PSEUDONYM = re.compile(r"(?:Patient/)?([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """What was asked for: `kind` is PATIENT (then `text` is the id) or the type of a span, and the entry of it."""

    kind: str
    text: str
    entry: Recorded


class NotOfProject(ExchangeError):
    """Nobody goes by it in this project. `entry` says that somebody asked."""

    exit_code = 4

    def __init__(self, entry: Recorded) -> None:
        super().__init__(
            "nothing of this project goes by it, or more than one thing does, or it was changed; "
            "that somebody asked is on record",
            "该项目中没有这样的编号或标记，或对应不止一个，或已被改动；此次询问已记录",
            hint="give it as it stands in the extract or the text, and the project it was made for",
            hint_zh="请原样给出数据集或文本中的编号或标记及其所属项目",
        )
        self.entry = entry


def reveal(
    node: Node, text: str, *, project: str, by: str, reason: str, lines: Iterable[str] = ()
) -> Revealed:
    """What `text`, a patient's pseudonym or a token, stands for in `project`. The entry is durable before it is told.

    With `lines`, kept beside texts (deid/text/operators/sealing.py), it may be an invented name or number too. `by` is
    the officer who asks, `reason` why, in their words. Raises NotAnOfficer, NoSuchProject, NotOfProject, CannotAppend.
    """
    require_officer(node.directory, by)
    find(node.log, project)
    kind, told = _behind(node, text.strip(), project, lines)
    keys = node.vault.known(told) if kind == PATIENT else None
    entry = _enter(node, kind, keys, {"by": by, "project": project, "what": kind, "reason": reason})
    if not kind:
        raise NotOfProject(entry)
    return Revealed(kind=kind, text=told, entry=entry)


def _behind(node: Node, text: str, project: str, lines: Iterable[str]) -> tuple[str, str]:
    """The type and what is behind it; two empty texts where nothing of the project is."""
    use, cleaners = f"project {project}", node.office.cleaners
    if match := _PSEUDONYM.fullmatch(text):
        names = ((one, cleaners.name_in(use, one)) for one in node.records.patients())
        found = next((one for one, name in names if hmac.compare_digest(name, match[1])), "")
        return (PATIENT, found) if found else ("", "")
    seal = Seal(cleaners.secret_of(use))
    with suppress(DoesNotOpen):
        return seal.open(text)
    with suppress(DoesNotOpen):
        return seal.behind(text, lines)
    return "", ""


def _enter(node: Node, kind: str, keys: PatientKey | None, told: dict[str, str]) -> Recorded:
    entry = Entry(
        type="audit",
        subtype="reveal",
        action="R",
        outcome="0" if kind else "8",
        region=node.region,
        node=node.id,
        source="officer",
        actor=node.desk.actor_named(told["by"]),
        role=OFFICER,
        organisation=node.own.id,
        patient=keys.pseudonym if keys else "",
        claimed_us=to_us(node.clock()),
    )
    return node.desk.write(entry, told, key=keys.key if keys else node.house_key)
