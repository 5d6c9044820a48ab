"""Sign a decision off, or give it back: by a second officer, never the one who decided.

Where misuse was found, every patient whose record was seen is to be told (PIPL art. 57): the notices are written in
the same transaction as the signature, so neither is without the other. Whoever was refused has seen nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import apsw

from exchange import notices
from exchange.audit.anomalies.finding import is_look
from exchange.audit.review.apart import require_apart, require_other
from exchange.audit.review.matter import Matter, matter_of
from exchange.audit.review.steps import last_decision
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.officers import require_officer
from exchange.reviews import Finding, NoSuchReview, Review, review_of, step
from ledger import Draft, Entry, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOff:
    """The entry, the notices that now wait in the outbox, and how many patients cannot be told after an erasure."""

    entry: Recorded
    notices: tuple[Recorded, ...]
    erased: int


def sign_off(node: Node, review: str, *, by: str, note: str) -> SignedOff:
    """Agree with the decision; it stays. Raises NoSuchReview, SameOfficer, and what require_apart does."""
    found, matter, entry = _second(node, review, by)

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        _require_unchanged(db, found)
        db.execute("INSERT OR IGNORE INTO review_signed VALUES (?, ?)", (found.entry, recorded.time_us))
        if db.changes() != 1:
            raise NoSuchReview("somebody else signed it off just now", "刚刚已由他人签核")

    signature = node.desk.draft(entry, {"officer": by, "note": note}, key=node.house_key, change=change)
    misuse = found.finding == Finding.NOT_JUSTIFIED
    telling = list(_notices(node, review, matter)) if misuse else []
    first, *told = node.log.append_many([signature, *telling])
    erased = len(matter.seen) - len(telling) if misuse else 0
    return SignedOff(entry=first, notices=tuple(told), erased=erased)


def give_back(node: Node, review: str, *, by: str, note: str) -> Recorded:
    """Disagree: the review is open again, still due when it was. Raises as `sign_off`."""
    found, _, entry = _second(node, review, by)

    def change(db: apsw.Connection, _: Recorded) -> None:
        _require_unchanged(db, found)
        db.execute("UPDATE review SET closed_us = NULL, finding = NULL WHERE entry = ?", (found.entry,))

    told = {"officer": by, "note": note}
    return node.desk.write(replace(entry, subtype="return"), told, key=node.house_key, change=change)


def _second(node: Node, review: str, by: str) -> tuple[Review, Matter, Entry]:
    """The review, what it is about and the entry's beginning, if `by` may take the second step."""
    require_officer(node.directory, by)  # before anybody else is told what is on the queue
    found = review_of(node.log, review)
    if found.signed is not None:
        raise NoSuchReview("it was signed off before", "此前已签核")
    if found.closed is None:
        raise NoSuchReview("nobody has decided it yet", "尚无复核结论")
    opened = node.log.find(review)
    matter = matter_of(node, opened)
    require_apart(node, matter, by)
    require_other(node, by, last_decision(node, review).entry.actor)
    entry = step(node.desk, "sign-off", opened, finding=found.finding, officer=by, now=node.clock())
    return found, matter, entry


def _require_unchanged(db: apsw.Connection, found: Review) -> None:
    """Return if the row still holds the decision that was looked at. Raises NoSuchReview."""
    signed = "SELECT count(*) FROM review_signed WHERE review = ?"
    same = "SELECT count(*) FROM review WHERE entry = ? AND closed_us = ? AND finding = ?"
    at = to_us(found.closed) if found.closed else None
    if db.execute(signed, (found.entry,)).get or not db.execute(same, (found.entry, at, found.finding)).get:
        raise NoSuchReview("somebody else went on with it just now", "刚刚已由他人处理")


def _notices(node: Node, review: str, matter: Matter) -> Iterator[Draft]:
    """One for each patient who can still be told; each sealed under the patient's own key, with which looks it was.

    Of a finding of very many looks only the first ones are named.
    """
    desk = node.desk
    bare = Entry(
        type="notice",
        subtype="misuse",
        action="C",
        outcome="0",
        region=desk.region,
        node=desk.node,
        source="notice",
        why=Finding.NOT_JUSTIFIED.value,
        intent=review,
        claimed_us=to_us(node.clock()),
    )
    told: dict[str, object] = {
        "review": review,
        "from": matter.at.isoformat(),
        "until": matter.until.isoformat(),
        "zh": "有人无正当理由查看了您的档案，已由两名安全负责人认定",
        "en": "somebody looked at your record without good reason; two security officers found so",
    }
    looks = list(filter(is_look, map(node.log.find, matter.entries)))
    for keys in node.vault.keys_behind_each(matter.seen):
        if keys is not None:
            its = [one.id for one in looks if one.entry.patient == keys.pseudonym]
            about = replace(bare, patient=keys.pseudonym)
            yield desk.draft(about, told | {"accesses": its}, key=keys.key, change=notices.telling())
