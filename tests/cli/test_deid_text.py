"""`hutong deid text` and `deid evaluate`: what goes in comes out, line for line and file for file, or is named."""

import codecs
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.commands.deid.pieces import lines
from deid.text.spans import Span, cover
from tests.cli.typing_in import BARE, typed

NOTE = "患者王秀英，电话13800001111。"
CLEANED = "患者[姓名]，电话[电话]。"


def test_a_text_comes_back_with_labels_in_place_of_what_says_who(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(NOTE, "utf-8")
    assert typed("deid", "text", str(tmp_path / "note.txt")).stdout == CLEANED
    assert typed("deid", "text", stdin=NOTE).stdout == CLEANED


def test_spans_are_places_in_characters() -> None:
    told = json.loads(typed("deid", "text", "--spans", "--json", stdin=f"\U0001f600{NOTE}").stdout)
    assert [(one["start"], one["end"], one["type"]) for one in told] == [(3, 6, "NAME"), (9, 20, "PHONE")]


def test_every_line_gets_its_answer_in_its_place_whatever_the_number_of_processes() -> None:
    lines = [{"id": f"n{n}", "text": NOTE if n % 3 else "腹痛三天。", "author": "王秀英"} for n in range(70)]
    stdin = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    alone = typed("deid", "text", "--jsonl", "--spans", stdin=stdin)
    assert typed("deid", "text", "--jsonl", "--spans", "--jobs", "2", stdin=stdin).stdout == alone.stdout
    answers = _read(alone.stdout)
    assert [one["id"] for one in answers] == [line["id"] for line in lines]
    assert answers[1] == {
        "id": "n1",
        "spans": [{"start": 2, "end": 5, "type": "NAME"}, {"start": 8, "end": 19, "type": "PHONE"}],
    }
    assert answers[0]["spans"] == []


def test_without_spans_a_line_is_answered_with_its_text_and_nothing_else_of_it() -> None:
    stdin = json.dumps({"id": 7, "text": NOTE, "author": "王秀英"})
    assert _read(typed("deid", "text", "--jsonl", stdin=stdin).stdout) == [{"id": 7, "text": CLEANED}]


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_answered() -> None:
    stdin = (
        b'{"id":"a","text":"x"}\n{"id":"b","text":13800001111}\n\n{"text":"\xff"}\n{"id":"c","text":"y"}\n'
    )
    told = typed("deid", "text", "--jsonl", "--spans", stdin=stdin)
    assert told.exit_code == 6
    assert [one["id"] for one in _read(told.stdout)] == ["a", "c"]
    assert "line 2: Expected `str`, got `int` - at `$.text`" in told.stderr
    assert "line 4: is not JSON in UTF-8" in told.stderr
    assert "2 of 4 lines could not be read" in told.stderr
    assert "13800001111" not in told.stderr


def test_a_line_is_answered_before_the_next_one_is_asked() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from cli.app import run; run()", "deid", "text", "--jsonl", "--spans"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=BARE,
    ) as hutong:
        assert hutong.stdin is not None
        assert hutong.stdout is not None
        for name in ("a", "b"):
            hutong.stdin.write(orjson.dumps({"id": name, "text": NOTE}) + b"\n")
            hutong.stdin.flush()
            assert orjson.loads(hutong.stdout.readline())["id"] == name
        hutong.stdin.close()
    assert hutong.returncode == 0


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("gb18030", b""), ("utf-16-le", codecs.BOM_UTF16_LE)],
)
def test_a_folder_comes_out_under_its_names_in_its_encodings_with_its_line_ends(
    tmp_path: Path, encoding: str, mark: bytes
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "one.txt").write_bytes(mark + f"{NOTE}\r\n".encode(encoding))
    (source / "readme.md").write_text("not a text of a patient")
    told = typed("deid", "text", str(source), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert told.exit_code == 0, told.stderr
    assert (tmp_path / "out" / "one.txt").read_bytes() == mark + f"{CLEANED}\r\n".encode(encoding)
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["one.txt"]
    assert "1 of 1 texts are in" in told.stderr


def test_a_file_name_that_says_who_becomes_a_number_and_no_text_is_overwritten(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(NOTE, "utf-8")
    (tmp_path / "a" / "患者王秀英.txt").write_text(NOTE, "utf-8")
    told = typed("deid", "text", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "out"))
    assert told.exit_code == 0, told.stderr
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "note.txt",
        "text-00002.txt",
        "text-00003.txt",
    ]


def test_a_file_that_is_no_text_is_named_and_the_others_come_out(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01")
    (tmp_path / "good.txt").write_text(NOTE, "utf-8")
    told = typed("deid", "text", str(tmp_path), "--out", str(tmp_path / "out"), "--jobs", "2")
    assert told.exit_code == 6
    assert "bad.txt is not text: byte 0 is zero" in told.stderr
    assert (tmp_path / "out" / "good.txt").read_text("utf-8") == CLEANED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b"], "several texts need --out DIR"),
        (["--jsonl", "--out", "x"], "--jsonl answers on standard output"),
        (["--profile", "slow"], "--profile"),
    ],
)
def test_what_does_not_go_together_is_said(words: list[str], said: str) -> None:
    told = typed("deid", "text", *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr


def _gold(folder: Path, *spans: tuple[int, int, str]) -> str:
    marked = [{"start": start, "end": end, "type": kind} for start, end, kind in spans]
    (folder / "gold.jsonl").write_text(json.dumps({"id": "n1", "text": NOTE, "spans": marked}), "utf-8")
    return str(folder / "gold.jsonl")


def test_an_evaluation_tells_leaks_by_their_place_and_their_text_only_when_asked(tmp_path: Path) -> None:
    gold = _gold(tmp_path, (2, 5, "NAME"), (8, 19, "PHONE"), (5, 8, "ORG"))
    told = typed("deid", "evaluate", gold)
    assert told.exit_code == 0, told.stderr
    assert "notes with a leak: 1 of 1 (100.0%)" in told.stdout
    assert "，电话" not in told.stdout
    assert "王秀英⟦，电话⟧13800001" in typed("deid", "evaluate", gold, "--show").stdout
    answer = json.loads(typed("deid", "evaluate", gold, "--json").stdout)
    assert answer["leaks"] == [{"id": "n1", "start": 5, "end": 8, "type": "ORG", "uncovered": 3}]
    assert answer["all"]["R_cov"] == pytest.approx(2 / 3)


def test_an_evaluation_below_what_was_asked_for_has_an_exit_code(tmp_path: Path) -> None:
    gold = _gold(tmp_path, (2, 5, "NAME"), (5, 8, "ORG"))
    assert typed("deid", "evaluate", gold, "--fail-under", "NAME=1").exit_code == 0
    told = typed("deid", "evaluate", gold, "--fail-under", "ALL=0.9", "--fail-under", "AGE=0.5")
    assert told.exit_code == 4
    assert "ALL 0.5000 < 0.9, AGE - < 0.5" in told.stderr
    assert typed("deid", "evaluate", gold, "--fail-under", "NAME").exit_code == 2


def test_what_another_engine_found_is_evaluated_from_its_file(tmp_path: Path) -> None:
    gold = _gold(tmp_path, (2, 5, "NAME"))
    (tmp_path / "pred.jsonl").write_text('{"id":"n1","spans":[{"start":2,"end":4,"type":"PERSON"}]}')
    answer = json.loads(
        typed("deid", "evaluate", gold, "--pred", str(tmp_path / "pred.jsonl"), "--json").stdout
    )
    assert (answer["types"]["NAME"]["R_cov"], answer["types"]["NAME"]["P"]) == (0.0, 1.0)
    for line in ("", '{"id":"n1","spans":[{"start":2,"end":99,"type":"NAME"}]}'):
        (tmp_path / "pred.jsonl").write_text(line)
        assert typed("deid", "evaluate", gold, "--pred", str(tmp_path / "pred.jsonl")).exit_code == 6


def _read(lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


OURS = """
[[label]]
words = ["床头牌"]
type = "MRN"
examples = ["床头牌：W12"]

[[dictionary]]
words = ["绿萝间"]
type = "ADDRESS"
"""


def test_a_hospitals_own_recognisers_are_tried_on_a_sample_and_then_used(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS, "utf-8")
    (tmp_path / "note.txt").write_text("转绿萝间陪护，床头牌：W12", "utf-8")
    ours, note = str(tmp_path / "ours.toml"), str(tmp_path / "note.txt")
    told = typed("deid", "check", ours, "--sample", note)
    assert told.exit_code == 0, told.stderr
    assert [line.split() for line in told.stdout.splitlines()[1:]] == [
        ["2", "床头牌", "1/1", "1", "1"],
        ["7", "1", "words", "0/0", "1", "1"],
    ]
    assert typed("deid", "text", note, "--recognizers", ours).stdout == "转[地址]陪护，床头牌：[病历号]"


def test_an_example_that_does_not_hold_has_an_exit_code_and_its_number(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OURS.replace("：W12", "：待定") + 'not = ["绿萝间"]\n', "utf-8")
    told = typed("deid", "check", str(tmp_path / "ours.toml"))
    assert told.exit_code == 4
    assert "nothing is found in examples" in told.stdout
    assert "something is found in not" in told.stdout
    assert "2 of the examples do not hold" in told.stderr


def test_a_preview_marks_what_was_found_and_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(NOTE + "\r\n<b>&腹痛</b>\r\n", "utf-8")
    told = typed("deid", "preview", str(tmp_path / "note.txt"))
    assert told.stdout == "患者<NAME|王秀英>，电话<PHONE|13800001111>。\n<b>&腹痛</b>\n"


@pytest.mark.parametrize(("lang", "label"), [("zh", "姓名"), ("en", "NAME")])
def test_a_preview_page_shows_text_and_answer_and_loads_nothing(
    tmp_path: Path, lang: str, label: str
) -> None:
    (tmp_path / "note.txt").write_text(NOTE + "\n<b>&腹痛</b>", "utf-8")
    page = tmp_path / "page.html"
    told = typed(
        "deid", "preview", str(tmp_path / "note.txt"), "--html", str(page), env={"HUTONG_LANG": lang}
    )
    assert (told.exit_code, told.stdout) == (0, "")
    shown = page.read_text("utf-8")
    assert f"王秀英<small>{label}</small>" in shown
    assert "<mark class=person>[姓名]</mark>" in shown
    assert "&lt;b&gt;&amp;腹痛&lt;/b&gt;" in shown
    assert not re.search("<script|src=|href=|url\\(|http", shown)
    assert page.stat().st_mode & 0o077 == 0


@given(
    st.text(alphabet="王a\n\r\u2028 ", max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 5)), max_size=5),
)
def test_a_preview_shows_every_character_once_and_every_finding_ends_once(
    text: str, places: list[tuple[int, int]]
) -> None:
    spans = cover(Span(at, min(at + long, len(text)), "NAME", 1.0) for at, long in places if at < len(text))
    shown = list(lines(text, spans))
    assert ["".join(piece.text for piece in line) for line in shown] == [
        line.rstrip("\r\n") for line in text.splitlines(keepends=True)
    ]
    found = [piece for line in shown for piece in line if piece.type]
    assert all(piece.text for piece in found)
    assert sum(piece.last for piece in found) <= len(spans)
