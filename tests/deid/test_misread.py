"""A letter a scanner put in place of a figure hides neither a day nor a telephone nor a number of the record."""

import pytest

from deid.text.engine import TextEngine

ENGINE = TextEngine("fast")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("入院日期 2OO7年l2月O3日,住院", "2OO7年l2月O3日"),
        ("电话 O512-57l2 3OO4 转", "O512-57l2 3OO4"),
        ("分娩于7月l9日4时2O分", "7月l9日4时2O分"),
        ("住院号:OO73l582,", "OO73l582"),
        ("手机l38O0001lll", "l38O0001lll"),
    ],
)
def test_it_is_found_although_some_figures_are_letters(text: str, found: str) -> None:
    spans = ENGINE.find(text)
    covered = "".join(text[span.start : span.end] for span in spans)
    assert set(found) <= set(covered)
    assert any(
        span.start <= text.index(found) and span.end >= text.index(found) + len(found) for span in spans
    )


@pytest.mark.parametrize(
    "text",
    ["吸O2 5L/min,SpO2 98%", "131I治疗,I-131 30mCi", "III度房室传导阻滞", "pT1bN0M0 IB期"],
)
def test_what_is_written_with_such_letters_stays(text: str) -> None:
    assert not ENGINE.find(text)
