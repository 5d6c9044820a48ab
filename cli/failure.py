"""How a failure is told: an `error:` line, a `hint:` line, and an exit code a script can act on.

0 done · 1 a bug · 2 usage · 3 refused by consent or policy · 4 does not verify · 5 a service did not answer
or a place cannot be written · 6 input cannot be read · 130 interrupted · 141 nobody reads the answer.
"""

import errno
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, runtime_checkable

import click

from cli import output
from cli.language import Language
from cli.usage import complaint

BUG, USAGE, UNAVAILABLE, INTERRUPTED, BROKEN_PIPE = 1, 2, 5, 130, 141
OUR_ROOMS = ("ledger", "consent", "deid", "policies", "exchange", "cli")
# What the machine refuses, as opposed to what we did wrong.
MACHINE = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE)
)


@runtime_checkable
class Explained(Protocol):
    """An error of the house: English is `str(error)`."""

    zh: str
    hint: str
    hint_zh: str
    exit_code: int


def tell(error: BaseException, lang: Language, environment: Mapping[str, str]) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if environment.get("HUTONG_DEBUG"):
        output.note("".join(traceback.format_exception(error)))
    match error:
        case BrokenPipeError():
            return BROKEN_PIPE
        case KeyboardInterrupt() | EOFError():
            _lines(lang, ("interrupted", "已中断"), ("", ""))
            return INTERRUPTED
        case click.ClickException():
            told = complaint(error)
            _lines(lang, (told.en, told.zh), (told.hint, told.hint_zh))
            return USAGE
        case Explained():
            _lines(lang, (str(error), error.zh), (error.hint, error.hint_zh))
            return error.exit_code
        case OSError() if error.errno in MACHINE:
            return _machine(error, lang)
        case _:
            return _bug(error, lang)


def _machine(error: OSError, lang: Language) -> int:
    place = f"{error.filename}: " if isinstance(error.filename, str) else ""
    _lines(
        lang,
        (f"{place}{error.strerror}", f"{place}{error.strerror}"),
        ("check free space and permissions", "请检查剩余空间和权限"),
    )
    return UNAVAILABLE


def _bug(error: BaseException, lang: Language) -> int:
    """A failure nobody foresaw. Its own message may quote a record, so only its type and place are told."""
    kind, where = type(error).__name__, place_of(error.__traceback__)
    _lines(
        lang,
        (f"this is a bug: {kind} in {where}", f"程序缺陷：{where} 处发生 {kind}"),
        (
            "HUTONG_DEBUG=1 shows the trace; read it before you pass it on, it may quote a record",
            "设置 HUTONG_DEBUG=1 可查看完整错误栈；其中可能含有患者数据，转发前请先检查",
        ),
    )
    return BUG


def place_of(trace: TracebackType | None) -> str:
    """Where it happened, as module:line: the innermost of our own lines."""
    frames = [(frame.f_globals.get("__name__", "?"), line) for frame, line in traceback.walk_tb(trace)]
    ours = [(name, line) for name, line in frames if str(name).partition(".")[0] in OUR_ROOMS]
    name, line = (ours or frames or [("?", 0)])[-1]
    return f"{name}:{line}"


def _lines(lang: Language, what: tuple[str, str], hint: tuple[str, str]) -> None:
    zh = lang == "zh"
    output.note(f"错误：{what[1]}" if zh else f"error: {what[0]}")
    if hint[zh]:
        output.note(f"提示：{hint[1]}" if zh else f"hint: {hint[0]}")
