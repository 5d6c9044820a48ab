"""The reasons the rules in force can give, in words: what a refusal's code means."""

from contextlib import suppress

import orjson

from exchange.audit.words import Table
from exchange.errors import BadSetting
from exchange.node.node import Node
from exchange.policy.choosing import chosen_bundle
from policies.errors import PolicyError


def reasons_of(node: Node) -> Table:
    """Code -> (zh, en); nothing where the rules cannot be read: then the codes show themselves."""
    with suppress(BadSetting, PolicyError):
        data = orjson.loads(chosen_bundle(node.settings, node.layout.root).bundle.data)
        told = data["hutong_data"]["reasons"]
        return {code: (one["zh"], one["en"]) for code, one in told.items()}
    return {}
