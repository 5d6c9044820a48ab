"""One node with people in it, made once; every test works on a copy of its folder."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exchange.intake import take_in
from exchange.node.node import Node
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node
from tests.exchange.nodes import FOUNDING, Clock, Site, entropy, fill
from tests.exchange.people import everybody


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest invented population: twelve people, four of them in Kunshan."""
    folder = tmp_path_factory.mktemp("sample") / "people"
    return write_sample(folder, patients=12, seed=1, today=date(2026, 11, 24)).folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """Kunshan's node, closed, with the sample's Kunshan people and those of people.py."""
    place = tmp_path_factory.mktemp("made")
    clock = Clock()
    found_node(place / "node", FOUNDING, {}, clock=clock, entropy=entropy("found"))
    with open_node(place / "node", {}, clock=clock, entropy=entropy("fill")) as node:
        fill(node, place, everybody())
        take_in(node, [sample / "320583"])
        # From here on the compiled rules are in the node's cache, and the rules on record.
        node.office.policy().decide({})
    return place / "node"


@pytest.fixture
def site(made: Path, tmp_path: Path) -> Site:
    """A copy of it, to be opened, closed and damaged."""
    return Site(Path(shutil.copytree(made, tmp_path / "node")))


@pytest.fixture
def node(site: Site) -> Iterator[Node]:
    """A copy of it, open."""
    with site.open() as opened:
        yield opened
