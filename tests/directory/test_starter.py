"""The registry a new node starts with can be used at once, whole or cut to its region."""

import pytest

from exchange.directory import KINDS, ROLES, Directory, contains, parse_directory, starter

WHOLE = parse_directory(starter(), "starter.toml")
NAMED_BY_PAGES_AND_EXAMPLES = {
    "ks-platform", "zh-platform", "tj-platform", "ks-first-hospital", "zh-first-hospital",
    "tj-medical-hospital", "ks-research-institute", "tj-research-institute",
}  # fmt: skip
PEOPLE = {
    "ks-dr-001": ("physician", "ks-first-hospital"),
    "tj-dr-001": ("physician", "tj-medical-hospital"),
    "zh-dr-001": ("physician", "zh-first-hospital"),
    "ks-em-001": ("emergency-physician", "ks-first-hospital"),
    "tj-em-001": ("emergency-physician", "tj-medical-hospital"),
    "ks-re-001": ("researcher", "ks-research-institute"),
    "ks-so-001": ("security-officer", "ks-platform"),
}


def test_every_kind_of_organisation_and_every_role_at_work_is_there() -> None:
    assert {one.kind for one in WHOLE.organisations()} == set(KINDS)
    assert {one.role for one in WHOLE.people()} == set(ROLES) - {"patient", "next-of-kin"}


def test_those_the_pages_and_examples_name_are_there() -> None:
    assert {one.id for one in WHOLE.organisations()} >= NAMED_BY_PAGES_AND_EXAMPLES
    for person, (role, organisation) in PEOPLE.items():
        assert (WHOLE.person(person).role, WHOLE.person(person).organisation) == (role, organisation)


def test_every_organisation_has_two_to_eight_people_and_no_two_people_one_name() -> None:
    employed = [one.organisation for one in WHOLE.people()]
    assert {2 <= employed.count(one.id) <= 8 for one in WHOLE.organisations()} == {True}
    people = [one for one in WHOLE.people() if one.role != "ai-device"]
    assert len({one.name_zh for one in people}) == len(people)


@pytest.mark.parametrize("region", ["320583", "440400", "120000"])
def test_a_region_starts_with_what_lies_in_it_and_nothing_else(region: str) -> None:
    part = parse_directory(starter(region), "starter.toml")
    assert {one.kind for one in part.organisations()} == set(KINDS)
    assert all(contains(region, one.region) for one in part.organisations())
    assert all(one in WHOLE.people() for one in part.people())
    assert len(part.groups()) == 8


def test_the_three_regions_and_what_lies_above_them_make_up_the_whole() -> None:
    parts = [parse_directory(starter(region), "x") for region in ("320000", "440400", "120000")]
    assert {one.id for part in parts for one in part.people()} == {one.id for one in WHOLE.people()}


def test_nodes_of_two_regions_can_join_whether_they_start_with_their_part_or_the_whole() -> None:
    part = parse_directory(starter("320583"), "starter.toml")
    assert (
        part.merge(WHOLE.organisations()).organisations()[: len(part.organisations())] == part.organisations()
    )
    assert WHOLE.merge(part.organisations()) == WHOLE


def test_a_group_cut_to_a_district_keeps_its_members_there() -> None:
    part = parse_directory(starter("120101"), "starter.toml")
    assert part.group("tj-family-team-1").members == WHOLE.group("tj-family-team-1").members
    assert part.group("tj-consortium").members == (
        "Organization/tj-medical-hospital",
        "Organization/tj-community-centre",
    )


@pytest.mark.parametrize(
    ("region", "tier", "name"),
    [("110000", "provincial", "北京市健康信息平台"), ("330100", "prefecture", "杭州市健康信息平台"),
     ("330199", "county", "杭州市健康信息平台")],
)  # fmt: skip
def test_any_other_region_starts_with_a_platform_and_its_officer(region: str, tier: str, name: str) -> None:
    part: Directory = parse_directory(starter(region), "starter.toml")
    (platform,) = part.organisations()
    (officer,) = part.people()
    assert (platform.name_zh, platform.tier, platform.region) == (name, tier, region)
    assert (officer.role, officer.organisation) == ("security-officer", platform.id)
