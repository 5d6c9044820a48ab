"""The registry is read wholly or not at all, and what is wrong is named by entry and field."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory import (
    KINDS,
    ROLES,
    STANDINGS,
    TIERS,
    BadRegistry,
    Directory,
    Group,
    Organisation,
    Person,
    as_toml,
    from_card,
    parse_directory,
    read_directory,
    to_card,
)

GOOD = """
organisation = [
  { id = "h", name_zh = "第一医院", name_en = "First Hospital", kind = "hospital", tier = "county", region = "320583" },
  { id = "c", name_zh = "卫生室", name_en = "Clinic", kind = "village-clinic", tier = "village", region = "320583", parent = "h" },
]
person = [{ id = "d", name_zh = "岑知远", name_en = "Cen Zhiyuan", role = "physician", organisation = "h" }]
group = [{ id = "t", name_zh = "团队", name_en = "Team", members = ["Practitioner/d", "Organization/c"] }]
"""  # noqa: E501 - a table is read across

WRONG = [
    ('tier = "county"', 'tier = "parish"', "organisation 1 (h): tier: must be one of national, provincial"),
    ('kind = "hospital"', 'kind = "Hospital"', "organisation 1 (h): kind: must be one of platform, hospital"),
    ('"county", region = "320583"', '"county", region = "320083"', "organisation 1 (h): region: must be a"),
    ('"county", region = "320583"', '"county", region = 320583', "organisation 1 (h): region: must be text"),
    (', parent = "h"', ', standing = "retired"', "organisation 2 (c): standing: must be one of active"),
    (', parent = "h"', ', emergency = "yes"', "organisation 2 (c): emergency: must be true or false"),
    (', parent = "h"', ', parent = "x"', "organisation 2 (c): parent: is not listed"),
    (', parent = "h"', ', parent = "c"', "organisation 2 (c): parent: leads round in a circle"),
    (', parent = "h"', ', regoin = "320583"', "organisation 2 (c): regoin: is no field that is known here"),
    (', parent = "h"', ', "陈大文 13800" = "1"', "organisation 2 (c): is no field that is known here"),
    ('id = "c", ', "", "organisation 2: id: is missing"),
    ('id = "c"', 'id = "h"', "organisation 2 (h): id: was given to entry 1 already"),
    ('id = "c"', 'id = "明月"', "organisation 2: id: must be 1 to 64 letters"),
    ('name_zh = "卫生室"', 'name_zh = " "', "organisation 2 (c): name_zh: must be 1 to 200 printable"),
    ('name_en = "Clinic"', 'name_en = "Cli\\nnic"', "organisation 2 (c): name_en: must be 1 to 200"),
    ('role = "physician"', 'role = "doctor"', "person 1 (d): role: must be one of physician"),
    ('organisation = "h" }', 'organisation = "d" }', "person 1 (d): organisation: is not listed"),
    ('"Practitioner/d"', '"Practitioner/c"', "group 1 (t): member 1: is not listed"),
    ('"Organization/c"', '"c"', "group 1 (t): member 2: is not listed"),
    ('["Practitioner/d", "Organization/c"]', "[]", "group 1 (t): members: must name at least one member"),
    ('["Practitioner/d", "Organization/c"]', "[1]", "group 1 (t): members: must be a list of texts"),
    ("group = [{", "groups = [{", "holds a section that is none of organisation, person, group"),
    ("group = [{", 'group = ["x", {', "group 1: must be a table"),
    ("person = [{", "person = [{}, {", "person 1: id: is missing"),
    ("person = [{", "person = [", "is not TOML (line 6"),
]  # fmt: skip


def test_a_registry_says_who_works_where() -> None:
    directory = parse_directory(GOOD.encode(), "registry.toml")
    assert [one.id for one in directory.organisations()] == ["h", "c"]
    assert directory.person("d").organisation == "h"
    assert directory.groups_of("Organization/c") == ("Group/t",)
    assert directory.organisation("h") == Organisation(
        "h", "第一医院", "First Hospital", "hospital", "county", "320583"
    )


@pytest.mark.parametrize(("good", "bad", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_what_is_wrong_is_named_by_file_entry_and_field(good: str, bad: str, said: str) -> None:
    assert GOOD.count(good) >= 1
    with pytest.raises(BadRegistry) as refused:
        parse_directory(GOOD.replace(good, bad, 1).encode(), "registry.toml")
    assert str(refused.value).startswith("registry.toml")
    assert said in str(refused.value)
    assert refused.value.exit_code == 6


@pytest.mark.attack
def test_nobody_is_named_in_an_error() -> None:
    for good, bad, _ in WRONG:
        with pytest.raises(BadRegistry) as refused:
            parse_directory(GOOD.replace(good, bad, 1).encode(), "registry.toml")
        error = refused.value
        told = f"{error} {error.zh} {error.hint} {error.hint_zh} {error.__cause__}"
        assert not any(secret in told for secret in ("岑知远", "Cen", "陈大文", "13800", "第一医院"))


def test_two_who_are_above_each_other_are_refused() -> None:
    circle = GOOD.replace(
        'region = "320583" },\n  { id = "c"', 'region = "320583", parent = "c" },\n  { id = "c"'
    )
    assert circle != GOOD
    with pytest.raises(BadRegistry, match="organisation 1 \\(h\\): parent: leads round in a circle"):
        parse_directory(circle.encode(), "registry.toml")


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRegistry, match=r"registry\.toml: cannot be read"):
        read_directory(tmp_path / "registry.toml")
    (tmp_path / "registry.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadRegistry, match=r"registry\.toml: is not TOML"):
        read_directory(tmp_path / "registry.toml")


@pytest.mark.parametrize("cut", range(0, len(GOOD.encode()), 7))
def test_a_registry_cut_short_is_never_half_a_registry(cut: int) -> None:
    body = GOOD.encode()[:cut]
    try:
        directory = parse_directory(body, "registry.toml")
    except BadRegistry:
        return
    whole = parse_directory(GOOD.encode(), "registry.toml")
    assert directory.organisations() in ((), whole.organisations())
    assert directory.people() in ((), whole.people())


names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40).filter(
    lambda text: bool(text.strip())
)
ids = st.from_regex(r"[A-Za-z0-9.\-]{1,12}", fullmatch=True)


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    regions = st.sampled_from(["320583", "120101", "440400"])
    organisations = [
        Organisation(
            one, draw(names), draw(names), draw(st.sampled_from(KINDS)), draw(st.sampled_from(TIERS)),
            draw(regions), draw(st.sampled_from(STANDINGS)), draw(st.booleans()),
        )
        for one in draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    ]  # fmt: skip
    employers = st.sampled_from([one.id for one in organisations])
    people = [
        Person(one, draw(names), draw(names), draw(st.sampled_from(ROLES)), draw(employers))
        for one in draw(st.lists(ids, max_size=4, unique=True))
    ]
    references = [one.reference for one in organisations] + [one.reference for one in people]
    members = st.lists(st.sampled_from(references), min_size=1, max_size=3).map(tuple)
    groups = [
        Group(one, draw(names), draw(names), draw(members))
        for one in draw(st.lists(ids, max_size=2, unique=True))
    ]
    return Directory(organisations, people, groups)


@given(directories())
def test_what_is_written_is_read_back_the_same(directory: Directory) -> None:
    assert parse_directory(as_toml(directory).encode(), "registry.toml") == directory


@given(directories())
def test_organisations_survive_the_journey_on_a_card(directory: Directory) -> None:
    assert from_card(to_card(directory.organisations())) == directory.organisations()


@pytest.mark.attack
@pytest.mark.parametrize(
    "wrong", [None, {}, "x", [1], [{}], [{"id": "h"}], [None], [{"id": "h", "kind": []}]]
)
def test_a_card_that_is_not_a_list_of_organisations_is_refused(wrong: object) -> None:
    with pytest.raises(BadRegistry, match=r"^card, organisation"):
        from_card(wrong)


@pytest.mark.attack
def test_a_card_with_a_field_nobody_knows_or_one_organisation_twice_is_refused() -> None:
    listed = to_card(parse_directory(GOOD.encode(), "registry.toml").organisations())
    with pytest.raises(BadRegistry, match="card, organisation 2 \\(c\\): trusted: is no field"):
        from_card([listed[0], {**listed[1], "trusted": True}])
    with pytest.raises(BadRegistry, match="card, organisation 3 \\(h\\): id: was given to entry 1 already"):
        from_card([*listed, listed[0]])
