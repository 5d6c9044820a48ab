"""Everything about one entry, for whoever has to explain it: with its sealed details, as long as their key exists."""

from dataclasses import replace

import msgspec
import pytest

from exchange.audit import Shown, show
from exchange.audit.details import details_of
from exchange.node.node import Node
from ledger.errors import NoSuchEntry
from tests.exchange.nodes import OTHER_DOCTOR, allow, emergency, last, put, question, released
from tests.exchange.people import EVERYTHING


def test_the_details_are_opened_and_are_what_was_committed_to(node: Node) -> None:
    granted = allow(node)
    intent = released(question(node), node.office).intent
    shown = show(node.office, intent.id)
    assert (shown.details.open, shown.details.true) == (True, True)
    told = shown.as_dict()
    details = told["details"]
    assert isinstance(details, dict)
    assert details["request"]["actor"]["id"] == OTHER_DOCTOR
    assert details["consent"]["basis"] == [granted.consent_id]
    assert told["details_match_commitment"] is True


def test_what_belongs_together_is_shown_together(node: Node) -> None:
    result = released(emergency(node), node.office)
    assert [one.id for one in show(node.office, result.intent.id).related] == [result.outcome.id]
    assert [one.id for one in show(node.office, result.outcome.id).related] == [result.intent.id]


def test_in_both_languages(node: Node) -> None:
    put(question(node), node.office)
    shown = show(node.office, last(node).id)
    zh, en = ("\n".join(shown.lines(lang)) for lang in ("zh", "en"))
    assert f"第 {shown.found.index} 条 {shown.found.id}  2026-11-25 09:00:00" in zh
    assert "密封内容 (与账本中的承诺值一致)：" in zh
    assert "  决定：拒绝(deny)" in zh
    assert "  机构：昆山市玉峰中医医院(ks-tcm-hospital)" in zh
    assert f"entry {shown.found.index}, {shown.found.id}" in en
    assert "sealed details (they are what the ledger committed to):" in en
    assert "  reason: the patient has not agreed to it (NO_CONSENT)" in en


def test_details_of_the_house_are_opened_with_the_key_of_the_house(node: Node) -> None:
    put(question(node, patient="p-404"), node.office)
    details = show(node.office, last(node).id).details
    assert details.open
    assert details.told["found"] is False


def test_details_that_are_not_what_was_committed_to_are_called_so(node: Node) -> None:
    put(question(node), node.office)
    found = last(node)
    other = msgspec.structs.replace(found, entry=replace(found.entry, details="0" * 64))
    details = details_of(node.office, other)
    assert (details.open, details.true) == (True, False)
    shown = Shown(other, details, ())
    assert any("they are NOT what the ledger committed to" in line for line in shown.lines("en"))
    assert any("与账本中的承诺值不符" in line for line in shown.lines("zh"))


def test_an_entry_nobody_wrote_is_not_found(node: Node) -> None:
    with pytest.raises(NoSuchEntry):
        show(node.office, "0197f3a2-7c1e-7000-8000-000000000001")


def test_a_long_question_is_counted_not_read_out(node: Node) -> None:
    """For a person the items are counted; the whole of it is in the JSON."""
    allow(node, except_sensitivities=("PSY",))
    shown = show(node.office, released(question(node), node.office).intent.id)
    lines = [line.strip() for line in shown.lines("en")]
    assert {"purpose: the patient's care (TREAT)", "items: 8", "times asked: 4"} <= set(lines)
    assert "the patient does not allow it (CONSENT_DENY): 3" in lines
    assert any(line.endswith("(UNLABELED_DATA): 1") for line in lines)
    details = shown.as_dict()["details"]
    assert isinstance(details, dict)
    assert len(details["consent"]["case"]["items"]) == len(EVERYTHING)
