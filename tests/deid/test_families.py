"""Numbers, labels, dates and traits as hospitals write them, family by family: each is found, nothing beside it.

families/*.txt hold one case a line under the name of its family. What identifies is marked <TYPE|text>, ANY
where hospitals do not agree what it is; a line without a mark is one in which nothing identifies. All invented.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deid.text.calendar import find_dates
from deid.text.checks import is_identity_card
from deid.text.engine import LABELS_ZH
from deid.text.finding import find_all
from deid.text.folding import fold
from deid.text.labels import find_labelled
from deid.text.leftovers import find_leftovers
from deid.text.numbers import find_numbers
from deid.text.spans import Span
from tests.deid.marked_notes import Note, read

_FOLDER = Path(__file__).parent / "families"
# Found by grammar and by the name finder: these tables are about figures.
_WORDS = frozenset(("NAME", "HOSPITAL", "ORG", "ADDRESS"))
_JOINTS = frozenset(" \n、,;至到-~—/")


def _cases() -> Iterator[tuple[str, str]]:
    for file in sorted(_FOLDER.glob("*.txt")):
        family = ""
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("# "):
                family = line[2:]
            elif line:
                yield family, line.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


CASES = list(_cases())
IDENTIFYING = [(family, line) for family, line in CASES if "<" in line and "|" in line and read(line).spans]
HARMLESS = [(family, line) for family, line in CASES if (family, line) not in IDENTIFYING]


def _at(span: Span, note: Note) -> set[int]:
    return {i for i in range(span.start, span.end) if not note.text[i].isspace()}


@pytest.mark.parametrize(("family", "line"), IDENTIFYING)
def test_what_identifies_is_covered_for_what_it_is_and_nothing_beside_it(family: str, line: str) -> None:
    note = read(line)
    found = find_all(note.text, "fast")
    for span in note.spans:
        kinds = {s.type for s in found} if span.type == "ANY" else {span.type}
        assert _at(span, note) <= {i for s in found if s.type in kinds for i in _at(s, note)}, (family, found)
    marked = {i for span in note.spans for i in _at(span, note)}
    beside = {i for s in found if s.type not in _WORDS for i in _at(s, note)} - marked
    assert {note.text[i] for i in beside} <= _JOINTS, (family, found)


@pytest.mark.parametrize(("family", "line"), HARMLESS)
def test_what_is_no_number_of_a_person_and_no_day_stays(family: str, line: str) -> None:
    assert _figures(line) == [], family


@pytest.mark.parametrize("labels", [LABELS_ZH, {kind: kind for kind in LABELS_ZH}], ids=["zh", "en"])
def test_where_something_was_taken_out_nothing_more_is_found(labels: dict[str, str]) -> None:
    for family, line in CASES:
        text = read(line).text
        for span in reversed(_figures(text)):
            text = f"{text[: span.start]}[{labels[span.type]}]{text[span.end :]}"
        assert _figures(text) == [], (family, text)


def _figures(text: str) -> list[Span]:
    return [span for span in find_all(text, "fast") if span.type not in _WORDS]


def test_the_families_are_many() -> None:
    assert len(IDENTIFYING) > 900
    assert len(HARMLESS) > 600


CARD = "11010519491231002X"
WIDE = {ord(char): chr(ord(char) + 0xFEE0) for char in "0123456789X-"}
MISREADINGS = {"0": "0Oo", "1": "1Il", "5": "5S", "8": "8B"}


@given(st.data())
def test_an_identity_number_is_covered_however_it_is_spaced_widened_or_misread(data: st.DataObject) -> None:
    order = data.draw(st.lists(st.sampled_from("0123456789"), min_size=3, max_size=3).map("".join))
    body = f"110105{data.draw(st.integers(1900, 2023))}1231{order}"
    number = next(body + check for check in "0123456789X" if is_identity_card(body + check))
    misread = "".join(data.draw(st.sampled_from(MISREADINGS.get(char, char))) for char in number)
    joints = data.draw(st.lists(st.sampled_from(["", " ", "-", "\n"]), min_size=17, max_size=17))
    written = misread[0] + "".join(joint + char for joint, char in zip(joints, misread[1:], strict=True))
    text = f"身份证号:{written.translate(WIDE) if data.draw(st.booleans()) else written}。"
    found = [
        span for span in (*find_numbers(fold(text)), *find_labelled(fold(text))) if span.type == "ID_CARD"
    ]
    assert {i for s in found for i in range(s.start, s.end)} >= set(range(5, len(text) - 1))


@given(
    st.sampled_from(["住院号", "病理号", "门诊ID", "就诊卡号", "医保号", "设备编号", "流转登记号"]),
    st.sampled_from([":", "：", " ", "", "\t", " : ", "(", "=", "|", "\n"]),
    st.from_regex(r"\A[A-Z]{0,3}[0-9]{4,12}\Z"),
)
def test_whatever_stands_behind_the_label_of_a_number_is_covered(label: str, gap: str, number: str) -> None:
    assume(gap or not label[-1].isascii() or number[0].isdecimal())  # 门诊IDA123 is anybody's guess
    assume(not number.startswith("NO"))  # 住院号:NO0012 is a label more, and the number behind it
    text = fold(f"{label}{gap}{number}")
    found = [*find_labelled(text), *find_leftovers(text)]
    assert {i for s in found for i in range(s.start, s.end)} >= set(range(len(label + gap), len(text)))


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
    st.booleans(),
)
def test_a_day_is_covered_however_it_is_written(day: date, form: str, wide: bool) -> None:
    written = f"{day:{form}}"
    text = fold(f"于{written.translate(WIDE) if wide else written}入院")
    assert {(span.start, span.end) for span in find_dates(text)} == {(1, len(text) - 2)}
