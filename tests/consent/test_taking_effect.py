"""What a permit lacks is told before it is let in: all of it, and nothing that is not lacking."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, decide
from consent.r5 import r5_reading
from consent.taking_effect import lacks
from tests.consent.papers import (
    DOCTOR,
    HOLDER,
    HOSPITAL,
    ME,
    Json,
    ask,
    concept,
    deny,
    extension,
    kind,
    paper,
    permit,
    who,
    why,
)
from tests.consent.wishes_of_anybody import rules

# What a decision can say of a paper alone.
OF_THE_PAPER = {
    "CONSENT_EVIDENCE_MISSING",
    "DELEGATION_NOT_PROVEN",
    "RECIPIENT_NOT_NAMED",
    "SEPARATE_CONSENT_REQUIRED",
}
CATEGORY = paper(deny())["category"]


def codes(consent: Json, config: Config | None = None) -> list[str]:
    return [one.code for one in lacks(consent, config or Config())]


def without(consent: Json, *names: str) -> Json:
    return {name: value for name, value in consent.items() if name not in names}


def test_a_permit_that_has_everything_lacks_nothing() -> None:
    assert codes(paper(permit(HOSPITAL))) == []


@pytest.mark.parametrize(
    ("consent", "lacking", "place"),
    [
        (without(paper(permit(HOSPITAL)), "sourceReference"), "CONSENT_EVIDENCE_MISSING", "Consent.source[x]"),
        (paper(permit(HOSPITAL), performer=[{"reference": DOCTOR}]), "DELEGATION_NOT_PROVEN", "Consent.performer"),
        (paper(permit(HOSPITAL), category=CATEGORY[:2]), "SEPARATE_CONSENT_REQUIRED", "Consent.category"),
        (paper(permit()), "RECIPIENT_NOT_NAMED", "Consent.provision.actor"),
        (
            paper(permit() | {"actor": who(HOSPITAL, role="CST")}),
            "RECIPIENT_NOT_NAMED",
            "Consent.provision.actor",
        ),
        (paper(permit(HOSPITAL), scope=concept("x", "research")), "NOT_COVERED", "Consent.provision.purpose"),
        (paper(permit(HOSPITAL), status="draft"), "NOT_IN_FORCE", "Consent.status"),
        (
            paper(deny(provision=[permit(purposes=("TREAT",))])),
            "RECIPIENT_NOT_NAMED",
            "Consent.provision.provision[0].actor",
        ),
    ],
)  # fmt: skip
def test_what_is_lacking_is_told_with_its_place_in_both_languages(
    consent: Json, lacking: str, place: str
) -> None:
    (one,) = lacks(consent, Config())
    assert (one.code, one.place) == (lacking, place)
    assert one.en.isascii()
    assert any("一" <= sign <= "鿿" for sign in one.zh)


def test_everything_is_told_at_once() -> None:
    consent = without(paper(permit(), category=[CATEGORY[0]]), "sourceReference")
    assert sorted(codes(consent)) == [
        "CONSENT_EVIDENCE_MISSING",
        "RECIPIENT_NOT_NAMED",
        "SEPARATE_CONSENT_REQUIRED",
        "SEPARATE_CONSENT_REQUIRED",
    ]


def test_a_refusal_needs_no_proof() -> None:
    assert codes(without(paper(deny(), category=[CATEGORY[0]]), "sourceReference")) == []


def test_the_keeper_of_the_record_is_no_third_party() -> None:
    own = paper(permit(HOLDER), category=[CATEGORY[0]], organization=[{"reference": HOLDER}])
    assert codes(own) == []
    assert codes(own | {"organization": [{"reference": HOSPITAL}]}) == ["SEPARATE_CONSENT_REQUIRED"] * 2


def test_what_a_site_does_not_demand_is_not_lacking() -> None:
    consent = without(paper(permit()), "sourceReference")
    assert codes(consent, Config(evidence_required=False, named_recipient_required=False)) == []
    terms = {"https://platform.example/policy/paper": "2"}
    assert codes(paper(permit(HOSPITAL)), Config(required_policies=terms)) == ["RECONSENT_REQUIRED"]


def test_proof_of_delegation_is_enough() -> None:
    proof = extension("delegation-evidence", valueReference={"reference": "#proof"})
    assert codes(paper(permit(HOSPITAL), performer=[{"reference": DOCTOR}], extension=[proof])) == []


@settings(max_examples=100)
@given(
    st.sampled_from((HOSPITAL, "")),
    st.sampled_from(("IRCP", "PRCP", "CAGNT")),
    st.sampled_from((("TREAT",), ("COC",), ("HPAYMT",), ("PATRQT",))),
    st.sets(st.sampled_from(("sourceReference", "performer")), max_size=2),
    st.sampled_from((ME, DOCTOR, "RelatedPerson/r")),
    st.integers(1, 3),
)
def test_a_decision_misses_nothing_that_was_not_told(
    recipient: str, role: str, purposes: tuple[str, ...], left_out: set[str], signer: str, categories: int
) -> None:
    actor = {"actor": who(recipient, role=role)} if recipient else {}
    consent = paper(permit(purposes=purposes) | actor, category=CATEGORY[:categories])
    consent = without(consent | {"performer": [{"reference": signer}]}, *left_out)
    told = set(codes(consent))
    answer = decide([consent], ask(purposes[0]), Config())
    if answer.decision == "permit":
        assert told == set()
    else:
        assert answer.reason in OF_THE_PAPER
        assert answer.reason in told


@given(rules)
def test_what_is_lacking_can_be_told_of_any_rules(rule: Json) -> None:
    assert all(one.code in OF_THE_PAPER | {"NOT_COVERED"} for one in lacks(paper(rule), Config()))


@pytest.mark.parametrize(
    ("rule", "decision"),
    [
        (permit(HOSPITAL), "deny"),
        (deny(purpose=why("HMARKT")), "permit"),
        (deny(), "deny"),
        (deny(provision=[permit(HOSPITAL)]), "deny"),
        (
            permit(HOSPITAL, provision=[deny(actor=who(DOCTOR), provision=[permit(purposes=("BTG",))])]),
            "deny",
        ),
        (permit(HOSPITAL, provision=[permit(DOCTOR)]), ""),
        (permit(HOSPITAL, provision=[deny(provision=[deny(actor=who(DOCTOR))])]), ""),
    ],
)
def test_the_reading_of_r5_is_told_or_that_there_is_none(rule: Json, decision: str) -> None:
    reading = r5_reading(paper(rule))
    assert reading.decision == decision
    assert ("cannot be said" in reading.en) is (decision == "")
    assert ("无法表达" in reading.zh) is (decision == "")


@given(rules)
def test_r5_says_the_same_wherever_it_can_say_it(rule: Json) -> None:
    """Read the R5 way - whose turn it is decides yes or no - the rules come out as they are written."""
    reading = r5_reading(paper(rule))
    if not reading.decision:
        return
    everything = set(rule) <= {"type", "provision"}
    root = rule["type"] if everything else {"permit": "deny", "deny": "permit"}[rule["type"]]
    assert reading.decision == root
    assert _turns(rule, rule["type"])


def _turns(rule: Json, expected: str) -> bool:
    after = {"permit": "deny", "deny": "permit"}[expected]
    return rule["type"] == expected and all(_turns(one, after) for one in rule.get("provision", ()))


def test_a_kind_named_by_the_permit_is_no_reason_to_lack_anything() -> None:
    assert codes(paper(permit(HOSPITAL) | {"class": kind("Observation")})) == []
