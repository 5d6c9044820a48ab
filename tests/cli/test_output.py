"""An answer is for a person at a terminal or for a program behind a pipe; each gets what it can use."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import orjson
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli import output
from cli.width import width
from tests.cli.typing_in import BARE, started

_TABLE = """
from cli.terminal import Terminal
terminal = Terminal(lang="{lang}", environment={environment})
head = (("organisation", "机构"), ("no.", "序号"), ("state", "状态"))
rows = [("昆山市第一人民医院", "1", "正常"), ("Zhuhai [red]Clinic[/red]", "12", "ok")]
rows.append(("王\\x1b[31m红", "3", ""))
with terminal.progress("importing", "正在导入") as advance:
    advance(1, 2)
terminal.table(head, rows, right=(1,))
terminal.note("nothing else", "没有其他内容")
"""
TERMINAL_COLUMNS = 72
STATES = ("状态", "正常", "ok")
COLOUR = re.compile(r"\x1b\[(3|4|9|10)\d")


def test_behind_a_pipe_columns_are_plain_and_aligned() -> None:
    shown = _ran(_TABLE.format(lang="zh", environment={}))
    assert shown.stdout.splitlines() == [
        "机构                      序号  状态",
        "昆山市第一人民医院           1  正常",
        "Zhuhai [red]Clinic[/red]    12  ok",
        "王\\u{1b}[31m红               3",
    ]
    starts = [line.partition(word)[0] for line, word in zip(shown.stdout.splitlines(), STATES, strict=False)]
    assert {width(start) for start in starts} == {32}
    assert shown.stderr == "hutong: 没有其他内容\n"


def test_behind_a_pipe_there_is_no_escape_sequence_whatever_the_environment_says() -> None:
    environment = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}
    shown = _ran(_TABLE.format(lang="en", environment=environment), environment)
    assert "\x1b" not in shown.stdout + shown.stderr


def test_a_terminal_gets_a_table_and_a_bar() -> None:
    shown = _at_a_terminal(_TABLE.format(lang="en", environment={}))
    assert "━" in shown
    assert "昆山市第一人民医院" in shown
    assert "[red]Clinic[/red]" in shown
    assert "\x1b[31m红" not in shown


def test_a_table_too_wide_for_the_terminal_loses_nothing() -> None:
    """An id is for copying: neither cut at the edge nor broken over two lines by us."""
    script = """
from cli.terminal import Terminal
head, row = [(f"{n}", f"{n}") for n in range(4)], [f"0197f3a2-7c1e-7000-8000-00000000000{n}" for n in range(4)]
Terminal(environment={}).table(head, [row])
"""
    shown = _at_a_terminal(script)
    for number in range(4):
        assert f"0197f3a2-7c1e-7000-8000-00000000000{number}" in shown


def test_no_color_is_kept_on_a_terminal_too() -> None:
    plain = _at_a_terminal(_TABLE.format(lang="en", environment={"NO_COLOR": "1"}), {"NO_COLOR": "1"})
    assert not COLOUR.search(plain)
    assert COLOUR.search(_at_a_terminal(_TABLE.format(lang="en", environment={})))


def test_help_on_a_terminal_has_no_escape_sequence_and_is_as_wide_as_the_terminal() -> None:
    shown = _at_a_terminal("from cli.app import root; root(['--help'])")
    assert "\x1b" not in shown
    assert max(map(width, shown.splitlines())) <= TERMINAL_COLUMNS


names = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(value=values)
def test_a_json_answer_is_one_document_with_sorted_keys(value: object) -> None:
    with CliRunner().isolation() as (stdout, _, _):
        output.document(value)
        raw = stdout.getvalue()
    assert raw.endswith(b"\n")
    assert orjson.loads(raw) == value
    assert raw == orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def test_nothing_asks_without_a_terminal(tmp_path: Path) -> None:
    """No command has a prompt: what is missing is an error, also with nobody there to answer."""
    told = started("init", str(tmp_path / "new"), stdin=subprocess.DEVNULL, capture_output=True)
    assert told.returncode == 2
    assert "--region is missing" in told.stderr


def _ran(script: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script],
        env=BARE | dict(environment or {}),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )


def _at_a_terminal(script: str, environment: Mapping[str, str] | None = None) -> str:
    """What a person would see: both streams, in the order they came."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, TERMINAL_COLUMNS, 0, 0))
    env = BARE | {"TERM": "xterm-256color"} | dict(environment or {})
    with subprocess.Popen(
        [sys.executable, "-c", script], env=env, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux tells that nobody writes to the terminal any more
                break
            if not piece:
                break
            seen += piece
    os.close(ours)
    assert process.returncode == 0, seen
    return seen.decode()
