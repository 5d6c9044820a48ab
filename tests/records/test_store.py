"""What was put in comes out byte for byte, in the order asked, and nothing that was not asked for."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.records import Found, Place, Reach, Store, UnknownRecord, prepare
from exchange.records.identifiers import IDENTITY_CARD
from exchange.records.resources import check
from tests.records.made_up import (
    LI,
    LI_NUMBER,
    WANG,
    WANG_NUMBER,
    Resource,
    found,
    names,
    observation,
    put,
    resource,
)

HOSPITAL = resource("Organization", "hospital", name="市第一人民医院")
DOCTOR = resource("Practitioner", "dr", identifier=[{"system": IDENTITY_CARD, "value": WANG_NUMBER}])
DRUG = resource("Medication", "drug")
PACEMAKER = resource("Device", "pacemaker", patient={"reference": "Patient/li"})


def at(ref: str) -> dict[str, str]:
    return {"reference": ref}


def test_a_record_comes_out_byte_for_byte(store: Store) -> None:
    raw = b'{ "resourceType":"Observation",  "id":"o", "valueQuantity":{"value":1.00,"unit":"\\u00b5g"} }'
    item = check(raw, Place("made-up", 1))
    assert isinstance(item, Found)
    store.put_many([prepare(item, store.lookup)])
    assert store.get("Observation", "o").body == raw


def test_the_records_of_a_patient_come_by_type_and_id_and_only_of_the_types_asked_for(store: Store) -> None:
    put(store, observation("b", "Patient/li"), LI, WANG, observation("a", "Patient/li"), PACEMAKER)
    assert names(store.of_patient("li")) == [
        "Device/pacemaker",
        "Observation/a",
        "Observation/b",
        "Patient/li",
    ]
    assert names(store.of_patient("li", ["Patient", "Device"])) == ["Device/pacemaker", "Patient/li"]
    assert store.of_patient("li", []) == []
    assert store.of_patient("nobody") == []


def test_the_facts_come_without_the_records(store: Store) -> None:
    put(store, LI, observation("o", "Patient/li"))
    assert store.facts_of("li") == [one.facts for one in store.of_patient("li")]
    assert [fact.ref for fact in store.facts_of("li", ["Observation"])] == ["Observation/o"]


def test_a_record_nobody_has_is_not_there(store: Store) -> None:
    with pytest.raises(UnknownRecord):
        store.get("Patient", "li")


def test_all_or_none_of_a_batch_is_kept(store: Store) -> None:
    def breaks_off() -> Any:
        yield prepare(found(LI), store.lookup)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_many(breaks_off())
    assert store.counts().patients == 0
    assert put(store, LI, observation("o", "Patient/li")) == ["new", "new"]
    assert names(store.of_patient("li")) == ["Observation/o", "Patient/li"]


def test_counts(store: Store) -> None:
    put(store, LI, WANG, HOSPITAL, resource("Observation", "o"))
    put(store, {**LI, "gender": "male"})
    counts = store.counts()
    assert counts.by_type == {"Observation": 1, "Organization": 1, "Patient": 2}
    assert (counts.patients, counts.shared, counts.held, counts.earlier_versions) == (2, 1, 1, 1)


def test_a_cohort_is_picked_by_the_facts(store: Store) -> None:
    by_number = {"identifier": {"system": IDENTITY_CARD, "value": WANG_NUMBER}}
    asthma = {"code": {"coding": [{"system": "icd", "code": "J45"}]}}
    put(
        store,
        LI,
        WANG,
        resource("Condition", "a", subject=at("Patient/li"), **asthma),
        resource("Condition", "b", subject=by_number, **asthma),
        resource("Condition", "c", subject=at("Patient/zhang")),
    )
    assert [*store.patients()] == ["li", "wang"]
    assert [*store.patients(["Condition"])] == ["li", "wang", "zhang"]
    assert [*store.patients(["Condition"], lambda facts: "icd|J45" in facts.codes)] == ["li", "wang"]


def test_the_roles_of_a_doctor(store: Store) -> None:
    by_number = {"identifier": {"system": IDENTITY_CARD, "value": WANG_NUMBER}}
    put(
        store,
        DOCTOR,
        resource("PractitionerRole", "one", practitioner=at("Practitioner/dr")),
        resource("PractitionerRole", "two", practitioner=by_number),
        resource("PractitionerRole", "other", practitioner=at("Practitioner/else")),
    )
    assert names(store.roles_of("dr")) == ["PractitionerRole/one", "PractitionerRole/two"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 1200), max_size=20))
def test_bodies_come_in_the_order_asked(store: Store, wanted: list[int]) -> None:
    if not store.counts().by_type:
        put(store, *(observation(f"o{n}", "Patient/li") for n in range(1201)))
    refs = [f"Observation/o{n}" for n in wanted]
    assert [*store.bodies(refs)] == [(ref, store.get(*ref.split("/")).body) for ref in refs]


def test_as_many_bodies_as_are_asked_for(store: Store) -> None:
    put(store, *(observation(f"o{n}", "Patient/li") for n in range(1001)))
    refs = [f"Observation/o{n}" for n in reversed(range(1001))]
    assert [ref for ref, _ in store.bodies(refs)] == refs
    assert [*store.bodies([])] == []


@pytest.mark.parametrize(
    "ref", ["Observation/none", "Observation", "", "Observation/nobodys", "observation/o"]
)
def test_a_body_nobody_may_have_is_not_given(store: Store, ref: str) -> None:
    put(store, observation("o", "Patient/li"), resource("Observation", "nobodys"))
    given = store.bodies(["Observation/o", ref])
    with pytest.raises(UnknownRecord):
        list(given)


def test_what_a_record_points_at_can_go_with_it(store: Store) -> None:
    doctor = {"identifier": {"system": IDENTITY_CARD, "value": WANG_NUMBER}, "type": "Practitioner"}
    visit = resource(
        "Encounter",
        "e",
        subject=at("Patient/li"),
        serviceProvider=at("Organization/hospital"),
        participant=[{"individual": doctor}],
        location=[{"location": at("Location/not-held")}],
    )
    order = resource(
        "MedicationRequest", "m", subject=at("Patient/li"), medicationReference=at("Medication/drug"),
        requester=at("Organization/hospital"),
    )  # fmt: skip
    put(store, LI, WANG, HOSPITAL, DOCTOR, DRUG, resource("Organization", "uninvolved"), visit, order)
    assert names(store.shared_with(["Encounter/e", "MedicationRequest/m"])) == [
        "Medication/drug",
        "Organization/hospital",
        "Practitioner/dr",
    ]
    assert names(store.shared_with(["Encounter/e"])) == ["Organization/hospital", "Practitioner/dr"]
    assert store.shared_with([]) == []


def test_what_is_about_a_patient_never_goes_along_unasked(store: Store) -> None:
    """Li's pacemaker and Wang: pointed at, but each is somebody's record and needs a permit of its own."""
    points = observation("o", "Patient/li", device=at("Device/pacemaker"), focus=[at("Patient/wang")])
    put(store, LI, WANG, PACEMAKER, points)
    assert store.get("Device", "pacemaker").reach == Reach.PATIENT
    assert store.shared_with(["Observation/o"]) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([LI, WANG, HOSPITAL, DOCTOR, PACEMAKER]), max_size=8))
def test_the_order_in_which_records_come_in_does_not_matter(store: Store, order: list[Resource]) -> None:
    put(store, *order)
    put(store, LI, WANG, HOSPITAL, DOCTOR, PACEMAKER)
    assert names(store.of_patient(store.patient(LI_NUMBER))) == ["Device/pacemaker", "Patient/li"]
