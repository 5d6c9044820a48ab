"""What a permit brings with it besides the record: a review for the officer, a notice for the patient.

Both are written in the transaction of the intent they belong to, so neither can be forgotten.
"""

from datetime import timedelta

import apsw

from exchange import notices, reviews
from exchange.path.duties import Duties
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
    """The same for an emergency that waited in the spool: it always has a review and a notice."""
    if (entry.type, entry.subtype, entry.phase) != ("access", "disclose", "intent"):
        return None
    return _all([reviews.opening(review_within), notices.telling()])


def _all(changes: list[Change]) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        for one in changes:
            one(db, recorded)

    return change
