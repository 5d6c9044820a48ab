"""A command line that cannot be used, said in two languages.

click's own sentences quote what was typed. What was typed may be an identity number in the wrong place,
so here only the place is named: the option, the argument, the command.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import click
from click.types import IntRange

# A misspelt option or verb is quoted only if it could not be anything else.
_WORD = re.compile(r"-{0,2}[a-z][a-z-]{0,30}", re.ASCII)


class VerbMissing(click.UsageError):
    """A noun without a verb."""

    def __init__(self, context: click.Context, verbs: Sequence[str]) -> None:
        super().__init__("a verb is missing", context)
        self.verbs = tuple(verbs)


class BadValue(click.BadParameter):
    """A value an option cannot take; the words say what it takes, never what it got."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with the command line, and where to look."""

    en: str
    zh: str
    hint: str
    hint_zh: str


def complaint(error: click.ClickException) -> Complaint:
    """The error in words of our own."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    page = f"{context.command_path if context else 'hutong'} --help"
    en, zh = _what(error)
    return Complaint(en, zh, *(_instead(error) or (f"see {page}", f"请看 {page}")))


def _what(error: click.ClickException) -> tuple[str, str]:
    match error:
        case VerbMissing(verbs=verbs):
            return (
                f"a verb is missing; there are: {', '.join(verbs)}",
                f"缺少动词，可用的有：{'、'.join(verbs)}",
            )
        case click.MissingParameter(param=click.Parameter() as missing):
            return f"{_place(missing)} is missing", f"缺少 {_place(missing)}"
        case BadValue(param=click.Parameter() as bad):
            return f"{_place(bad)} {error.message}", f"{_place(bad)} {error.zh}"
        case click.BadParameter(param=click.Parameter() as bad):
            en, zh = _takes(bad)
            return f"{_place(bad)} {en}", f"{_place(bad)} {zh}"
        case click.NoSuchOption():
            name = _quoted(error.option_name)
            return f"there is no option{name}", f"没有这个选项{name}"
        case click.exceptions.NoSuchCommand():
            name = _quoted(error.command_name)
            return f"there is no command{name}", f"没有这个命令{name}"
        case click.BadOptionUsage():
            return f"{error.option_name} is not used like this", f"{error.option_name} 的用法不对"
        case _:
            return "the command line has more or less than the command takes", "命令行的参数过多或不足"


def _instead(error: click.ClickException) -> tuple[str, str] | None:
    match error:
        case click.NoSuchOption(option_name="--node" | "--lang" as name):
            example = f"hutong {name} {'DIR' if name == '--node' else 'zh'}"
            return f"it goes before the command: {example} …", f"请放在命令之前：{example} …"
        case click.NoSuchOption(possibilities=[*near]) if near:
            return f"did you mean {' or '.join(near)}?", f"是不是 {'、'.join(near)}?"
        case click.exceptions.NoSuchCommand(ctx=click.Context(command=click.Group() as group) as context):
            near = get_close_matches(error.command_name, group.list_commands(context), n=2)
            return (f"did you mean {' or '.join(near)}?", f"是不是 {'、'.join(near)}?") if near else None
        case _:
            return None


def _takes(parameter: click.Parameter) -> tuple[str, str]:
    """What a parameter of one of click's own types takes."""
    match parameter.type:
        case click.Choice(choices=choices):
            words = [str(one) for one in choices]
            return f"must be one of {', '.join(words)}", f"只能是 {'、'.join(words)}"
        case IntRange(min=int() as low, max=None):
            return f"must be a whole number, {low} or more", f"必须是不小于 {low} 的整数"
        case IntRange(min=low, max=high):
            return f"must be a whole number from {low} to {high}", f"必须是 {low} 到 {high} 的整数"
        case _:
            return "cannot be used as it is", "无法使用"


def _place(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return str(parameter.human_readable_name)
    # Of two names nobody knows here which one was typed: an error that names the other is looked for in vain.
    return "/".join(one for one in parameter.opts if one.startswith("--")) or parameter.opts[0]


def _quoted(name: str) -> str:
    return f" {name}" if _WORD.fullmatch(name) else ""
