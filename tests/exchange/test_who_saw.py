"""Who looked at my record? One sentence an access, in Chinese and in English, made from what decided."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.audit import who_saw
from exchange.node.node import Node
from exchange.path.release import release
from exchange.requesting import Ask, request
from ledger import Entry
from ledger.errors import CannotAppend
from tests.exchange.nodes import (
    OWN_DOCTOR,
    Site,
    TakesOne,
    allow,
    emergency,
    put,
    question,
)
from tests.exchange.people import AN, BO


def _said(node: Node, patient: str = AN) -> list[tuple[str, str]]:
    return [(look.zh, look.en) for look in who_saw(node.office, patient)]


def test_a_refused_attempt_is_told_too(node: Node) -> None:
    put(question(node), node.office)
    assert _said(node) == [
        (
            "2026-11-25 09:00 昆山市玉峰中医医院的谢秀岳(医生)想为看病查看您的健康档案，被拒绝：您没有同意。",
            (
                "2026-11-25 09:00 Xie Xiuyue (physician, Kunshan Yufeng Hospital of Chinese Medicine) wanted to see"
                " your record for your care and was refused: you have not agreed to it."
            ),
        )
    ]


def test_an_access_by_consent_names_the_consent_and_counts_the_items(node: Node) -> None:
    name = allow(node).consent_id
    put(question(node, classes=("Observation", "Condition")), node.office)
    assert _said(node) == [
        (
            (
                "2026-11-25 09:00 昆山市玉峰中医医院的谢秀岳(医生)为看病查看了您的检查检验结果、诊断，共 6 项。"
                f"为什么可以：您同意(同意 {name})。"
            ),
            (
                "2026-11-25 09:00 Xie Xiuyue (physician, Kunshan Yufeng Hospital of Chinese Medicine) saw your test"
                f" results, diagnoses (6 items) for your care. Allowed because you allowed it (consent {name})."
            ),
        )
    ]


def test_many_classes_are_not_all_read_out(node: Node) -> None:
    classes = ("Observation", "Condition", "Patient", "Encounter")
    put(question(node, OWN_DOCTOR, classes=classes), node.office)
    ((zh, en),) = _said(node)
    assert "您的检查检验结果、诊断、个人信息等，共" in zh
    assert "your test results, diagnoses, personal details and more (" in en


def test_an_emergency_is_flagged(node: Node) -> None:
    put(emergency(node), node.office)
    ((zh, en),) = _said(node)
    assert zh.startswith("🚩 紧急：2026-11-25 09:00 昆山市急救中心的")
    assert en.startswith("🚩 emergency: 2026-11-25 09:00 ")
    assert "已声明紧急情况并说明原因" in zh


def test_a_record_that_could_not_be_handed_over_was_not_seen(node: Node) -> None:
    allow(node)

    def lost(_: bytes) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        release(question(node), node.office, lost)
    ((zh, en),) = _said(node)
    assert "(未能交付)" in zh
    assert "(it could not be handed over)" in en


def test_where_the_outcome_is_not_on_record_that_is_said(node: Node, site: Site) -> None:
    allow(node)
    reader = site.reader(node)

    office = replace(node.office, desk=node.desk.with_pen(TakesOne(node.log, reader)))
    with pytest.raises(CannotAppend):
        release(question(node), office, lambda _: None)
    assert "(交付结果未记录)" in _said(node)[0][0]
    reader.close()


def test_the_newest_stands_last_and_each_names_its_entry(node: Node, site: Site) -> None:
    put(question(node), node.office)
    site.clock.pass_by(timedelta(hours=1))
    allow(node)
    put(question(node), node.office)
    put(question(node, OWN_DOCTOR, BO), node.office)
    first, second = who_saw(node.office, AN)
    assert (first.permit, second.permit) == (False, True)
    assert first.time < second.time
    assert node.log.find(second.entry_id).entry.phase == "intent"


def test_to_look_who_looked_leaves_no_trace(node: Node) -> None:
    keys, size = node.vault.count(), node.log.size
    assert who_saw(node.office, BO) == []
    assert (node.vault.count(), node.log.size) == (keys, size)


def test_the_patient_is_told_of_the_own_look_too(node: Node) -> None:
    outcome = request(node, Ask(patient=AN, purpose="PATRQT", person=f"Patient/{AN}"))
    assert outcome.permit
    assert "您本人的申请" in _said(node)[0][0]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(partial(normalize, "NFC"))
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
ENTRIES = st.builds(
    Entry,
    type=st.just("access"),
    subtype=st.sampled_from(["disclose", "refuse"]),
    action=TEXT,
    outcome=st.sampled_from(["0", "8", ""]),
    region=TEXT,
    node=TEXT,
    source=st.sampled_from(["exchange", "spool", ""]),
    role=TEXT,
    organisation=TEXT,
    purpose=TEXT,
    break_glass=st.booleans(),
    decision=st.sampled_from(["permit", "deny", ""]),
    why=TEXT,
    object_class=TEXT,
    count=st.integers(0, 2**53 - 1),
    claimed_us=st.integers(0, 2**53 - 1),
)
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "consent": st.one_of(ANY, st.fixed_dictionaries({"basis": ANY})),
        "because": st.one_of(ANY, st.fixed_dictionaries({"zh": ANY, "en": ANY})),
        "request": st.one_of(ANY, st.fixed_dictionaries({"actor": ANY})),
    },
)
PATIENTS = count()


@pytest.fixture(scope="module")
def standing(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One node for all the examples: each is about a patient of its own."""
    site = Site(Path(shutil.copytree(made, tmp_path_factory.mktemp("standing") / "node")))
    with site.open() as opened:
        yield opened


@settings(max_examples=40)
@given(ENTRIES, TOLD)
def test_there_is_a_sentence_for_every_entry(standing: Node, entry: Entry, told: dict[str, object]) -> None:
    """Whatever stands in an entry, and whatever was sealed with it."""
    name = f"somebody-{next(PATIENTS)}"
    keys = standing.vault.key_of(name)
    written = standing.desk.write(replace(entry, patient=keys.pseudonym), told, key=keys.key)
    (look,) = who_saw(standing.office, name)
    assert look.entry_id == written.id
    assert look.permit == (entry.decision == "permit")
    assert look.zh.endswith("。")
    assert look.en.endswith(".")
