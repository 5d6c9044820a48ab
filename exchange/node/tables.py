"""The tables whose every change is an entry: they live in the ledger's own file (docs/adr/0001)."""

from consent import registry as consent_registry
from exchange import erasing, notices, reviews, watchlist
from exchange.evidence import codes
from exchange.federation import arrivals
from exchange.path import spool
from exchange.policy import adopting
from exchange.reminders import marks
from exchange.research import projects, queue
from exchange.withdrawal import incoming, outgoing

TABLES = (
    consent_registry.SCHEMA,
    reviews.SCHEMA,
    notices.SCHEMA,
    projects.SCHEMA,
    arrivals.SCHEMA,
    spool.SCHEMA,
    codes.SCHEMA,
    erasing.SCHEMA,
    outgoing.SCHEMA,
    incoming.SCHEMA,
    queue.SCHEMA,
    adopting.SCHEMA,
    marks.SCHEMA,
    watchlist.SCHEMA,
)
