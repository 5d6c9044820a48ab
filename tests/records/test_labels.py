"""What the decision is told about a record: never less restricted than its labels say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.records import ItemFacts, Store, describe
from exchange.records.identifiers import IDENTITY_CARD
from exchange.records.labels import CONFIDENTIALITY
from tests.records.made_up import LI_NUMBER, observation, put, resource

LEVEL = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
TOPIC = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
USE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def labelled(*labels: Any) -> tuple[str | None, tuple[str, ...] | None]:
    facts = describe(observation("o", "Patient/li", meta={"security": list(labels)}))
    return facts.confidentiality, facts.sensitivity


@pytest.mark.parametrize(
    ("labels", "confidentiality", "sensitivity"),
    [
        ([], None, None),  # not labelled: the decision must not take it for harmless
        ([{"system": LEVEL, "code": "N"}], "N", ()),
        ([{"system": LEVEL, "code": "N"}, {"system": LEVEL, "code": "R"}], "R", ()),
        ([{"system": TOPIC, "code": "HIV"}], None, ("HIV",)),
        ([{"system": TOPIC, "code": "HIV"}, {"system": TOPIC, "code": "PSY"}], None, ("HIV", "PSY")),
        ([{"system": USE, "code": "HTEST"}], None, None),
        ([{"system": LEVEL, "code": "X"}], "V", ()),
        ([{"system": LEVEL, "code": "n"}], "V", ()),
        ([{"system": LEVEL}], "V", ()),
        ([{"system": "https://his.example/labels", "code": "VIP"}], "V", ()),
        ([{"code": "N"}], "V", ()),
        ([{"system": TOPIC}], "V", ()),
        ([{"system": {}, "code": []}], "V", ()),
        (["R"], "V", ()),
    ],
)
def test_labels(labels: list[Any], confidentiality: str | None, sensitivity: tuple[str, ...] | None) -> None:
    assert labelled(*labels) == (confidentiality, sensitivity)


label = st.fixed_dictionaries(
    {}, optional={"system": st.sampled_from([LEVEL, TOPIC, USE, "x", ""]), "code": st.sampled_from("ULMNRVX")}
)


@given(st.lists(label), label)
def test_one_more_label_never_makes_a_record_less_restricted(labels: list[Any], more: Any) -> None:
    (before, topics_before), (after, topics_after) = labelled(*labels), labelled(*labels, more)
    assert before is None or (
        after is not None and CONFIDENTIALITY.index(after) >= CONFIDENTIALITY.index(before)
    )
    assert set(topics_before or ()) <= set(topics_after or ())


def test_the_facts_are_an_item_of_a_consent_case() -> None:
    one = observation(
        "o",
        "Patient/li",
        code={"coding": [{"system": "http://loinc.org", "code": "8867-4"}, {"code": "local"}]},
        category=[{"coding": [{"system": "c", "code": "vital-signs"}]}],
        performer=[{"reference": "Practitioner/dr"}],
        effectiveDateTime="2026-02-28",
        encounter={"reference": "Encounter/e"},
        meta={"security": [{"system": LEVEL, "code": "R"}, {"system": TOPIC, "code": "HIV"}]},
    )
    assert describe(one).as_item() == {
        "ref": "Observation/o",
        "class": "Observation",
        "code": ["http://loinc.org|8867-4", "|local", "c|vital-signs"],
        "confidentiality": "R",
        "sensitivity": ["HIV"],
        "author": "Practitioner/dr",
        "authoredOn": "2026-02-28",
        "encounter": "Encounter/e",
    }


def test_what_is_not_known_is_left_out() -> None:
    bare = {"ref": "Observation/o", "class": "Observation", "code": []}
    assert describe(observation("o", "Patient/li")).as_item() == bare


@pytest.mark.parametrize("date", ["2026", "2026-02", "2026-02-28T08:00:00+08:00", "2026-02-28T08:00Z"])
def test_a_date_of_fhir_is_taken_and_other_text_is_not(date: str) -> None:
    one = observation("o", "Patient/li", effectiveDateTime="last week", issued=date)
    assert describe(one).authored_on == date


def test_who_wrote_it_counts_before_who_did_it() -> None:
    one = resource(
        "DocumentReference",
        "d",
        author=[{"reference": "Practitioner/writer"}],
        authenticator={"reference": "Practitioner/chief"},
    )
    assert describe(one).author == "Practitioner/writer"


def test_an_author_given_by_number_is_named_once_the_store_knows_the_person(store: Store) -> None:
    number = {"system": IDENTITY_CARD, "value": LI_NUMBER}
    put(store, observation("o", "Patient/li", performer=[{"identifier": number}]))
    [before] = store.facts_of("li")
    put(store, resource("Practitioner", "dr", identifier=[number]))
    [after] = store.facts_of("li")
    assert (before.author or "").startswith("Practitioner?")
    assert LI_NUMBER not in (before.author or "")
    assert after.author == "Practitioner/dr"


DRUG = {"coding": [{"system": "http://www.whocc.no/atc", "code": "J05AR10"}]}


@pytest.mark.parametrize("drug_first", [True, False])
def test_a_prescription_that_points_at_its_drug_has_the_drugs_codes(store: Store, drug_first: bool) -> None:
    """A patient who hides an HIV drug hides it however the prescription spells it."""
    points = resource(
        "MedicationRequest", "m", subject={"reference": "Patient/li"},
        medicationReference={"reference": "Medication/d"},
    )  # fmt: skip
    drug = resource("Medication", "d", code=DRUG)
    put(store, *((drug, points) if drug_first else (points, drug)))
    assert store.facts_of("li")[0].codes == ("http://www.whocc.no/atc|J05AR10",)
    assert store.get("MedicationRequest", "m").facts.codes == ("http://www.whocc.no/atc|J05AR10",)


def test_a_drug_inside_the_prescription_counts_too() -> None:
    inside = {"resourceType": "Medication", "id": "d", "code": DRUG}
    assert describe(resource("MedicationRequest", "m", contained=[inside])).codes == (
        "http://www.whocc.no/atc|J05AR10",
    )


def test_an_encounter_is_its_own_encounter_and_its_class_is_a_code() -> None:
    facts = describe(resource("Encounter", "e", **{"class": {"system": "s", "code": "EMER"}}))
    assert facts == ItemFacts("Encounter/e", "Encounter", codes=("s|EMER",), encounter="Encounter/e")
