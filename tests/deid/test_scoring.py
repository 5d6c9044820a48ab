"""The figures of an engine mean what they say: counted by hand here, and equal to the tool we are measured with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid.text.gold import BadLine, read_findings, read_notes
from deid.text.scoring import Mark, Note, Score, interval, score

TOOL = Path(__file__).parents[2].parent / "shared" / "tools" / "score_deid.py"
TEXT = "患者王 秀英，电话13800001111，住昆山市第一人民医院。"
NAME, PHONE, HOSPITAL = Mark(2, 6, "NAME", ("spaced",)), Mark(9, 20, "PHONE"), Mark(22, 31, "HOSPITAL")
NOTE = Note("a", TEXT, (NAME, PHONE, HOSPITAL))


def test_what_is_wholly_covered_counts_and_a_blank_inside_need_not_be() -> None:
    counted = score(
        [(NOTE, [Mark(2, 3, "NAME"), Mark(4, 6, "NAME"), Mark(9, 20, "MRN"), Mark(22, 30, "ORG")])]
    )
    assert (counted.types["NAME"].r_cov, counted.types["NAME"].r_typ) == (1.0, 1.0)
    assert (counted.types["PHONE"].r_cov, counted.types["PHONE"].r_typ) == (1.0, 0.0)
    assert counted.types["HOSPITAL"].r_cov == 0.0
    assert [(leak.mark, leak.uncovered) for leak in counted.leaks] == [(HOSPITAL, 1)]
    assert (counted.notes, counted.leaking) == (1, 1)
    assert (counted.tags["spaced"].gold, counted.tags["spaced"].covered) == (1, 1)


def test_precision_asks_for_half_of_what_was_found() -> None:
    half, less = Mark(2, 10, "NAME"), Mark(1, 10, "NAME")
    assert score([(NOTE, [half])]).types["NAME"].precision == 1.0
    assert score([(NOTE, [less])]).types["NAME"].precision == 0.0


def test_what_nobody_marked_is_taken_out_for_nothing() -> None:
    counted = score([(NOTE, [Mark(0, 4, "NAME")])])
    assert counted.over_redacted == 2
    assert counted.over_per_1000 == pytest.approx(2000 / len(TEXT))


def test_a_hospital_and_an_organisation_are_as_good_as_each_other_and_so_are_other_names_of_a_type() -> None:
    counted = score(
        [(NOTE, [Mark(22, 31, "ORGANIZATION"), Mark(2, 6, "PERSON"), Mark(9, 20, "phone_number")])]
    )
    assert counted.total().typed == 3


def test_a_type_nobody_marked_has_no_recall_and_one_nobody_found_no_precision() -> None:
    counted = score([(NOTE, [Mark(0, 2, "AGE")])])
    assert (counted.types["AGE"].r_cov, counted.types["AGE"].precision) == (None, 0.0)
    assert counted.types["NAME"].precision is None


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 4), (0, len(TEXT) + 1)])
def test_a_place_outside_the_text_is_an_error_and_no_figure(start: int, end: int) -> None:
    with pytest.raises(IndexError, match=f"a: {start}-{end}"):
        Score().add(NOTE, [Mark(start, end, "NAME")])


def test_the_interval_is_wilsons() -> None:
    # Wilson (1927) for 81 of 263, as in Newcombe (1998), method 3.
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(5, 5)[1] == 1.0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "line 2: is not JSON"),
        (b'{"id": "a", "spans": []}', 'line 2: has no "text"'),
        (b'{"id": "a", "text": "ab", "spans": [{"start": 1, "end": 3, "type": "NAME"}]}', "line 2: has a span 1-3"),
        (b'{"id": "a", "text": "ab", "spans": [{"start": 1, "end": 1, "type": "NAME"}]}', "line 2: has a span 1-1"),
        (b'{"id": "a", "text": "ab", "spans": [{"start": "x", "end": 1, "type": "NAME"}]}', r"line 2: .*\$\.spans"),
        (b'{"id": "a", "text": "\xff", "spans": []}', "line 2: is not JSON in UTF-8|line 2: .*"),
        (b'{"id": 1, "text": "ab", "spans": []}', "line 2: has an id that was there before"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_marked_note_is_named_and_not_quoted(line: bytes, why: str) -> None:
    with pytest.raises(BadLine, match=why):
        list(read_notes([b'{"id": "1", "text": "ab", "spans": []}', line]))


def test_notes_saved_by_an_editor_that_marks_utf_8_are_read() -> None:
    assert [note.text for note in read_notes([b'\xef\xbb\xbf{"text": "ab", "spans": []}'])] == ["ab"]


def test_findings_come_once_for_each_note() -> None:
    line = b'{"id": 7, "spans": [{"start": 0, "end": 1, "type": "NAME"}]}'
    assert read_findings([line, b""]) == {"7": (Mark(0, 1, "NAME"),)}
    with pytest.raises(BadLine, match="line 2"):
        read_findings([line, line])


def _marks(length: int) -> st.SearchStrategy[list[Mark]]:
    one = st.tuples(
        st.integers(0, length - 1),
        st.integers(1, 6),
        st.sampled_from(["NAME", "ORG", "HOSPITAL", "POSTCODE", "ADDRESS"]),
    )
    return st.lists(one.map(lambda t: Mark(t[0], min(length, t[0] + t[1]), t[2])), max_size=6)


@given(_marks(len(TEXT)), _marks(len(TEXT)))
def test_who_finds_all_that_is_marked_leaks_nothing_and_shares_are_shares(
    gold: list[Mark], more: list[Mark]
) -> None:
    note = Note("n", TEXT, tuple(gold))
    assert not score([(note, [*gold, *more])]).leaks
    total = score([(note, more)]).total()
    for share in (total.r_cov, total.r_typ, total.precision):
        assert share is None or 0 <= share <= 1


@pytest.mark.skipif(not TOOL.exists(), reason="the tool we are measured with is not beside the project")
def test_the_figures_are_those_of_the_tool_we_are_measured_with(tmp_path: Path) -> None:
    found = {
        "a": [Mark(2, 4, "NAME"), Mark(9, 20, "PHONE"), Mark(20, 31, "HOSPITAL")],
        "b": [Mark(0, 3, "DATE")],
    }
    notes = [NOTE, Note("b", "2024-01-05 复诊，王主任", (Mark(0, 10, "DATE"), Mark(14, 15, "NAME")))]
    (tmp_path / "gold.jsonl").write_text(
        "".join(json.dumps(_line(n.id, n.marks, n.text)) + "\n" for n in notes)
    )
    (tmp_path / "pred.jsonl").write_text("".join(json.dumps(_line(i, m)) + "\n" for i, m in found.items()))
    subprocess.run(
        [sys.executable, TOOL, "gold.jsonl", "--pred", "pred.jsonl", "--json", "out.json"],
        cwd=tmp_path,
        check=True,
    )
    theirs = json.loads((tmp_path / "out.json").read_text())
    ours = score((note, found[note.id]) for note in notes)
    for kind, figures in theirs["types"].items():
        tally = ours.types[kind]
        assert (tally.gold, tally.r_cov, tally.r_typ, tally.strict / tally.gold, tally.precision or 0) == (
            figures["n"], figures["R_cov"], figures["R_typ"], figures["strict"], figures["P"],
        )  # fmt: skip
        assert (tally.f(1), tally.f(2)) == pytest.approx((figures["F1"], figures["F2"]))
    assert ours.leaking / ours.notes == theirs["doc_leak"]
    assert ours.total().precision == pytest.approx(theirs["micro"]["P"])


def _line(name: str, marks: tuple[Mark, ...] | list[Mark], text: str = "") -> dict[str, object]:
    spans = [{"start": m.start, "end": m.end, "type": m.type} for m in marks]
    line: dict[str, object] = {"id": name, "spans": spans}
    return line | {"text": text} if text else line
