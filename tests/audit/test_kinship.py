"""Relatives are who the records say, by number or by telephone; a visit explains a look, also one that is over."""

from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit.anomalies import anomalies
from exchange.audit.anomalies.kinship import Card, kinship
from exchange.audit.anomalies.known import CONTACT, RELATIVE
from exchange.directory import BadRegistry
from exchange.directory.reading import parse_directory
from exchange.evidence.giving import give_code
from exchange.node.node import Node
from tests.exchange.nodes import (
    NOW,
    OTHER_DOCTOR,
    OTHER_HOSPITAL,
    OWN_DOCTOR,
    Site,
    allow,
    fill,
    put,
    question,
)
from tests.exchange.people import AN, AN_NUMBER, BO, CHILD, COHORT, IDENTITY, Resource, identity

BO_NUMBER = identity("1985-01-01", 2)
OTHER_OWN_DOCTOR = "ks-dr-004"  # of no group
AN_PHONE = "17900000001"
NOBODY = Card(numbers=frozenset(), phones=frozenset(), relatives=frozenset(), contacts=frozenset())


def _works_here_and_is(site: Site, person: str, patient: str) -> None:
    """The registry says whose record theirs is."""
    file = site.folder / "registry.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f'id = "{person}",', f'id = "{person}", patient = "{patient}",'), "utf-8")


def _related(name: str, patient: str, **more: object) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": name,
        "patient": {"reference": f"Patient/{patient}"},
        **more,
    }


def _number(value: str) -> list[Resource]:
    return [{"system": IDENTITY, "value": value}]


def kinds(node: Node) -> set[str]:
    return {one.kind for one in anomalies(node)}


def test_whoever_looks_at_their_own_record_at_work_is_told_of(site: Site) -> None:
    _works_here_and_is(site, OWN_DOCTOR, AN)
    with site.open() as node:
        put(question(node, OWN_DOCTOR), node.office)
        put(question(node, OWN_DOCTOR, BO), node.office)
        (one,) = anomalies(node, kind="own-record")
        assert (one.count, one.people) == (1, (node.desk.actor_named(OWN_DOCTOR),))
        assert "family-record" not in kinds(node)


def test_whoever_is_in_the_registry_as_a_patient_may_look_at_their_own_record(site: Site) -> None:
    _works_here_and_is(site, OTHER_OWN_DOCTOR, AN)
    with site.open() as node:
        put(question(node, OTHER_OWN_DOCTOR), node.office)
        assert "own-record" in kinds(node)
    file = site.folder / "registry.toml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if f'id = "{OTHER_OWN_DOCTOR}"' in line)
    lines[at] = lines[at].replace('"physician"', '"patient"')
    file.write_text("".join(lines), "utf-8")
    with site.open() as node:
        assert "own-record" not in kinds(node)


def test_a_practitioner_with_the_number_of_a_patient_is_that_patient(site: Site, tmp_path: Path) -> None:
    doctor = {"resourceType": "Practitioner", "id": OWN_DOCTOR, "identifier": _number(AN_NUMBER)}
    with site.open() as node:
        put(question(node, OWN_DOCTOR), node.office)
        assert "own-record" not in kinds(node)
        fill(node, tmp_path, [doctor])
        assert "own-record" in kinds(node)


@pytest.mark.parametrize(
    ("whose", "related"),
    [
        (BO, {"identifier": _number(AN_NUMBER)}),  # BO's record names the doctor
        (AN, {"identifier": _number(BO_NUMBER)}),  # the doctor's own record names BO
        (BO, {"telecom": [{"system": "phone", "value": f"+86 {AN_PHONE}"}]}),
    ],
    ids=["their record", "the own record", "by telephone"],
)
def test_a_relative_on_either_record_is_seen(
    site: Site, tmp_path: Path, whose: str, related: dict[str, object]
) -> None:
    _works_here_and_is(site, OWN_DOCTOR, AN)
    with site.open() as node:
        put(question(node, OWN_DOCTOR, BO), node.office)
        put(question(node, OWN_DOCTOR, CHILD), node.office)
        assert "family-record" not in kinds(node)
        fill(node, tmp_path, [_related("r-1", whose, **related)])
        (one,) = anomalies(node, kind="family-record")
        keys = node.vault.known(BO)
        assert keys is not None
        assert one.patients == (keys.pseudonym,)


def test_two_who_name_the_same_third_person_are_not_compared() -> None:
    third = frozenset(("17900009999",))
    one, other = (
        Card(numbers=frozenset((n,)), phones=frozenset(), relatives=third, contacts=third) for n in "ab"
    )
    assert kinship(one, other) is None


def test_known_answers_of_kinship() -> None:
    me = Card(
        numbers=frozenset("1"), phones=frozenset("p"), relatives=frozenset("2"), contacts=frozenset("q")
    )
    child = Card(numbers=frozenset("2"), phones=frozenset(), relatives=frozenset(), contacts=frozenset("p"))
    friend = Card(numbers=frozenset("3"), phones=frozenset("q"), relatives=frozenset(), contacts=frozenset())
    assert (kinship(me, child), kinship(child, me)) == (RELATIVE, RELATIVE)
    assert (kinship(me, friend), kinship(friend, me)) == (CONTACT, CONTACT)
    assert kinship(NOBODY, NOBODY) is None


def test_a_registry_that_names_no_id_as_the_own_record_is_refused() -> None:
    bad = b'person = [{ id = "p", name_zh = "x", name_en = "x", role = "nurse", organisation = "o", patient = "a b" }]'
    with pytest.raises(BadRegistry, match="patient"):
        parse_directory(bad, "registry.toml")


def _visit(name: str, patient: str, days_ago: int, **more: object) -> Resource:
    start, end = (NOW - timedelta(days=days_ago), NOW - timedelta(days=days_ago, hours=-1))
    return {
        "resourceType": "Encounter",
        "id": name,
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
        "serviceProvider": {"reference": "Organization/ks-first-hospital"},
        "period": {"start": start.isoformat(), "end": end.isoformat()},
        **more,
    }


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ({"days_ago": 29}, False),
        ({"days_ago": 31}, True),
        ({"days_ago": -6}, False),
        ({"days_ago": -8}, True),
        ({"days_ago": 1, "status": "cancelled"}, True),
        ({"days_ago": 1, "serviceProvider": {"reference": "Organization/ks-tcm-hospital"}}, True),
        ({"days_ago": 1, "period": {"start": "some time"}}, False),
        ({"days_ago": 1, "period": {"start": "2026-01-05"}}, True),  # nobody ever closed it
    ],
)
def test_a_look_for_treatment_is_explained_by_a_visit_about_then(
    site: Site, tmp_path: Path, visit: dict[str, object], told: bool
) -> None:
    with site.open() as node:
        fill(node, tmp_path, [_visit(f"v-{one}", one, **visit) for one in COHORT[:3]])  # type: ignore[arg-type]  # fields of a visit
        for one in COHORT[:3]:
            put(question(node, OWN_DOCTOR, one), node.office)
        assert ("without-case" in kinds(node)) == told


def test_a_week_that_began_before_the_time_asked_about_is_counted_as_a_whole(
    site: Site, tmp_path: Path
) -> None:
    with site.open() as node:
        fill(node, tmp_path, [_visit(f"v-{one}", one, 90) for one in COHORT[:3]])
        for one in COHORT[:3]:  # Wednesday, Thursday, Friday
            put(question(node, OWN_DOCTOR, one), node.office)
            site.clock.pass_by(timedelta(days=1))
        (whole,) = anomalies(node, kind="without-case")
        assert anomalies(node, kind="without-case", since=NOW + timedelta(days=1)) == [whole]
        assert anomalies(node, kind="without-case", since=NOW + timedelta(days=3)) == []


@pytest.mark.parametrize(("with_code", "told"), [(True, False), (False, True)])
def test_a_look_that_rests_on_a_code_needs_no_visit(
    site: Site, tmp_path: Path, with_code: bool, told: bool
) -> None:
    with site.open() as node:
        fill(node, tmp_path, [_visit(f"v-{one}", one, 90) for one in COHORT[:3]])
        for one in COHORT[:3]:
            allow(node, one)
            given = give_code(
                node,
                one,
                organisation=OTHER_HOSPITAL,
                purpose="TREAT",
                minutes=10,
                by=f"Patient/{one}",
            )
            shown = {"code": given.code} if with_code else {}
            assert put(question(node, OTHER_DOCTOR, one, **shown), node.office).permit
        assert ("without-case" in kinds(node)) == told


def test_of_patients_without_any_case_on_record_nothing_is_said(node: Node) -> None:
    for one in COHORT[:5]:
        put(question(node, OWN_DOCTOR, one), node.office)
    assert "without-case" not in kinds(node)


def test_two_patients_in_a_week_are_not_told(site: Site, tmp_path: Path) -> None:
    with site.open() as node:
        fill(node, tmp_path, [_visit(f"v-{one}", one, 90) for one in COHORT[:2]])
        for one in (*COHORT[:2], *COHORT[:2]):
            put(question(node, OWN_DOCTOR, one), node.office)
        assert "without-case" not in kinds(node)


def test_somebody_of_another_hospital_needs_no_record_of_ours_to_be_judged(node: Node) -> None:
    put(question(node, OTHER_DOCTOR), node.office)
    assert "own-record" not in kinds(node)
