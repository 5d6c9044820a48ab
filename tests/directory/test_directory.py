"""Looking somebody up, and taking over what another region says about its organisations."""

import dataclasses

import pytest

from exchange.directory import Directory, Group, NotInDirectory, Organisation, OrganisationDiffers, Person

HOSPITAL = Organisation("h", "第一医院", "First Hospital", "hospital", "county", "320583", emergency=True)
CLINIC = Organisation(
    "c", "明月村卫生室", "Mingyue Clinic", "village-clinic", "village", "320583", parent="h"
)
DOCTOR = Person("d", "岑知远", "Cen Zhiyuan", "physician", "h")
MACHINE = Person("m", "辅助诊断", "Diagnosis Assistant", "ai-device", "c")
TEAM = Group("t", "团队", "Team", ("Practitioner/d", "Organization/c"))
HERE = Directory((HOSPITAL, CLINIC), (DOCTOR, MACHINE), (TEAM,))


def test_everybody_is_found_by_id() -> None:
    assert HERE.organisation("h") is HOSPITAL
    assert HERE.person("d") is DOCTOR
    assert HERE.group("t") is TEAM
    assert (HERE.organisations(), HERE.people(), HERE.groups()) == (
        (HOSPITAL, CLINIC),
        (DOCTOR, MACHINE),
        (TEAM,),
    )


@pytest.mark.parametrize("number", ["", "H", "Organization/h", "11010519491231002X"])
def test_who_is_not_listed_is_refused_without_repeating_what_was_asked(number: str) -> None:
    for look_up in (HERE.organisation, HERE.person, HERE.group):
        with pytest.raises(NotInDirectory) as refused:
            look_up(number)
        error = refused.value
        assert error.exit_code == 6
        assert not number or number not in f"{error} {error.zh} {error.hint} {error.hint_zh}".split()


@pytest.mark.parametrize(
    ("reference", "zh", "en"),
    [
        ("Organization/h", "第一医院", "First Hospital"),
        ("Practitioner/d", "岑知远", "Cen Zhiyuan"),
        ("Device/m", "辅助诊断", "Diagnosis Assistant"),
        ("Group/t", "团队", "Team"),
    ],
)
def test_names_are_shown_in_the_language_of_the_reader(reference: str, zh: str, en: str) -> None:
    assert HERE.name_of(reference, "zh") == zh
    assert HERE.name_of(reference, "en") == en


@pytest.mark.parametrize(
    "reference", ["Organization/d", "Practitioner/h", "Practitioner/m", "h", "", "Group/"]
)
def test_a_name_is_never_lent_to_somebody_else(reference: str) -> None:
    assert HERE.name_of(reference, "zh") is None


def test_groups_are_found_by_any_of_their_members() -> None:
    assert HERE.groups_of("Practitioner/d") == ("Group/t",)
    assert HERE.groups_of("Practitioner/x", "Organization/c") == ("Group/t",)
    assert HERE.groups_of("Practitioner/x", "Group/t") == ()
    assert HERE.groups_of() == ()


def test_a_peer_adds_its_organisations_and_changes_none_of_ours() -> None:
    theirs = Organisation("tj-h", "天津海河总医院", "Haihe Hospital", "hospital", "provincial", "120101")
    both = HERE.merge((HOSPITAL, theirs))
    assert both.organisations() == (HOSPITAL, CLINIC, theirs)
    assert both.people() == HERE.people()
    assert HERE.name_of("Organization/tj-h", "zh") is None, "the directory merged into stays as it was"


@pytest.mark.attack
@pytest.mark.parametrize(
    "change", [{"region": "120101"}, {"standing": "suspended"}, {"kind": "platform"}, {"name_zh": "另一家"}]
)
def test_a_peer_that_describes_one_of_ours_otherwise_is_refused(change: dict[str, str]) -> None:
    claimed = dataclasses.replace(HOSPITAL, **change)  # type: ignore[arg-type]  # one text field at a time
    with pytest.raises(OrganisationDiffers, match="organisation h is described otherwise"):
        HERE.merge((claimed,))


def test_a_peer_that_lists_a_parent_we_do_not_is_no_contradiction_and_ours_stays() -> None:
    merged = HERE.merge((dataclasses.replace(HOSPITAL, parent="sz-platform"),))
    assert merged == HERE


def test_merged_people_and_groups_do_not_replace_ours() -> None:
    merged = HERE.merge(
        people=(dataclasses.replace(DOCTOR, role="researcher"),), groups=(Group("t", "x", "x", ()),)
    )
    assert merged.person("d").role == "physician"
    assert merged.group("t") == TEAM
