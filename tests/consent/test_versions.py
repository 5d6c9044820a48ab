"""What counts is what was known, and of two that replace one another the newer."""

import itertools
from typing import Any

import pytest

from consent import Config, decide
from consent.errors import BadCase
from tests.consent.papers import DECLARED, HOSPITAL, ME, Json, ask, deny, item, paper, permit, topic, why

POLICY = [{"uri": "https://platform.example/policy/shared|1"}]


def _version(number: str, known: str, **more: object) -> Json:
    return paper(permit(HOSPITAL)) | {"meta": {"versionId": number, "lastUpdated": known}} | more


GIVEN = _version("1", "2026-03-01T08:00:00.000000+08:00")
TAKEN = _version("2", "2026-03-02T08:00:00.500000+08:00", status="inactive")


@pytest.mark.parametrize(
    ("known_at", "reason"),
    [
        ("2026-03-01T07:59:59.999999+08:00", "NO_CONSENT"),
        ("2026-03-01T08:00:00.000000+08:00", "CONSENT_PERMIT"),
        ("2026-03-02T08:00:00.499999+08:00", "CONSENT_PERMIT"),
        ("2026-03-02T08:00:00.500000+08:00", "CONSENT_WITHDRAWN"),
        ("2026-03-02T08:00:00+08:00", "CONSENT_WITHDRAWN"),
        (None, "CONSENT_WITHDRAWN"),
    ],
)
def test_a_decision_rests_on_what_was_known_then(known_at: str | None, reason: str) -> None:
    for consents in itertools.permutations((GIVEN, TAKEN)):
        assert decide(consents, ask(knownAt=known_at), Config()).reason == reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (_version("1", "2026-01-01"), _version("2", "2026-01-01", status="inactive"), "CONSENT_WITHDRAWN"),
        (_version("2", "2026-01-01"), _version("1", "2026-01-01", status="inactive"), "CONSENT_PERMIT"),
        (_version("9", "2026-01-01"), _version("10", "2026-01-01", status="inactive"), "CONSENT_WITHDRAWN"),
        (_version("", "2026-01-01"), _version("", "2026-01-01", status="inactive"), "CONSENT_WITHDRAWN"),
        (_version("", "2026-01-01"), _version("", "2026-01-01", provision=deny()), "CONSENT_DENY"),
        (paper(permit(HOSPITAL)), _version("", "2026-01-01", provision=deny()), "CONSENT_DENY"),
    ],
)
def test_of_two_versions_of_one_moment_the_higher_number_or_the_stricter(
    one: Json, other: Json, reason: str
) -> None:
    assert decide([one, other], ask(), Config()).reason == reason
    assert decide([other, one], ask(), Config()).reason == reason


def _series(name: str, date: str, **more: object) -> Json:
    return paper(permit(HOSPITAL), name, date=date, policy=POLICY, **more)


@pytest.mark.parametrize(
    ("more", "basis"),
    [
        ({}, ("new",)),
        ({"status": "draft"}, ("old",)),
        ({"status": "entered-in-error"}, ("old",)),
        ({"performer": [{"reference": "Patient/lin"}, {"reference": "RelatedPerson/son"}]}, ("new", "old")),
        ({"organization": [{"reference": "Organization/another"}]}, ("new", "old")),
        ({"policy": [{"uri": "https://platform.example/policy/shared|2"}]}, ("new",)),
        ({"policy": [{"uri": "https://platform.example/policy/other|1"}]}, ("new", "old")),
        ({"dateTime": "2025-01-01"}, ("new", "old")),
    ],
)
def test_a_paper_replaces_an_older_one_of_the_same_series(more: Json, basis: tuple[str, ...]) -> None:
    consents = [_series("old", "2025-01-01"), _series("new", "2026-01-01") | more]
    assert decide(consents, ask(), Config()).basis == basis


def test_papers_that_name_no_policy_replace_nothing() -> None:
    consents = [_series("old", "2025-01-01"), _series("new", "2026-01-01")]
    for one in consents:
        del one["policy"]
    assert decide(consents, ask(), Config()).basis == ("new", "old")


def test_a_consent_of_somebody_else_is_none() -> None:
    others = [paper(permit(HOSPITAL), patient={"reference": "Patient/other"})]
    assert decide(others, ask(), Config()).reason == "NO_CONSENT"
    with pytest.raises(BadCase):
        decide([{"id": "x"}], ask(), Config())


@pytest.mark.attack
@pytest.mark.parametrize(
    "whose",
    [
        None,
        {"display": "Lin"},
        {"reference": f"https://example.org/fhir/{ME}"},
        {"reference": f"{ME}/_history/2"},
        {"reference": f"https://example.org/fhir/{ME}/_history/2"},
    ],
)
@pytest.mark.parametrize("rule", [permit(HOSPITAL), deny()], ids=["permit", "refusal"])
def test_a_consent_that_may_be_the_patient_s_blocks_and_never_permits(whose: Any, rule: Json) -> None:
    """A refusal that is not attributed for certain must not be passed over beside a permit."""
    papers = [paper(permit(HOSPITAL), id="c-0"), paper(rule, patient=whose)]
    assert decide(papers, ask(), Config()).reason == "NON_COMPUTABLE_CONSENT"
    assert decide(papers[1:], ask(), Config()).reason == "NON_COMPUTABLE_CONSENT"


def test_when_all_is_refused_the_most_telling_reason_is_named() -> None:
    rule = permit(HOSPITAL, dataPeriod={"start": "2025"}, provision=[deny(securityLabel=topic("HIV"))])
    shown = [item("A/1", authoredOn="2020-01-01"), item("A/2", "R", ("HIV",)), item("A/3", None)]
    answer = decide([paper(rule)], ask(items=shown), Config())
    assert [one.reason for one in answer.redacted] == ["NOT_COVERED", "CONSENT_DENY", "UNLABELED_DATA"]
    assert answer.reason == "CONSENT_DENY"
    assert answer.rule == "paper provision.provision[0]"


@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "entered-in-error"])
def test_what_was_never_in_force_permits_and_refuses_nothing(status: str) -> None:
    assert decide([paper(permit(HOSPITAL), status=status)], ask(), Config()).reason == "NO_CONSENT"
    beside = [paper(permit(HOSPITAL), date="2020"), paper(deny(), "no", status=status)]
    assert decide(beside, ask(), Config()).reason == "CONSENT_PERMIT"


def test_a_live_consent_about_something_else_does_not_cover_this() -> None:
    other = permit("Organization/elsewhere")
    assert decide([paper(other)], ask(), Config()).reason == "NOT_COVERED"
    ended = paper(other | {"period": {"end": "2026-03-03"}})
    assert decide([ended], ask(), Config()).reason == "NO_CONSENT"


def test_signing_again_repairs_a_consent_nobody_could_decide_by() -> None:
    same = {"policy": [{"uri": "https://platform.example/policy/care|1"}]}
    broken = paper({"purpose": why("TREAT")}, "broken", date="2025-01-01", **same)
    again = paper(permit(HOSPITAL), "again", date="2025-06-01", **same)
    assert decide([broken], ask(), Config()).reason == "NON_COMPUTABLE_CONSENT"
    assert decide([broken, again], ask(), Config()).decision == "permit"


def test_what_nobody_can_decide_by_does_not_take_a_refusal_back() -> None:
    same = {"policy": [{"uri": "https://platform.example/policy/care|1"}]}
    refusal = paper(deny(), "refusal", date="2025-01-01", **same)
    broken = paper({"purpose": why("TREAT")}, "broken", date="2025-06-01", **same)
    assert decide([refusal, broken], ask(), Config()).reason == "CONSENT_DENY"


def test_a_refusal_that_names_one_kind_of_emergency_means_emergencies() -> None:
    refusal = paper(deny(purpose=why("TREAT", "BTG")), "refusal")
    answer = decide([refusal], ask("ETREAT", emergency=DECLARED), Config())
    assert (answer.decision, answer.reason) == ("deny", "EMERGENCY_ACCESS_REFUSED")
