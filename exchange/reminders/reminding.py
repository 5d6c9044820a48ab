"""The daily job: tell everybody concerned what came due, once, and say so in the ledger.

Entry, mark and notice are one transaction, so a job that is broken off is simply run again; one that did not run for
a week tells what came due in it. Two jobs at once tell everything once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from consent import sentence
from consent.when import local
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.reminders.due import SETTLED_BY_TELLING, Due, Progress, everything, plan_of
from exchange.reminders.marks import AlreadyTold, marking, marks
from ledger import Draft, Entry

# So many are appended together: one wait for the disk instead of many, and little to do again.
AT_ONCE = 500


def remind(node: Node, *, by: str = "", progress: Progress | None = None) -> list[Due]:
    """Write an entry and a notice for each thing that is to be told and was not; what was told.

    `by` is whoever runs the job, "" for the node itself. Raises CannotAppend; what was told before stays told.
    """
    today = local_day(node)
    waiting = (one for one in everything(node, plan_of(node), progress) if _is_time(one, today))
    told: list[Due] = []
    while some := list(islice(waiting, AT_ONCE)):
        told += _tell(node, some, by)
    return told


def local_day(node: Node) -> date:
    """Today where the node's dates are local."""
    return node.clock().astimezone(local(node.settings["consent.tz_hours"])).date()


def _is_time(one: Due, today: date) -> bool:
    """What is told ahead is told as soon as it is in sight; an anniversary on its day."""
    ahead = one.occasion.kind not in SETTLED_BY_TELLING
    return one.kind.is_told and one.told is None and (ahead or one.day is None or one.day <= today)


def _tell(node: Node, some: Sequence[Due], by: str) -> Sequence[Due]:
    """Append all of them; where another job was faster, those that are left."""
    resources = _resources(node, some)
    while some:
        try:
            node.log.append_many([_draft(node, one, by, resources[one.mark]) for one in some])
        except AlreadyTold:
            known = marks(node.log)
            some = [one for one in some if one.mark not in known]
        else:
            break
    return some


def _draft(node: Node, one: Due, by: str, resource: Mapping[str, Any]) -> Draft:
    entry = Entry(
        type="reminder",
        subtype=one.occasion.kind,
        action="C",
        outcome="0",
        region=node.region,
        node=node.id,
        source="reminders",
        actor=node.desk.actor_named(by) if by else "",
        organisation=node.own.id,
        reason=one.mark,
        consents=(one.commitment,),
        patient=one.keys.pseudonym,
        count=1,
        claimed_us=to_us(node.clock()),
    )
    # Whoever is told must know which one is meant: the sentence it was given in.
    says = {lang: sentence(resource, lang, partial(node.name_of, lang=lang)) for lang in ("en", "zh")}
    told = {
        "consent": one.consent,
        "version": one.version,
        "what": one.occasion.kind,
        "day": one.day.isoformat() if one.day else "",
        "to": list(one.to),
        "by": by,
        "en": f"{one.kind.tell_en} {says['en']}",
        "zh": f"{one.kind.tell_zh}{says['zh']}",
    }
    return node.desk.draft(entry, told, key=one.keys.key, change=marking(one.mark, one.keys.pseudonym))


def _resources(node: Node, some: Sequence[Due]) -> dict[str, Mapping[str, Any]]:
    """The consents themselves, by mark; each patient's are opened once."""
    people = {one.keys.pseudonym: one.keys for one in some}
    stored = {
        (name, each.consent_id): each.resource
        for name, keys in people.items()
        for each in node.consents.newest(keys)
    }
    return {one.mark: stored[one.keys.pseudonym, one.consent] for one in some}
