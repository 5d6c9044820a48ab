"""Change the key the ledger signs with: the old key hands over to a new one, and is destroyed.

Every reader who knows the old key can follow to the new one: the hand-over stands in the ledger, in the node's card
and in every proof made afterwards.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exchange.errors import ExchangeError
from exchange.instants import CHINA, to_us
from exchange.node.ledger_key import destroy_all_but, first_signer, write_next
from exchange.node.node import Node
from exchange.officers import require_officer
from ledger import Entry, Recorded
from ledger.disk import one_at_a_time
from ledger.errors import CannotAppend, LedgerError
from ledger.keyring import KeyHandedOver
from ledger.keys import HANDED_OVER, in_clear

# ISO/IEC 27002:2022, 8.24 asks for a lifetime of every key; NIST SP 800-57 part 1, table 1: signing keys 1 to 3 years.
LIFETIME_DAYS = 366


def age_in_days(node: Node) -> int:
    """For how many days the ledger's key has signed; 0 where that cannot be read."""
    with suppress(LedgerError):
        changes = node.log.keys.handovers
        return (node.clock() - (changes[-1].time if changes else node.log.read(0).time)).days
    return 0


class NotYetInDoubt(ExchangeError):
    """A key cannot be in doubt from a time to come."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            "the time since when the old key is in doubt has not come yet",
            "所给的旧密钥存疑起始时间尚未到来",
            hint="--in-doubt-since takes when it may have been lost; nothing was changed",
            hint_zh="--in-doubt-since 须为密钥可能泄露的时间；未作任何改动",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What was done. `derived`: the old key comes from the master secret, and is as safe as that is.

    `left` are files of earlier keys that may still be on the disk.
    """

    entry: Recorded
    old_key: str
    new_key: str
    file: Path
    derived: bool
    left: list[Path]


def rotate(node: Node, *, by: str, in_doubt_since: datetime | None = None) -> Rotated:
    """Hand the ledger's key over to a new one, and delete the old one's file.

    `in_doubt_since`: since when the old key may have been in other hands; said in clear in the entry. A crash leaves
    the old key in force, or the new one; never none. Raises NotAnOfficer, NotInDirectory, NotYetInDoubt,
    CannotWrite, CannotAppend, LedgerAltered.
    """
    require_officer(node.directory, by)
    if in_doubt_since and in_doubt_since > node.clock():
        raise NotYetInDoubt
    # Where nothing may be written, the pen says why, and no key is made that would stay behind.
    node.desk.pen.append_many([])
    # Two at once could each delete the key the other one has just put in force.
    with one_at_a_time(node.layout.keys, "keys"):
        return _rotate(node, by, in_doubt_since)


def _rotate(node: Node, by: str, in_doubt_since: datetime | None) -> Rotated:
    old_key, origin = node.log.signer.verifier_key, node.log.signer.origin
    file, successor = write_next(node.layout, origin, node.desk.entropy)
    since = in_doubt_since.astimezone(CHINA).isoformat(timespec="seconds") if in_doubt_since else ""
    entry = Entry(
        type=HANDED_OVER[0],
        subtype=HANDED_OVER[1],
        action="U",
        outcome="0",
        region=node.region,
        node=node.id,
        source="operator",
        actor=node.desk.actor_named(by),
        obligations=in_clear(successor.verifier_key, since),
        claimed_us=to_us(node.clock()),
    )
    told = {"by": by, "old": old_key, "new": successor.verifier_key, "in_doubt_since": since}
    try:
        recorded = node.log.hand_over(node.desk.draft(entry, told, key=node.house_key), successor)
    except BaseException as error:
        # A commit whose sync failed may still be on the disk after the next start, and its key must be there then.
        in_doubt = isinstance(error, CannotAppend) and not isinstance(error, KeyHandedOver)
        # An interrupted call cannot know whether it did happen.
        if not in_doubt and successor.verifier_key not in node.log.keys:
            file.unlink(missing_ok=True)
        raise
    return Rotated(
        entry=recorded,
        old_key=old_key,
        new_key=successor.verifier_key,
        file=file,
        derived=old_key == first_signer(origin, node.office.master).verifier_key,
        left=destroy_all_but(node.layout, file),
    )
