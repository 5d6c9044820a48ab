"""How it begins: three nodes, invented people, and cards that are exchanged."""

import re
from collections.abc import Mapping

from cli.story.cast import HOME, REGIONS, TIANJIN, ZHUHAI, Region
from cli.story.stage import Stage

FINGERPRINT = re.compile(r"\d{5}(?: \d{5}){5}")


def three_regions(stage: Stage, ports: Mapping[str, int]) -> None:
    """Make a node for each region."""
    stage.scene("三个地区，各建一个节点", "Three regions, a node each")
    stage.types_each(
        [
            (
                "init", one.node, "--region", one.code, "--name", one.title,
                "--url", f"http://127.0.0.1:{ports[one.node]}",
            )
            for one in REGIONS
        ]
    )  # fmt: skip


def peopled(stage: Stage, patients: int) -> None:
    """Invent people, and let each node import its own."""
    stage.scene(
        "虚构一个区域人群(没有一个真人)，各节点导入自己的档案",
        "Invent a population (nobody in it is real); each node imports its own records",
    )
    people = ("sample", "people", "--patients", str(patients), "--seed", "1")
    stage.types_each([people], shown=False)
    stage.types_each([("--node", one.node, "records", "import", f"people/{one.code}") for one in REGIONS])


def joined(stage: Stage) -> None:
    """Exchange cards, compare fingerprints, and join both ways."""
    stage.scene("节点互换名片，核对指纹后互联", "The nodes exchange cards, compare fingerprints and join")
    cards = stage.types_each([("--node", one.node, "node", "card", "-o", _card(one)) for one in REGIONS])
    # The other region is told them by telephone.
    digits = {one.node: card.first(FINGERPRINT) for one, card in zip(REGIONS, cards, strict=True)}
    for other in (ZHUHAI, TIANJIN):
        both = [_join(HOME, other, digits), _join(other, HOME, digits)]
        stage.types_each(both, shown=other is ZHUHAI)


def _card(one: Region) -> str:
    return f"{one.node}.card.json"


def _join(one: Region, other: Region, digits: Mapping[str, str]) -> tuple[str, ...]:
    compared = ("--fingerprint", digits[other.node], "--by", one.officer)
    return ("--node", one.node, "node", "join", _card(other), *compared)
