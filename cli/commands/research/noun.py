"""The noun, and what its verbs share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli import output
from cli.kinds import Noun
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.research.extract import Extracted

F = TypeVar("F", bound=Callable[..., Any])

PROJECT_HELP = "Id of the project."


@click.group(cls=Noun)
def research() -> None:
    """Register a project, have it approved, extract what its patients agreed to."""


def project_and_folder(command: F) -> F:
    """The PROJECT argument and `--out`: whose extract, and the new folder it comes into."""
    place = click.Path(path_type=Path)
    text = "A new folder for the extract."
    out = click.option("--out", required=True, type=place, metavar="DIR", help=text)
    return click.argument("project", help=PROJECT_HELP)(out(command))


def say_extracted(terminal: Terminal, project: str, extracted: "Extracted") -> None:
    """Where the extract lies, and its numbers."""
    out = extracted.folder
    terminal.say(
        f"extract of {project} is in {out}; entry {extracted.entry.id}",
        f"项目 {project} 的数据已写入 {out}；账本条目 {extracted.entry.id}",
    )
    for line in extracted.numbers.lines(terminal.lang):
        output.line(f"  {line}")
    terminal.say(f"  the report: {out}/report.md", f"  报告：{out}/report.md")
