"""A result of elsewhere counts here or not, with the reason; a clinician may decline it for one; both on record."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from exchange.audit import Sought, filter_of, search
from exchange.audit.showing import show
from exchange.directory import NotInDirectory
from exchange.elsewhere import UNSAID, elsewhere
from exchange.erasing import erase
from exchange.errors import UnknownPatient
from exchange.federation.joining import join
from exchange.node.node import Node
from exchange.recognition.recognising import CannotAskRules, NotAClinician, Recognised, recognise_result
from exchange.recognition.result import MARK, NoSuchResult, PlaceDiffers, PlaceUnknown, result_in
from exchange.requesting import UnknownHolder
from ledger import Entry
from ledger.verify import verify
from tests.exchange.engines import asking, permitting
from tests.exchange.nodes import OFFICER, OWN_DOCTOR, Site, allow, entries, last, question, released
from tests.exchange.people import AN, BO, LOINC, Resource
from tests.federation.regions import ZHUHAI_CARD

POTASSIUM = "Observation/k-1"
ELSEWHERE = "Organization/ks-tcm-hospital"


def result(**more: Any) -> Resource:
    """Potassium of 20 November 2026, five days before, with the mark of the city."""
    said: Resource = {
        "resourceType": "Observation",
        "id": "k-1",
        "meta": {"tag": [{"system": "urn:other", "code": "x"}, {"system": MARK, "code": "city"}]},
        "status": "final",
        "code": {"coding": [{"system": "urn:local", "code": "K"}, {"system": LOINC, "code": "2823-3"}]},
        "subject": {"reference": "Patient/zh-pt-9"},
        "effectiveDateTime": "2026-11-20T23:30:00+08:00",
        "performer": [{"reference": ELSEWHERE}],
        "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
    }
    return said | more


def bundle(*records: Resource, id: str = "b-1") -> bytes:
    entries_ = [{"resource": one} for one in records]
    return orjson.dumps({"resourceType": "Bundle", "id": id, "type": "searchset", "entry": entries_})


def recognised(node: Node, one: Resource | None = None, **more: Any) -> Recognised:
    said = {"by": OWN_DOCTOR} | more
    return recognise_result(node, bundle(one or result()), POTASSIUM, **said)


def test_a_fresh_result_with_a_mark_that_counts_here_is_recognised(node: Node) -> None:
    found = recognised(node)
    assert (found.answer.outcome, found.answer.age, found.answer.days) == ("recognised", 5, 7)
    entry = last(node).entry
    assert (entry.type, entry.subtype, entry.outcome) == ("recognition", "recognised", "0")
    assert (entry.actor, entry.organisation) == (node.desk.actor_named(OWN_DOCTOR), "ks-first-hospital")


@pytest.mark.parametrize(("days", "outcome"), [(2, "recognised"), (3, "not-recognised")])
def test_potassium_counts_for_seven_days_and_not_for_eight(
    node: Node, site: Site, days: int, outcome: str
) -> None:
    site.clock.pass_by(timedelta(days=days))
    found = recognised(node)
    assert (found.answer.outcome, found.is_settled) == (outcome, days == 2)
    assert last(node).entry.subtype == outcome
    if days == 3:
        assert (found.answer.age, found.answer.days) == (8, 7)
        assert last(node).entry.why == found.answer.reasons[0].code


@pytest.mark.parametrize(
    ("decline", "outcome", "why"),
    [
        ("condition-changed", "declined", "condition-changed"),
        ("", "decline-refused", "DECLINE_WITHOUT_REASON"),
        ("busy", "decline-refused", "DECLINE_REASON_UNKNOWN"),
    ],
)
def test_a_decline_needs_a_reason_of_the_list_and_is_on_record(
    node: Node, decline: str, outcome: str, why: str
) -> None:
    found = recognised(node, decline=decline)
    entry = last(node).entry
    assert (found.answer.outcome, entry.subtype, entry.why) == (outcome, outcome, why)
    assert found.is_settled == (outcome == "declined")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"meta": {}}, "RESULT_WITHOUT_MARK"),
        ({"meta": {"tag": "city"}}, "RESULT_WITHOUT_MARK"),
        ({"status": "preliminary"}, "RESULT_NOT_FINAL"),
        ({"code": {"coding": [{"system": "urn:local", "code": "2823-3"}]}}, "NO_VALIDITY_FOR_KIND"),
    ],
    ids=str,
)
def test_what_does_not_count_is_said_why(node: Node, changed: Resource, code: str) -> None:
    found = recognised(node, result(**changed))
    assert [one.code for one in found.answer.reasons] == [code]


@pytest.mark.parametrize(
    "changed",
    [
        {"effectiveDateTime": None},
        {"effectiveDateTime": "last week"},
        {"effectiveDateTime": {}},
        {"effectiveDateTime": "9999-12-31T23:59:59-12:00"},  # in China after the end of the calendar
    ],
    ids=str,
)
def test_a_result_without_a_day_does_not_count(node: Node, changed: Resource) -> None:
    assert recognised(node, result(**changed)).answer.outcome == "not-recognised"


DAYS = [
    ({"effectiveDateTime": "2026-11-20T23:30:00Z"}, "2026-11-21"),  # it is the next day in China
    ({"effectiveDateTime": "2026-11"}, "2026-11-01"),  # no younger than the first of the month
    (
        {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-11-19", "end": "2026-11-20"}},
        "2026-11-19",
    ),
]


@pytest.mark.parametrize(("changed", "day"), DAYS, ids=str)
def test_the_day_is_chinas_and_never_younger_than_it_says(node: Node, changed: Resource, day: str) -> None:
    assert result_in(bundle(result(**changed)), POTASSIUM, node.directory).performed_on == day


@pytest.mark.parametrize(
    "id", ["ffffffff-ffff-7fff-bfff-ffffffffffff", "e677d21f-db00-7000-8000-000000000000"]
)
def test_a_bundle_whose_id_names_a_year_of_no_calendar_answers_no_request_of_ours(
    node: Node, id: str
) -> None:
    assert recognise_result(node, bundle(result(), id=id), POTASSIUM, by=OWN_DOCTOR).origin == UNSAID


def test_two_results_of_one_name_that_differ_are_none_whichever_stands_last(node: Node) -> None:
    """A clinician reads the one, and the ledger would have the other."""
    size = node.log.size
    for two in ((result(), result(status="preliminary")), (result(status="preliminary"), result())):
        with pytest.raises(NoSuchResult, match="different"):
            recognise_result(node, bundle(*two), POTASSIUM, by=OWN_DOCTOR)
    assert node.log.size == size
    assert recognise_result(node, bundle(result(), result()), POTASSIUM, by=OWN_DOCTOR).is_settled


PLACES: list[tuple[Resource, str]] = [
    ({"performer": [{"reference": ELSEWHERE}]}, ""),
    ({"performer": [{"reference": "Practitioner/zh-dr-1"}, {"reference": ELSEWHERE}]}, ""),
    ({"performer": [{"reference": "Practitioner/ks-dr-005"}]}, ""),
    ({"performer": [], "encounter": {"reference": "Encounter/e-1"}}, ""),
    ({"performer": []}, "ks-tcm-hospital"),
]


@pytest.mark.parametrize(("changed", "said"), PLACES, ids=str)
def test_where_it_was_performed_is_found(node: Node, changed: Resource, said: str) -> None:
    visit = {"resourceType": "Encounter", "id": "e-1", "serviceProvider": {"reference": ELSEWHERE}}
    found = result_in(bundle(result(**changed), visit), POTASSIUM, node.directory, performed_at=said)
    assert found.region == "320583"


def test_a_scan_says_it_in_its_series(node: Node) -> None:
    scan = {
        "resourceType": "ImagingStudy",
        "id": "s-1",
        "status": "available",
        "subject": {"reference": "Patient/p"},
        "started": "2026-11-20",
        "procedureCode": [{"coding": [{"system": LOINC, "code": "18748-4"}]}],
        "series": [{"performer": [{"actor": {"reference": ELSEWHERE}}]}],
    }
    found = result_in(bundle(scan), "ImagingStudy/s-1", node.directory)
    assert (found.codes, found.performed_on, found.region) == (("18748-4",), "2026-11-20", "320583")


@pytest.mark.parametrize("by", ["ks-so-001", "ks-ai-002", "ks-re-001"])
def test_who_is_no_clinician_recognises_nothing(node: Node, by: str) -> None:
    size = node.log.size
    with pytest.raises(NotAClinician):
        recognised(node, by=by)
    assert node.log.size == size


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", NoSuchResult),
        (b"[]", NoSuchResult),
        (b'{"resourceType":"Observation","id":"k-1"}', NoSuchResult),
        (bundle(), NoSuchResult),
        (bundle(result(id="k-2")), NoSuchResult),
        (bundle(result(subject={"display": "x"})), NoSuchResult),
        (bundle(result(performer=[], encounter={"reference": "Encounter/e-404"})), PlaceUnknown),
        (bundle(result(performer=[{"reference": "Organization/nobody"}])), PlaceUnknown),
        (bundle(result()).replace(b'"status":', b'"status":"final","status":'), NoSuchResult),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_said_and_not_recorded(node: Node, raw: bytes, error: type[Exception]) -> None:
    size = node.log.size
    with pytest.raises(error):
        recognise_result(node, raw, POTASSIUM, by=OWN_DOCTOR)
    assert node.log.size == size


@pytest.mark.attack
def test_nobody_names_another_place_than_the_result_does(node: Node) -> None:
    """A mark of one province counts where the result is from: with another place, it would count elsewhere."""
    size = node.log.size
    named = bundle(result(performer=[{"reference": ELSEWHERE}]))
    with pytest.raises(PlaceDiffers, match="names another organisation than --performed-at"):
        recognise_result(node, named, POTASSIUM, by=OWN_DOCTOR, performed_at="ks-first-hospital")
    assert node.log.size == size
    same = ELSEWHERE.removeprefix("Organization/")
    assert recognise_result(node, named, POTASSIUM, by=OWN_DOCTOR, performed_at=same).is_settled


def test_a_place_nobody_lists_is_none(node: Node) -> None:
    with pytest.raises(NotInDirectory):
        recognised(node, performed_at="nobody")


def test_an_engine_for_releases_only_recognises_nothing(node: Node) -> None:
    other = replace(node, office=asking(node.office, permitting()))
    with pytest.raises(CannotAskRules):
        recognised(other)


# ---- whose result it is


def released_here(node: Node, patient: str = AN) -> str:
    """The id of a Bundle of our own with the patient's record: somebody of another hospital asked for it."""
    allow(node, patient=patient)
    one = question(node, patient=patient)
    released(one, node.office)
    return one.id


def of_patient(node: Node, name: str) -> list[str]:
    """The kinds of entries under the key that goes by this name."""
    key = node.vault.known(name)
    return [one.entry.type for one in node.log.of_patient(key.pseudonym)] if key else []


def test_of_a_bundle_released_here_it_is_on_record_for_our_patient(node: Node) -> None:
    raw = bundle(result(subject={"reference": f"Patient/{AN}"}), id=released_here(node))
    assert recognise_result(node, raw, POTASSIUM, by=OWN_DOCTOR).origin == node.id
    assert of_patient(node, AN)[-1] == "recognition"


def test_an_id_equal_to_one_of_ours_in_a_bundle_from_nobody_knows_where_is_not_our_patient(
    node: Node,
) -> None:
    before = of_patient(node, AN)
    found = recognised(node, result(subject={"reference": f"Patient/{AN}"}))
    assert (found.origin, of_patient(node, AN)) == (UNSAID, before)
    assert of_patient(node, elsewhere(UNSAID, AN)) == ["recognition"]
    found_by_id = search(node.log, filter_of(node, Sought(patient=AN)))
    assert found.entry.id in {one.id for one in found_by_id}, "an officer finds it by the id in the Bundle"


@pytest.mark.parametrize("about", [BO, "zh-pt-9"])
def test_a_bundle_with_the_id_of_one_released_here_for_somebody_else_is_not_that_ones(
    node: Node, about: str
) -> None:
    raw = bundle(result(subject={"reference": f"Patient/{about}"}), id=released_here(node))
    before = of_patient(node, AN)
    assert recognise_result(node, raw, POTASSIUM, by=OWN_DOCTOR).origin == UNSAID
    assert (of_patient(node, AN), of_patient(node, BO)) == (before, [])


@pytest.mark.parametrize(("origin", "name"), [("zh", "zh/p-an"), ("440400", "zh/p-an"), ("320583", AN)])
def test_who_gave_it_can_be_said(site: Site, origin: str, name: str) -> None:
    with site.open() as node:
        join(node, ZHUHAI_CARD.written, fingerprint=ZHUHAI_CARD.fingerprint, by=OFFICER)
        recognised(node, result(subject={"reference": f"Patient/{AN}"}), origin=origin)
        assert of_patient(node, name)[-1] == "recognition"


@pytest.mark.parametrize(
    ("origin", "error"),
    [("nobody", UnknownHolder), ("zh-first-hospital", UnknownHolder), ("320583", UnknownPatient)],
)
def test_whom_nobody_is_joined_with_and_a_patient_we_do_not_have_are_told(
    node: Node, origin: str, error: type[Exception]
) -> None:
    size, keys = node.log.size, node.vault.count()
    with pytest.raises(error):
        recognised(node, origin=origin)
    assert (node.log.size, node.vault.count()) == (size, keys)


def test_what_an_older_program_kept_under_the_bare_id_is_still_found_and_opened(node: Node) -> None:
    old = Entry(
        type="recognition",
        subtype="recognised",
        action="E",
        outcome="0",
        region="320583",
        node="ks",
        source="-",
    )
    key = node.vault.key_of("zh-pt-9")
    kept = node.desk.write(replace(old, patient=key.pseudonym), {"result": POTASSIUM}, key=key.key)
    new = recognised(node).entry
    found = list(search(node.log, filter_of(node, Sought(patient="zh-pt-9"))))
    assert [one.id for one in found] == [kept.id, new.id]
    assert show(node.office, kept.id).details.told == {"result": POTASSIUM}
    erased = erase(node.office, "zh-pt-9", by=OFFICER, reason="asked for by letter")
    assert len(erased.entries) == 2


def test_the_answer_can_be_explained_later_and_says_nobodys_name_in_clear(node: Node) -> None:
    found = recognised(node)
    told = show(node.office, found.entry.id).details.told
    assert (told["result"], told["bundle"], told["days"]) == (POTASSIUM, "b-1", 7)
    assert told["question"]["result"]["mark"] == "city"
    assert b"zh-pt-9" not in entries(node)[-1].body
    assert b"k-1" not in entries(node)[-1].body
    assert verify(node.log, node.vkey).ok
