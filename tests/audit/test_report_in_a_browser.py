"""What a person sees of the report in a browser and on paper: all of it, in words that can be read."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit.report import for_officer, officers_sheet, page
from exchange.node.node import Node
from tests.audit.chromium import CHROMIUM, measured, printed
from tests.audit.reported import IN_DECEMBER, OCTOBER, look, node_in, other, refusal, write
from tests.audit.simulated import Happened, draw, misuse

pytestmark = [
    pytest.mark.slow,
    pytest.mark.service,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A month with something in every part of the page: ten organisations, findings, reviews, long names."""
    with node_in(tmp_path_factory.mktemp("busy") / "node") as (node, clock):
        write(node, clock, [*_month(node), *_planted()])
        clock.now = IN_DECEMBER
        yield node


def _month(node: Node) -> Iterator[Happened]:
    houses = [one.id for one in node.directory.organisations()][:10]
    for n in range(400):
        at = OCTOBER + timedelta(minutes=100 * n)
        house = houses[draw("house", n) % len(houses)]
        make = refusal if n % 9 == 0 else look
        yield make(node, at, patient=f"{n}", organisation=house, purpose=("TREAT", "HPAYMT", "COC")[n % 3])
        if n % 40 == 0:
            yield look(node, at, patient=f"e{n}", break_glass=True, purpose="ETREAT")
            yield other("consent", "grant", at)


def _planted() -> Iterator[Happened]:
    for one in misuse()["mass-access"]:
        yield replace(
            one, entry=replace(one.entry, organisation="an-organisation-that-left-the-registry-long-ago")
        )


def _page(node: Node, lang: str) -> bytes:
    return page(officers_sheet(node, for_officer(node, "2026-10"), lang))


@pytest.mark.parametrize(("lang", "width"), [("zh", 1280), ("en", 1280), ("en", 380)])
def test_nothing_sticks_out_and_everything_can_be_read(
    busy: Node, tmp_path: Path, lang: str, width: int
) -> None:
    told = measured(_page(busy, lang), tmp_path, width)
    assert told["scroll"] <= told["client"]
    assert (told["wide"], told["weak"], told["console"]) == ([], [], [])
    assert told["text"] > 1500
    assert told["scripts"] == 0


def test_it_is_printed_on_a4_and_on_few_sheets(busy: Node, tmp_path: Path) -> None:
    paper = printed(_page(busy, "zh"), tmp_path)
    sizes = {tuple(map(float, one)) for one in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)}
    assert sizes
    assert all((round(width), round(height)) in ((595, 842), (596, 842)) for width, height in sizes)
    assert len(re.findall(rb"/Type /Page\b", paper)) <= 6


def test_what_sticks_out_and_what_is_pale_would_be_found(tmp_path: Path) -> None:
    bad = b"<!doctype html><p style='width:3000px;color:#bbb'>x</p><script>nothing()</script>"
    told = measured(bad, tmp_path, 800)
    assert told["scroll"] > told["client"]
    assert told["wide"]
    assert told["weak"]
    assert told["console"]
