"""`hutong deid text --operator`: what stands there instead, with a secret of one's own or a project's."""

import json
from pathlib import Path

import pytest

from tests.cli.typing_in import typed

NOTE = "患者王秀英于2024年3月5日入院，王女士电话13800000000。"


@pytest.fixture
def key(tmp_path: Path) -> str:
    file = tmp_path / "key"
    file.write_bytes(bytes(range(32)))
    return str(file)


def _told(*words: str, stdin: str = NOTE) -> str:
    done = typed("deid", "text", *words, stdin=stdin)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_the_same_secret_gives_the_same_text_and_another_another(key: str, tmp_path: Path) -> None:
    words = ("--operator", "research", "--patient", "p-1")
    once = _told(*words, "--key", key)
    assert once == _told(*words, "--key", key)
    assert "王" not in once
    assert "2024年3月5日" not in once
    (tmp_path / "other").write_bytes(b"k" * 32)
    assert once != _told(*words, "--key", str(tmp_path / "other"))


def test_a_line_says_whose_it_is_and_its_dates_move_with_that_patients(key: str) -> None:
    lines = [{"id": n, "patient": who, "text": NOTE} for n, who in enumerate(("p-1", "p-2", "p-1"))]
    stdin = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    told = [
        json.loads(one)
        for one in _told("--jsonl", "--operator", "research", "--key", key, stdin=stdin).splitlines()
    ]
    assert told[0]["text"] == told[2]["text"] != told[1]["text"]
    assert all(set(one) == {"id", "text"} for one in told)


def test_one_type_can_be_treated_another_way() -> None:
    assert _told("--operator", "number", "--operator", "PHONE=keep") == (
        "患者[姓名1]于[日期1]入院，[姓名1]女士电话13800000000。"
    )


def test_json_says_where_what_was_changed(key: str) -> None:
    told = json.loads(_told("--operator", "surrogate", "--key", key, "--json"))
    first = told["changes"][0]
    assert (first["start"], first["end"], first["type"], first["operator"]) == (2, 5, "NAME", "surrogate")
    assert told["text"][first["new_start"] : first["new_end"]] not in NOTE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--operator", "rot13"), 2),
        (("--operator", "NAME=shift"), 2),
        (("--operator", "token"), 2),
        (("--patient", "p-1"), 2),
        (("--operator", "research", "--map", "lines"), 2),
        (("--operator", "research", "--spans"), 2),
        (("--operator", "research", "--key", "nowhere"), 6),
    ],
)
def test_what_means_nothing_is_refused_before_a_text_is_read(words: tuple[str, ...], code: int) -> None:
    done = typed("deid", "text", *words, stdin=NOTE)
    assert (done.exit_code, done.stdout) == (code, "")
    assert "王秀英" not in done.stderr


def test_a_secret_too_short_protects_nobody(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"k" * 31)
    done = typed("deid", "text", "--operator", "research", "--key", str(tmp_path / "short"), stdin=NOTE)
    assert (done.exit_code, done.stdout) == (6, "")
