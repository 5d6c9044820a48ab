"""The noun, and what its verbs share."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.kinds import Noun
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.research.extract import Extracted

PROJECT_HELP = "Id of the project."


@click.group(cls=Noun)
def research() -> None:
    """Register a project, have it approved, extract what its patients agreed to."""


def say_extracted(terminal: Terminal, project: str, extracted: "Extracted") -> None:
    """Where the extract lies, and its numbers."""
    out = extracted.folder
    terminal.say(
        f"extract of {project} is in {out}; entry {extracted.entry.id}",
        f"项目 {project} 的数据已写入 {out};账本条目 {extracted.entry.id}",
    )
    for line in extracted.numbers.lines(terminal.lang):
        output.line(f"  {line}")
    terminal.say(f"  the report: {out}/report.md", f"  报告:{out}/report.md")
