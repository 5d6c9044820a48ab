"""The node of tests/exchange, for everything about reminders."""

from tests.exchange.conftest import made, node, sample, site

__all__ = ["made", "node", "sample", "site"]
