"""What may be used for a while only says until when."""

from datetime import datetime, timedelta

import orjson

from exchange.node.node import Node
from exchange.path.handover import VALID_UNTIL
from tests.exchange.nodes import allow, emergency, put, question


def test_an_emergency_says_until_when_it_may_be_used(node: Node) -> None:
    bundle = orjson.loads(put(emergency(node), node.office).delivered[0])
    [limit] = bundle["meta"]["extension"]
    assert limit["url"] == VALID_UNTIL
    given = datetime.fromisoformat(limit["valueInstant"]) - datetime.fromisoformat(bundle["timestamp"])
    assert given == timedelta(hours=4)


def test_a_permit_without_a_limit_names_none(node: Node) -> None:
    allow(node)
    assert "meta" not in orjson.loads(put(question(node), node.office).delivered[0])
