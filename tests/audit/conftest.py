"""The node of tests/exchange, with the events of a busy day on its ledger."""

from tests.exchange.conftest import made, node, sample, site

__all__ = ["made", "node", "sample", "site"]
