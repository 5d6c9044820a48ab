"""What is printed stands in columns, whether it is Chinese or not, and cannot steer the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.width import CLOSING, OPENING, pad, visible, width, wrap

words = st.text(st.characters(codec="utf-8"), max_size=40)
chinese = st.text("昆山市区域卫生平台,。、\uff0c\uff09 abc(12)", max_size=120)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("昆山", 4), ("A昆山B", 6), ("é", 1), ("e\u0301", 1), ("\uff0c", 2), ("", 0), ("\u200d", 0)],
)
def test_a_chinese_character_takes_two_columns_and_an_accent_none(text: str, columns: int) -> None:
    assert width(text) == columns


@given(words, st.integers(0, 60))
def test_padding_fills_and_never_cuts(text: str, columns: int) -> None:
    padded = pad(text, columns)
    assert width(padded) == max(columns, width(text))
    assert padded.startswith(text)
    assert pad(text, columns, right=True).endswith(text)


@given(words)
def test_nothing_that_is_shown_can_steer_the_terminal(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in shown)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f") & set(shown)


@pytest.mark.parametrize("name", ["昆山市第一人民医院", "欧阳 知棠", "𠮷野", "Ćosić", "a\u200db", "\u3000"])
def test_a_harmless_name_is_shown_as_it_is(name: str) -> None:
    assert visible(name) == name


def test_an_escape_sequence_is_shown_as_what_it_is() -> None:
    assert visible("王\x1b[31m红\u202e") == "王\\u{1b}[31m红\\u{202e}"


@given(chinese, st.integers(12, 60))
def test_wrapping_keeps_every_character_and_the_width(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        longest = max((width(word) for word in line.split()), default=0)
        assert width(line) <= columns or width(line) == longest or set(line) & (CLOSING | OPENING)


@given(chinese, st.integers(12, 60))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, columns: int) -> None:
    first, *rest = wrap(text, columns) or [""]
    for before, after in zip([first, *rest], rest, strict=False):
        assert after[0] not in CLOSING or before.endswith(" ")
        assert before[-1] not in OPENING


def test_a_sentence_breaks_between_its_characters_and_not_inside_a_word() -> None:
    assert wrap("默认取设置项 serve.port 的值。", 16) == ["默认取设置项", "serve.port 的", "值。"]
