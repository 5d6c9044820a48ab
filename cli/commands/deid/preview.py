"""What would be taken out of a text, beside the text."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.deid.noun import deid
from cli.commands.deid.pieces import FAMILY, Piece, lines
from cli.commands.deid.text import Profile, engine_of
from cli.commands.deid.written import ENCODINGS, read_written
from cli.errors import DoNotGoTogether
from cli.files import STANDARD, answer_to, hand_over
from cli.language import Language
from cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.text import Text

    from deid.text.spans import Span

COLOURS = {
    "person": "black on bright_red", "time": "black on bright_blue", "place": "black on bright_green",
    "contact": "black on bright_magenta", "number": "black on bright_yellow", "trait": "black on white",
}  # fmt: skip
WIDE = 100


@deid.command()
@click.argument("file", default=STANDARD, help="A text, or - for standard input.")
@click.option("--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", help="Language of the text.")
@click.option(
    "--profile", type=click.Choice(["fast", "strict"]), default="strict", help="Which profile is shown."
)
@click.option(
    "--recognizers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What the hospital adds of its own: see hutong deid check.",
)
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), help="How the text is written; default: what it shows."
)
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write a page for a browser instead. It holds the text: keep it as you keep the text.",
)
@click.pass_obj
def preview(
    terminal: Terminal,
    file: str,
    lang: str,
    profile: Profile,
    recognizers: Path | None,
    encoding: str | None,
    html: Path | None,
) -> None:
    """Show a text and what would leave of it, side by side; behind a pipe, the text with <TYPE|...> around it.

    Example:
        hutong deid preview note.txt --html preview.html
    """
    from deid.text.folding import has_han

    if html is not None and file != STANDARD and html.resolve() == Path(file).resolve():
        raise DoNotGoTogether(
            "deid preview",
            "--html is the text itself: it would be overwritten",
            "--html 就是文本本身，原文会被覆盖",
        )
    text = read_written(file, encoding).text
    spans = engine_of(profile, recognizers).find(text, lang=lang)
    labels: Language = "zh" if has_han(text) and lang != "en" else "en"
    if html is not None:
        from cli.commands.deid.preview_page import page

        with answer_to(html) as opened:
            hand_over(opened, html, page(text, spans, lang=terminal.lang, labels=labels).encode())
        terminal.note(f"{len(spans)} found; the page is {html}", f"找到 {len(spans)} 处；页面为 {html}")
    elif sys.stdout.isatty():
        _side_by_side(terminal, text, spans, labels)
    else:
        output.page("\n".join("".join(map(_marked, pieces)) for pieces in lines(text, spans)))


def _side_by_side(terminal: Terminal, text: str, spans: Sequence["Span"], labels: Language) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(no_color=bool(terminal.environment.get("NO_COLOR")), highlight=False)
    wide = shutil.get_terminal_size().columns >= WIDE
    table = Table(show_header=True, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(terminal.told("text", "原文"), ratio=1, overflow="fold")
    if wide:
        table.add_column(terminal.told("what leaves", "输出"), ratio=1, overflow="fold")
    for pieces in lines(text, spans):
        table.add_row(*((_coloured(pieces), _coloured(pieces, labels)) if wide else (_coloured(pieces),)))
    console.print(table)
    terminal.note(f"{len(spans)} found", f"找到 {len(spans)} 处")


def _coloured(pieces: Sequence[Piece], labels: Language | None = None) -> "Text":
    """The line as it stands or, with `labels`, as it leaves."""
    from rich.text import Text

    from cli.width import visible
    from deid.text.engine import LABELS_ZH

    line = Text()
    for piece in pieces:
        said = visible(piece.text)
        if piece.type and labels:
            label = LABELS_ZH[piece.type] if labels == "zh" else piece.type
            said = f"[{label}]" if piece.last else ""
        line.append(said, style=COLOURS[FAMILY[piece.type]] if piece.type else "")
    return line


def _marked(piece: Piece) -> str:
    return f"<{piece.type}|{piece.text}>" if piece.type else piece.text
