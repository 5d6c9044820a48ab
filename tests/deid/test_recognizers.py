"""What a hospital adds is found as it was written down, in any width; what cannot be used is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.errors import BadRecognizers
from deid.text.engine import TextEngine
from deid.text.folding import fold
from deid.text.recognizers import Recognizers, read_recognizers

OURS = """
[[label]]
words = ["腕带号", "Wrist band"]
type = "MRN"

[[label]]
words = ["主诊"]
type = "NAME"

[[shape]]
name = "ours"
pattern = "ZS[0-9]{4}"
type = "HEALTH_CARD"

[[dictionary]]
words = ["翠兰", "Rosa Lindqvist", "思源楼"]
type = "NAME"

[allow]
terms = ["王医生说明书", "住院号"]
"""
Read = Callable[[str], Recognizers]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def made(text: str) -> Recognizers:
        (tmp_path / "ours.toml").write_text(text, "utf-8")
        return read_recognizers(tmp_path / "ours.toml")

    return made


@pytest.mark.parametrize(
    ("text", "found", "kind"),
    [
        ("腕带号：A-17/3，", "A-17/3", "MRN"),
        ("腕带号码 ９９８７", "９９８７", "MRN"),
        ("wrist band: 12", "12", "MRN"),
        ("主诊 阿依古丽，查房", "阿依古丽", "NAME"),
        ("见ＺＳ１２３４号", "ＺＳ１２３４", "HEALTH_CARD"),
        ("老伴翠 兰陪护", "翠 兰", "NAME"),
        ("seen by ROSA LINDQVIST today", "ROSA LINDQVIST", "NAME"),
    ],
)
def test_what_was_added_is_found_in_any_width_and_case(read: Read, text: str, found: str, kind: str) -> None:
    spans = TextEngine(recognizers=read(OURS)).find(text)
    assert (found, kind) in [(text[span.start : span.end], span.type) for span in spans]


@pytest.mark.parametrize("text", ["腕带号：未填写", "ZS12", "Xrosa lindqvistx"])
def test_what_only_looks_like_it_stays(read: Read, text: str) -> None:
    assert not [span for one in read(OURS).each for span in one.find(text)]


def test_a_term_on_the_list_stays_and_a_labelled_number_inside_it_does_not(read: Read) -> None:
    ours = read(OURS)
    assert TextEngine().find("见王医生说明书")
    assert not TextEngine(recognizers=ours).find("见王医生说明书")
    assert TextEngine(recognizers=ours).find("住院号20231234")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[label", "is not TOML"),
        ('[[label]]\nwords = ["a"]\ntype = "NAM"', r"line 1, \[\[label\]\]: type: must be one of NAME"),
        (
            '[[label]]\nwords = []\ntype = "MRN"',
            r"line 1, \[\[label\]\]: words: Expected `array` of length >= 1",
        ),
        (
            '\n[[shape]]\npattern = "a"\ntype = "MRN"\nword = 1',
            r"line 2, \[\[shape\]\]: Object contains unknown field",
        ),
        ('[[shape]]\npattern = "(a"\ntype = "MRN"', r"line 1, \[\[shape\]\]: pattern: missing \)"),
        ('[[shape]]\npattern = "(?<=a)b"\ntype = "MRN"', "pattern: invalid perl operator"),
        ('[[shape]]\npattern = "a*"\ntype = "MRN"', "pattern: matches nothing at all"),
        ('[[dictionary]]\ntype = "NAME"', "needs words or file, one of them"),
        ('[[dictionary]]\ntype = "NAME"\nfile = "gone.txt"', "gone.txt: cannot be read"),
        ('[[dictionary]]\ntype = "NAME"\nwords = ["王"]', "word 1: has fewer than 2 characters"),
        ('[labels]\nwords = ["a"]', "unknown field `labels`"),
        ('[[label]]\nwords = ["a", " "]\ntype = "MRN"', r"words\[1\]: is blank"),
        ('[allow]\nterms = ["　"]', r"allow.terms\[0\]: is blank"),
    ],
)
def test_what_cannot_be_used_is_named_by_file_line_and_key(read: Read, text: str, said: str) -> None:
    with pytest.raises(BadRecognizers, match=said) as caught:
        read(text)
    assert "ours.toml" in str(caught.value)
    assert caught.value.zh


def test_a_file_of_another_editor_is_read_and_one_in_gb_18030_is_named_as_that(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_bytes(b"\xef\xbb\xbf" + OURS.encode())
    assert len(read_recognizers(file).each) == 4
    file.write_bytes(OURS.encode("gb18030"))
    with pytest.raises(BadRecognizers, match="is not UTF-8 at byte 21") as caught:
        read_recognizers(file)
    assert "字节处不是 UTF-8" in caught.value.zh


def test_an_error_in_a_list_of_staff_names_no_name(tmp_path: Path) -> None:
    (tmp_path / "staff.txt").write_text("王秀英\n李\n", "utf-8")
    (tmp_path / "ours.toml").write_text('[[dictionary]]\ntype = "NAME"\nfile = "staff.txt"', "utf-8")
    with pytest.raises(BadRecognizers, match="word 2") as caught:
        read_recognizers(tmp_path / "ours.toml")
    assert "李" not in str(caught.value) + caught.value.zh


def test_the_digest_changes_with_the_file_and_with_a_list_it_names(tmp_path: Path) -> None:
    def digest(toml: str, staff: str) -> str:
        (tmp_path / "staff.txt").write_text(staff, "utf-8")
        (tmp_path / "ours.toml").write_text(toml, "utf-8")
        return read_recognizers(tmp_path / "ours.toml").digest

    toml = '[[dictionary]]\ntype = "NAME"\nfile = "staff.txt"'
    assert len({digest(toml, "王秀英"), digest(toml, "王秀兰"), digest(toml + "\n", "王秀英")}) == 3
    assert digest(toml, "王秀英") == digest(toml, "王秀英")


@pytest.mark.attack
def test_a_pattern_that_would_try_every_way_takes_no_more_steps(read: Read) -> None:
    """With backtracking this would not end in the life of anybody: 2^60 ways."""
    (one,) = read('[[shape]]\npattern = "(a+)+b"\ntype = "MRN"').each
    assert not list(one.find("a" * 60_000))


@given(st.text(max_size=60))
def test_any_text_has_places_inside_it(text: str) -> None:
    for one in _OURS.each:
        for span in one.find(text):
            assert 0 <= span.start < span.end <= len(text)


def test_the_file_shown_by_the_command_can_be_used_and_its_examples_hold() -> None:
    shown = read_recognizers(Path(__file__).parents[2] / "cli" / "examples" / "recognizers.toml")
    for one in shown.each:
        assert all(list(one.find(fold(text))) for text in one.examples)
        assert not any(list(one.find(fold(text))) for text in one.never)


def _read_ours() -> Recognizers:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ours.toml").write_text(OURS, "utf-8")
        return read_recognizers(Path(folder) / "ours.toml")


_OURS = _read_ours()
