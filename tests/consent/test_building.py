"""What a person wishes becomes a valid FHIR Consent that decides exactly so."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.consent import Consent
from hypothesis import given
from hypothesis import strategies as st

from consent import Config, Paper, Wish, build_consent, computable, decide, withdraw
from consent.codes import role_group
from consent.errors import BadWish, ConsentNotComputable, WithdrawnAlready
from tests.consent.papers import DOCTOR, HOSPITAL, ME, Json, ask, item

SIGNED = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)
FORM = Paper(title="form.pdf", content_type="application/pdf", content=b"%PDF signed")
WISH = Wish(
    patient=ME,
    recipients=(HOSPITAL,),
    purposes=("TREAT",),
    confirmed=("sensitive", "third-party"),
    evidence=FORM,
)


def _answer(wish: Wish, **asked: Any) -> str:
    purpose = asked.pop("purpose", "TREAT")
    return decide([_built(wish)], ask(purpose, **asked), Config()).reason


def _built(wish: Wish) -> Json:
    made = build_consent(wish, consent_id="c-1", at=SIGNED)
    Consent.model_validate(made)
    return made


def test_a_plain_wish_permits_what_it_says_and_nothing_else() -> None:
    assert _answer(WISH) == "CONSENT_PERMIT"
    assert _answer(WISH, actor={"organization": "Organization/elsewhere"}) == "NOT_COVERED"
    assert _answer(WISH, purpose="HPAYMT") == "NOT_COVERED"


@pytest.mark.parametrize(
    ("wish", "asked", "reason"),
    [
        ({"recipients": (DOCTOR,)}, {}, "CONSENT_PERMIT"),
        ({"regions": ("330100",)}, {}, "CONSENT_PERMIT"),
        ({"regions": ("320500",)}, {}, "NOT_COVERED"),
        ({"roles": ("nurse",)}, {"actor": {"memberOf": [role_group("nurse")]}}, "CONSENT_PERMIT"),
        ({"roles": ("nurse",)}, {"actor": {"memberOf": [role_group("physician")]}}, "NOT_COVERED"),
        ({"roles": ("nurse",)}, {}, "NOT_COVERED"),
        ({"classes": ("Observation",)}, {"items": [item("Condition/1")]}, "NOT_COVERED"),
        ({"codes": ("http://loinc.org|718-7",)}, {"items": [item("A/1", code=["|718-7"])]}, "NOT_COVERED"),
        ({"confidentiality": "N"}, {"items": [item("A/1", "R")]}, "NOT_COVERED"),
        ({"sensitivities": ("PSY",)}, {"items": [item("A/1", "R", ("PSY",))]}, "CONSENT_PERMIT"),
        (
            {"sensitivities": ("PSY",), "confidentiality": "R"},
            {"items": [item("A/1", "V", ("PSY",))]},
            "CONSENT_DENY",
        ),
        (
            {"sensitivities": ("PSY",), "confidentiality": "R"},
            {"items": [item("A/1", "R", ("PSY",))]},
            "CONSENT_PERMIT",
        ),
        ({"except_sensitivities": ("HIV",)}, {"items": [item("A/1", "R", ("HIV",))]}, "CONSENT_DENY"),
        ({"except_classes": ("Media",)}, {"items": [item("Media/1")]}, "CONSENT_DENY"),
        (
            {"except_codes": ("http://loinc.org|1-1",)},
            {"items": [item("A/1", code=["|1-1"])]},
            "CONSENT_DENY",
        ),
        ({"except_recipients": (DOCTOR,)}, {}, "CONSENT_DENY"),
        ({"starts": "2026-03-05"}, {}, "CONSENT_NOT_YET_VALID"),
        ({"ends": "2026-03-04"}, {}, "CONSENT_PERMIT"),
        ({"ends": "2026-03-03"}, {}, "CONSENT_EXPIRED"),
        ({"data_until": "2024"}, {"items": [item("A/1", authoredOn="2025-01-01")]}, "NOT_COVERED"),
        ({"data_since": "2025"}, {"items": [item("A/1", authoredOn="2025-01-01")]}, "CONSENT_PERMIT"),
        ({"actions": ("access",)}, {"action": "disclose"}, "NOT_COVERED"),
        ({}, {"onward": True}, "ONWARD_SHARING_NOT_PERMITTED"),
        ({"onward": True}, {"onward": True}, "CONSENT_PERMIT"),
        ({"deidentify": True}, {}, "DEIDENTIFICATION_REQUIRED"),
        ({"confirmed": ("sensitive",)}, {}, "SEPARATE_CONSENT_REQUIRED"),
        ({"evidence": None}, {}, "CONSENT_EVIDENCE_MISSING"),
        ({"evidence": None, "channel": "portal"}, {}, "CONSENT_PERMIT"),
        ({"grantor": "RelatedPerson/son", "proof": FORM}, {}, "CONSENT_PERMIT"),
        ({"policy": "https://platform.example/policy/x|2"}, {}, "CONSENT_PERMIT"),
        ({"scope": "treatment"}, {}, "CONSENT_PERMIT"),
        ({"refuse": True}, {}, "CONSENT_DENY"),
        ({"refuse": True, "purposes": (), "recipients": ()}, {}, "CONSENT_DENY"),
        ({"refuse": True, "roles": ("nurse",)}, {}, "CONSENT_DENY"),
        (
            {"refuse": True, "roles": ("nurse",)},
            {"actor": {"memberOf": [role_group("physician")]}},
            "NOT_COVERED",
        ),
    ],
)
def test_every_word_of_a_wish_counts(wish: dict[str, Any], asked: dict[str, Any], reason: str) -> None:
    assert _answer(replace(WISH, **wish), **asked) == reason


RESEARCH = replace(
    WISH,
    recipients=("Organization/institute",),
    purposes=("HRESCH",),
    uses=("DUO:0000007", "MONDO:0005015"),
    study="sugar",
)
STUDY = {"study": "ResearchStudy/sugar", "use": ["DS"], "disease": ["MONDO:0005015"]}


@pytest.mark.parametrize(
    ("study", "reason"),
    [
        ({}, "CONSENT_PERMIT"),
        ({"study": "ResearchStudy/salt"}, "PROJECT_NOT_COVERED"),
        ({"disease": ["MONDO:0004979"]}, "RESEARCH_USE_NOT_COVERED"),
        ({"use": ["HMB"]}, "RESEARCH_USE_NOT_COVERED"),
    ],
)
def test_research_is_permitted_for_the_study_and_the_disease_meant(study: Json, reason: str) -> None:
    asker = {"organization": "Organization/institute"}
    assert _answer(RESEARCH, purpose="HRESCH", actor=asker, research=STUDY | study) == reason
    assert _built(RESEARCH)["scope"]["coding"][0]["code"] == "research"


@pytest.mark.parametrize(
    "senseless",
    [
        {"patient": ""},
        {"recipients": ()},
        {"purposes": ()},
        {"confirmed": ("everything",)},
        {"refuse": True, "except_classes": ("Media",)},
        {"refuse": True, "except_sensitivities": ("HIV",)},
        {"grantor": "RelatedPerson/son"},
    ],
)
def test_a_wish_that_says_too_little_or_too_much_is_sent_back(senseless: dict[str, Any]) -> None:
    with pytest.raises(BadWish):
        _built(replace(WISH, **senseless))


@pytest.mark.parametrize(
    "broken",
    [{"ends": "31.12.2026"}, {"starts": "2026-05-01", "ends": "2026-04-01"}, {"regions": ("Suzhou",)}],
)
def test_a_wish_no_machine_can_read_is_sent_back_naming_the_element(broken: dict[str, Any]) -> None:
    with pytest.raises(ConsentNotComputable, match="provision"):
        _built(replace(WISH, **broken))


def test_a_signed_form_is_kept_by_name_and_digest_only() -> None:
    kept = _built(WISH)["sourceAttachment"]
    assert kept["title"] == "form.pdf"
    assert base64.b64decode(kept["hash"]) == hashlib.sha1(FORM.content).digest()
    assert "data" not in kept


def test_without_a_form_the_words_that_were_shown_are_kept() -> None:
    named = {(HOSPITAL, "zh"): "玉枫医院", (HOSPITAL, "en"): "Yufeng Hospital"}
    wish = replace(WISH, evidence=None, channel="portal")
    made = build_consent(
        wish, consent_id="c-1", at=SIGNED, name_of=lambda reference, lang: named.get((reference, lang))
    )
    shown = base64.b64decode(made["sourceAttachment"]["data"]).decode()
    assert shown.startswith("您同意玉枫医院为看病查看您的记录。")
    assert "\nYou allow Yufeng Hospital to see your record for your care." in shown


def test_taking_back_keeps_who_when_why_and_how() -> None:
    given_ = _built(WISH)
    taken = withdraw(given_, at=SIGNED, by=ME, reason="moved away", channel="portal")
    Consent.model_validate(taken)
    assert given_["status"] == "active"
    assert taken["status"] == "inactive"
    told = {part["url"]: part for part in taken["extension"][-1]["extension"]}
    assert told["by"]["valueReference"]["reference"] == ME
    assert (told["reason"]["valueString"], told["channel"]["valueString"]) == ("moved away", "portal")
    with pytest.raises(WithdrawnAlready):
        withdraw(taken, at=SIGNED, by=ME)


def test_two_wishes_stand_side_by_side() -> None:
    first = _built(WISH)
    second = build_consent(
        replace(WISH, recipients=("Organization/elsewhere",)), consent_id="c-2", at=SIGNED.replace(year=2027)
    )
    assert decide([first, second], ask(at="2027-03-04"), Config()).basis == ("c-1",)


_names = st.sampled_from(("Organization/a", "Practitioner/b", "Group/c"))
_wishes = st.builds(
    Wish,
    patient=st.just(ME),
    refuse=st.booleans(),
    recipients=st.lists(_names, min_size=1, max_size=3).map(tuple),
    roles=st.lists(st.sampled_from(("nurse", "physician")), max_size=1).map(tuple),
    regions=st.lists(st.sampled_from(("330100", "110000")), max_size=2).map(tuple),
    purposes=st.lists(st.sampled_from(("TREAT", "HRESCH", "BTG")), min_size=1, max_size=2).map(tuple),
    classes=st.lists(st.sampled_from(("Observation", "Media")), max_size=2).map(tuple),
    codes=st.lists(st.sampled_from(("http://loinc.org|1-1", "E11")), max_size=2).map(tuple),
    sensitivities=st.lists(st.sampled_from(("HIV", "PSY")), max_size=2).map(tuple),
    confidentiality=st.sampled_from(("", "U", "N", "V")),
    starts=st.sampled_from(("", "2026-01-01")),
    ends=st.sampled_from(("", "2027", "2027-01-01T10:00:00+08:00")),
    uses=st.lists(st.sampled_from(("DUO:0000042", "DUO:0000007", "MONDO:1")), max_size=2).map(tuple),
    confirmed=st.lists(st.sampled_from(("sensitive", "cross-border")), max_size=2).map(tuple),
    onward=st.booleans(),
    deidentify=st.booleans(),
    channel=st.sampled_from(("", "counter")),
    evidence=st.sampled_from((None, FORM)),
)


@given(_wishes)
def test_every_wish_becomes_valid_fhir_that_can_be_computed(wish: Wish) -> None:
    assert computable(_built(wish)) is None
