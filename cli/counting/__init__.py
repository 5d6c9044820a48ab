"""Count: the verb of two nouns, records and audit."""

from cli.counting.accesses import count_accesses
from cli.counting.records import count_records

__all__ = ["count_accesses", "count_records"]
