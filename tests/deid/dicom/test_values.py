"""A value stays only if it looks as its type promises; a date moves by days and not by a character."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.dicom.values import moved, padded, plain, stand_in

days = st.dates(min_value=date(1903, 1, 1), max_value=date(2097, 12, 31))
offsets = st.integers(-365, 365).filter(bool)


@given(days, offsets)
def test_a_date_moves_by_so_many_days(day: date, by: int) -> None:
    assert moved(
        "DA", f"{day:%Y%m%d}".encode(), by
    ) == f"{day + timedelta(days=by):%Y%m%d}".encode() or day == date(1970, 1, 1)


@pytest.mark.parametrize(
    ("vr", "written", "told"),
    [
        ("DA", b"20240301", b"20240311"),
        ("DA", b"2024.03.01", b"20240311"),
        ("DA", b"20240301\\20240302", b"20240311\\20240312"),
        ("DA", b"19000101", b"19000101"),
        ("DA", b"20240230", None),
        ("DA", b"Odalys", None),
        ("DT", b"20240301081500.123+0800", b"20240311081500.123+0800"),
        ("DT", b"202403", b"2024"),
        ("DT", b"2024", b"2024"),
        ("DT", b"20240301 Odalys", None),
        ("TM", b"081500.25", b"081500.25"),
        ("TM", b"08:15:00", b"08:15:00"),
        ("TM", b"noon", None),
        ("SH", b"+0800", b"+0800"),
        ("SH", b"Beijing", None),
    ],
)
def test_dates_times_and_zones_by_ten_days(vr: str, written: bytes, told: bytes | None) -> None:
    assert moved(vr, written, 10) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"089Y", b"089Y"),
        (b"090Y", b"090Y"),
        (b"104Y", b"090Y"),
        (b"999M", b"999M"),
        (b"012W", b"012W"),
        (b"old", None),
    ],
)
def test_nobody_is_older_than_ninety(written: bytes, told: bytes | None) -> None:
    assert plain("AS", written) == told


@pytest.mark.parametrize(
    ("vr", "written", "passes"),
    [
        ("CS", b"ORIGINAL\\PRIMARY", True),
        ("CS", b"Odalys Quenneville", False),
        ("CS", "张三".encode("gb18030"), False),
        ("IS", b" 12 ", True),
        ("IS", b"138-0000-1111", False),
        ("DS", b"1.25e-3\\-4", True),
        ("DS", b"13800001111x", False),
        ("DS", b"1" * 40, False),
        ("US", b"\1\0", True),
        ("US", b"\1\0\2", False),
        ("UR", b"http://eustace.example/odalys", False),
        ("AE", b"EUSTACE_CT1", False),
        ("PN", b"Quenneville", False),
    ],
)
def test_a_figure_or_a_term_passes_and_anything_else_does_not(vr: str, written: bytes, passes: bool) -> None:
    assert plain(vr, written) == (written if passes else None)


@given(st.sampled_from(["UI", "OB", "LO", "DA", "US"]), st.binary(max_size=9))
def test_every_value_is_filled_up_to_an_even_length(vr: str, raw: bytes) -> None:
    assert len(padded(vr, raw)) % 2 == 0
    assert padded(vr, raw).startswith(raw)


def test_unknown_bytes_have_no_stand_in() -> None:
    assert stand_in("UN") is None
    assert stand_in("LO") == b"REMOVED"


def test_a_figure_without_end_is_told_from_one_at_once() -> None:
    assert plain("DS", b"1" * 5_000_000 + b"x") is None
