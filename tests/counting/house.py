"""A hospital with a manager, and patients of whom it is known what they have: invented, all of them."""

from collections.abc import Iterator

from exchange.node.node import Node
from tests.exchange.nodes import allow
from tests.exchange.people import Resource, condition, labelled, observation, patient

HOUSE, MANAGER = "ks-tcm-hospital", "ks-mg-001"
SUPERVISOR = "ks-po-001"
CDC = "ks-po-003"
PEOPLE = tuple(f"h-{number:02}" for number in range(1, 41))
# Of another house, and they let this one count them all the same.
ELSEWHERE = tuple(f"e-{number:02}" for number in range(1, 16))
# The first have a diagnosis too, fewer than the limit of eleven.
ILL, LIMIT = PEOPLE[:4], 11


def everybody(year: int = 2026) -> Iterator[Resource]:
    """Forty patients of the house with a value in March and one in April, four of them ill; and some of another."""
    keeper = {"managingOrganization": {"reference": f"Organization/{HOUSE}"}}
    for place, name in enumerate(PEOPLE):
        yield patient(name, serial=300 + place, born=f"19{50 + place % 20}-05-15", **keeper)
        yield observation(f"{name}-march", name, "4548-4", 6, on=f"{year}-03-10")
        yield observation(f"{name}-april", name, "4548-4", 7, on=f"{year}-04-10")
    for place, name in enumerate(ELSEWHERE):
        yield patient(name, serial=400 + place)
        yield observation(f"{name}-march", name, "4548-4", 6, on=f"{year}-03-10")
    for name in ILL:
        yield condition(f"{name}-e11", name, "E11.9", onsetDateTime=f"{year}-02-01")
        yield observation(f"{name}-hiv", name, "20507-0", 1, on=f"{year}-03-11", meta=labelled("R", "HIV"))


def agree(node: Node, *patients: str) -> None:
    """Let the house count them."""
    for one in patients:
        allow(node, one, to=f"Organization/{HOUSE}", purposes=("HPRGRP",))
