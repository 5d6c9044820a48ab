"""Write the pages that say what the program says about itself: its commands, its rules, what they answer.

python -m docs.generate            writes all
python -m docs.generate --check    writes nothing; exit code 1 where a page is not what the program gives
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from cli import catalogue
from cli.app import NAME, root
from cli.help import EXAMPLE, examples, path_of, sections, usage
from cli.kinds import Noun
from cli.language import Language
from cli.terminal import Terminal
from cli.tree import AUDIENCES
from docs import attacks, scenarios
from policies import rules_page

REFERENCE = Path(__file__).parent / "reference"
OUT_OF_STEP = 1
NOT_UNDERSTOOD = 2

_HEAD = """\
# Commands · 命令

Made from the program itself, the same as `hutong … --help`; do not edit it here. Try them in what `make demo` leaves:
[the tutorial](../tutorial.md).
由程序生成,与 `hutong … --help` 一致,请勿直接修改。可在 `make demo` 留下的目录中练习:[教程](../tutorial.md)。
"""


def commands_page() -> str:
    """Every command: what it does, an example that can be pasted, its options. English, then Chinese."""
    english, chinese = _at_terminal("en"), _at_terminal("zh")
    return "\n".join((_HEAD, *_contents(), *_section(english, chinese), *_below(english, chinese)))


# Each page the program writes, and what writes it.
PAGES: Mapping[Path, Callable[[], str]] = {
    REFERENCE / "attacks.md": attacks.page,
    REFERENCE / "cli.md": commands_page,
    REFERENCE / "policy-rules.md": rules_page.page,
    REFERENCE / "scenarios.md": scenarios.page,
}


def out_of_step(pages: Mapping[Path, Callable[[], str]] = PAGES) -> list[str]:
    """The names of the pages that are not what the program gives now."""
    return [
        path.name for path, page in pages.items() if not path.exists() or path.read_text("utf-8") != page()
    ]


def main(words: Sequence[str]) -> int:
    """Write the pages, or with --check compare them; the exit code."""
    if list(words) not in ([], ["--check"]):
        sys.stderr.write(f"docs: nothing was done; {inspect.cleandoc(__doc__ or '')}\n")
        return NOT_UNDERSTOOD
    if not words:
        for path, page in PAGES.items():
            path.write_text(page(), "utf-8")
        return 0
    late = out_of_step()
    for name in late:
        sys.stderr.write(f"docs: {name} is not what the program gives; run: python -m docs.generate\n")
    return OUT_OF_STEP if late else 0


def _at_terminal(lang: Language) -> click.Context:
    terminal = Terminal(lang=lang, environment={})
    return click.Context(root, info_name=NAME, obj=terminal, **root.context_settings)


def _contents() -> Iterator[str]:
    """Who uses which noun, and where it is on this page."""
    yield from ("| for whom · 读者 | commands · 命令 |", "|---|---|")
    for audience in AUDIENCES:
        nouns = " · ".join(f"[{noun}](#{NAME}-{noun})" for noun in audience.nouns)
        yield f"| {audience.en} · {audience.zh} | {nouns} |"
    yield ""


def _below(english: click.Context, chinese: click.Context) -> Iterator[str]:
    """Every command below this one, nouns before their verbs."""
    group = english.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(english):
        command = group.get_command(english, name)
        if command is None or command.hidden:
            continue
        here = [click.Context(command, info_name=name, parent=above) for above in (english, chinese)]
        yield from (*_section(*here), *_below(*here))


def _section(english: click.Context, chinese: click.Context) -> Iterator[str]:
    """One command under its heading."""
    yield f"{'#' * max(2, len(path_of(english)) + 1)} {english.command_path}\n"
    yield from (f"{text}\n" for text in _about(english))
    example = examples(english.command)
    if example:
        yield "\n".join(("```console", *_as_typed(example), "```", ""))
    if not isinstance(english.command, Noun):
        yield f"`{usage(english).partition(' ')[2]}`\n"
    yield from _parameters(english, chinese)


def _about(context: click.Context) -> Iterator[str]:
    """What the command does, a paragraph a language."""
    text, _, _ = inspect.cleandoc(context.command.help or "").partition(EXAMPLE)
    yield " ".join(text.split())
    yield "".join((catalogue.about(path_of(context)) or "").split("\n"))


def _as_typed(example: Sequence[str]) -> Iterator[str]:
    """A prompt before each line but those that go on from the one above."""
    goes_on = False
    for line in example:
        yield line if goes_on else f"$ {line}"
        goes_on = line.endswith("\\")


def _parameters(english: click.Context, chinese: click.Context) -> Iterator[str]:
    """Arguments and options with both their texts; the ones of every command are left out."""
    *_, arguments, options = sections(english.command, english, "en")
    *_, zh_arguments, zh_options = sections(chinese.command, chinese, "zh")
    both = zip((*arguments[1], *options[1]), (*zh_arguments[1], *zh_options[1]), strict=True)
    rows = [(name, text, zh) for (name, text), (_, zh) in both if not name.endswith("--help")]
    if not rows:
        return
    yield from ("| option · 选项 | meaning · 说明 |", "|---|---|")
    for name, text, zh in rows:
        yield f"| `{_in_cell(name)}` | {_in_cell(text)}<br>{_in_cell(zh)} |"
    yield ""


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
