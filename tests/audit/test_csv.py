"""A table a spreadsheet can open without running anything in it."""

import csv
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.audit.export import sheet


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", " ="])
def test_a_formula_stays_text(begin: str) -> None:
    assert sheet.harmless(f"{begin}1+1").startswith("'")


def seen(text: str) -> str:
    """The first sign somebody sees, whichever blanks a spreadsheet knows."""
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())[:1]


@given(st.text())
@example("")
@example("\u2003=1+1")
@example("\x0b=1")
@example("\x1f@SUM(1)")
@example("\u2028+1")
@example("\ufeff＝1")
@example("\u200b\u202e-1")
@example("\n=1")
def test_no_cell_begins_like_a_formula_behind_any_blank(text: str) -> None:
    cell = sheet.harmless(text)
    assert cell.lstrip()[:1] not in set("=+-@＝＋－＠")
    assert seen(cell) not in set("=+-@＝＋－＠")
    assert cell in (text, f"'{text}")


@given(st.from_regex(r"[\w ]{1,20}", fullmatch=True).filter(lambda text: text[0] not in "\t\r\n"))
@example("TREAT")
@example("　张")
@example("1-2")
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert sheet.harmless(text) == text


def test_the_columns_are_named() -> None:
    (row,) = csv.reader(StringIO(sheet.head().decode(), newline=""))
    assert row == list(sheet.COLUMNS)
