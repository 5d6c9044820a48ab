"""What a permit brings with it besides the record: a review for the officer, a notice for the patient.

Both are written in the transaction of the intent they belong to, so neither can be forgotten.
"""

from datetime import timedelta

import apsw

from exchange import notices, reviews
from exchange.path.duties import Duties
from exchange.withdrawal.mark import COUNT, mark
from ledger import Change, Entry, Recorded


def following(duties: Duties, *first: Change) -> Change:
    """The change that goes with the intent of an access with these duties, after `first`."""
    changes = list(first)
    if duties.review_within is not None:
        changes.append(reviews.opening(duties.review_within))
    if duties.notify_patient:
        changes.append(notices.telling())
    return _all(changes)


def following_spooled(entry: Entry, review_within: timedelta) -> Change | None:
    """The same for an emergency that waited in the spool: it always has a review and a notice.

    Where it rested on consents, one may have been taken back in the meantime: that is looked at once it is here.
    """
    if (entry.type, entry.subtype, entry.phase) != ("access", "disclose", "intent"):
        return None
    changes = [reviews.opening(review_within), notices.telling()]
    return _all([*changes, mark] if COUNT in entry.obligations else changes)


def _all(changes: list[Change]) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        for one in changes:
            one(db, recorded)

    return change
