"""A table a spreadsheet can open without running anything in it."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.audit.export import sheet


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", " ="])
def test_a_formula_stays_text(begin: str) -> None:
    assert sheet.harmless(f"{begin}1+1").startswith("'")


@given(st.text(min_size=1))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert sheet.harmless(text).lstrip()[:1] not in set("=+-@＝＋－＠")


def test_the_columns_are_named() -> None:
    (row,) = csv.reader(StringIO(sheet.head().decode(), newline=""))
    assert row == list(sheet.COLUMNS)
