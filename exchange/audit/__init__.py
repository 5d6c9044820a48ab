"""What happened, for the people who have to ask: officers search, patients see who looked."""

from exchange.audit.asking import NotKnown, Sought, filter_of
from exchange.audit.named import was_erased
from exchange.audit.rules import reasons_of
from exchange.audit.search import Filter, search
from exchange.audit.showing import Shown, show
from exchange.audit.story import Look, who_saw

__all__ = [
    "Filter",
    "Look",
    "NotKnown",
    "Shown",
    "Sought",
    "filter_of",
    "reasons_of",
    "search",
    "show",
    "was_erased",
    "who_saw",
]
