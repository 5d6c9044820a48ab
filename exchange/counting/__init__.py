"""Numbers for those who may know how much there is and not what is in it: managers, and whoever supervises.

See docs/how-to/count-without-looking.md, and docs/adr/0024 for what a number may give away.
"""

from exchange.counting.accesses import BY as ACCESSES_BY
from exchange.counting.accesses import count_accesses
from exchange.counting.errors import CountRefused, NotTold, TooFewPatients
from exchange.counting.figures import Figures, Row
from exchange.counting.naming import Names
from exchange.counting.records import BY as RECORDS_BY
from exchange.counting.records import count_records
from exchange.counting.telling import Counted, Deliver

__all__ = [
    "ACCESSES_BY",
    "RECORDS_BY",
    "CountRefused",
    "Counted",
    "Deliver",
    "Figures",
    "Names",
    "NotTold",
    "Row",
    "TooFewPatients",
    "count_accesses",
    "count_records",
]
