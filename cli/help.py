"""Help pages in two languages: one sentence that says what will happen, one example, the options.

English comes from the docstring, Chinese from the catalogue. The example is the same in both: a line
that can be pasted.
"""

import inspect
import os
from collections.abc import Iterator, Mapping, Sequence

import click
from click import IntRange

from cli import catalogue
from cli.language import Language
from cli.terminal import Terminal
from cli.width import pad, width, wrap

MOST_COLUMNS = 100
LEAST_COLUMNS = 60
INDENT = "  "
# Names longer than this put their text on the next line.
NAME_COLUMNS = 34
EXAMPLE = "Example:"
STDOUT = 1

# The words of a help page that are not a command's own.
HEADINGS: Mapping[str, tuple[str, str]] = {
    "usage": ("Usage:", "用法："),
    "example": ("Example:", "示例："),
    "first": ("Try first:", "先试试："),
    "arguments": ("Arguments:", "参数："),
    "options": ("Options:", "选项："),
    "commands": ("Commands:", "命令："),
    "required": ("required", "必填"),
    "default": ("default: {}", "默认：{}"),
    "range": ("{}", "{}"),
    "between": ("; ", "；"),
}

Named = Sequence[tuple[str, str]]


def page(command: click.Command, context: click.Context) -> str:
    """The whole help of `command`, in the language of its terminal."""
    lang = spoken(context)
    blocks = opening(command, context)
    blocks += [listing(title, named) for title, named in sections(command, context, lang) if named]
    return "\n\n".join("\n".join(block) for block in blocks)


def opening(command: click.Command, context: click.Context) -> list[list[str]]:
    """Usage, what it does, and the example."""
    lang = spoken(context)
    blocks = [[usage(context)], _indented(_paragraphs(command, context, lang))]
    shown = examples(command)
    return [*blocks, [heading("example", lang), *_indented(shown)]] if shown else blocks


def spoken(context: click.Context | None) -> Language:
    """The language of the terminal the context belongs to."""
    terminal = context.find_object(Terminal) if context else None
    return terminal.lang if terminal else "en"


def heading(name: str, lang: Language) -> str:
    """A heading of the page."""
    return HEADINGS[name][lang == "zh"]


def columns() -> int:
    """How wide a page is: as the terminal, within reason; without one, as wide as it gets."""
    try:
        return min(MOST_COLUMNS, max(LEAST_COLUMNS, os.get_terminal_size(STDOUT).columns))
    except OSError:
        return MOST_COLUMNS


def usage(context: click.Context) -> str:
    """How the command is called."""
    pieces = context.command.collect_usage_pieces(context)
    called = " ".join((context.command_path, *pieces))
    # A full-width colon brings its own blank.
    gap = "" if spoken(context) == "zh" else " "
    return f"{heading('usage', spoken(context))}{gap}{called}"


def listing(title: str, named: Named) -> list[str]:
    """A heading and names with their texts, aligned."""
    column = max((width(name) for name, _ in named if width(name) <= NAME_COLUMNS), default=0)
    lines = [title]
    for name, text in named:
        wrapped = wrap(text, columns() - len(INDENT) * 2 - column) or [""]
        fits = width(name) <= column
        first, rest = (wrapped[0], wrapped[1:]) if fits else ("", wrapped)
        lines.append(f"{INDENT}{pad(name, column)}{INDENT}{first}".rstrip())
        lines += [f"{INDENT}{' ' * column}{INDENT}{line}" for line in rest]
    return lines


def examples(command: click.Command) -> list[str]:
    """The lines of the example in the docstring."""
    _, _, example = inspect.cleandoc(command.help or "").partition(EXAMPLE)
    return inspect.cleandoc(example).splitlines()


def path_of(context: click.Context) -> tuple[str, ...]:
    """The command's place below `hutong`: ("consent", "revoke")."""
    own = (str(context.info_name),) if context.parent else ()
    return (*path_of(context.parent), *own) if context.parent else own


def in_short(command: click.Command, path: Sequence[str], lang: Language) -> str:
    """The first sentence of what the command does."""
    if lang == "zh":
        return (catalogue.about(path) or "").partition("。")[0]
    first, *_ = inspect.cleandoc(command.help or "").partition("\n\n")
    return " ".join(first.split()).partition(". ")[0].removesuffix(".")


def sections(command: click.Command, context: click.Context, lang: Language) -> Iterator[tuple[str, Named]]:
    """Commands, arguments and options, each under its heading."""
    if isinstance(command, click.Group):
        yield heading("commands", lang), list(_commands(command, context, lang))
    arguments = [p for p in command.get_params(context) if isinstance(p, click.Argument)]
    options = [p for p in command.get_params(context) if isinstance(p, click.Option) and not p.hidden]
    yield heading("arguments", lang), [_argument(p, context, lang) for p in arguments]
    yield heading("options", lang), [_option(p, context, lang) for p in options]


def _commands(group: click.Group, context: click.Context, lang: Language) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield name, in_short(command, (*path_of(context), name), lang)


def _paragraphs(command: click.Command, context: click.Context, lang: Language) -> list[str]:
    english, _, _ = inspect.cleandoc(command.help or "").partition(EXAMPLE)
    text = catalogue.about(path_of(context)) or "" if lang == "zh" else english
    paragraphs = [wrap(paragraph, columns() - len(INDENT)) for paragraph in text.strip().split("\n\n")]
    return [line for paragraph in paragraphs for line in (*paragraph, "")][:-1]


def _argument(argument: click.Argument, context: click.Context, lang: Language) -> tuple[str, str]:
    return argument.make_metavar(context), _text(argument, context, lang)


def _option(option: click.Option, context: click.Context, lang: Language) -> tuple[str, str]:
    names = ", ".join((*option.opts, *option.secondary_opts))
    value = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    extra = dict(option.get_help_extra(context))
    extra.pop("envvars", None)
    if isinstance(option.type, IntRange):
        extra["range"] = _range(option.type, lang)
    notes = HEADINGS["between"][lang == "zh"].join(
        heading(name, lang).format(value) for name, value in extra.items()
    )
    return names + value, _text(option, context, lang) + (f"  [{notes}]" if notes else "")


def _range(numbers: IntRange, lang: Language) -> str:
    low, high = numbers.min, numbers.max
    if high is None:
        return f"不小于 {low}" if lang == "zh" else f"{low} or more"
    return f"{low} 至 {high}" if lang == "zh" else f"{low} to {high}"


def _text(parameter: click.Parameter, context: click.Context, lang: Language) -> str:
    if lang == "en":
        return parameter.help or ""
    name = "help" if "--help" in parameter.opts else str(parameter.name)
    return catalogue.parameter(path_of(context), name) or ""


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else "" for line in lines]
