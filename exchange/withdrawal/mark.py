"""The mark that somebody is still to look at who received what a patient took back: see withdrawing.py."""

import apsw

from ledger import Recorded

# Stands in the entry of a statement that takes something back, and of an emergency that comes late from the spool.
COUNT = "count-recipients"


def mark(db: apsw.Connection, recorded: Recorded) -> None:
    """The change that goes with an entry bearing COUNT, so that a mark taken out of the table is missed."""
    db.execute("INSERT INTO uncounted VALUES (?, ?)", (recorded.id, recorded.entry.patient))
