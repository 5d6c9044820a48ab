"""Between nodes: the holder looks up what the asker rests on, and takes nobody's word for it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from exchange.directory import Directory
from exchange.evidence.code import token
from exchange.evidence.giving import give_code
from exchange.federation.asking import ask
from exchange.federation.entitlement import NotEntitled, organisation_of
from exchange.federation.messages import Asker, NotAMessage, encode, read_question
from exchange.intake import take_in
from exchange.requesting import Ask, Outcome, request
from ledger import Recorded
from ledger.sealing import unseal
from tests.federation.asking import Two, question
from tests.federation.nodes import PATIENT, consent
from tests.federation.regions import QUESTION, ZHUHAI_CARD

HOSPITAL, DOCTOR, SECOND = "zh-first-hospital", "zh-dr-001", "zh-dr-002"
DEVICE = {
    "id": "zh-ai-002",
    "name": "辅助诊断",
    "role": "ai-device",
    "organisation": "zh-township-centre",
    "on_behalf_of": "zh-dr-011",
    "on_behalf_of_name": "岑立棠",
    "on_behalf_of_role": "physician",
    "model": "township-diagnosis",
    "model_version": "1.0",
}


def asked(two: Two, **more: Any) -> Outcome:
    """A doctor of Zhuhai's first hospital asks Kunshan, as `hutong exchange request` does."""
    said = {"patient": PATIENT, "purpose": "TREAT", "person": DOCTOR, "holder": "320583"}
    return request(two.asker.node(), Ask(**(said | more)))


def code(two: Two, *, to: str = HOSPITAL, purpose: str = "TREAT") -> str:
    node = two.holder.node()
    return give_code(node, PATIENT, organisation=to, purpose=purpose, minutes=10, by="x").code


def order(name: str, performer: str, word: str = "双向转诊", status: str = "active") -> dict[str, object]:
    return {
        "resourceType": "ServiceRequest",
        "id": name,
        "status": status,
        "intent": "order",
        "category": [{"text": word}],
        "subject": {"reference": f"Patient/{PATIENT}"},
        "requester": {"reference": "Organization/ks-first-hospital"},
        "performer": [{"reference": performer}],
    }


def _written(two: Two, place: Path, *records: dict[str, object], at_the_asker: bool = False) -> None:
    file = place / "orders.ndjson"
    file.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in records))
    take_in((two.asker if at_the_asker else two.holder).node(), [file])


def _new(two: Two, before: int) -> list[Recorded]:
    return list(two.holder.node().log.scan(before))


def test_a_referral_the_holder_has_written_to_the_asker_is_open(two: Two, tmp_path: Path) -> None:
    _written(two, tmp_path, order("r-ours", f"Organization/{HOSPITAL}"))
    assert asked(two, case="referral:r-ours").permit


def test_the_person_it_was_written_to_is_named_with_their_node(two: Two, tmp_path: Path) -> None:
    _written(two, tmp_path, order("r-person", f"Practitioner/zh.{DOCTOR}"))
    assert asked(two, case="referral:r-person").permit
    assert not asked(two, case="referral:r-person", person=SECOND).permit


@pytest.mark.attack
def test_a_referral_to_somebody_elses_doctor_is_not_for_whoever_says_that_id(
    two: Two, tmp_path: Path
) -> None:
    """The holder's hospital wrote to a doctor it knows by this id; that Zhuhai has one of the same id says nothing."""
    _written(two, tmp_path, order("r-bare", f"Practitioner/{DOCTOR}"))
    assert asked(two, case="referral:r-bare").code == "CASE_NOT_OPEN"


@pytest.mark.attack
def test_a_peer_does_not_get_a_record_by_the_id_of_somebody_elses_doctor(two: Two) -> None:
    """The patient named a doctor of Tianjin. Zhuhai's node says it has one of that id."""
    said = {
        "id": "tj-dr-001",
        "name": "",
        "role": "physician",
        "organisation": "zh-tcm-hospital",
        "on_behalf_of": "",
    }
    peer, line = two.asker.peers.by_id("ks"), two.asker.line()
    consent(two.holder, "c-bare", recipient="Practitioner/tj-dr-001")
    assert not ask(question(two, actor=said), peer, line).answer.permit
    consent(two.holder, "c-named", recipient="Practitioner/zh.tj-dr-001")
    assert ask(question(two, actor=said), peer, line).answer.permit


@pytest.mark.attack
def test_a_peer_that_invents_an_open_case_is_refused(two: Two, tmp_path: Path) -> None:
    """It has one in its own records, active, to its own hospital; the holder has never heard of it."""
    _written(two, tmp_path, order("r-invented", f"Organization/{HOSPITAL}"), at_the_asker=True)
    answer = asked(two, case="referral:r-invented")
    assert (answer.permit, answer.code) == (False, "CASE_NOT_OPEN")


@pytest.mark.attack
def test_a_peer_cannot_even_say_that_a_case_is_open() -> None:
    said = orjson.loads(orjson.dumps({"kind": "referral", "id": "r-1", "open": True}))
    raw = {**orjson.loads(encode(QUESTION)), "based_on": said}
    with pytest.raises(NotAMessage):
        read_question(orjson.dumps(raw))


@pytest.mark.attack
def test_somebody_elses_referral_is_no_ground_from_elsewhere_either(two: Two, tmp_path: Path) -> None:
    _written(two, tmp_path, order("r-other", "Organization/zh-tcm-hospital"))
    assert asked(two, case="referral:r-other").code == "CASE_NOT_OPEN"


def test_a_code_shown_in_another_region_opens_the_record_once(two: Two) -> None:
    shown = code(two)
    assert asked(two, code=shown).permit
    again = asked(two, code=shown)
    assert (again.permit, again.code) == (False, "CODE_NOT_VALID")


def test_a_village_clinic_elsewhere_may_ask_when_the_patient_is_there(two: Two) -> None:
    """Many doors, each with one key: without a case or the patient's code such a clinic is refused."""
    consent(two.holder, "c-township", recipient="Organization/zh-township-centre")
    assert asked(two, person="zh-dr-011").code == "GRASSROOTS_NEEDS_REFERRAL"
    assert asked(two, person="zh-dr-011", code=code(two, to="zh-township-centre")).permit


@pytest.mark.attack
def test_a_code_for_another_organisation_or_purpose_is_as_good_as_none(two: Two) -> None:
    wrong = [
        asked(two, code=code(two, to="zh-tcm-hospital")),
        asked(two, code=code(two, purpose="COC")),
        asked(two, code="00000-00000"),
    ]
    assert {(one.code, one.reasons, one.next_step) for one in wrong} == {
        ("CODE_NOT_VALID", wrong[0].reasons, wrong[0].next_step)
    }


@pytest.mark.attack
def test_of_two_questions_with_one_code_at_once_one_is_answered(two: Two) -> None:
    shown = code(two)
    both = [question(two, based_on={"kind": "code", "id": _token(shown)}) for _ in range(2)]
    peer, line = two.asker.peers.by_id("ks"), two.asker.line()
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda one: ask(one, peer, line).answer, both))
    assert sorted(one.permit for one in told) == [False, True]


def _token(shown: str) -> str:
    return token(shown, holder="ks")


def test_the_code_itself_is_in_neither_ledger_and_not_on_the_way(two: Two) -> None:
    shown = code(two)
    before = two.holder.node().log.size
    assert asked(two, code=shown).permit
    plain = shown.replace("-", "").encode()
    for site in (two.holder, two.asker):
        files = b"".join(file.read_bytes() for file in site.folder.rglob("*") if file.is_file())
        assert plain not in files
        assert shown.encode() not in files
    node = two.holder.node()
    intent = next(one for one in _new(two, before) if one.entry.phase == "intent")
    ground = unseal(intent.sealed, key=node.vault.key_of(PATIENT).key)["request"]["based_on"]
    assert (ground["kind"], ground["open"], ground["id"]) == ("code", True, intent.entry.reason)


# ---- experts and devices


def test_experts_of_another_region_are_one_decision_and_an_entry_each_on_both_sides(two: Two) -> None:
    before, at_the_asker = two.holder.node().log.size, two.asker.node().log.size
    assert asked(two, others=(SECOND,)).permit
    holder = two.holder.node()
    intents = [one for one in _new(two, before) if one.entry.phase == "intent"]
    told = [unseal(one.sealed, key=holder.vault.key_of(PATIENT).key)["request"] for one in intents]
    assert [one["actor"]["id"] for one in told] == [DOCTOR, SECOND]
    assert len({one["id"] for one in told}) == 1
    received = [
        one.entry for one in two.asker.node().log.scan(at_the_asker) if one.entry.subtype == "receive"
    ]
    assert [one.actor for one in received] == [two.asker.node().desk.actor_named(p) for p in (DOCTOR, SECOND)]


def test_the_expert_who_may_not_see_it_is_named_to_the_asker(two: Two) -> None:
    answer = asked(two, others=("zh-dr-005",))  # of another hospital, whom nobody allowed anything
    assert [(one.person, one.code) for one in answer.reasons] == [("zh-dr-005", "NO_CONSENT")]


@pytest.mark.attack
def test_a_peer_speaks_for_none_of_the_experts_who_are_ours(two: Two) -> None:
    ours = {"id": "ks-dr-001", "name": "", "role": "physician", "organisation": HOSPITAL, "on_behalf_of": ""}
    told = ask(question(two, others=[ours]), two.asker.peers.by_id("ks"), two.asker.line()).answer
    assert (told.permit, told.code, told.reasons[0].person) == (False, "PERSON_NOT_OF_PEER", "ks-dr-001")


def test_a_device_of_another_region_says_what_it_is_and_for_whom_it_asks(two: Two) -> None:
    consent(two.holder, "c-device", recipient="Organization/zh-township-centre")
    before = two.holder.node().log.size
    shown = code(two, to="zh-township-centre")
    assert asked(two, person="zh-ai-002", on_behalf_of="zh-dr-011", code=shown).permit
    node = two.holder.node()
    intent = next(one for one in _new(two, before) if one.entry.phase == "intent")
    told = unseal(intent.sealed, key=node.vault.key_of(PATIENT).key)["request"]["actor"]
    assert {name: told[name] for name in DEVICE if name not in ("name", "organisation")} == {
        name: value for name, value in DEVICE.items() if name not in ("name", "organisation")
    }
    assert intent.entry.on_behalf_of == node.desk.actor_named("zh-dr-011", node="zh")


@pytest.mark.attack
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on_behalf_of_role": ""}, "NOT_RESPONSIBLE"),
        ({"on_behalf_of_role": "ai-device"}, "NOT_RESPONSIBLE"),
        ({"on_behalf_of_role": "security-officer"}, "NOT_RESPONSIBLE"),
        ({"model": ""}, "NOT_RESPONSIBLE"),
        ({"model_version": " "}, "NOT_RESPONSIBLE"),
        ({"on_behalf_of": "ks-dr-001"}, "PERSON_NOT_OF_PEER"),
    ],
    ids=str,
)
def test_a_device_that_does_not_say_so_is_turned_away(two: Two, changes: dict[str, str], code: str) -> None:
    actor = {**DEVICE, "organisation": HOSPITAL, **changes}
    told = ask(question(two, actor=actor), two.asker.peers.by_id("ks"), two.asker.line()).answer
    assert (told.permit, told.code) == (False, code)


@pytest.mark.attack
@pytest.mark.parametrize(
    "changes",
    [
        {"on_behalf_of": "Patient/p-17"},
        {"on_behalf_of_role": "patient"},
        {"on_behalf_of_role": "温知秋"},
        {"model": "x" * 201},
        {"vouched": True},
    ],
    ids=str,
)
def test_what_is_said_of_a_device_is_read_strictly(two: Two, changes: dict[str, object]) -> None:
    with pytest.raises(NotAMessage):
        question(two, actor={**DEVICE, **changes})


def test_more_experts_than_fit_around_a_table_are_no_question(two: Two) -> None:
    one = {"name": "", "role": "physician", "organisation": HOSPITAL, "on_behalf_of": ""}
    many = [one | {"id": f"zh-dr-{number}"} for number in range(200, 221)]
    assert question(two, others=many[1:])
    with pytest.raises(NotAMessage):
        question(two, others=many)


@pytest.mark.attack
@pytest.mark.parametrize("named", [(DOCTOR,), (SECOND, SECOND), (DOCTOR,) * 20], ids=len)
def test_somebody_named_twice_is_no_question(two: Two, named: tuple[str, ...]) -> None:
    """Each would be one more entry, one more review and one more notice about the same look."""
    one = {"name": "", "role": "physician", "organisation": HOSPITAL, "on_behalf_of": ""}
    with pytest.raises(NotAMessage):
        question(two, others=[one | {"id": name} for name in named])


def test_an_asker_that_is_no_device_needs_to_describe_nothing() -> None:
    plain = Asker(id="dr-1", name="", role="physician", organisation=HOSPITAL, on_behalf_of="")
    assert organisation_of(plain, ZHUHAI_CARD, Directory(), "320583").id == HOSPITAL
    for_nobody = Asker(
        id="dr-1",
        name="",
        role="physician",
        organisation=HOSPITAL,
        on_behalf_of="dr-2",
        on_behalf_of_role="security-officer",
    )
    with pytest.raises(NotEntitled):
        organisation_of(for_nobody, ZHUHAI_CARD, Directory(), "320583")
