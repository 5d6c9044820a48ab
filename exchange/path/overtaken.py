"""Nothing is released on a consent that was taken back in the meantime.

Between the decision and the entry the patient may have said something new. The intent's own transaction looks
once more: either nothing has been said since, or nothing is written and the question is decided again.
"""

import apsw

from consent import PatientKey
from ledger import Change, Recorded


class Overtaken(Exception):
    """The patient has said something since the decision: it does not count any more."""


def not_overtaken(patient: PatientKey, seen: int) -> Change:
    """The change that refuses an intent if there are other than `seen` consent versions. Raises Overtaken."""

    def change(db: apsw.Connection, _: Recorded) -> None:
        found = db.execute("SELECT count(*) FROM consent_version WHERE patient = ?", (patient.pseudonym,)).get
        if found != seen:
            raise Overtaken

    return change
