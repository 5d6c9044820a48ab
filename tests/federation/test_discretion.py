"""What another region can learn of a patient from the answers it gets: nothing but what it may have."""

from dataclasses import replace
from pathlib import Path

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import Config, Wish, decide
from consent.reasons import OBSTACLES, OTHER_REFUSALS
from exchange.consenting import grant, revoke
from exchange.decisions.explaining import explain
from exchange.decisions.replaying import replay
from exchange.federation.answering import answer
from exchange.federation.discretion import told_no
from exchange.federation.messages import Answer
from exchange.intake import take_in
from exchange.path.judging import is_settled
from exchange.path.release import Refused, release
from exchange.path.request import Request
from exchange.path.verdict import Verdict
from exchange.path.wording import because_consent
from exchange.records.errors import AmbiguousPatient
from ledger import Recorded
from tests.consent.papers import Json
from tests.consent.wishes_of_anybody import papers, questions
from tests.federation.asking import Two, question, request
from tests.federation.nodes import SHARED_NUMBER, SILENT, TWINS

NOBODY = "p-404"
DEAD, ENDED, SICK = "p-41", "p-42", "p-43"
HOSPITAL = "Organization/zh-first-hospital"
TOLD = {
    "NO_CONSENT",
    "CONSENT_WITHDRAWN",
    "CONSENT_EXPIRED",
    "BREAK_GLASS_NOT_AUTHORIZED",
    "BREAK_GLASS_REASON_REQUIRED",
    "INCOMPLETE_REQUEST",
}
FAMILY_DOCTOR = {
    "id": "zh-fd-001",
    "name": "",
    "role": "family-doctor",
    "organisation": "zh-community-centre",
    "on_behalf_of": "",
}
PHYSICIAN = FAMILY_DOCTOR | {"id": "zh-dr-001", "role": "physician", "organisation": "zh-first-hospital"}
COLLEAGUE = PHYSICIAN | {"id": "zh-dr-002"}
UNAUTHORISED = {"purpose": "ETREAT", "emergency_reason": "昏迷", "actor": FAMILY_DOCTOR}


@pytest.fixture(scope="module")
def region(two: Two, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """The two nodes, and at the holder somebody who has died, somebody whose consents end, somebody with a secret."""
    numbers = {DEAD: "110105194002010013", ENDED: "110105198801010016", SICK: "110105198801010024"}
    people = [_person(name, number) for name, number in numbers.items()]
    people[0]["deceasedDateTime"] = "2026-01-01"
    secret = {
        "resourceType": "Condition",
        "id": "d-43",
        "meta": {"security": [_label("v3-Confidentiality", "R"), _label("v3-ActCode", "HIV")]},
        "subject": {"reference": f"Patient/{SICK}"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}]},
    }
    source: Path = tmp_path_factory.mktemp("more") / "records.ndjson"
    source.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in (*people, secret)))
    report, _ = take_in(two.holder.node(), [source])
    assert report.rejected.total() == 0
    # The first decision puts the rules it goes by on record.
    _told(two, patient=NOBODY)
    return two


def _person(name: str, number: str) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": name,
        "meta": {"security": [_label("v3-Confidentiality", "N")]},
        "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": number}],
        "gender": "female",
        "birthDate": "1940-02-01" if name == DEAD else "1988-01-01",
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    }


def _label(system: str, code: str) -> dict[str, str]:
    return {"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}


def _told(two: Two, **asked: object) -> tuple[Answer, tuple[Recorded, ...]]:
    """What Zhuhai is told, and what it left in the ledger of Kunshan."""
    node = two.holder.node()
    before = node.log.size
    said = answer(question(two, **asked), two.holder.peers.by_id("zh"), node.office)
    return said, tuple(node.log.scan(before))


def _words(said: Answer) -> Answer:
    """The answer without what differs from answer to answer."""
    bundle = orjson.loads(said.record or b"null")
    plain = msgspec.Raw(orjson.dumps(bundle | {"id": ""}) if bundle else b"null")
    return msgspec.structs.replace(said, request="", entry="", receipt="", salt="", bundle=plain)


def _shapes(entries: tuple[Recorded, ...]) -> list[tuple[object, ...]]:
    """What the ledger says in the clear of each, without names that are always new."""
    return [
        (one.subtype, one.phase, one.outcome, one.decision, one.why, one.obligations, one.count, one.policy)
        for one in (found.entry for found in entries)
    ]


@pytest.mark.attack
def test_asking_for_what_is_hidden_is_answered_like_asking_for_what_is_not_there(region: Two) -> None:
    hidden, kept = _told(region, classes=["Condition"])
    nothing, none = _told(region, classes=["Procedure"])
    assert (hidden.permit, hidden.count) == (True, 0)
    assert _words(hidden) == _words(nothing)
    assert len(hidden.receipt) == pytest.approx(len(nothing.receipt), abs=200)
    assert _shapes(kept) == _shapes(none)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ({"except_sensitivities": ("HIV",)}, False),
        ({"confidentiality": "N"}, False),
        ({"confirmed": ("third-party",)}, False),
        ({"confirmed": ("third-party",), "confidentiality": "N"}, False),
        ({"confidentiality": "N"}, True),
    ],
    ids=str,
)
def test_a_label_that_is_hidden_shows_by_no_class(region: Two, more: dict[str, object], ends: bool) -> None:
    node = region.holder.node()
    said = {"recipients": (HOSPITAL,), "purposes": ("TREAT",), "confirmed": ("sensitive", "third-party")}
    given = grant(node, SICK, Wish(**(said | more)), by=f"Patient/{SICK}")  # type: ignore[arg-type]  # any wish
    if ends:
        revoke(node, SICK, given.consent_id, by=f"Patient/{SICK}")
    hidden, _ = _told(region, patient=SICK, classes=["Condition"])
    nothing, _ = _told(region, patient=SICK, classes=["Procedure"])
    assert _words(hidden) == _words(nothing)
    if not ends:
        revoke(node, SICK, given.consent_id, by=f"Patient/{SICK}")


def test_what_was_kept_back_is_sealed_beside_the_decision_and_it_can_be_made_again(region: Two) -> None:
    office = region.holder.office()
    _, (intent, *_) = _told(region, classes=["Condition"])
    page = explain(office, intent.id)
    assert [(one.code, one.count, one.classes) for one in page.story.withheld()] == [
        ("CONSENT_DENY", 1, ("Condition",))
    ]
    assert page.story.details.told["kept_back"] == [["Condition/d-1", "CONSENT_DENY"]]
    assert any("as if none had been seen" in line for line in page.lines("en"))
    assert "items" not in page.story.consent["case"]
    assert replay(office, intent.id).same


def test_our_own_people_are_still_told_how_much_is_kept_from_them(region: Two) -> None:
    office = region.holder.office()
    ours = replace(request(region, classes=("Condition",)).actor, vouched_by="ks")
    found = release(request(region, classes=("Condition",), actor=ours), office, lambda _: None)
    assert isinstance(found, Refused)
    assert found.verdict.code == "CONSENT_DENY"


@pytest.mark.attack
@pytest.mark.parametrize("asked", [{}, UNAUTHORISED, {"others": [COLLEAGUE]}], ids=str)
@pytest.mark.parametrize("patient", [SILENT, DEAD, SHARED_NUMBER])
def test_nobody_who_never_agreed_is_told_apart_from_a_stranger(
    region: Two, patient: str, asked: dict[str, object]
) -> None:
    stranger, strange = _told(region, patient=NOBODY, **asked)
    known, entries = _told(region, patient=patient, **asked)
    assert not known.permit
    assert _words(known) == _words(stranger)
    assert len(entries) == len(strange)


def test_here_a_number_held_twice_is_told(region: Two) -> None:
    ours = replace(request(region).actor, vouched_by="ks")
    with pytest.raises(AmbiguousPatient):
        release(request(region, patient=SHARED_NUMBER, actor=ours), region.holder.office(), lambda _: None)
    assert len(TWINS) == 2


@pytest.mark.attack
@pytest.mark.parametrize("code", [*OBSTACLES, *OTHER_REFUSALS])
def test_of_all_that_consent_says_a_region_hears_six_reasons_at_most(region: Two, code: str) -> None:
    """Whatever reason is added to consent later is not told before somebody has thought about it."""
    one = request(region)
    told = told_no(_refused(region, one, code), one, region.holder.office())
    assert {reason.code for reason in told} <= TOLD
    if code not in TOLD:
        assert [reason.code for reason in told] == ["NO_CONSENT"]


def _refused(two: Two, one: Request, code: str) -> Refused:
    found = release(replace(one, purpose="HPAYMT"), two.holder.office(), lambda _: None)
    assert isinstance(found, Refused)
    verdict: Verdict = found.verdict.refused(because_consent(code))
    return Refused(verdict=verdict, entry=found.entry)


def test_a_reason_of_the_policy_is_told(region: Two) -> None:
    one = request(region)
    refused = _refused(region, one, "GRASSROOTS_NEEDS_REFERRAL")
    assert [reason.code for reason in told_no(refused, one, region.holder.office())] == [
        "GRASSROOTS_NEEDS_REFERRAL"
    ]


@pytest.mark.attack
def test_that_a_consent_was_taken_back_is_told_only_to_those_it_named(region: Two) -> None:
    """A consent for everybody of the region, taken back: that there was one is no business of theirs."""
    node = region.holder.node()
    codes = []
    for recipient in ("Group/role-physician", HOSPITAL):
        wish = Wish(recipients=(recipient,), purposes=("TREAT",), confirmed=("sensitive", "third-party"))
        given = grant(node, ENDED, wish, by=f"Patient/{ENDED}")
        revoke(node, ENDED, given.consent_id, by=f"Patient/{ENDED}")
        told, entries = _told(region, patient=ENDED)
        codes.append((told.code, entries[-1].entry.why))
    assert codes == [("NO_CONSENT", "CONSENT_WITHDRAWN"), ("CONSENT_WITHDRAWN", "CONSENT_WITHDRAWN")]


@pytest.mark.attack
def test_a_large_record_of_somebody_silent_is_not_looked_through(region: Two) -> None:
    """The time it takes would tell that there is one; what is not looked at takes no time."""
    _, (refusal,) = _told(region, patient=SILENT)
    story = explain(region.holder.office(), refusal.id).story
    assert "kept_back" not in story.details.told
    assert "items" not in story.consent["case"]


def test_where_the_patient_has_said_something_every_item_is_asked_about() -> None:
    assert is_settled(_verdict("NO_CONSENT", versions=0))
    assert not is_settled(_verdict("NO_CONSENT", versions=1))


@given(papers(), questions(), st.booleans(), st.booleans())
def test_what_is_settled_with_nothing_seen_is_not_changed_by_anything_seen(
    before: list[Json], question: Json, says_nothing: bool, has_died: bool
) -> None:
    consents = [] if says_nothing else before
    if has_died:
        question = question | {"patient": question["patient"] | {"deceasedDate": "2020-01-01"}}
    config = Config(named_recipient_required=False)
    unseen = decide(consents, {name: said for name, said in question.items() if name != "items"}, config)
    settled = unseen.decision == "deny" and is_settled(_verdict(unseen.reason, versions=len(consents)))
    if settled:
        seen = decide(consents, question, config)
        assert (seen.decision, seen.reason) == ("deny", unseen.reason)
    if has_died or (says_nothing and unseen.decision == "deny"):
        assert settled


def _verdict(code: str, *, versions: int) -> Verdict:
    return Verdict(
        permit=False,
        code=code,
        reasons=(because_consent(code),),
        permitted=(),
        withheld=(),
        duties=None,
        consents=(),
        versions=versions,
        policy_digest="",
        evidence={},
    )
