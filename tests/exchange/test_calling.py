"""An id is a person only together with who says so: what a patient allowed one doctor, no namesake elsewhere gets."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import Wish
from exchange.audit.story import who_saw
from exchange.consenting import grant
from exchange.decisions import replay
from exchange.directory import Directory, Organisation, Person
from exchange.evidence.weighing import weighed
from exchange.federation.entitlement import NotEntitled, organisation_of
from exchange.federation.messages import Asker
from exchange.node.node import Node
from exchange.path.calling import names_of
from exchange.path.office import Office
from exchange.path.request import Actor, BasedOn, Request
from exchange.path.subject import subject_of
from tests.cli.typing_in import typed
from tests.exchange.nodes import EMERGENCY_DOCTOR, REASON, Site, allow, fill, put, question
from tests.exchange.people import AN
from tests.exchange.test_evidence_cases import order
from tests.exchange.test_evidence_contracts import contract
from tests.federation.regions import ZHUHAI_CARD

ZHUHAI = Organisation("zh-hospital", "珠海医院", "Zhuhai Hospital", "hospital", "prefecture", "440400")
BARE, QUALIFIED = "Practitioner/dr-7", "Practitioner/zh.dr-7"
HERS = f"Patient/{AN}"


def actor(node: Node, **more: object) -> Actor:
    """Zhuhai's node says: this is our doctor dr-7."""
    here = question(node).actor
    said = {"id": "dr-7", "name": "祁望舒", "organisation": ZHUHAI, "groups": (), "vouched_by": "zh"}
    return replace(here, **(said | more))  # type: ignore[arg-type]  # Actor's own fields


def asked(node: Node, **more: object) -> Request:
    return replace(question(node), actor=actor(node, **more))


def refuse(node: Node, to: str, **more: object) -> None:
    grant(node, AN, Wish(refuse=True, recipients=(to,), **more), by=HERS)  # type: ignore[arg-type]  # Wish's own


def listing(node: Node, organisation: Organisation = ZHUHAI) -> Office:
    """The office once our own registry lists that doctor at `organisation`."""
    person = Person("dr-7", "祁望舒", "Qi Wangshu", "physician", organisation.id)
    return replace(node.office, directory=node.directory.merge([ZHUHAI], [person]))


@pytest.mark.attack
def test_another_regions_node_cannot_borrow_the_doctor_a_patient_named(node: Node) -> None:
    allow(node, to=BARE)
    answer = put(asked(node), node.office)
    assert (answer.code, answer.delivered) == ("NOT_COVERED", ())


def test_a_patient_names_a_doctor_of_another_region_with_their_node(node: Node) -> None:
    granted = allow(node, to=QUALIFIED)
    assert granted.warnings == ()
    assert put(asked(node), node.office).permit
    assert not put(asked(node, vouched_by="tj"), node.office).permit
    assert not put(asked(node, id="dr-8"), node.office).permit


def test_a_doctor_our_registry_lists_there_needs_no_longer_name(node: Node) -> None:
    allow(node, to=BARE)
    assert put(asked(node), listing(node)).permit
    elsewhere = node.directory.organisation("ks-first-hospital")
    assert not put(asked(node), listing(node, elsewhere)).permit


def test_our_own_doctors_are_called_as_ever(node: Node) -> None:
    allow(node, to="Practitioner/ks-dr-005")
    assert put(question(node, "ks-dr-005"), node.office).permit


@pytest.mark.attack
def test_who_is_refused_by_their_bare_id_is_refused_whoever_vouches(node: Node) -> None:
    """The patient may have meant that one: her hospital is allowed, this doctor is not."""
    allow(node, to="Organization/zh-hospital")
    assert put(asked(node), node.office).permit
    refuse(node, BARE)
    answer = put(asked(node), node.office)
    assert (answer.code, answer.delivered) == ("CONSENT_DENY", ())
    assert put(asked(node, id="dr-8"), node.office).permit


@pytest.mark.attack
def test_a_refusal_that_names_a_doctor_opens_nothing_to_a_namesake(node: Node) -> None:
    """She lets dr-7 see it all but the medicines. Zhuhai's dr-7 may be neither."""
    allow(node, to=BARE)
    refuse(node, BARE, classes=("MedicationRequest",))
    assert put(asked(node), node.office).delivered == ()
    allow(node, to="Organization/zh-hospital")
    refs = put(asked(node), node.office).refs
    assert "MedicationRequest/an-metformin" not in refs
    assert refs < put(asked(node, id="dr-8"), node.office).refs


@pytest.mark.attack
def test_what_only_one_of_two_names_would_open_stays(node: Node) -> None:
    """Medicines are for one doctor, findings are not for that one, and the hospital sees findings and who she is."""
    allow(node, to=BARE, classes=("MedicationRequest",))
    refuse(node, BARE, classes=("Observation", "Condition"))
    allow(node, to="Organization/zh-hospital", classes=("Patient", "Observation", "Condition"))
    assert len(put(asked(node, id="dr-8"), node.office).refs) > len(("Patient", "MedicationRequest"))
    answer = put(asked(node), node.office)
    # The hospital that manages the record is told with it.
    assert answer.refs == {f"Patient/{AN}", "Organization/ks-first-hospital"}
    verdict = answer.result.verdict
    assert ("MedicationRequest/an-metformin", "NOT_COVERED") in [
        (one.ref, one.reason) for one in verdict.withheld
    ]
    assert replay(node.office, answer.result.intent.id).same  # type: ignore[union-attr]  # it was permitted


@pytest.mark.attack
def test_a_refusal_by_the_long_name_outlives_that_the_doctor_is_listed(node: Node) -> None:
    allow(node, to="Organization/zh-hospital")
    refuse(node, QUALIFIED)
    for office in (node.office, listing(node)):
        assert put(asked(node), office).code == "CONSENT_DENY"
    assert put(asked(node, vouched_by="tj"), node.office).permit


def test_decisions_by_either_name_are_made_again_byte_for_byte(node: Node) -> None:
    allow(node, to="Organization/zh-hospital")
    released = put(asked(node), node.office).result
    refuse(node, BARE)
    refused = put(asked(node), node.office).result
    entries = (released.intent.id, refused.entry.id)  # type: ignore[union-attr]  # one of each
    assert [replay(node.office, one).same for one in entries] == [True, True]


@pytest.mark.attack
def test_a_refusal_by_the_bare_id_holds_in_an_emergency(node: Node) -> None:
    """An emergency goes over what nobody allowed, not over what the patient refused to this very person."""
    emergency = node.directory.organisation("ks-emergency-centre")
    said = {"organisation": replace(ZHUHAI, emergency=emergency.emergency), "role": "emergency-physician"}
    one = replace(
        question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON), actor=actor(node, **said)
    )
    assert put(one, node.office).permit
    refuse(node, BARE, purposes=("ETREAT",))
    assert put(one, node.office).delivered == ()


def test_the_patient_still_reads_who_looked(node: Node) -> None:
    allow(node, to=QUALIFIED)
    answer = put(asked(node), node.office)
    look = who_saw(node.office, AN)[-1]
    assert ("祁望舒" in look.zh, "珠海医院" in look.zh or "zh-hospital" in look.zh) == (True, True)
    assert answer.result.intent.entry.actor == node.desk.actor_named("dr-7", node="zh")  # type: ignore[union-attr]


def test_the_name_with_the_node_is_typed_like_any_other(node: Node, site: Site) -> None:
    said = ("--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party", "--json")
    done = typed("--node", str(site.folder), "consent", "grant", AN, "--to", QUALIFIED, *said)
    assert (done.exit_code, done.stderr) == (0, "")
    stored = node.consents.newest(node.vault.key_of(AN))[-1].resource
    assert stored["provision"]["actor"][0]["reference"] == {"reference": QUALIFIED}


# ---- which evidence means whom


def _open(node: Node, office: Office, one: Request) -> BasedOn | None:
    subject = subject_of(node.records, AN, node.directory, node.own)
    return weighed(one, office, subject=subject, keys=node.vault.key_of(AN)).based_on


@pytest.mark.attack
@pytest.mark.parametrize(("named", "holds"), [(BARE, False), (QUALIFIED, True)])
def test_a_contract_is_not_opened_by_saying_the_doctors_id(
    node: Node, tmp_path: Path, named: str, holds: bool
) -> None:
    fill(node, tmp_path, [contract(careManager={"reference": named}, team=[])])
    one = asked(node, role="family-doctor")
    assert (_open(node, node.office, one) is not None) == holds
    assert (_open(node, listing(node), one) is not None) == (named == BARE)
    named_it = replace(one, based_on=BasedOn(kind="contract", id="fd-1"))
    assert _open(node, node.office, named_it) == BasedOn(kind="contract", id="fd-1", open=holds)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("named", "holds"), [(BARE, False), (QUALIFIED, True), ("Organization/zh-hospital", True)]
)
def test_a_referral_to_a_doctor_is_not_opened_by_saying_their_id(
    node: Node, tmp_path: Path, named: str, holds: bool
) -> None:
    fill(node, tmp_path, [order(performer=[{"reference": named}])])
    one = replace(asked(node), based_on=BasedOn(kind="referral", id="r-1"))
    assert _open(node, node.office, one) == BasedOn(kind="referral", id="r-1", open=holds)


# ---- the name itself

ids = st.from_regex(r"[A-Za-z0-9.\-]{1,6}", fullmatch=True)
people = ids.filter(lambda name: not name.startswith("."))


@given(ids, people, ids, people)
def test_no_two_people_of_two_nodes_have_one_name(one: str, first: str, other: str, second: str) -> None:
    names = [
        names_of(
            Actor(id=person, role="physician", organisation=ZHUHAI, groups=(), vouched_by=vouching),
            node="ks/here",
            directory=Directory(),
        )[0]
        for vouching, person in ((one, first), (other, second))
    ]
    assert (names[0] == names[1]) == ((one, first) == (other, second))


@pytest.mark.attack
@pytest.mark.parametrize("said", [{"id": ".dr-7"}, {"on_behalf_of": ".dr-7"}])
def test_an_id_that_begins_with_a_dot_is_nobodys(said: dict[str, str]) -> None:
    asker = {"id": "dr-1", "name": "", "role": "physician", "organisation": "zh-first-hospital"}
    with pytest.raises(NotEntitled, match="PERSON_NOT_OF_PEER"):
        organisation_of(
            Asker(**({"on_behalf_of": ""} | asker | said)),  # type: ignore[arg-type]  # Asker's own fields
            ZHUHAI_CARD,
            Directory(),
            "320583",
        )
