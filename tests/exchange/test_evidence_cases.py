"""An open case is in the holder's records, about this patient, under way, and names the asker's organisation."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.audit.showing import show
from exchange.evidence.claim import NAMED, BadCase, claim_of
from exchange.evidence.weighing import weighed
from exchange.node.node import Node
from exchange.path.request import BasedOn
from exchange.path.subject import subject_of
from tests.exchange.engines import CARE, asking, permitting
from tests.exchange.nodes import EMERGENCY_DOCTOR, REASON, Site, allow, fill, put, question
from tests.exchange.people import AN, BO, Resource, labelled

HERE, ELSEWHERE = "Organization/ks-tcm-hospital", "Organization/ks-first-hospital"
MEMBER, STRANGER = "Practitioner/ks-dr-006", "Practitioner/ks-dr-001"  # of the asker's hospital, of another
SNOMED = "http://snomed.info/sct"


def order(name: str = "r-1", about: str = AN, word: str = "双向转诊", **more: Any) -> Resource:
    """A referral by the first hospital to the asker's."""
    said: Resource = {
        "resourceType": "ServiceRequest",
        "id": name,
        "meta": labelled("N"),
        "status": "active",
        "intent": "order",
        "category": [{"text": word}],
        "subject": {"reference": f"Patient/{about}"},
        "requester": {"reference": STRANGER},
        "performer": [{"reference": HERE}],
    }
    return said | more


def encounter(**more: Any) -> Resource:
    said: Resource = {
        "resourceType": "Encounter",
        "id": "v-1",
        "meta": labelled("N"),
        "status": "in-progress",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{AN}"},
        "serviceProvider": {"reference": HERE},
        "period": {"start": "2026-11-25T08:00:00+08:00"},
    }
    return said | more


def appointment(**more: Any) -> Resource:
    said: Resource = {
        "resourceType": "Appointment",
        "id": "v-1",
        "meta": labelled("N"),
        "status": "booked",
        "start": "2026-11-25T15:00:00+08:00",
        "end": "2026-11-25T15:15:00+08:00",
        "participant": [
            {"actor": {"reference": f"Patient/{AN}"}, "status": "accepted"},
            {"actor": {"reference": MEMBER}, "status": "accepted"},
        ],
    }
    return said | more


def looked_up(node: Node, case: str, **more: Any) -> BasedOn | None:
    """What the node finds when a doctor of the hospital of Chinese medicine names `case`."""
    asked = question(node, case=case, **more)
    subject = subject_of(node.records, asked.patient, node.directory, node.own)
    keys = node.vault.key_of(asked.patient)
    return weighed(asked, node.office, subject=subject, keys=keys).based_on


def is_open(node: Node, place: Path, record: Resource, case: str = "referral:r-1", **more: Any) -> bool:
    fill(node, place, [record])
    found = looked_up(node, case, **more)
    assert found is not None
    return found.open


@pytest.mark.parametrize(
    "named",
    [
        {"performer": [{"reference": HERE}]},
        {"performer": [{"reference": MEMBER}]},
        {"performer": [{"reference": "Practitioner/ks-dr-005"}]},
        {"performer": [{"reference": "PractitionerRole/role-1"}]},
        {"performer": [{"reference": "Practitioner/not-in-the-registry"}]},
    ],
    ids=str,
)
def test_whom_a_referral_is_written_to_may_rest_on_it(node: Node, tmp_path: Path, named: Resource) -> None:
    fill(node, tmp_path, [role()])
    assert is_open(node, tmp_path, order(**named))


def role(**more: Any) -> Resource:
    """Somebody whom no registry lists works at the asker's hospital."""
    said: Resource = {
        "resourceType": "PractitionerRole",
        "id": "role-1",
        "practitioner": {"reference": "Practitioner/not-in-the-registry"},
        "organization": {"reference": HERE},
    }
    return said | more


@pytest.mark.attack
@pytest.mark.parametrize(
    "more",
    [
        {"active": False},
        {"active": "yes"},
        {"period": {"end": "2020-01-01"}},
        {"period": {"start": "2027-01-01"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("named", ["Practitioner/not-in-the-registry", "PractitionerRole/role-1"])
def test_a_referral_to_a_doctor_who_left_is_none_to_their_former_hospital(
    node: Node, tmp_path: Path, named: str, more: Resource
) -> None:
    fill(node, tmp_path, [role(**more)])
    assert not is_open(node, tmp_path, order(performer=[{"reference": named}]))


@pytest.mark.attack
@pytest.mark.parametrize("requester", [HERE, MEMBER])
def test_nobody_rests_on_a_referral_they_wrote_themselves(node: Node, tmp_path: Path, requester: str) -> None:
    said: Resource = {"requester": {"reference": requester}, "performer": [{"reference": ELSEWHERE}]}
    assert not is_open(node, tmp_path, order(**said))
    assert is_open(node, tmp_path, order(word="远程会诊", **said), "consultation:r-1")


@pytest.mark.attack
@pytest.mark.parametrize(
    "more",
    [
        {"doNotPerform": True},
        {"doNotPerform": "no"},
        {"intent": "proposal"},
        {"intent": "plan"},
        {"intent": "directive"},
        {"intent": None},
        {"category": [{"text": "无需转诊"}]},
        {"category": [{"text": "self-referral declined"}]},
        {"category": [{"coding": [{"display": "转诊后随访"}]}]},
        {"category": [{"coding": [{"system": "http://loinc.org", "code": "3457005"}]}]},
        {"category": [{"coding": [{"code": "3457005"}]}]},
    ],
    ids=str,
)
def test_what_nobody_ordered_opens_nothing(node: Node, tmp_path: Path, more: Resource) -> None:
    assert not is_open(node, tmp_path, order(**more))


@pytest.mark.parametrize("more", [{"doNotPerform": False}, {"intent": "original-order"}], ids=str)
def test_an_order_of_any_kind_is_one(node: Node, tmp_path: Path, more: Resource) -> None:
    assert is_open(node, tmp_path, order(**more))


@pytest.mark.attack
@pytest.mark.parametrize(
    "named",
    [
        {"performer": [{"reference": ELSEWHERE}]},
        {"performer": [{"reference": STRANGER}]},
        {"performer": []},
        {"performer": [{"display": "昆山市玉峰中医医院"}]},
        {"performer": [{"reference": "Organization/ks-tcm-hospital-2"}]},
        {"performer": "Organization/ks-tcm-hospital"},
        {"performer": [{"reference": "PractitionerRole/nobody"}]},
        {"performer": [{"reference": "Practitioner/ks-tcm-hospital"}]},
    ],
    ids=str,
)
def test_somebody_elses_referral_opens_nothing(node: Node, tmp_path: Path, named: Resource) -> None:
    assert not is_open(node, tmp_path, order(**named))


@pytest.mark.parametrize(
    "status", ["draft", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
)
def test_a_case_that_is_not_under_way_is_closed(node: Node, tmp_path: Path, status: str) -> None:
    assert not is_open(node, tmp_path, order(status=status))


@pytest.mark.parametrize(
    ("case", "about"),
    [("referral:r-404", AN), ("referral:an-e11", AN), ("referral:r-1", BO), ("visit:r-1", AN)],
)
def test_a_case_is_this_patients_and_of_this_kind(node: Node, tmp_path: Path, case: str, about: str) -> None:
    assert not is_open(node, tmp_path, order(), case, patient=about)


KINDS: list[tuple[Resource, set[str]]] = [
    ({"category": [{"text": "双向转诊"}]}, {"referral"}),
    ({"category": [{"text": "远程会诊"}]}, {"consultation"}),
    ({"category": [{"coding": [{"system": SNOMED, "code": "3457005"}]}]}, {"referral"}),
    ({"category": [{"coding": [{"system": SNOMED, "code": "11429006"}]}]}, {"consultation"}),
    ({"category": [], "code": {"text": "Referral"}}, {"referral"}),
    (
        {"category": [], "code": {"text": "Referral to cardiology"}},
        set(),
    ),  # only words that can mean nothing else
    ({"category": [], "code": {"coding": [{"display": "急诊会诊"}]}}, {"consultation"}),
    ({"category": [{"text": "检验"}], "code": {"text": "血钾"}}, set()),
    ({"category": "双向转诊"}, set()),
    ({"category": []}, set()),
]


@pytest.mark.parametrize("kind", ["referral", "consultation"])
@pytest.mark.parametrize(("said", "kinds"), KINDS, ids=str)
def test_a_referral_is_no_consultation_and_a_blood_test_is_neither(
    node: Node, tmp_path: Path, said: Resource, kinds: set[str], kind: str
) -> None:
    assert is_open(node, tmp_path, order(**said), f"{kind}:r-1") == (kind in kinds)


# It is nine in the morning of 25 November 2026 in China.
PERIODS = [
    ({"start": "2026-11-01", "end": "2026-11-25"}, True),  # its last day counts
    ({"start": "2026-11-01", "end": "2026-11-24"}, False),
    ({"start": "2026-11-25"}, True),
    ({"start": "2026-11-26"}, False),
    ({"end": "2026-11-25T09:00:00+08:00"}, True),
    ({"end": "2026-11-25T08:59:59+08:00"}, False),
    ({"start": "soon"}, False),
    ({"start": "2026-12-01", "end": "2026-01-01"}, False),
    ({}, False),
    ("2026", False),
]


@pytest.mark.parametrize(("period", "holds"), PERIODS, ids=str)
def test_a_consultation_ends_with_its_period(node: Node, tmp_path: Path, period: object, holds: bool) -> None:
    meeting = order(word="远程会诊", occurrencePeriod=period)
    assert is_open(node, tmp_path, meeting, "consultation:r-1") == holds


@pytest.mark.parametrize(
    ("when", "holds"),
    [("2026-11-25T16:00:00+08:00", True), ("2026-11-24T23:00:00Z", True), ("2026-11-26", False), (1, False)],
)
def test_a_consultation_at_an_hour_lasts_all_that_day(
    node: Node, tmp_path: Path, when: object, holds: bool
) -> None:
    meeting = order(word="远程会诊", occurrenceDateTime=when)
    assert is_open(node, tmp_path, meeting, "consultation:r-1") == holds


def test_a_series_of_consultations_is_not_guessed_at(node: Node, tmp_path: Path) -> None:
    meeting = order(word="远程会诊", occurrenceTiming={"repeat": {"frequency": 1}})
    assert not is_open(node, tmp_path, meeting, "consultation:r-1")


OVER = {"start": "2026-01-01", "end": "2026-02-01"}


def _says(status: str, who: str = MEMBER) -> Resource:
    return {"actor": {"reference": who}, "status": status}


@pytest.mark.parametrize(
    ("visit", "holds"),
    [
        (encounter(), True),
        (encounter(serviceProvider={"reference": ELSEWHERE}), False),
        (encounter(serviceProvider={}, participant=[{"individual": {"reference": MEMBER}}]), True),
        (encounter(status="finished"), False),
        (encounter(period={"start": "2026-11-20", "end": "2026-11-24"}), False),
        (encounter(period={"start": "2026-08-28"}), True),  # 89 days
        (encounter(period={"start": "2026-08-26"}), False),  # a visit nobody closed
        (encounter(period={"start": "2019-01-01"}), False),
        (encounter(period={"start": "2026-01-01", "end": "2026-12-01"}), True),
        (encounter(period={}), False),
        (encounter(period=None), False),
        (
            encounter(
                serviceProvider={}, participant=[{"individual": {"reference": MEMBER}, "period": OVER}]
            ),
            False,
        ),
        (appointment(), True),
        (appointment(status="cancelled"), False),
        (appointment(start="2026-11-26T08:00:00+08:00"), False),
        (appointment(start=None), False),
        (appointment(participant=[{"actor": {"reference": f"Patient/{AN}"}}]), False),
        (appointment(participant=[_says("declined")]), False),
        (appointment(participant=[_says("needs-action")]), False),
        (appointment(participant=[_says("tentative")]), False),
        (appointment(participant=[_says("accepted"), _says("declined", f"Patient/{AN}")]), False),
        (appointment(participant=[_says("accepted"), _says("needs-action", f"Patient/{AN}")]), True),
        (appointment(participant=[_says("accepted") | {"period": OVER}]), False),
    ],
    ids=range(23),
)
def test_a_visit_is_a_stay_under_way_or_todays_appointment(
    node: Node, tmp_path: Path, visit: Resource, holds: bool
) -> None:
    assert is_open(node, tmp_path, visit, "visit:v-1") == holds


def test_access_after_the_consultation_was_closed_is_refused(node: Node, site: Site, tmp_path: Path) -> None:
    """For treatment too, where nobody would have had to name one: a claim the records contradict is no ground."""
    allow(node)
    allow(node, purposes=("COC",))
    meeting = order(word="远程会诊", occurrencePeriod={"start": "2026-11-25", "end": "2026-11-25"})
    fill(node, tmp_path, [meeting])
    for purpose in ("COC", "TREAT"):
        assert put(question(node, purpose=purpose, case="consultation:r-1"), node.office).permit
    site.clock.pass_by(timedelta(hours=15))  # midnight
    for purpose in ("COC", "TREAT"):
        answer = put(question(node, purpose=purpose, case="consultation:r-1"), node.office)
        assert (answer.code, answer.delivered) == ("CASE_NOT_OPEN", ())


@pytest.mark.attack
def test_a_policy_that_forgets_to_ask_does_not_make_a_closed_case_a_ground(node: Node) -> None:
    allow(node)
    lenient = asking(node.office, permitting(CARE))
    for kind in NAMED:
        answer = put(question(node, case=f"{kind}:r-404"), lenient)
        assert (answer.code, answer.delivered) == ("EVIDENCE_DOES_NOT_HOLD", ())


def test_an_outdated_case_does_not_stand_in_the_way_of_an_emergency(node: Node, tmp_path: Path) -> None:
    fill(node, tmp_path, [order(status="completed")])
    asked = question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON, case="referral:r-1")
    assert put(asked, node.office).permit
    assert looked_up(node, "referral:r-1", person=EMERGENCY_DOCTOR, emergency_reason=REASON) is None


def test_what_was_looked_up_is_kept_with_the_decision(node: Node, site: Site, tmp_path: Path) -> None:
    allow(node)
    fill(node, tmp_path, [order()])
    entry = put(question(node, case="referral:r-1"), node.office).result
    told = show(node.office, entry.intent.id).details.told  # type: ignore[union-attr]  # it was permitted
    assert told["request"]["based_on"] == {"kind": "referral", "id": "r-1", "open": True}


@pytest.mark.parametrize(
    "text", ["referral", ":1", "referral:", "1", "rumour:1", "code:ABC", "referral:../x"]
)
def test_a_case_that_is_not_kind_and_id_is_said(text: str) -> None:
    with pytest.raises(BadCase) as refused:
        claim_of(text)
    assert all(kind in refused.value.hint and kind in refused.value.hint_zh for kind in NAMED)


def test_what_is_claimed_is_not_yet_believed() -> None:
    assert not claim_of("referral:r-1").open
