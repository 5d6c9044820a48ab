"""A hospital's own recognisers: whether they can be used, and what each of them does."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.deid.naming import texts_of
from cli.commands.deid.noun import deid
from cli.commands.deid.written import read_written
from cli.errors import CannotRead, NotAllUsable, NotVerified
from cli.options import as_json, example
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid.text.recognizers import Recognizer

HEAD = (
    ("line", "行"), ("recogniser", "识别规则"), ("examples", "示例"), ("found", "找到"), ("new", "其中新增"),
)  # fmt: skip
WRONG = (("line", "行"), ("recogniser", "识别规则"), ("example", "示例序号"), ("what is wrong", "问题"))


@dataclass(slots=True)
class Seen:
    """What one recogniser did: in its own examples, and in the sample with the engine beside it."""

    one: "Recognizer"
    missed: tuple[int, ...]
    wrongly: tuple[int, ...]
    found: int = 0
    new: int = 0


@deid.command()
@click.argument("file", type=click.Path(path_type=Path), help="The hospital's recognisers, in TOML.")
@click.option(
    "--sample",
    multiple=True,
    metavar="NOTES",
    help="Texts, or folders of texts (*.txt), to try them on; repeatable.",
)
@as_json
@example("recognizers.toml")
@click.pass_obj
def check(terminal: Terminal, file: Path, sample: tuple[str, ...], as_json: bool) -> None:
    """Check a file of recognisers: can it be read, do its examples hold, and what does each find in a sample.

    "new" counts what the engine alone would have left in the text. A recogniser that finds nothing new in a large
    sample is not needed, or misspelt. Exit code 4 where an example does not hold.

    Example:
        hutong deid check ours.toml --sample notes/
    """
    from deid.text.recognizers import read_recognizers

    recognizers = read_recognizers(file)
    seen = [_tried(one) for one in recognizers.each]
    texts = list(texts_of(sample))
    bad = 0
    for path in texts:
        try:
            _look(seen, read_written(str(path)).text)
        except CannotRead as error:
            bad += 1
            terminal.note(str(error), error.zh)
    if as_json:
        output.document({"digest": recognizers.digest, "recognizers": [_document(one) for one in seen]})
    else:
        _told(terminal, seen, sampled=bool(sample))
    wrong = sum(len(one.missed) + len(one.wrongly) for one in seen)
    if wrong:
        raise NotVerified(
            f"{wrong} of the examples do not hold",
            f"有 {wrong} 个示例不成立",
            hint="mend the recogniser or the example; until then the file should not be used",
            hint_zh="请修改识别规则或示例；在此之前不应使用该文件",
        )
    if bad:
        raise NotAllUsable(bad, len(texts), "text", "could not be read", "无法读取")


def _tried(one: "Recognizer") -> Seen:
    from deid.text.folding import fold

    missed = tuple(n for n, text in enumerate(one.examples, 1) if not any(one.find(fold(text))))
    wrongly = tuple(n for n, text in enumerate(one.never, 1) if any(one.find(fold(text))))
    return Seen(one, missed, wrongly)


def _look(seen: list[Seen], text: str) -> None:
    from deid.text.finding import find_all
    from deid.text.folding import fold

    folded, covered = fold(text), bytearray(len(text))
    for span in find_all(text):
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    for one in seen:
        for span in one.one.find(folded):
            one.found += 1
            one.new += not all(covered[span.start : span.end])


def _told(terminal: Terminal, seen: list[Seen], *, sampled: bool) -> None:
    rows = []
    for one in seen:
        held = len(one.one.examples) + len(one.one.never) - len(one.missed) - len(one.wrongly)
        examples = f"{held}/{len(one.one.examples) + len(one.one.never)}"
        counts = (str(one.found), str(one.new)) if sampled else ()
        rows.append((str(one.one.line), one.one.name, examples, *counts))
    terminal.table(HEAD[: 5 if sampled else 3], rows, right=(0, 2, 3, 4))
    wrong = [
        (str(one.one.line), one.one.name, str(number), terminal.told(en, zh))
        for one in seen
        for numbers, en, zh in (
            (one.missed, "nothing is found in examples", "examples 中未找到内容"),
            (one.wrongly, "something is found in not", "not 中找到了内容"),
        )
        for number in numbers
    ]
    if wrong:
        output.line()
        terminal.table(WRONG, wrong, right=(0, 2))


def _document(one: Seen) -> dict[str, Any]:
    return {
        "line": one.one.line,
        "name": one.one.name,
        "missed": list(one.missed),
        "wrongly": list(one.wrongly),
        "found": one.found,
        "new": one.new,
    }
