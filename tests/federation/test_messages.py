"""The words of a message are read strictly, and what a peer writes cannot end up in our ledger in clear."""

from dataclasses import replace
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.federation.messages import (
    NO_BUNDLE,
    Answer,
    NotAMessage,
    Reason,
    Step,
    encode,
    question_of,
    read_answer,
    read_question,
)
from exchange.path.request import Actor, BasedOn, Request
from tests.federation.regions import NOW, QUESTION, ZHUHAI_HOSPITAL, entropy

REFUSAL = Answer(
    request=QUESTION.id,
    asker="zh",
    holder="ks",
    permit=False,
    code="NO_CONSENT",
    reasons=(Reason(code="NO_CONSENT", en="the patient has not agreed", zh="患者没有同意", law=""),),
    next_step=Step(en="ask the patient", zh="请患者同意"),
    bundle=NO_BUNDLE,
    count=0,
    entry="0196890a-0000-7000-8000-000000000002",
    receipt="",
    salt="cd" * 32,
)
BUNDLE = {"resourceType": "Bundle", "id": QUESTION.id, "type": "searchset", "total": 1, "entry": [{}]}
PERMIT = msgspec.structs.replace(
    REFUSAL,
    permit=True,
    code="CONSENT_PERMIT",
    next_step=None,
    bundle=msgspec.Raw(orjson.dumps(BUNDLE)),
    count=1,
    receipt="{}",
)
REQUEST = Request(
    id=QUESTION.id,
    patient="p-17",
    purpose="TREAT",
    actor=Actor(
        id="dr-wen",
        role="physician",
        organisation=ZHUHAI_HOSPITAL,
        groups=("Group/g",),
        vouched_by="zh",
        name="温知秋",
    ),
    asked_at=NOW,
    classes=("Observation",),
    emergency_reason="昏迷",
    based_on=BasedOn(kind="referral", id="R-1", open=True),
)


def _asked(**fields: Any) -> bytes:
    return orjson.dumps({**orjson.loads(encode(QUESTION)), **fields})


def _by(**fields: Any) -> bytes:
    return _asked(actor={**orjson.loads(encode(QUESTION))["actor"], **fields})


def _answered(answer: Answer, **fields: Any) -> bytes:
    return orjson.dumps({**orjson.loads(encode(answer)), **fields})


def test_a_question_is_read_as_it_was_written() -> None:
    assert read_question(encode(QUESTION)) == QUESTION


@pytest.mark.parametrize("answer", [REFUSAL, PERMIT], ids=["refusal", "permit"])
def test_an_answer_is_read_as_it_was_written(answer: Answer) -> None:
    assert encode(read_answer(encode(answer))) == encode(answer)


def test_a_record_comes_byte_for_byte() -> None:
    body = b'{"resourceType":"Bundle","id":"%s","total":0,"value":1.00}' % QUESTION.id.encode()
    sent = msgspec.structs.replace(PERMIT, bundle=msgspec.Raw(body), count=0)
    assert read_answer(encode(sent)).record == body


def test_a_refusal_has_no_record() -> None:
    assert read_answer(encode(REFUSAL)).record is None


def test_a_request_is_put_into_the_words_of_the_wire() -> None:
    question = question_of(REQUEST, holder="ks", entropy=entropy())
    assert (question.asker, question.holder, question.actor.organisation) == ("zh", "ks", "zh-first-hospital")
    assert question.emergency_reason == "昏迷"
    assert question.based_on is not None
    assert question.asked_at == NOW


def test_two_questions_never_have_the_same_salt() -> None:
    draw = entropy()
    assert (
        question_of(REQUEST, holder="ks", entropy=draw).salt
        != question_of(REQUEST, holder="ks", entropy=draw).salt
    )


@pytest.mark.parametrize("role", ["patient", "next-of-kin"])
def test_a_patient_asks_the_node_that_holds_the_record(role: str) -> None:
    with pytest.raises(NotAMessage):
        question_of(replace(REQUEST, actor=replace(REQUEST.actor, role=role)), holder="ks", entropy=entropy())


@pytest.mark.attack
@pytest.mark.parametrize(
    "raw",
    [
        _asked(patient=""),
        _asked(patient="p" * 201),
        _asked(patient="p\n17"),
        _asked(patient=17),
        _asked(purpose="11010519491231002X"),
        _asked(purpose="温知秋"),
        _asked(purpose="treat"),
        _asked(purpose=""),
        _asked(classes=["Wen Zhiqiu"]),
        _asked(classes=["Observation\n"]),
        _asked(classes="Observation"),
        _asked(classes=["Observation"] * 51),
        _asked(asked_at="2026-05-01T09:30:00"),
        _asked(asked_at=1777627800),
        _asked(id="../../etc"),
        _asked(id="x\n"),
        _asked(salt="ab"),
        _asked(emergency_reason="x" * 2001),
        _asked(based_on={"kind": "rumour", "id": "r", "open": True}),
        _asked(based_on={"kind": "referral", "id": "r", "open": 1}),
        _asked(note="unknown"),
        _by(role="patient"),
        _by(role="next-of-kin"),
        _by(role="god"),
        _by(id="Practitioner/dr-wen"),
        _by(groups=["Group/everybody"]),
        _by(organisation=None),
        encode(QUESTION).replace(b'"purpose":', b'"purpose":"BTG","purpose":'),
        encode(QUESTION)[:-1],
        encode(QUESTION) + b" x",
        b"\xef\xbb\xbf" + encode(QUESTION),
        b"[" * 5000,
        b"null",
    ],
    ids=range(33),
)
def test_a_question_with_anything_we_do_not_know_is_none(raw: bytes) -> None:
    with pytest.raises(NotAMessage):
        read_question(raw)


@pytest.mark.attack
@pytest.mark.parametrize(
    "raw",
    [
        _answered(REFUSAL, bundle=BUNDLE),
        _answered(REFUSAL, count=3),
        _answered(REFUSAL, receipt="{}"),
        _answered(REFUSAL, next_step=None),
        _answered(REFUSAL, withheld=2),
        _answered(PERMIT, bundle=None),
        _answered(PERMIT, bundle="x"),
        _answered(PERMIT, bundle={**BUNDLE, "id": "another"}),
        _answered(PERMIT, bundle={**BUNDLE, "total": 2}),
        _answered(PERMIT, bundle={**BUNDLE, "resourceType": "Patient"}),
        _answered(PERMIT, count=-1),
        _answered(REFUSAL, code="A110105199003070013"),
        _answered(REFUSAL, code="温知秋"),
        _answered(PERMIT, permit="yes"),
        encode(PERMIT).replace(b'"total":1', b'"total":1,"total":2'),
    ],
    ids=range(15),
)
def test_an_answer_that_contradicts_itself_is_none(raw: bytes) -> None:
    with pytest.raises(NotAMessage):
        read_answer(raw)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_refused_and_nothing_else_happens(raw: bytes) -> None:
    for read in (read_question, read_answer):
        with pytest.raises(NotAMessage):
            read(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(orjson.loads(encode(QUESTION)))), JSON)
def test_whatever_stands_in_a_field_it_is_a_question_or_none(name: str, value: object) -> None:
    raw = msgspec.json.encode({**orjson.loads(encode(QUESTION)), name: value})
    try:
        assert encode(read_question(raw))
    except NotAMessage:
        return
