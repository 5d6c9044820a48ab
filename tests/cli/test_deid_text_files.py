"""Texts of a folder: no original is lost, no two answers have one name, and no name says who."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from cli.commands.deid.crew import ProcessDied, answers
from tests.cli.typing_in import typed

NOTE = "患者王秀英，电话13800001111。"
CLEANED = "患者[姓名]，电话[电话]。"


def test_a_text_is_never_overwritten_by_its_answer(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(NOTE, "utf-8")
    (tmp_path / "linked").symlink_to(tmp_path)
    for words in (
        ["text", str(tmp_path), "--out", str(tmp_path)],
        ["text", str(note), "--out", str(tmp_path / "linked")],
        ["preview", str(note), "--html", str(tmp_path / "linked" / "note.txt")],
    ):
        told = typed("deid", *words)
        assert (told.exit_code, told.stdout) == (2, "")
        assert "would be overwritten" in told.stderr
        assert note.read_text("utf-8") == NOTE


def test_a_number_given_as_a_name_is_not_given_to_another_text(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in ("text-00002.txt", "text-00003.txt", "患者王秀英.txt"):
        (source / name).write_text(f"{name[5:10]} {NOTE}", "utf-8")
    told = typed("deid", "text", str(source), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert told.exit_code == 0, told.stderr
    names = {one.name for one in (tmp_path / "out").iterdir()}
    assert names == {"text-00002.txt", "text-00003.txt", "text-00004.txt"}
    assert (tmp_path / "out" / "text-00003.txt").read_text("utf-8") == f"00003 {CLEANED}"


def test_which_answer_is_whose_is_told_as_json_and_only_there(tmp_path: Path) -> None:
    source, out = tmp_path / "王秀英.txt", tmp_path / "out"
    source.write_text(NOTE, "utf-8")
    told = typed("deid", "text", str(source), "--out", str(out), "--json")
    assert orjson.loads(told.stdout) == [{"source": str(source), "file": str(out / "text-00001.txt")}]
    assert "王秀英" not in told.stderr


@pytest.mark.parametrize("name", ["王秀英", "Wang_Xiuying", "john-smith", "13800001111", "letter.王秀英"])
def test_a_file_name_that_says_who_in_any_writing_becomes_a_number(tmp_path: Path, name: str) -> None:
    source = tmp_path / f"{name}.txt"
    source.write_text(NOTE, "utf-8")
    typed("deid", "text", str(source), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["text-00001.txt"]


def test_an_answer_needs_a_name(tmp_path: Path) -> None:
    told = typed("deid", "text", "--out", str(tmp_path / "out"), stdin=NOTE)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "name files or folders" in told.stderr


def test_lines_with_a_mark_in_front_or_no_patient_are_answered(tmp_path: Path) -> None:
    line = orjson.dumps({"id": "a", "text": NOTE, "patient": None})
    (tmp_path / "marked.jsonl").write_bytes(b"\xef\xbb\xbf" + line + b"\r\n" + line)
    told = typed("deid", "text", "--jsonl", str(tmp_path / "marked.jsonl"))
    assert told.exit_code == 0, told.stderr
    assert [orjson.loads(one) for one in told.stdout.splitlines()] == [{"id": "a", "text": CLEANED}] * 2


def test_of_several_files_the_one_with_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text":"x"}\n')
    (tmp_path / "b.jsonl").write_text('{"text":1}\n{"text":"y"}\n')
    told = typed("deid", "text", "--jsonl", *(str(tmp_path / name) for name in ("a.jsonl", "b.jsonl")))
    assert (told.exit_code, len(told.stdout.splitlines())) == (6, 2)
    assert "b.jsonl line 1: Expected `str`, got `int`" in told.stderr


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("姓名：王秀英，性別：女，診斷：急性闌尾炎，主訴：腹痛三天。", "big5"),
        ("Patient: Renée Zoë Dupont, née Müller", "latin-1"),
        ("患者の氏名は佐藤花子です。腹痛を訴えて来院した。", "shift-jis"),
    ],
)
def test_what_only_looks_like_gb_18030_is_not_taken_for_it(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "note.txt").write_bytes(text.encode(encoding))
    told = typed("deid", "text", str(tmp_path / "note.txt"))
    assert (told.exit_code, told.stdout) == (6, "")
    assert "is not UTF-8 at byte" in told.stderr
    assert "--encoding big5" in told.stderr


@pytest.mark.parametrize(
    "text", ["患者王秀英，朱镕基小区，体温36.8℃。", "μ 王秀英", "患者：王秀英，血压120/80ｍｍHg，白细胞↑"]
)
def test_gb_18030_with_some_rare_characters_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "note.txt").write_bytes(text.encode("gb18030"))
    told = typed("deid", "text", str(tmp_path / "note.txt"))
    assert told.exit_code == 0, told.stderr
    assert "王秀英" not in told.stdout


def _ended(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_process_ended_from_outside_is_told_as_that() -> None:
    with pytest.raises(ProcessDied):
        list(answers(_ended, range(3), jobs=2))


def test_a_text_of_a_sample_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\0")
    (tmp_path / "b.txt").write_text("绿萝间", "utf-8")
    (tmp_path / "ours.toml").write_text('[[dictionary]]\nwords = ["绿萝间"]\ntype = "ADDRESS"\n', "utf-8")
    told = typed("deid", "check", str(tmp_path / "ours.toml"), "--sample", str(tmp_path), "--json")
    assert told.exit_code == 6
    assert "a.txt is not text" in told.stderr
    assert orjson.loads(told.stdout)["recognizers"][0]["found"] == 1


def test_pictures_are_not_cleaned_into_the_folder_they_lie_in(tmp_path: Path) -> None:
    (tmp_path / "IM1").write_bytes(b"no picture")
    told = typed("deid", "dicom", str(tmp_path), "--out", str(tmp_path))
    assert (told.exit_code, told.stdout) == (2, "")
    assert "--out is where the files are" in told.stderr


@pytest.mark.parametrize("behind", ["电话：", "住院号", "主诉腹痛", "性别女", "腹痛3天"])
def test_what_stands_behind_a_labelled_name_and_a_comma_is_no_name(behind: str) -> None:
    assert typed("deid", "text", stdin=f"姓名：王秀英，{behind}").stdout == f"姓名：[姓名]，{behind}"
