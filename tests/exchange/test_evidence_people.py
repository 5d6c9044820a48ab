"""Who stands behind a request: the clinician a device asks for, and the experts who look at a record together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from exchange.aftermath import following
from exchange.asker import CannotActFor, DeviceNotDescribed, actor_of
from exchange.audit.agreement import disagreements
from exchange.audit.showing import show
from exchange.audit.story import who_saw
from exchange.decisions.explaining import explain
from exchange.directory import NotInDirectory
from exchange.evidence.giving import give_code
from exchange.node.node import Node
from exchange.notices import delivered, outbox
from exchange.panels import WITH_PANEL, first_of, people_of
from exchange.path.duties import Duties
from exchange.path.judging import judge
from exchange.path.panel import NOT_FOR_ALL, Heard, profile_of, told_once
from exchange.path.release import Released, release
from exchange.path.subject import subject_of
from exchange.requesting import Ask, request
from exchange.reviews import Finding, NoSuchReview, OwnAccess, close, opening, people_in, queue
from ledger import Recorded
from ledger.errors import CannotAppend
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    OFFICER,
    OTHER_DOCTOR,
    REASON,
    Site,
    allow,
    deaf,
    entries,
    put,
    question,
)
from tests.exchange.people import AN, BO

DEVICE, OF_THE_REGION = "ks-ai-002", "ks-ai-001"  # of the township centre, of the platform
ITS_DOCTOR = "ks-dr-011"  # of the township centre
SECOND = "ks-dr-006"  # of the same hospital as OTHER_DOCTOR
TOWNSHIP = "Organization/ks-township-centre"


# ---- a device and its clinician


def test_both_agents_of_a_devices_look_are_on_record(node: Node) -> None:
    allow(node, to=TOWNSHIP)
    answer = put(question(node, DEVICE, on_behalf_of=ITS_DOCTOR), node.office)
    assert isinstance(answer.result, Released)
    intent = answer.result.intent
    assert intent.entry.actor == node.desk.actor_named(DEVICE)
    assert intent.entry.on_behalf_of == node.desk.actor_named(ITS_DOCTOR)
    assert answer.result.outcome.entry.on_behalf_of == intent.entry.on_behalf_of
    told = show(node.office, intent.id).details.told["request"]["actor"]
    assert (told["model"], told["model_version"]) == ("township-diagnosis", "1.0")
    assert (told["on_behalf_of"], told["on_behalf_of_role"]) == (ITS_DOCTOR, "physician")


def test_the_patient_reads_for_whom_the_device_looked(node: Node) -> None:
    allow(node, to=TOWNSHIP)
    put(question(node, DEVICE, on_behalf_of=ITS_DOCTOR), node.office)
    look = who_saw(node.office, AN)[-1]
    assert "Wu Shutao" in look.en
    assert "伍书涛" in look.zh


def test_the_ledger_does_not_say_in_clear_for_whom(node: Node) -> None:
    allow(node, to=TOWNSHIP)
    put(question(node, DEVICE, on_behalf_of=ITS_DOCTOR), node.office)
    assert all(ITS_DOCTOR.encode() not in one.body for one in entries(node))


@pytest.mark.attack
@pytest.mark.parametrize(
    ("person", "error"),
    [
        ("dr-nobody", NotInDirectory),
        ("ks-so-001", CannotActFor),  # an officer sees no content, nor does an officer's device
        (OF_THE_REGION, CannotActFor),  # a device does not answer for a device
        (OTHER_DOCTOR, CannotActFor),  # of another hospital
        (f"Patient/{AN}", NotInDirectory),
        ("110105199003070013", NotInDirectory),
    ],
)
def test_a_device_asks_only_for_a_clinician_of_its_own_house(
    node: Node, person: str, error: type[Exception]
) -> None:
    size = node.log.size
    with pytest.raises(error) as refused:
        request(node, Ask(patient=AN, purpose="TREAT", person=DEVICE, on_behalf_of=person))
    assert node.log.size == size
    assert person not in str(refused.value)


@pytest.mark.attack
def test_a_device_of_the_platform_does_not_look_for_its_officers(node: Node) -> None:
    for person in ("ks-so-001", OF_THE_REGION, "ks-re-001"):
        with pytest.raises(CannotActFor):
            actor_of(node, OF_THE_REGION, person)


def test_what_the_platform_runs_asks_for_every_clinician_of_the_region(node: Node) -> None:
    actor = actor_of(node, OF_THE_REGION, OTHER_DOCTOR)
    assert (actor.on_behalf_of, actor.on_behalf_of_role) == (OTHER_DOCTOR, "physician")


def test_a_device_without_model_and_version_does_not_ask(node: Node, site: Site) -> None:
    registry = site.folder / "registry.toml"
    registry.write_text(registry.read_text("utf-8").replace(', version = "1.0"', ""), "utf-8")
    with site.open() as again, pytest.raises(DeviceNotDescribed):
        actor_of(again, DEVICE, ITS_DOCTOR)


def test_an_assistant_asks_for_the_doctor(node: Node) -> None:
    allow(node, to=TOWNSHIP)
    asked = question(node, "ks-nu-005", on_behalf_of=ITS_DOCTOR)
    assert put(asked, node.office).permit
    assert entries(node)[-1].entry.on_behalf_of == node.desk.actor_named(ITS_DOCTOR)


def test_at_a_kiosk_the_patient_sees_their_own_record_by_the_code_they_show(node: Node) -> None:
    code = give_code(node, AN, organisation="ks-tcm-hospital", purpose="PATRQT", minutes=5, by="x").code
    said = {"purpose": "PATRQT", "person": "ks-ki-001", "on_behalf_of": f"Patient/{AN}"}
    without = put(question(node, **said), node.office)
    assert without.code == "CODE_NOT_VALID"
    with_it = put(question(node, code=code, **said), node.office)
    assert (with_it.permit, with_it.code) == (True, "SUBJECT_ACCESS")
    assert "Observation/an-phq9" not in with_it.refs  # people look over the shoulder
    other = put(question(node, patient=BO, code=code, **said), node.office)
    assert not other.permit


# ---- several experts, one decision


def panel(node: Node, *others: str, **more: object) -> Ask:
    said = {"patient": AN, "purpose": "TREAT", "person": OTHER_DOCTOR, "others": others}
    return Ask(**(said | more))  # type: ignore[arg-type]  # Ask's own fields


def looks(node: Node) -> list[Recorded]:
    return [one for one in entries(node) if one.entry.type == "access"]


def decision_of(node: Node, found: Recorded) -> str:
    return str(show(node.office, found.id).details.told["request"]["id"])


def test_four_experts_are_one_decision_and_four_accesses_each_on_record(node: Node) -> None:
    allow(node)
    allow(node, to="Organization/ks-maternal-hospital")
    experts = [OTHER_DOCTOR, SECOND, *_doctors(node, "ks-maternal-hospital")[:2]]
    assert request(node, panel(node, *experts[1:])).permit
    intents = [one for one in looks(node) if one.entry.phase == "intent"]
    outcomes = [one for one in looks(node) if one.entry.phase == "outcome"]
    assert [one.entry.actor for one in intents] == [node.desk.actor_named(one) for one in experts]
    assert [one.entry.intent for one in outcomes] == [one.id for one in intents]
    assert len({decision_of(node, one) for one in intents}) == 1
    assert len({one.entry.count for one in outcomes}) == 1
    assert len(who_saw(node.office, AN)) == 4


def test_who_may_not_see_it_is_named_and_then_nobody_does(node: Node) -> None:
    allow(node)
    outsiders = _doctors(node, "ks-maternal-hospital")[:2]
    answer = request(node, panel(node, SECOND, *outsiders))
    assert (answer.permit, answer.bundle) == (False, b"")
    assert [(one.person, one.code) for one in answer.reasons] == [(one, "NOT_COVERED") for one in outsiders]
    assert [(one.entry.subtype, one.entry.why) for one in looks(node)] == [
        ("refuse", "PANEL_INCOMPLETE"),
        ("refuse", "PANEL_INCOMPLETE"),
        ("refuse", "NOT_COVERED"),
        ("refuse", "NOT_COVERED"),
    ]
    assert len({decision_of(node, one) for one in looks(node)}) == 1


def test_what_one_of_them_may_not_see_none_of_them_is_shown(node: Node) -> None:
    """The patient does not want her medicines seen at the township centre: then not by whoever looks on with them."""
    allow(node)
    allow(node, to=TOWNSHIP, except_classes=("MedicationRequest",))
    alone, together = (put(question(node, others=others), node.office) for others in ((), (ITS_DOCTOR,)))
    assert alone.refs - together.refs == {"MedicationRequest/an-metformin"}
    assert NOT_FOR_ALL in {one.reason for one in together.result.verdict.withheld}
    intents = [one.entry.count for one in looks(node)[-4:] if one.entry.phase == "intent"]
    assert len(intents) == 2
    assert len(set(intents)) == 1


def test_somebody_named_twice_is_asked_for_once(node: Node) -> None:
    allow(node)
    request(node, panel(node, SECOND, SECOND, OTHER_DOCTOR, f"Practitioner/{OTHER_DOCTOR}"))
    assert len([one for one in looks(node) if one.entry.phase == "intent"]) == 2


def test_experts_nobody_registered_are_not_asked_for(node: Node) -> None:
    size = node.log.size
    with pytest.raises(NotInDirectory):
        request(node, panel(node, "dr-nobody"))
    assert node.log.size == size


def test_a_patient_nobody_knows_is_refused_to_each_expert(node: Node) -> None:
    answer = request(node, panel(node, SECOND, patient="p-404"))
    assert {(one.person, one.code) for one in answer.reasons} == {
        (OTHER_DOCTOR, "NO_CONSENT"),
        (SECOND, "NO_CONSENT"),
    }
    assert [one.entry.patient for one in looks(node)] == ["", ""]


def test_experts_of_one_hospital_rest_on_one_code_used_once(node: Node) -> None:
    allow(node)
    code = give_code(node, AN, organisation="ks-tcm-hospital", purpose="TREAT", minutes=5, by="x").code
    assert request(node, panel(node, SECOND, code=code)).permit
    assert disagreements(node.log, node.house_key) == []
    again = request(node, panel(node, SECOND, code=code))
    assert {one.code for one in again.reasons} == {"CODE_NOT_VALID"}


def emergency_of(node: Node, others: int) -> list[Recorded]:
    """The intents of an emergency for which that many look along."""
    before = len(looks(node))
    team = [one for one in _emergency_physicians(node) if one != EMERGENCY_DOCTOR][:others]
    asked = question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON, others=tuple(team))
    assert put(asked, node.office).permit
    return [one for one in looks(node)[before:] if one.entry.phase == "intent"]


def test_an_emergency_of_several_is_reviewed_once_and_told_the_patient_once(node: Node) -> None:
    intents, alone = emergency_of(node, 2), emergency_of(node, 0)
    assert len(intents) == 3
    firsts = [intents[0].id, alone[0].id]
    assert [one.entry for one in queue(node.log)] == firsts
    assert [one.entry for one in outbox(node.log)] == firsts
    assert [people_of(node.log, one) for one in firsts] == [3, 1]
    assert [WITH_PANEL in one.entry.obligations for one in (*intents, *alone)] == [False, True, True, False]
    assert {first_of(node.log, one).id for one in intents} == {intents[0].id}
    assert len(who_saw(node.office, AN)) == 4  # the patient is told of everybody
    assert disagreements(node.log, node.house_key) == []


def test_its_one_review_and_notice_stand_on_the_page_of_each(node: Node) -> None:
    intents = emergency_of(node, 1)
    _close(node, intents[0].id)
    delivered(
        node.desk,
        node.log,
        intents[0].id,
        by=OFFICER,
        channel="telephone",
        now=node.clock(),
        house_key=node.house_key,
    )
    for one in intents:
        states = {duty.code: duty.state for duty in explain(node.office, one.id).story.duties}
        assert (states["review"], states["notify-patient"]) == ("done", "done")
        assert states.get(WITH_PANEL, "done") == "done"
    page = list(explain(node.office, intents[1].id).page.lines("en"))
    assert "  with-panel: seen together with others it was asked for" in page
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.parametrize("apart", [{}, {"review_within": timedelta(hours=1), "codes": ("review:PT1H",)}])
def test_who_is_reviewed_otherwise_does_not_part_the_others_from_their_review(
    node: Node, apart: dict[str, object]
) -> None:
    """Rules may ask of one of them for another review than of whoever asked, or for none."""
    office, keys = node.office, node.vault.key_of(AN)
    subject = subject_of(node.records, AN, node.directory, office.own)
    team = [one for one in _emergency_physicians(node) if one != EMERGENCY_DOCTOR][:2]
    asked = question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON, others=tuple(team))
    first, second, third = (
        Heard(one, judge(one, office, subject=subject, keys=keys, items=office.records.facts_of(AN)))
        for one in asked.each()
    )
    duties = Duties(profile="care", **apart)  # type: ignore[arg-type]  # its own fields
    second = Heard(second.request, replace(second.verdict, duties=duties))
    intents = node.log.append_many(
        [
            node.desk.intent(one.request, one.verdict, keys, following(one.verdict.duties or duties))
            for one in told_once([first, second, third])
        ]
    )
    said = {one.entry.actor: one for one in intents}
    of = [said[node.desk.actor_named(one)] for one in (EMERGENCY_DOCTOR, *team)]
    assert first_of(node.log, of[2]) == of[0]
    assert people_in(node.log, of[0], node.house_key) == {of[0].entry.actor, of[2].entry.actor}
    assert (people_of(node.log, of[0].id), people_of(node.log, of[1].id)) == (2, 1)


@pytest.mark.attack
def test_nobody_of_them_reviews_it(node: Node) -> None:
    intents = emergency_of(node, 2)
    for one in _emergency_physicians(node):
        if node.desk.actor_named(one) in {intent.entry.actor for intent in intents}:
            with pytest.raises(OwnAccess):
                _close(node, intents[0].id, officer=one)
    with pytest.raises(NoSuchReview, match="reviewed with another"):
        _close(node, intents[1].id)
    assert len(list(queue(node.log))) == 1


@pytest.mark.attack
def test_an_emergency_does_not_hide_behind_another_ones_review(node: Node) -> None:
    """Marked as one of a panel behind an access of another request, it is missed in the queue."""
    (first,) = emergency_of(node, 0)
    for changed in ({"reason": "0" * 64}, {"claimed_us": first.entry.claimed_us + 1}, {"patient": "0" * 32}):
        node.desk.write(first.entry, {}, key=node.house_key, change=opening(timedelta(hours=24)))
        entry = replace(first.entry, obligations=(*first.entry.obligations, WITH_PANEL), **changed)
        hidden = node.desk.write(entry, {}, key=node.house_key)
        assert hidden.id in {one.entry for one in disagreements(node.log, node.house_key)}
        assert first_of(node.log, hidden) == hidden


def test_written_down_in_the_spool_each_keeps_a_review_of_its_own(node: Node, site: Site) -> None:
    """Out of it they come one by one, and something else may come between."""
    team = [one for one in _emergency_physicians(node) if one != EMERGENCY_DOCTOR][:1]
    asked = question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON, others=tuple(team))
    reader = site.reader(node)
    assert put(asked, deaf(node.office, reader)).permit
    reader.close()
    with site.open() as again:
        intents = [one for one in looks(again) if one.entry.phase == "intent"]
        assert {one.entry for one in queue(again.log)} == {one.id for one in intents}
        assert [people_of(again.log, one.id) for one in intents] == [1, 1]
        assert disagreements(again.log, again.house_key) == []


def _close(node: Node, entry: str, *, officer: str = OFFICER) -> None:
    close(
        node.desk,
        node.log,
        entry,
        finding=Finding.JUSTIFIED,
        officer=officer,
        note="-",
        now=node.clock(),
        house_key=node.house_key,
    )


@pytest.mark.attack
def test_where_their_intents_cannot_be_written_nobody_gets_it(node: Node, site: Site) -> None:
    allow(node)
    reader = site.reader(node)
    office = deaf(node.office, reader)
    delivered: list[bytes] = []
    with pytest.raises(CannotAppend):
        release(question(node, others=(SECOND,)), office, delivered.append)
    reader.close()
    assert delivered == []


def test_the_strictest_profile_and_the_shortest_time_count_for_all() -> None:
    one = Duties(profile="care", valid_for=timedelta(hours=4))
    other = Duties(profile="research", valid_for=None)
    third = Duties(profile="care", valid_for=timedelta(hours=24))
    assert profile_of([third, one, other]) == Duties(profile="research", valid_for=timedelta(hours=4))


def _doctors(node: Node, organisation: str) -> list[str]:
    return [
        one.id
        for one in node.directory.people()
        if (one.role, one.organisation) == ("physician", organisation)
    ]


def _emergency_physicians(node: Node) -> list[str]:
    return [
        one.id
        for one in node.directory.people()
        if one.role == "emergency-physician" and node.directory.organisation(one.organisation).emergency
    ]
