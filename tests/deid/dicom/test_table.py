"""The table of PS3.15 is all there, and an option changes what it says it changes."""

from collections import Counter
from importlib.resources import files

import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword

from deid.dicom import PROFILES, options
from deid.dicom.table import OPTIONS, Action, UnknownOption, beside, group_of_its_own, rows

LINES = [
    line.split("\t")
    for line in (files("deid.dicom") / "profile.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_the_edition_has_as_many_rows_as_the_standard() -> None:
    """621 attributes in PS3.15 2024b, 35 more in 2026c; 50xx, 60xx twice and the private ones are not single tags."""
    assert len(LINES) == 621 + 35
    assert len({line[0] for line in LINES}) == len(LINES)
    assert len(rows()) == len(LINES) - 4 + len(beside().removed)


def test_each_action_is_asked_for_as_often_as_in_the_standard() -> None:
    edition = Counter(line[1] for line in LINES[:621])
    assert edition == {
        "X": 384, "D": 92, "U": 54, "Z": 42, "X/D": 22, "X/Z": 11, "X/Z/D": 8, "Z/D": 6, "X/Z/U*": 2,
    }  # fmt: skip
    told = Counter(option.split(":")[0] for line in LINES for option in line[2].split() if option != "-")
    assert told == {
        "full-dates": 165, "dates": 165, "descriptors": 125, "uids": 59, "device": 57, "characteristics": 13,
        "institution": 10, "graphics": 4, "structured": 3, "private": 1,
    }  # fmt: skip


def test_no_option_takes_away_what_the_basic_profile_protects_unless_it_says_so() -> None:
    for row in rows().values():
        assert row.action(frozenset()) is row.basic
        for option in OPTIONS.keys() - row.options.keys():
            assert row.action(frozenset((option,))) is row.basic


def test_where_two_options_differ_the_one_counts_that_keeps_less() -> None:
    study_date = rows()[0x00080020]
    assert study_date.action(frozenset(("full-dates",))) is Action.KEEP
    assert study_date.action(frozenset(("full-dates", "dates"))) is Action.CLEAN


def test_every_name_on_the_lists_beside_the_table_is_an_attribute_the_table_does_not_name() -> None:
    named = {
        int(line[0], 16)
        for line in LINES
        if line[0].isalnum() and "x" not in line[0] and line[0] != "private"
    }
    for keyword in beside().plain | beside().bulk | beside().removed:
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword
        assert tag not in named, keyword
    assert all(dictionary_VR(tag_for_keyword(word) or 0) in ("LO", "SH") for word in beside().plain)


@pytest.mark.parametrize("asked", [("name",), ("dates", "full-dates"), ("",)])
def test_what_nobody_can_retain_is_refused(asked: tuple[str, ...]) -> None:
    with pytest.raises(UnknownOption):
        options("basic", asked)


def test_full_dates_take_the_place_of_moved_ones() -> None:
    assert options("research", ("full-dates",)) == PROFILES["research"] - {"dates"} | {"full-dates"}


@pytest.mark.parametrize(
    ("tag", "drawn"), [(0x50003000, True), (0x601E3000, True), (0x60013000, False), (0x54000100, False)]
)
def test_curves_and_overlays_are_known_by_their_group(tag: int, drawn: bool) -> None:
    assert group_of_its_own(tag) is drawn
