"""Two regions hold their ledgers against each other: what one says it answered, the other must say it was told."""

from exchange.reconciling.comparing import Difference, compare
from exchange.reconciling.statement import BadStatement, Row, Statement, node_of, read, state

__all__ = ["BadStatement", "Difference", "Row", "Statement", "compare", "node_of", "read", "state"]
