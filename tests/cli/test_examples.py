"""What `--example` prints can be piped straight back in, and is answered."""

import shlex
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.cli.typing_in import BARE, typed

QUESTIONS = [("policy", "eval"), ("policy", "explain")]
EVERY = [*QUESTIONS, ("consent", "decide")]


def example(words: tuple[str, ...]) -> bytes:
    told = typed(*words, "--example")
    assert (told.exit_code, told.stderr) == (0, "")
    return told.stdout_bytes


@pytest.mark.parametrize(("words", "code"), [(EVERY[0], 0), (EVERY[1], 3), (EVERY[2], 0)], ids=str)
def test_an_example_is_answered_when_it_is_piped_back_in(words: tuple[str, ...], code: int) -> None:
    told = typed(*words, "-", stdin=example(words))
    assert told.exit_code == code, told.stderr
    assert told.stdout


def test_a_shell_does_it_in_one_line(tmp_path: Path) -> None:
    hutong = f'{shlex.quote(sys.executable)} -c "from cli.app import run; run()"'
    told = subprocess.run(
        f"{hutong} policy eval --example | {hutong} policy eval - --json",
        shell=True,
        env=BARE | {"HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert orjson.loads(told.stdout)["allow"] is True


def test_the_example_of_a_refusal_shows_what_would_have_made_it_a_yes() -> None:
    told = typed("policy", "explain", "-", "--json", stdin=example(EVERY[1]))
    explained = orjson.loads(told.stdout)
    assert [one["code"] for one in explained["rules"]] == ["GRASSROOTS_NEEDS_REFERRAL"]
    assert explained["changes_that_permit"]
    assert explained["misfits"] == []


def test_the_example_of_a_case_shows_a_permit_with_an_exception(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(example(EVERY[2]))
    answer = orjson.loads(typed("consent", "decide", str(file)).stdout)
    assert (answer["decision"], answer["reason"]) == ("permit", "CONSENT_PERMIT_PARTIAL")
    assert len(answer["permittedItems"]) == len(answer["redactedItems"]) == 1


@pytest.mark.parametrize("words", EVERY, ids=str)
def test_without_a_file_and_without_example_one_is_asked_for(words: tuple[str, ...]) -> None:
    told = typed(*words)
    assert told.exit_code == 2
    assert "is missing" in told.stderr
