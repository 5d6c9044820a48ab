"""What cannot be computed is told by its element, and blocks instead of being guessed."""

from typing import Any

import pytest

from consent import Config, computable, decide
from tests.consent.papers import HOSPITAL, Json, ask, concept, deny, extension, paper, permit, who

GOOD = permit(HOSPITAL)


def _rule(**more: Any) -> Json:
    return paper(GOOD | more)


BROKEN: dict[str, Json] = {
    "Consent.status": paper(GOOD, status="enabled"),
    "Consent.id": {name: value for name, value in paper(GOOD).items() if name != "id"},
    "Consent.scope": paper(GOOD, scope=concept("x", "everything")),
    "Consent.scope.coding": paper(GOOD, scope={"text": "privacy"}),
    "Consent.decision": paper(GOOD, decision="deny"),
    "Consent.modifierExtension": paper(GOOD, modifierExtension=[{"url": "x"}]),
    "Consent.implicitRules": paper(GOOD, implicitRules="https://elsewhere.example/rules"),
    "Consent.dateTime": paper(GOOD, dateTime="last week"),
    "Consent.performer[0].reference": paper(GOOD, performer=[{"display": "her son"}]),
    "Consent.extension[0]": paper(GOOD, extension=[extension("deidentify-required", valueBoolean=True)]),
    "Consent.extension[0].valueCode": paper(
        GOOD, extension=[extension("geographic-limit", valueString="CN")]
    ),
    "Consent.patient.reference": paper(GOOD, patient={"display": "Lin"}),
    "Consent.category[0]": paper(GOOD, category=[True]),
    "Consent.category[0].coding": paper(GOOD, category=[{"coding": -1}]),
    "Consent.category[0].coding[0]": paper(GOOD, category=[{"coding": ["59284-0"]}]),
    "Consent.organization[0].reference": paper(GOOD, organization=[{"reference": "#contained"}]),
    "provision": paper(None),
    "provision.type": paper({"purpose": GOOD["purpose"]}),
    "provision.provision[0].type": _rule(provision=[{"purpose": GOOD["purpose"]}]),
    "provision.unless": _rule(unless="it rains"),
    "provision.actor": _rule(actor=[]),
    "provision.actor[0].reference.reference": _rule(actor=[{"reference": {"display": "the hospital"}}]),
    "provision.provision[0].actor[0].reference.reference": _rule(
        provision=[deny(actor=who("https://example.org/fhir/Practitioner/p"))]
    ),
    "provision.data[0].reference.reference": _rule(
        data=[{"meaning": "instance", "reference": {"reference": "Observation/1/_history/2"}}]
    ),
    "provision.extension[0].url": _rule(
        extension=[{"url": "https://example.org/StructureDefinition/recipient-region", "valueCode": "320500"}]
    ),
    "provision.actor[0].role.coding": _rule(actor=[{"role": {"text": "recipient"}, "reference": {}}]),
    "provision.actor[0].except": _rule(actor=[{"reference": {"reference": "A/1"}, "except": True}]),
    "provision.purpose[0].code": _rule(purpose=[{"display": "care"}]),
    "provision.class[0].system": _rule(**{"class": [{"system": "urn:ietf:bcp:13", "code": "text/xml"}]}),
    "provision.code[0].coding": _rule(code=[{"text": "HIV test"}]),
    "provision.securityLabel[0].code": _rule(
        securityLabel=[{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "X"}]
    ),
    "provision.period": _rule(period={"start": "2026", "end": "2025"}),
    "provision.dataPeriod": _rule(dataPeriod={"end": "soon"}),
    "provision.data[0].meaning": _rule(data=[{"meaning": "about", "reference": {"reference": "A/1"}}]),
    "provision.extension[0].valueCode": _rule(extension=[extension("recipient-region", valueCode="Suzhou")]),
    "provision.extension[0].valueBoolean": _rule(extension=[extension("onward-sharing", valueBoolean="no")]),
    "provision.extension[0]": _rule(
        extension=[extension("research-study", valueReference={"reference": "ResearchStudy/s"})]
    ),
}


@pytest.mark.parametrize("place", BROKEN)
def test_the_element_is_named(place: str) -> None:
    assert str(computable(BROKEN[place])).rpartition(" is ")[0] == place or str(
        computable(BROKEN[place])
    ).startswith(f"{place} ")


@pytest.mark.parametrize("place", BROKEN)
def test_it_blocks_even_beside_a_good_permit(place: str) -> None:
    consents = [paper(GOOD, "good"), BROKEN[place]]
    assert decide(consents, ask(), Config()).reason == "NON_COMPUTABLE_CONSENT"


def test_rules_nested_without_end_are_not_followed() -> None:
    rule = deny()
    for _ in range(40):
        rule = deny(provision=[rule])
    assert "nested more than 16 deep" in str(computable(paper(rule)))


def test_what_is_not_in_force_may_be_unreadable() -> None:
    draft = BROKEN["provision.type"] | {"status": "draft"}
    assert decide([paper(GOOD, "good"), draft], ask(), Config()).decision == "permit"


def test_a_newest_version_with_an_unreadable_time_is_not_passed_over() -> None:
    old = paper(GOOD) | {"meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}
    new = paper(GOOD) | {"meta": {"lastUpdated": "today"}, "status": "inactive"}
    assert decide([old, new], ask(), Config()).decision == "deny"


def test_extensions_of_others_and_words_beside_codes_do_no_harm() -> None:
    consent = paper(
        GOOD | {"extension": [{"url": "https://elsewhere.example/note", "valueString": "x"}]},
        extension=[extension("channel", valueString="counter")],
        text={"status": "generated", "div": "<div/>"},
        _status={"extension": []},
    )
    assert computable(consent) is None
    assert decide([consent], ask(), Config()).decision == "permit"
