"""One node with the house in it, made once; every test works on a copy of its folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.node.node import Node
from exchange.wiring import found_node, open_node
from tests.counting.house import ELSEWHERE, PEOPLE, agree, everybody
from tests.exchange.nodes import FOUNDING, Clock, Site, entropy, fill


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kunshan's node, closed: thirty of the forty have agreed to be counted, and so have all of another house."""
    place = tmp_path_factory.mktemp("counting")
    clock = Clock()
    found_node(place / "node", FOUNDING, {}, clock=clock, entropy=entropy("found"))
    with open_node(place / "node", {}, clock=clock, entropy=entropy("fill")) as node:
        fill(node, place, everybody())
        agree(node, *PEOPLE[:30], *ELSEWHERE)
        node.office.policy().decide({})  # from here on the compiled rules are in the node's cache
    return place / "node"


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Site:
    """A copy of it, to be opened and changed."""
    return Site(Path(shutil.copytree(made, tmp_path / "node")))


@pytest.fixture
def node(site: Site) -> Iterator[Node]:
    """A copy of it, open."""
    with site.open() as opened:
        yield opened
