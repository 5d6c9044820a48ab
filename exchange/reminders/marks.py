"""What was told already. A mark is a keyed pseudonym: without the patient's key nobody can say of what.

The row is written in the transaction of the entry that tells of it, so nothing is told twice and nothing is lost.
"""

import apsw

from consent import PatientKey
from exchange.notices import telling
from ledger import Change, Log, Recorded
from ledger.sealing import pseudonym

SCHEMA = """
CREATE TABLE IF NOT EXISTS reminder(
  mark TEXT PRIMARY KEY,        -- pseudonym of the consent and the occasion
  patient TEXT NOT NULL,        -- pseudonym
  entry TEXT NOT NULL,          -- id of the ledger entry
  told_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


class AlreadyTold(Exception):
    """Another process told it a moment ago."""


def mark_of(keys: PatientKey, consent: str, occasion: str) -> str:
    """The name of an occasion of a consent, under the patient's key."""
    return pseudonym(keys.key, f"reminder:{consent}:{occasion}")


def marks(log: Log) -> dict[str, int]:
    """Every mark there is, and when it was told, in microseconds."""
    with log.reading() as db:
        return {str(mark): int(str(told)) for mark, told in db.execute("SELECT mark, told_us FROM reminder")}


def marking(mark: str, patient: str) -> Change:
    """Keep the mark and put a notice about the entry into the outbox. Raises AlreadyTold."""
    tell = telling()

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        try:
            db.execute(
                "INSERT INTO reminder VALUES (?, ?, ?, ?)", (mark, patient, recorded.id, recorded.time_us)
            )
        except apsw.ConstraintError:
            raise AlreadyTold from None
        tell(db, recorded)

    return change
