"""Who may permit: the patient, a guardian for a child, somebody with proof. Anybody may refuse."""

from typing import Any

import pytest

from consent import Config, decide
from tests.consent.papers import HOSPITAL, ME, Json, ask, deny, extension, paper, permit

PROOF = [extension("delegation-evidence", valueReference={"reference": "DocumentReference/poa"})]
MOTHER, FATHER, SON = "RelatedPerson/mother", "RelatedPerson/father", "RelatedPerson/son"


def _reason(born: str | None, signers: list[str], date: str = "2026-02-03", **more: Any) -> str:
    config = more.pop("config", Config())
    at = more.pop("at", "2026-03-04T09:30:00+08:00")
    signed = paper(permit(HOSPITAL), date=date, performer=[{"reference": one} for one in signers], **more)
    patient: Json = {"reference": ME} | ({"birthDate": born} if born else {})
    return decide([signed], ask(patient=patient, at=at), config).reason


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("2012-02-04", "GUARDIAN_CONSENT_REQUIRED"),
        ("2012-02-03", "CONSENT_PERMIT"),
        ("2012-02", "GUARDIAN_CONSENT_REQUIRED"),
        ("2012", "GUARDIAN_CONSENT_REQUIRED"),
        ("2011", "CONSENT_PERMIT"),
    ],
)
def test_a_child_signs_alone_from_the_fourteenth_birthday_on(born: str, reason: str) -> None:
    assert _reason(born, [ME]) == reason


def test_the_site_may_ask_for_more_years() -> None:
    assert (
        _reason("2010-01-01", [ME], config=Config(guardian_required_under=18)) == "GUARDIAN_CONSENT_REQUIRED"
    )


def test_a_child_and_a_guardian_sign_together() -> None:
    assert _reason("2015-01-01", [ME, MOTHER]) == "CONSENT_PERMIT"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-03-04T23:59:59+08:00", "CONSENT_PERMIT"),
        ("2026-03-04T16:00:00Z", "GUARDIAN_CONSENT_LAPSED"),
        ("2026-03-05T00:00:00+08:00", "GUARDIAN_CONSENT_LAPSED"),
    ],
)
def test_a_guardians_word_ends_with_the_first_minute_of_the_eighteenth_birthday(at: str, reason: str) -> None:
    assert _reason("2008-03-05", [MOTHER], at=at) == reason


def test_a_birthday_known_to_the_year_only_lapses_with_the_year() -> None:
    assert _reason("2008", [MOTHER], date="2024-01-01") == "GUARDIAN_CONSENT_LAPSED"


@pytest.mark.parametrize(
    ("born", "signers", "reason"),
    [
        ("2008-02-03", [MOTHER], "DELEGATION_NOT_PROVEN"),
        ("1940-01-01", [SON], "DELEGATION_NOT_PROVEN"),
        ("1940-01-01", [ME, SON], "CONSENT_PERMIT"),
        (None, [ME], "CONSENT_PERMIT"),
        (None, [SON], "DELEGATION_NOT_PROVEN"),
        (None, ["Patient/mother"], "CONSENT_PERMIT"),
        (None, ["Patient/mother", FATHER], "DELEGATION_NOT_PROVEN"),
    ],
)
def test_who_signs_for_a_grown_up_must_show_that_they_may(
    born: str | None, signers: list[str], reason: str
) -> None:
    assert _reason(born, signers) == reason
    assert _reason(born, signers, extension=PROOF) == "CONSENT_PERMIT"


@pytest.mark.parametrize("signer", ["Practitioner/dr", "Organization/holder", "Device/robot"])
def test_only_a_relative_or_somebody_with_a_paper_is_a_child_s_guardian(signer: str) -> None:
    assert _reason("2020-01-01", [signer]) == "GUARDIAN_CONSENT_REQUIRED"
    assert _reason("2020-01-01", [signer, MOTHER]) == "CONSENT_PERMIT"
    assert _reason("2020-01-01", [signer], extension=PROOF) == "CONSENT_PERMIT"


@pytest.mark.parametrize("signed", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize("signer", [ME, MOTHER])
def test_at_either_end_of_the_calendar_there_is_an_answer(signed: str, at: str, signer: str) -> None:
    consent = paper(permit(HOSPITAL), date=signed, performer=[{"reference": signer}])
    assert decide([consent], ask(at=at), Config()).decision in ("permit", "deny")


def test_who_signed_nowhere_is_taken_for_the_patient() -> None:
    unsigned = paper(permit(HOSPITAL))
    del unsigned["performer"]
    assert decide([unsigned], ask(), Config()).reason == "CONSENT_PERMIT"


@pytest.mark.parametrize("signer", [MOTHER, SON, "Organization/holder"])
def test_a_refusal_needs_nobodys_proof(signer: str) -> None:
    no = paper(
        deny(), performer=[{"reference": signer}], policy=[{"uri": "https://platform.example/policy/p|0"}]
    )
    del no["sourceReference"]
    config = Config(required_policies={"https://platform.example/policy/p": "1"})
    assert decide([no, paper(permit(HOSPITAL), "old", date="2020")], ask(), config).reason == "CONSENT_DENY"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://platform.example/policy/p|2", "CONSENT_PERMIT"),
        ("https://platform.example/policy/p|1", "RECONSENT_REQUIRED"),
        ("https://platform.example/policy/p", "RECONSENT_REQUIRED"),
        ("https://platform.example/policy/q|1", "CONSENT_PERMIT"),
    ],
)
def test_new_terms_are_asked_about_again(uri: str, reason: str) -> None:
    config = Config(required_policies={"https://platform.example/policy/p": "2"})
    assert decide([paper(permit(HOSPITAL), policy=[{"uri": uri}])], ask(), config).reason == reason


@pytest.mark.parametrize(
    ("date", "reason"),
    [("2026-03-04T09:30:00+08:00", "CONSENT_PERMIT"), ("2026-03-04T09:30:01+08:00", "CONSENT_NOT_YET_VALID")],
)
def test_a_permit_counts_from_the_second_it_was_signed(date: str, reason: str) -> None:
    assert _reason("1971-11-23", [ME], date=date) == reason
