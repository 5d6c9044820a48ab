"""Below how many patients nothing is told: the strictest of what the rules say, what they ask and the node's own.

The step of the numbers is that of the rules alone: whoever could set it for the node would count exactly.
"""

from collections.abc import Iterable

import orjson

from exchange.counting.figures import Limit
from exchange.node.node import Node
from exchange.path.verdict import Because
from exchange.path.wording import because_duty
from exchange.policy.choosing import chosen_bundle
from policies import Obligation

# Kept by construction: nothing but numbers leaves, and only to the one who asks at this node.
_KEPT = frozenset((("deidentify", "statistics"), ("minimum-necessary", None), ("seal", None)))
SMALL_CELL = "small-cell"


def limit_here(node: Node) -> Limit:
    """The limit whatever is counted. Raises BadSetting, and PolicyError where the rules cannot be read.

    A supervisor is permitted nothing, so no permit says the figure of the rules: it is read where it stands.
    """
    data = orjson.loads(chosen_bundle(node.settings, node.layout.root).bundle.data)
    return Limit.of(
        int(data["hutong_data"]["figures"]["smallest"]), int(node.settings["research.small_cell"])
    )


def limit_of(obligations: Iterable[Obligation], limit: Limit) -> tuple[Limit, tuple[Because, ...]]:
    """The limit under these duties, `limit` or stricter; and the duties nobody here can keep."""
    unkept: list[Because] = []
    for one in sorted(obligations, key=repr):
        if one.code == SMALL_CELL and isinstance(one.value, int):
            limit = Limit.of(limit.step, limit.least, one.value)
        elif (one.code, one.value) not in _KEPT:
            unkept.append(because_duty(one.code))
    return limit, tuple(unkept)
