"""The finders of figures do work in proportion to the text, whatever the text: counted in calls, not seconds."""

import sys
from types import FrameType
from typing import Any

import pytest

from deid.text.calendar import find_dates
from deid.text.contacts import find_contacts
from deid.text.finding import Finder
from deid.text.labels import find_labelled
from deid.text.leftovers import find_leftovers
from deid.text.numbers import find_numbers
from deid.text.tables import columns
from deid.text.traits import find_traits
from deid.text.unwrapped import across_lines

FINDERS: tuple[Finder, ...] = (
    *(find_numbers, find_contacts, find_labelled, find_dates, find_traits, find_leftovers),
    lambda text: across_lines(text, (find_numbers, find_labelled, find_dates)),
)
ENDLESS = {
    "digits": "1",
    "letters and digits": "a1",
    "misread digits": "Oo1l",
    "figures in blocks": "0512 ",
    "stars": "1*",
    "numbers in characters": "一",
    "labels": "住院号:",
    "labels with values": "住院号:123456",
    "lists behind a label": "、123456",
    "labels cut by blanks": "号 ",
    "columns of labels": "号\t",
    "labels one under the other": "住院号\n",
    "rows of a table": "编号|1\n",
    "lines of digits": "12\n34",
    "days": "3月5日至",
    "years": "2024-",
    "times": "3.5 8:00 ",
    "addresses of machines": "ab:",
    "addresses of people": "a@a.",
    "brackets": "(1",
    "old people": "九十",
}


@pytest.mark.attack
@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
def test_ten_times_the_text_is_at_most_eleven_times_the_work(piece: str) -> None:
    short, long = (_calls(piece * (length // len(piece))) for length in (600, 6_000))
    assert long <= 11 * short + 200


@pytest.mark.attack
def test_a_line_of_a_million_digits_is_covered_whole() -> None:
    spans = [
        span for finder in (find_numbers, find_labelled, find_leftovers) for span in finder("1" * 1_000_000)
    ]
    assert max(span.end for span in spans) == 1_000_000


def test_a_table_without_end_has_as_many_cells_as_it_has() -> None:
    assert sum(1 for _ in columns("号|名\n" + "1|2\n" * 5_000)) == 10_000


def _calls(text: str) -> int:
    """How many functions, ours and of C, are called while all finders read `text`."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for finder in FINDERS:
            for _ in finder(text):
                pass
    finally:
        sys.setprofile(None)
    return calls
