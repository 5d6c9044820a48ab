"""The one path: nothing leaves before it is written down, and what leaves is what the patient agreed to."""

from collections.abc import Callable
from dataclasses import replace

import apsw
import orjson
import pytest

from exchange.node.node import Node
from exchange.path.release import Refused, Released, release
from exchange.records import StoreAltered
from ledger.errors import CannotAppend
from tests.exchange.nodes import (
    OTHER_HOSPITAL,
    OWN_DOCTOR,
    Site,
    TakesOne,
    allow,
    deaf,
    entries,
    last,
    put,
    question,
)
from tests.exchange.people import AN, AN_NUMBER, BO, BOTH, EVERYTHING, PLAIN, PSYCHIATRIC, UNLABELLED


def _about_an(refs: set[str]) -> set[str]:
    return refs & set(EVERYTHING)


def test_without_a_consent_nothing_leaves(node: Node) -> None:
    answer = put(question(node), node.office)
    assert (answer.permit, answer.code, answer.delivered) == (False, "NO_CONSENT", ())


def test_a_refusal_is_recorded_with_its_reason(node: Node) -> None:
    answer = put(question(node), node.office)
    assert isinstance(answer.result, Refused)
    found = last(node)
    assert found == answer.result.entry
    assert (found.entry.subtype, found.entry.decision, found.entry.why, found.entry.outcome) == (
        "refuse",
        "deny",
        "NO_CONSENT",
        "8",
    )


def test_what_the_patient_allowed_is_handed_over_once(node: Node) -> None:
    allow(node)
    answer = put(question(node), node.office)
    assert answer.permit
    assert len(answer.delivered) == 1
    assert _about_an(answer.refs) == set(EVERYTHING)


def test_the_intent_is_in_the_ledger_before_a_byte_leaves(node: Node, site: Site) -> None:
    """Somebody else who opens the file while the record is being handed over finds it written there."""
    allow(node)
    seen: list[tuple[str, str]] = []

    def deliver(_: bytes) -> None:
        other = site.reader(node)
        entry = other.read(other.size - 1).entry
        seen.append((entry.phase, entry.decision))
        other.close()

    result = release(question(node), node.office, deliver)
    assert seen == [("intent", "permit")]
    assert isinstance(result, Released)
    assert (result.outcome.entry.phase, result.outcome.entry.intent) == ("outcome", result.intent.id)


def test_the_outcome_says_how_many_of_the_patients_records_left(node: Node) -> None:
    allow(node)
    result = put(question(node), node.office).result
    assert isinstance(result, Released)
    assert result.outcome.entry.count == len(EVERYTHING)
    assert result.count >= result.outcome.entry.count  # the organisations they point at go with them


def test_the_bundle_counts_what_is_in_it_and_leaves_no_gap(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    (delivered,) = put(question(node), node.office).delivered
    bundle = orjson.loads(delivered)
    assert bundle["total"] == len(bundle["entry"])
    assert set(bundle) == {"resourceType", "id", "type", "timestamp", "total", "entry"}
    assert all(set(one) == {"resource", "search"} for one in bundle["entry"])


def _fails(_: bytes) -> None:
    raise ConnectionResetError("the line is dead")


def _is_stopped(_: bytes) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("deliver", "error"), [(_fails, ConnectionResetError), (_is_stopped, KeyboardInterrupt)]
)
def test_a_hand_over_that_fails_is_recorded_and_the_error_goes_on(
    node: Node, deliver: Callable[[bytes], None], error: type[BaseException]
) -> None:
    allow(node)
    with pytest.raises(error):
        release(question(node), node.office, deliver)
    intent, outcome = entries(node)[-2:]
    assert (intent.entry.phase, outcome.entry.phase) == ("intent", "outcome")
    assert (outcome.entry.intent, outcome.entry.outcome, outcome.entry.why, outcome.entry.count) == (
        intent.id,
        "8",
        "HANDOVER_FAILED",
        0,
    )


def test_an_error_is_not_hidden_by_a_ledger_that_fails_after_it(node: Node, site: Site) -> None:
    allow(node)
    reader = site.reader(node)
    office = replace(node.office, desk=node.desk.with_pen(TakesOne(node.log, reader)))
    with pytest.raises(ConnectionResetError):
        release(question(node), office, _fails)
    assert last(node).entry.phase == "intent"
    reader.close()


def test_a_record_that_was_altered_is_not_handed_over(node: Node, site: Site) -> None:
    allow(node)
    db = apsw.Connection(str(site.folder / "records.db"))
    db.execute("UPDATE resource SET body = replace(body, '7.1', '9.9') WHERE id = 'an-hba1c'")
    assert db.changes() == 1
    db.close()
    delivered: list[bytes] = []
    with pytest.raises(StoreAltered):
        release(question(node), node.office, delivered.append)
    assert delivered == []
    assert last(node).entry.why == "HANDOVER_FAILED"


@pytest.mark.parametrize("text", [AN, f"Patient/{AN}", AN_NUMBER, f"urn:oid:2.16.156.10011.1.3|{AN_NUMBER}"])
def test_a_patient_is_found_by_id_and_by_number(node: Node, text: str) -> None:
    allow(node)
    assert put(question(node, patient=text), node.office).permit


def test_withheld_psychiatric_items_are_never_in_the_bundle(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    answer = put(question(node), node.office)
    assert answer.permit
    assert not answer.refs & {*PSYCHIATRIC, *BOTH}
    assert {one.ref for one in answer.result.verdict.withheld} >= {*PSYCHIATRIC, *BOTH}
    assert b"an-phq9" not in answer.delivered[0]


def test_an_item_with_two_sensitivities_needs_both(node: Node) -> None:
    allow(node, sensitivities=("PSY",))
    answer = put(question(node), node.office)
    assert answer.refs >= set(PSYCHIATRIC)
    assert not answer.refs & set(BOTH)


def test_an_item_with_two_sensitivities_comes_where_both_are_allowed(node: Node) -> None:
    allow(node, sensitivities=("PSY", "STD"))
    assert put(question(node), node.office).refs >= {*PSYCHIATRIC, *BOTH}


def test_under_a_rule_about_labels_what_nobody_labelled_stays(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    answer = put(question(node), node.office)
    assert _about_an(answer.refs) == set(PLAIN)
    assert ("Observation/an-unlabelled", "UNLABELED_DATA") in {
        (one.ref, one.reason) for one in answer.result.verdict.withheld
    }


def test_without_a_rule_about_labels_unlabelled_items_are_like_others(node: Node) -> None:
    allow(node)
    assert put(question(node), node.office).refs >= set(UNLABELLED)


def test_only_the_classes_that_were_asked_for_come(node: Node) -> None:
    allow(node)
    answer = put(question(node, classes=("Condition",)), node.office)
    assert _about_an(answer.refs) == {"Condition/an-e11", "Condition/an-f32"}
    assert last(node).entry.object_class == "Condition"


def test_a_class_there_is_none_of_gives_an_empty_bundle(node: Node) -> None:
    allow(node)
    (delivered,) = put(question(node, classes=("Immunization",)), node.office).delivered
    bundle = orjson.loads(delivered)
    assert (bundle["total"], "entry" in bundle) == (0, False)


def test_own_staff_treat_their_own_patient_without_a_further_consent(node: Node) -> None:
    answer = put(question(node, OWN_DOCTOR), node.office)
    assert (answer.permit, answer.code) == (True, "INTERNAL_CARE")


def test_one_patients_record_never_holds_anothers(node: Node) -> None:
    allow(node)
    answer = put(question(node), node.office)
    assert BO.encode() not in answer.delivered[0]
    assert {ref for ref in answer.refs if ref.startswith("Patient/")} == {f"Patient/{AN}"}


def test_a_ledger_that_takes_no_entries_lets_nothing_leave(node: Node, site: Site) -> None:
    allow(node, to=OTHER_HOSPITAL)
    reader = site.reader(node)
    delivered: list[bytes] = []
    with pytest.raises(CannotAppend):
        release(question(node), deaf(node.office, reader), delivered.append)
    assert delivered == []
    reader.close()
