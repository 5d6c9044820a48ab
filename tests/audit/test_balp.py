"""Every entry the program can write becomes an AuditEvent that other systems accept."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import orjson
import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from exchange.audit.export.balp import audit_event
from exchange.audit.export.event import Teller
from exchange.audit.export.kinds import KINDS
from exchange.audit.export.opening import Pseudonyms
from exchange.audit.words import EVENTS
from exchange.node.node import Node
from ledger import Entry
from tests.exchange.nodes import allow, emergency, entries, put, question
from tests.exchange.test_words import _written


@pytest.fixture
def checker(shared: Path) -> ModuleType:
    """The profile checker that lies beside the project."""
    spec = importlib.util.spec_from_file_location("balp_check", shared / "tools" / "balp_check.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    # Its own `load` leaves files open, which is an error here.
    for file in (shared / "vectors" / "ihe-balp").glob("*.json"):
        one = orjson.loads(file.read_bytes())
        if one["resourceType"] == "StructureDefinition":
            found.SD[one["url"]] = one
        elif one["resourceType"] == "ValueSet":
            found.VS[one["url"]] = one
    return found


def _busy(node: Node) -> Node:
    put(question(node), node.office)
    allow(node)
    put(question(node), node.office)
    put(emergency(node), node.office)
    return node


def _every_kind(node: Node) -> list[Entry]:
    bare = Entry(
        type="", subtype="", action="C", outcome="0", region=node.region, node=node.id, source="node"
    )
    about = replace(bare, actor="ac" * 16, organisation=node.own.id, patient="ab" * 16, purpose="TREAT")
    return [
        replace(one, type=kind, subtype=subtype, phase=phase)
        for kind, subtype, phase in KINDS
        for one in (about, replace(about, consents=("cd" * 32,)), bare)
    ]


def test_every_kind_of_entry_is_in_the_table() -> None:
    known = {(kind, subtype) for kind, subtype, _ in KINDS}
    told = {one for one in EVENTS if one[1]}
    assert (_written() | told) - known == set()


def test_every_kind_passes_its_profile(node: Node, checker: ModuleType) -> None:
    teller = Teller.of(node, Pseudonyms())
    for entry in _every_kind(node):
        recorded = node.desk.write(entry, {}, key=node.house_key)
        event = audit_event(teller.tell(recorded))
        AuditEvent.model_validate(event)
        for profile in event["meta"]["profile"] if "meta" in event else ():
            assert checker.check(event, checker.SD[profile]) == [], (entry.type, entry.subtype)


def test_what_really_happened_passes_its_profile(node: Node, checker: ModuleType) -> None:
    teller = Teller.of(node, Pseudonyms())
    events = [audit_event(teller.tell(one)) for one in entries(_busy(node))]
    assert {one["outcome"] for one in events} >= {"0", "8"}
    for event in events:
        for profile in event["meta"]["profile"] if "meta" in event else ():
            assert checker.check(event, checker.SD[profile]) == []


def test_a_refusal_without_consent_says_by_which_rules_and_nothing_of_the_record(node: Node) -> None:
    put(question(node), node.office)
    event = audit_event(Teller.of(node, Pseudonyms()).tell(entries(node)[-1]))
    assert event["outcome"] == "8"
    consent = next(one for one in event["entity"] if one["type"]["code"] == "Consent")
    assert consent["what"]["identifier"]["value"] == entries(node)[-1].entry.policy
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert not [one for one in event["entity"] if one["type"]["code"] == "2"]
