"""Type a command line as a person would: in this process, or in one of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from cli.app import root

ROOT = Path(__file__).parents[2]
# Nothing of the machine the tests run on: no locale, no node, no switch.
BARE = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}


def typed(*words: str, env: dict[str, str | None] | None = None, stdin: str | bytes = "") -> Result:
    """`hutong WORDS` in this process, in English unless said otherwise."""
    quiet: dict[str, str | None] = dict.fromkeys(("HUTONG_NODE", "HUTONG_DEBUG", "LC_MESSAGES", "LANG"))
    environment = quiet | {"HUTONG_LANG": "en", "LC_ALL": "C.UTF-8"} | (env or {})
    return CliRunner().invoke(root, list(words), env=environment, input=stdin)


def started(
    *words: str, env: dict[str, str] | None = None, **streams: Any
) -> "subprocess.CompletedProcess[str]":
    """`hutong WORDS` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from cli.app import run; run()", *words],
        env=BARE | (env or {}),
        encoding="utf-8",
        timeout=60,
        check=False,
        **(streams or {"capture_output": True}),
    )


def hear_ctrl_c() -> None:
    """For `preexec_fn`: tests a shell runs in the background were started deaf to it, and start others so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def commands(
    group: click.Group = root, above: click.Context | None = None
) -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    """Every command below `group`, nouns and verbs, with its path and a context for it."""
    here = above or click.Context(group, info_name="hutong")
    for name in group.list_commands(here):
        command = group.get_command(here, name)
        assert command is not None, name
        context = click.Context(command, info_name=name, parent=here)
        path = tuple(context.command_path.split()[1:])
        yield path, command, context
        if isinstance(command, click.Group):
            yield from commands(command, context)


def spelled(path: Sequence[str]) -> str:
    """A path as one types it; the name of a test case."""
    return " ".join(path)
