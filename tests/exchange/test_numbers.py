"""The numbers of an extract tell how it went, and never how it went for one or two people."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import Report
from exchange.research.report import Numbers, measure
from exchange.research.tables import to_csv

LEAST = 11
# What begins a formula, in the width of Chinese too, and behind blanks and signs nobody sees.
FORMULA_STARTS = (*"=+-@＝＋－＠\t\r\n", " =", "\u3000＝", "\u200b=")


def numbers(
    left_out: dict[str, int], people: tuple[tuple[str, str], ...] = (), report: Report | None = None
) -> Numbers:
    """Of an extract with these people (sex, year of birth), of whom others were left out."""
    patients = [
        orjson.dumps({"resourceType": "Patient", "gender": sex, "birthDate": year}) for sex, year in people
    ]
    return measure(
        {"Patient": patients} if patients else {},
        included=len(patients),
        left_out=Counter(left_out),
        report=report or Report("research", "sha256:0"),
        least=LEAST,
    )


@pytest.mark.parametrize(
    ("left_out", "told", "total"),
    [
        ({}, {}, 0),
        ({"NO_CONSENT": 11}, {"NO_CONSENT": 11}, 11),
        ({"NO_CONSENT": 10}, {"NO_CONSENT": None}, None),
        # 41 less 40 would be the one who refused.
        ({"NO_CONSENT": 40, "CONSENT_DENY": 1}, {"CONSENT_DENY": None, "NO_CONSENT": 40}, None),
        # Two hidden ones that add up to two are one each.
        (
            {"NO_CONSENT": 40, "CONSENT_DENY": 1, "CONSENT_EXPIRED": 1},
            {"CONSENT_DENY": None, "CONSENT_EXPIRED": None, "NO_CONSENT": 40},
            None,
        ),
        ({"NO_CONSENT": 12, "CONSENT_DENY": 11}, {"CONSENT_DENY": 11, "NO_CONSENT": 12}, 23),
    ],
)
def test_small_numbers_are_hidden_and_what_would_give_them_away(
    left_out: dict[str, int], told: dict[str, int | None], total: int | None
) -> None:
    found = numbers(left_out)
    assert (found.left_out, found.left_out_total) == (told, total)


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=2), st.integers(1, 40), max_size=5))
def test_no_hidden_number_can_be_worked_out(left_out: dict[str, int]) -> None:
    found = numbers(left_out)
    assert all(count is None or count >= LEAST for count in found.left_out.values())
    hidden = [code for code, count in found.left_out.items() if count is None]
    assert (found.left_out_total is None) == bool(hidden)
    assert found.shown(None) == "< 11"


def test_how_alike_the_patients_still_are() -> None:
    people = (("female", "1960"),) * 12 + (("male", "1960"),) * 3
    found = numbers({}, people)
    assert (found.patients, found.smallest_group) == (15, 3)
    assert found.alone is None  # three: too few to be told


def test_where_nobody_stands_alone_that_is_told() -> None:
    assert numbers({}, (("female", "1960"),) * 12).alone == 0


def test_where_many_stand_alone_that_is_told() -> None:
    people = tuple(("female", str(1950 + place)) for place in range(20))
    assert numbers({}, people).alone == 20


def test_that_an_element_was_left_out_once_is_not_told() -> None:
    """It would tell that one of them has died."""
    report = Report("research", "sha256:0")
    report.at("Patient.gender").kept = 20
    report.at("Patient.deceasedDateTime").not_asked = 1
    report.at("Patient.birthDate").generalised = 20
    report.at("Patient.birthDate").dropped = 1
    cleaning = numbers({}, report=report).cleaning
    assert cleaning["elements"] == {"Patient.gender": {"kept": 20}, "Patient.birthDate": {"generalised": 20}}
    totals = cleaning["totals"]
    assert isinstance(totals, dict)
    assert (totals["kept"], totals["not_asked"], totals["dropped"], totals["masked"]) == (20, None, None, 0)


@pytest.mark.parametrize("start", FORMULA_STARTS, ids=ascii)
def test_a_cell_that_a_spreadsheet_would_run_is_put_in_quotes(start: str) -> None:
    cell = f"{start}cmd|' /C calc'!A0"
    written = to_csv([{"resourceType": "Observation", "valueString": cell}]).decode("utf-8-sig")
    (row,) = list(_rows(written))
    assert row["valueString"] == "'" + cell


def test_numbers_and_truths_are_written_as_they_are() -> None:
    written = to_csv([{"id": "1", "value": -3.5, "negative": False, "none": None, "text": "阴性"}])
    assert written.decode("utf-8-sig") == "id,negative,none,text,value\r\n1,false,,阴性,-3.5\r\n"


def test_known_table() -> None:
    rows: list[dict[str, object]] = [
        {"resourceType": "Condition", "id": "b", "code": {"coding": [{"code": "E11"}, {"code": "E10"}]}},
        {"resourceType": "Condition", "id": "a", "note": 'he said "no", twice'},
    ]
    assert to_csv(rows).decode("utf-8-sig").splitlines() == [
        "resourceType,id,code.coding.0.code,code.coding.1.code,note",
        "Condition,b,E11,E10,",
        'Condition,a,,,"he said ""no"", twice"',
    ]


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("=+-@ab,\"'\n\r\t", max_size=4))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)


ROWS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["p1", "p2"])}, optional={"x": TREES, "y": TREES}),
    max_size=4,
)


@given(ROWS)
def test_every_table_can_be_read_back_and_no_text_in_it_is_a_formula(rows: list[dict[str, object]]) -> None:
    found = list(_rows(to_csv(rows).decode("utf-8-sig")))
    assert [row["id"] for row in found] == [one["id"] for one in rows]
    numeric = {str(number) for number in range(-9, 10)}
    for row in found:
        assert [
            cell for cell in row.values() if cell.startswith(FORMULA_STARTS) and cell not in numeric
        ] == []


def _rows(text: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(text, newline=""))
