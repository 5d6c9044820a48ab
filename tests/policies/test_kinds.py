"""Every kind of data has every column: category, level, label, classes, standards, what makes it safe, a record."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import orjson
import pytest

from deid import load_rules
from docs.scenarios import LAST, Scenario, grading, kind_of, page, rule_sets, table
from exchange.sample import write_sample
from exchange.vocabulary import SENSITIVITIES
from policies.bundle import read_bundle
from policies.errors import DataUnusable
from policies.grading import STRICTEST, Grading, Kind
from tests.sample.reading import TODAY, Resource, Sample, labels, read_sample

GRADING = grading()
KINDS = {one.number: one for one in GRADING.kinds}
FIRST = 65
DATA: dict[str, Any] = orjson.loads(read_bundle().data)["hutong_data"]
# What there are about a patient, and the people and places a record names.
KNOWN = {*DATA["datasets"], "Organization", "Practitioner", "PractitionerRole"}
PROFILES = ("care", "research", "statistics")
SOURCES = table().source


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """What `hutong sample` writes when nothing else is said."""
    folder = tmp_path_factory.mktemp("kinds") / "sample"
    return read_sample(write_sample(folder, patients=300, seed=1, today=TODAY))


def test_there_are_nineteen_kinds_and_each_is_a_row() -> None:
    assert sorted(KINDS) == list(range(FIRST, LAST + 1))
    rows = {one.number: one for one in table().scenario if one.kind}
    assert set(rows) == set(KINDS)
    for number, one in rows.items():
        assert DATA["kinds"][one.kind]["number"] == number
        assert (one.en, one.zh) == (KINDS[number].en, KINDS[number].zh)


@pytest.mark.parametrize("one", KINDS.values(), ids=lambda one: str(one.number))
def test_no_column_is_empty_without_a_reason(one: Kind) -> None:
    assert GRADING.category(one).en
    assert GRADING.level(one.label) in "12345"
    empty = not (one.classes and one.standards and rule_sets(one.classes))
    assert empty == (one.without is not None)
    assert one.without is None or (one.without.en and one.without.zh)
    assert one.classes or not one.code


@pytest.mark.parametrize("one", KINDS.values(), ids=lambda one: str(one.number))
def test_each_class_of_a_kind_is_known_and_made_safe_by_every_profile(one: Kind) -> None:
    assert set(one.classes) <= KNOWN
    for profile in PROFILES:
        assert set(one.classes) <= set(load_rules(profile).resources), profile


@pytest.mark.parametrize(
    "one", [one for one in KINDS.values() if one.classes], ids=lambda one: str(one.number)
)
def test_somebody_invented_has_a_record_of_the_kind(one: Kind, sample: Sample) -> None:
    found = [record for record in sample.all_of(one.classes[0]) if not one.code or one.code in _codes(record)]
    assert found
    assert all(any(sample.all_of(name)) for name in one.classes)


def test_the_sensitive_labels_of_a_kind_are_those_its_records_bear(sample: Sample) -> None:
    """Of a kind a class holds alone; where classes are shared, no more than the class has."""
    for one in KINDS.values():
        borne = {
            label for name in one.classes for record in sample.all_of(name) for label in labels(record)[1]
        }
        assert set(one.sensitive) <= borne & SENSITIVITIES, one.en
        alone = {name for name in one.classes if sum(name in other.classes for other in KINDS.values()) == 1}
        assert {
            label for name in alone for record in sample.all_of(name) for label in labels(record)[1]
        } <= set(one.sensitive), one.en


def test_what_bears_no_more_than_the_usual_label_of_its_kind_has_the_level_of_the_kind(
    sample: Sample,
) -> None:
    for number in (65, 66, 78, 82):
        for name in KINDS[number].classes:
            told = {GRADING.level(*_labels(record)) for record in sample.all_of(name)}
            assert told == {GRADING.level(KINDS[number].label)}, name


@pytest.mark.parametrize("one", KINDS.values(), ids=lambda one: str(one.number))
def test_every_standard_named_was_checked_against_a_text_that_is_named(one: Kind) -> None:
    for standard in one.standards:
        assert any(standard.startswith(prefix) for source in SOURCES for prefix in source.standards), standard


def test_the_page_has_a_row_and_all_sources_of_the_kinds() -> None:
    text = page()
    for one in KINDS.values():
        assert len([line for line in text.splitlines() if line.startswith(f"| {one.number} |")]) == 2
        assert all(standard in text for standard in one.standards)
    for source in SOURCES:
        assert source.title in text
        assert source.assigned.zh in text


def test_a_row_that_names_no_kind_of_the_rules_is_found_out() -> None:
    with pytest.raises(StopIteration):
        kind_of(Scenario(number=LAST + 1, kind="weather"))


# ---- levels

LEVELS = [
    ("U", (), "1"),
    ("L", (), "2"),
    ("M", (), "3"),
    ("N", (), "4"),
    ("R", (), "5"),
    ("V", (), "5"),
    (None, (), "4"),
    (None, ("HIV",), "5"),
    ("N", ("PSY",), "5"),
    ("U", ("GDIS",), "5"),
    ("TOP", (), "5"),
    ("", (), "5"),
]


@pytest.mark.parametrize(("confidentiality", "sensitivities", "level"), LEVELS)
def test_the_level_of_an_item(confidentiality: str | None, sensitivities: Sequence[str], level: str) -> None:
    assert GRADING.level(confidentiality, sensitivities) == level


def test_every_label_has_one_level_and_a_stricter_label_no_lower_one() -> None:
    rank: Mapping[str, int] = DATA["labels"]["rank"]
    told = [GRADING.level(label) for label in sorted(rank, key=rank.__getitem__)]
    assert told == sorted(told)
    listed = [label for one in DATA["levels"]["named"].values() for label in one["confidentiality"]]
    assert sorted(listed) == sorted(rank)
    assert set(DATA["levels"]["named"]) == set("12345")
    assert max(DATA["levels"]["named"]) == STRICTEST


@pytest.mark.parametrize(
    ("level", "profile", "after"),
    [
        ("5", "care", "5"),
        ("4", "care", "4"),
        ("5", "research", "3"),
        ("4", "statistics", "2"),
        ("1", "research", "1"),
    ],
)
def test_de_identified_it_is_of_a_lower_level_and_never_of_a_higher(
    level: str, profile: str, after: str
) -> None:
    assert GRADING.made_safe(level, profile) == after


def test_rules_from_before_there_were_levels_have_none() -> None:
    before = replace(
        GRADING, data={name: one for name, one in DATA.items() if name not in ("levels", "kinds")}
    )
    assert not before.is_told
    assert before.kinds == ()
    assert Grading(DATA).is_told


SPOILT = [
    ("levels/categories", lambda data: data["levels"].pop("categories")),
    ("levels/named/5", lambda data: data["levels"]["named"].pop("5")),
    ("levels/named/4/zh", lambda data: data["levels"]["named"]["4"].pop("zh")),
    ("levels/named/1/confidentiality", lambda data: data["levels"]["named"]["1"].update(confidentiality=7)),
    ("levels/profiles", lambda data: data["levels"].update(profiles=["care"])),
    ("labels/sensitive", lambda data: data["labels"].pop("sensitive")),
    ("labels/unlabelled", lambda data: data.update(labels=None)),
    ("kinds/archive", lambda data: data["kinds"]["archive"].update(note="x")),
    ("kinds", lambda data: data.update(kinds=["archive"])),
]


@pytest.mark.parametrize(("place", "spoil"), SPOILT, ids=[place for place, _ in SPOILT])
def test_data_of_a_region_that_cannot_be_read_are_named_by_their_place(
    place: str, spoil: Callable[[dict[str, Any]], object]
) -> None:
    data = deepcopy(DATA)
    spoil(data)
    with pytest.raises(DataUnusable, match=f"hutong_data/{place}") as refused:
        _all_told(Grading(data))
    assert place in refused.value.zh


def test_rules_with_kinds_and_no_levels_tell_no_kinds() -> None:
    assert Grading({name: one for name, one in DATA.items() if name != "levels"}).kinds == ()


def _all_told(grading: Grading) -> None:
    for one in grading.kinds:
        grading.category(one)
        grading.words(grading.made_safe(grading.level(one.label), "care"))
        grading.words(grading.level(None, one.sensitive))


def _labels(record: Resource) -> tuple[str | None, Sequence[str]]:
    confidentiality, topics = labels(record)
    return confidentiality, sorted(topics)


def _codes(record: Resource) -> set[str]:
    return {f"{one['system']}|{one['code']}" for one in record.get("code", {}).get("coding", ())}
