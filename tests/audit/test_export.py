"""Only an officer exports, and who exported what is on record."""

import hashlib

import pytest

from exchange.audit import Sought
from exchange.audit.export import FORMS, Choice, OnlyForOfficers, Order, export
from exchange.node.node import Node
from tests.exchange.nodes import OFFICER, OWN_DOCTOR, entries, last


class _Kept:
    is_folder = False

    def __init__(self) -> None:
        self.content = b""

    def take(self, content: bytes, name: str) -> None:
        self.content += content

    def finish(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def test_an_export_is_on_record_before_and_after(node: Node) -> None:
    before, kept = node.log.size, _Kept()
    done = export(node, Order(choice=Choice(sought=Sought()), form=FORMS["balp"], officer=OFFICER), kept)
    assert done.count == before == len(kept.content.splitlines())
    phases = [one.entry.phase for one in entries(node)[before:]]
    assert phases == ["intent", "outcome"]
    assert done.digest == hashlib.sha256(kept.content).hexdigest()
    assert last(node).entry.count == before


def test_nobody_else_gets_anything_and_the_attempt_is_on_record(node: Node) -> None:
    kept = _Kept()
    with pytest.raises(OnlyForOfficers):
        export(node, Order(choice=Choice(sought=Sought()), form=FORMS["csv"], officer=OWN_DOCTOR), kept)
    assert kept.content == b""
    assert (last(node).entry.why, last(node).entry.outcome) == ("NOT_AN_OFFICER", "8")


def test_pages_follow_each_other_without_a_gap(node: Node) -> None:
    kept, before = _Kept(), node.log.size
    first = Choice(sought=Sought(), limit=2)
    one = export(node, Order(choice=first, form=FORMS["balp"], officer=OFFICER), kept)
    assert one.more
    assert one.count == 2
    rest = _Kept()
    other = export(
        node, Order(choice=Choice(sought=Sought(), after=one.last), form=FORMS["balp"], officer=OFFICER), rest
    )
    assert other.count == before  # two fewer, and the two entries about the first page
