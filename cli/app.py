"""`hutong`: finds the command, runs it, and turns whatever goes wrong into a line and an exit code."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click

from cli import output
from cli.failure import BROKEN_PIPE, tell
from cli.front_page import front_page
from cli.language import language
from cli.terminal import Terminal
from cli.tree import NOUNS

NAME = "hutong"
COMPLETION = "_HUTONG_COMPLETE"


class Root(click.Group):
    """`hutong` itself: reads the file of a noun only when the noun is used."""

    def get_help(self, ctx: click.Context) -> str:
        """See cli/front_page.py."""
        return front_page(self, ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the help."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The noun of this name."""
        if cmd_name not in NOUNS:
            return None
        command: click.Command = getattr(import_module(f"cli.commands.{cmd_name}"), cmd_name)
        return command

    def main(  # type: ignore[override]  # click's overloads say how it ends; here it always exits
        self, args: Sequence[str] | None = None, **_: Any
    ) -> Any:
        """Run one command line to its exit code; click's own way of telling errors is not used."""
        if COMPLETION in os.environ:
            return super().main(args, prog_name=NAME, complete_var=COMPLETION)
        words = list(sys.argv[1:] if args is None else args)
        try:
            code = self._run(words)
        except BrokenPipeError:
            code = BROKEN_PIPE
            _say_no_more(sys.stderr)
        sys.exit(code)

    def _run(self, words: list[str]) -> int:
        lang = language(words, os.environ)
        try:
            with self.make_context(NAME, words, obj=Terminal(lang=lang, environment=os.environ)) as context:
                self.invoke(context)
            code = 0
        except click.exceptions.Exit as left:
            code = left.exit_code
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - here every error becomes words
            code = tell(error, lang, os.environ)
        unsaid = _flush()
        if unsaid:
            _say_no_more(sys.stdout)
            code = code or tell(unsaid, lang, os.environ)
        return code


@click.group(
    cls=Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.option(
    "--node",
    "node_folder",
    type=click.Path(path_type=Path),
    default=Path(),
    envvar="HUTONG_NODE",
    metavar="DIR",
    show_default=False,
    help="Folder of the node to act on; else HUTONG_NODE, else the current folder.",
)
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    expose_value=False,  # read by language() before anything else
    help="Language of everything a person reads; else HUTONG_LANG, else the locale.",
)
@click.option("--version", is_flag=True, help="Say which version this is and exit.")
@click.pass_context
def root(context: click.Context, node_folder: Path, version: bool) -> None:
    """Share health records only as each patient agreed, and prove afterwards that this is what happened.

    A command is a noun and a verb. Answers go to stdout, everything else to stderr; --json gives an answer
    as one JSON document. Exit codes: 0 done, 1 a bug, 2 usage, 3 refused by consent or policy,
    4 does not verify, 5 a service did not answer or a place cannot be written, 6 input cannot be read.
    """
    if version:
        from importlib.metadata import version as version_of

        output.line(f"{NAME} {version_of(NAME)}")
    elif context.invoked_subcommand is None:
        output.page(context.get_help())
    context.obj = replace(context.find_object(Terminal) or Terminal(environment=os.environ), node=node_folder)


def run() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show Chinese gets it escaped, not a crash after the work is done.
            stream.reconfigure(errors="backslashreplace")
    root()


def _flush() -> OSError | None:
    """Push out what is left of the answer; what hinders it, if anything."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        return error
    return None


def _say_no_more(stream: TextIO | None) -> None:
    """What is left in the buffer goes nowhere: Python would try once more at exit and complain."""
    if isinstance(stream, TextIOWrapper):
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except (OSError, ValueError):
            return
