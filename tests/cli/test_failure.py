"""Whatever goes wrong is one error line, one hint, and an exit code; never what was typed or read."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from cli.app import root
from cli.errors import CannotRead, CannotWriteAnswer, DoNotGoTogether, NotVerified, Refused
from cli.failure import tell
from cli.files import read_bytes
from exchange.errors import CannotWrite, NotANode, UnknownPatient, WrongNodeKey
from ledger.errors import NoSuchEntry, ProofWrong
from tests.cli.typing_in import BARE, commands, hear_ctrl_c, spelled, started, typed

# An invented number: its area code is given to nobody.
NUMBER = "11990019900101001X"
SHAPE = {
    "en": re.compile(r"hutong: error: [^\n]+\nhutong: hint: [^\n]+\n"),
    "zh": re.compile(r"hutong: 错误：[^\n]+\nhutong: 提示：[^\n]+\n"),
}
DEMANDING = [
    one
    for one in commands()
    if not isinstance(one[1], click.Group) and any(p.required for p in one[1].params)
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        [NUMBER],
        ["--" + NUMBER],
        ["--nonsense"],
        ["--node"],
        ["consent"],
        ["consent", NUMBER],
        ["consent", "show"],
        ["consent", "show", "p", "c", NUMBER],
        ["consent", "show", "p", "c", "--version", NUMBER],
        ["consent", "show", "p", "c", "--json=" + NUMBER],
        ["audit", "search", "--decision", NUMBER],
        ["audit", "search", "--since", NUMBER],
        ["audit", "search", "--limit", NUMBER],
        ["audit", "search", "--limit", "-1"],
        ["audit", "search", "--limit"],
        ["audit", "search", NUMBER],
        ["research", "approve", "p", "--until", NUMBER],
        ["serve", "--port", "99999999"],
    ],
    ids=lambda words: spelled(words).replace(NUMBER, "NUMBER"),
)
def test_a_wrong_command_line_is_told_without_repeating_it(words: list[str], lang: str) -> None:
    told = typed("--lang", lang, *words)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert SHAPE[lang].fullmatch(told.stderr)
    assert NUMBER not in told.stderr


@pytest.mark.parametrize(
    ("path", "command", "context"), DEMANDING, ids=[spelled(path) for path, _, _ in DEMANDING]
)
def test_a_verb_says_what_is_missing(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    told = typed(*path)
    assert told.exit_code == 2
    assert "is missing" in told.stderr
    assert f"see hutong {spelled(path)} --help" in told.stderr


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["lodger"], "did you mean ledger"),
        (["ledger", "verfy"], "did you mean verify?"),
        (["ledger", "verify", "--jsn"], "did you mean --json?"),
        (["status", "--node", "kunshan"], "it goes before the command: hutong --node DIR"),
        (["status", "--lang", "zh"], "it goes before the command: hutong --lang zh"),
        (["review"], "see hutong review --help"),
    ],
)
def test_the_hint_says_what_was_probably_meant(words: list[str], hint: str) -> None:
    assert hint in typed(*words).stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DoNotGoTogether("consent grant", "a", "甲"), 2),
        (Refused("refused: no", "已拒绝", hint="ask", hint_zh="请询问"), 3),
        (NotVerified("it does not verify", "验证未通过", hint="keep it", hint_zh="请保留"), 4),
        (CannotWriteAnswer("answer.json", "no space left"), 5),
        (CannotRead("question.json", "is not JSON", "不是 JSON"), 6),
        (NotANode("kunshan"), 2),
        (WrongNodeKey("vault.db"), 4),
        (ProofWrong("a step does not hold", "某一步不成立"), 4),
        (CannotWrite("ledger.db", "no space left"), 5),
        (UnknownPatient(), 6),
        (NoSuchEntry(), 6),
        (PermissionError(13, "Permission denied", "node.toml"), 5),
        (OSError(28, "No space left on device"), 5),
        (ValueError(NUMBER), 1),
        (FileNotFoundError(2, "No such file or directory"), 1),
        (click.UsageError(NUMBER), 2),
        (click.ClickException(NUMBER), 2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_error_has_one_shape_and_its_exit_code(
    error: Exception, code: int, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(error, "zh" if lang == "zh" else "en", {}) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert SHAPE[lang].fullmatch(told.err)
    assert NUMBER not in told.err


def test_an_error_with_several_lines_stays_behind_the_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    tell(CannotRead("a\nb\x1b[31m", "is not JSON", "不是 JSON"), "en", {})
    told = capsys.readouterr().err
    assert all(line.startswith("hutong: ") for line in told.splitlines())
    assert "\x1b" not in told


def test_a_bug_names_its_type_and_our_own_place_and_never_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The path library is where it breaks; the line of ours that called it is what helps."""
    with pytest.raises(ValueError, match="null") as bug:
        read_bytes(f"{NUMBER}\0")
    assert tell(bug.value, "en", {}) == 1
    told = capsys.readouterr().err
    assert re.match(r"hutong: error: this is a bug: ValueError in cli\.files:\d+\n", told)
    assert "HUTONG_DEBUG=1" in told
    assert NUMBER not in told


def test_the_trace_is_there_for_whoever_asks_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ValueError(NUMBER), "en", {"HUTONG_DEBUG": "1"})
    told = capsys.readouterr().err
    assert f"ValueError: {NUMBER}" in told
    assert all(line.startswith("hutong: ") for line in told.splitlines())


def test_a_folder_that_is_no_node_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    told = started("--node", str(tmp_path), "config", "show")
    assert told.returncode == 2
    assert told.stdout == ""
    assert SHAPE["en"].fullmatch(told.stderr)
    assert list(tmp_path.iterdir()) == []


def test_who_stops_reading_ends_the_program_quietly() -> None:
    """`hutong … | head -0`: no trace, no complaint, and a code that says the answer was not read."""
    reading, writing = os.pipe()
    os.close(reading)
    told = started("--help", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert told.returncode == 141
    assert told.stderr == ""


def test_a_full_disk_behind_the_answer_is_told() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this machine has no /dev/full")
    with full.open("w") as stdout:
        told = started("--help", stdout=stdout, stderr=subprocess.PIPE)
    assert told.returncode == 5
    assert SHAPE["en"].fullmatch(told.stderr)


def test_closed_streams_are_no_crash() -> None:
    words = [sys.executable, "-c", "from cli.app import run; run()", "--help"]
    closed = subprocess.run(
        ["sh", "-c", '"$@" >&- 2>&-', "sh", *words], env=BARE, capture_output=True, timeout=60, check=False
    )
    assert closed.returncode == 0
    assert closed.stderr == b""


def test_ctrl_c_says_so_and_ends_with_130() -> None:
    words = [sys.executable, "-c", "from cli.app import run; run()", "ledger", "check", "-"]
    with subprocess.Popen(
        words,
        env=BARE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - no thread runs here
    ) as process:
        _wait_until_it_reads(process.pid)
        process.send_signal(signal.SIGINT)
        answer, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert answer == b""
    assert told == b"hutong: error: interrupted\n"


def test_an_answer_that_the_terminal_cannot_spell_is_escaped() -> None:
    told = started("--lang", "zh", "--help", env={"PYTHONIOENCODING": "latin-1"})
    assert told.returncode == 0
    assert "\\u" in told.stdout


def test_completion_is_offered_to_the_shell() -> None:
    told = started(env={"_HUTONG_COMPLETE": "bash_source"})
    assert told.returncode == 0
    assert "_HUTONG_COMPLETE" in told.stdout


def test_the_root_is_what_the_console_script_runs() -> None:
    assert root.name == "root"


def _wait_until_it_reads(process: int) -> None:
    """Until the process sleeps in a read of standard input (it has nothing else to wait for)."""
    state = Path(f"/proc/{process}/wchan")
    if not state.exists():
        time.sleep(2)
        return
    deadline = time.monotonic() + 30
    while "pipe" not in state.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
