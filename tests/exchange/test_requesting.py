"""Asking: who asks is looked up, and whom to ask is found."""

import errno
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from exchange.directory import NotInDirectory
from exchange.errors import UnknownPatient
from exchange.federation.card import Card
from exchange.federation.joining import join
from exchange.node.node import Node
from exchange.requesting import Ask, UnknownHolder, holder_of, request, request_of
from exchange.wiring import found_node
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    FOUNDING,
    NOW,
    OTHER_DOCTOR,
    REASON,
    Clock,
    Site,
    allow,
    entries,
    entropy,
    last,
)
from tests.exchange.people import AN, BO, EVERYTHING, LATE
from tests.federation.regions import TIANJIN_CARD, ZHUHAI_CARD


def ask(person: str = OTHER_DOCTOR, **more: object) -> Ask:
    said: dict[str, object] = {"patient": AN, "purpose": "TREAT", "person": person}
    return Ask(**(said | more))  # type: ignore[arg-type] # Ask's own fields


def test_a_permitted_request_gives_the_record(node: Node) -> None:
    allow(node, except_sensitivities=("PSY",))
    outcome = request(node, ask())
    assert (outcome.permit, outcome.code, outcome.holder) == (True, "CONSENT_PERMIT_PARTIAL", "ks")
    assert orjson.loads(outcome.bundle)["resourceType"] == "Bundle"
    assert outcome.withheld == {"CONSENT_DENY": 3, "UNLABELED_DATA": 1}
    assert node.log.find(outcome.entry_id).entry.phase == "intent"


def test_an_answer_that_could_not_be_written_was_not_handed_over(node: Node) -> None:
    """`hutong exchange request > full disk`: the ledger must not say that the record arrived."""
    allow(node)

    def full(_: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        request(node, ask(), full)
    told = last(node).entry
    assert (told.phase, told.outcome, told.why) == ("outcome", "8", "HANDOVER_FAILED")


def test_a_refused_request_gives_nothing_but_reasons_and_a_next_step(node: Node) -> None:
    outcome = request(node, ask())
    assert (outcome.permit, outcome.bundle, outcome.count, outcome.withheld) == (False, b"", 0, {})
    assert outcome.reasons[0].zh == "患者没有同意"
    assert "hutong consent grant" in outcome.next_step[0]
    assert outcome.entry_id == last(node).id


def test_somebody_nobody_registered_cannot_ask(node: Node) -> None:
    size = node.log.size
    with pytest.raises(NotInDirectory) as refused:
        request(node, ask("dr-nobody"))
    assert (refused.value.exit_code, node.log.size) == (6, size)


@pytest.mark.parametrize("person", [OTHER_DOCTOR, f"Practitioner/{OTHER_DOCTOR}"])
def test_a_person_is_found_by_id_or_reference_with_organisation_and_groups(node: Node, person: str) -> None:
    actor = request_of(node, ask(person)).actor
    assert (actor.id, actor.role, actor.organisation.id) == (OTHER_DOCTOR, "physician", "ks-tcm-hospital")
    assert request_of(node, ask("ks-fd-001")).actor.groups == (
        "Group/ks-family-team-1",
        "Group/ks-consortium",
    )


def test_patients_see_their_own_record_and_nobody_elses(node: Node) -> None:
    own = request(node, ask(f"Patient/{AN}", purpose="PATRQT"))
    assert (own.permit, own.code) == (True, "SUBJECT_ACCESS")
    assert all(ref.partition("/")[2].encode() in own.bundle for ref in EVERYTHING)
    others = request(node, ask(f"Patient/{AN}", patient=BO, purpose="PATRQT"))
    assert (others.permit, others.bundle) == (False, b"")


def test_a_device_asks_on_behalf_of_somebody(node: Node) -> None:
    """What somebody answers for is seen; and never more than a device may."""
    allow(node, to="Organization/ks-township-centre")
    alone = request(node, ask("ks-ai-002"))
    assert alone.code == "DEVICE_WITHOUT_PERSON"
    together = request(node, ask("ks-ai-002", on_behalf_of="ks-dr-011"))
    assert together.permit
    refs = {one["resource"]["resourceType"] for one in orjson.loads(together.bundle)["entry"]}
    assert "Observation" in refs
    assert (
        b"44261-6" not in together.bundle
    )  # the psychiatric score: devices see nothing labelled as sensitive
    assert set(together.withheld) <= {"LABEL_NOT_FOR_ROLE", "CONFIDENTIALITY_ABOVE_ROLE"}


KIN = """\
  { id = "kin-1", name_zh = "慕容远", name_en = "Murong Yuan", role = "next-of-kin", organisation = "ks-platform" },
"""


def test_next_of_kin_ask_as_such(node: Node, site: Site) -> None:
    """They see the record of somebody who has died, and of nobody who lives and has not agreed."""
    registry = site.folder / "registry.toml"
    text = registry.read_text("utf-8").replace("person = [\n", f"person = [\n{KIN}")
    registry.write_text(text, "utf-8")
    with site.open() as again:
        kin = request_of(again, ask("kin-1", patient=LATE, purpose="FAMRQT"))
        assert kin.actor.reference == "RelatedPerson/kin-1"
        assert request(again, ask("kin-1", patient=LATE, purpose="FAMRQT")).code == "DECEASED_NEXT_OF_KIN"
        assert not request(again, ask("kin-1", patient=AN, purpose="FAMRQT")).permit


HOLDERS: list[tuple[str, Card | None]] = [
    ("", None),
    ("ks", None),
    ("320583", None),
    ("ks-first-hospital", None),
    ("zh", ZHUHAI_CARD),
    ("440400", ZHUHAI_CARD),
    ("440402", ZHUHAI_CARD),
    ("zh-first-hospital", ZHUHAI_CARD),
    ("120000", TIANJIN_CARD),
    ("120101", TIANJIN_CARD),
]


@pytest.fixture
def joined(site: Site) -> Site:
    """Kunshan, joined with Zhuhai and Tianjin."""
    site.clock.now = NOW
    with site.open() as node:
        for card in (ZHUHAI_CARD, TIANJIN_CARD):
            join(node, card.written, fingerprint=card.fingerprint, by="ks-so-001")
    return site


@pytest.mark.parametrize(("holder", "card"), HOLDERS)
def test_the_node_that_keeps_the_record_is_found_by_node_region_or_organisation(
    joined: Site, holder: str, card: Card | None
) -> None:
    with joined.open() as node:
        found = holder_of(node, holder)
        assert (found.id if found else None) == (card.id if card else None)


@pytest.mark.parametrize("holder", ["nobody", "310000", "440000", "32"])
def test_whom_nobody_is_joined_with_cannot_be_asked(joined: Site, holder: str) -> None:
    with joined.open() as node:
        size = node.log.size
        with pytest.raises(UnknownHolder) as refused:
            request(node, ask(holder=holder))
        assert (refused.value.exit_code, node.log.size) == (6, size)


def test_a_part_of_the_own_region_is_asked_here(tmp_path: Path) -> None:
    founding = replace(FOUNDING, region="120000", node_id="tj")
    found_node(tmp_path / "tj", founding, {}, clock=Clock(), entropy=entropy("tj"))
    with Site(tmp_path / "tj").open() as node:
        assert holder_of(node, "120101") is None


def test_a_patient_who_is_not_here_is_refused_and_on_record(node: Node) -> None:
    outcome = request(node, ask(patient="p-404"))
    assert outcome.code == "NO_CONSENT"
    with pytest.raises(UnknownPatient):
        node.records.patient("p-404")
    assert entries(node)[-1].entry.patient == ""


def test_an_emergency_is_asked_with_its_reason(node: Node) -> None:
    outcome = request(node, ask(EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON))
    assert (outcome.permit, outcome.code) == (True, "EMERGENCY_OVERRIDE")
