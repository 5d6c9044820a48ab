"""Files a person names on the command line: read whole, written whole, `-` for standard input."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from cli import output
from cli.errors import CannotRead, CannotWriteAnswer

STANDARD = "-"


def read_bytes(file: str) -> bytes:
    """The content of `file`, or of standard input for `-`. Raises CannotRead."""
    if file == STANDARD:
        return standard_input().read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CannotRead(file, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None


def named(file: str) -> str:
    """How `file` is called in an error."""
    return "standard input" if file == STANDARD else file


def standard_input() -> BinaryIO:
    """Standard input; a person at a terminal is told that it is waited for. Raises CannotRead."""
    if sys.stdin is None:
        raise CannotRead("standard input", "is closed", "已关闭")
    if sys.stdin.isatty():
        output.note("reading from the terminal until Ctrl-D · 从终端读入，Ctrl-D 结束")
    return sys.stdin.buffer


@contextmanager
def answer_to(file: Path | None) -> Iterator[IO[bytes]]:
    """Where the answer goes: standard output without `file`; otherwise `file`, whole or not at all.

    The place is tried before the block runs, so that nothing is released that then cannot be kept. The file
    can be read by its owner only. Raises CannotWriteAnswer.
    """
    if file is not None and _in_a_node(file):
        raise CannotWriteAnswer(str(file), "it lies in a node's folder, whose files are not overwritten")
    if file is None:
        if sys.stdout is None:
            raise CannotWriteAnswer("standard output", "it is closed")
        yield sys.stdout.buffer
    elif file.exists() and not file.is_file():
        # A device or a pipe is written to, never replaced.
        with _explained(file):
            opened = file.open("wb")
        with _closed(opened, file):
            yield opened
    else:
        with _explained(file):
            draft = NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False)  # noqa: SIM115
        with _closed(draft.file, file):
            try:
                yield draft.file
                with _explained(file):
                    draft.flush()
                    os.fsync(draft.fileno())
                    os.replace(draft.name, file.resolve())
            except BaseException:
                os.unlink(draft.name)
                raise


def hand_over(opened: IO[bytes], file: Path | None, answer: bytes) -> None:
    """Write `answer` to what `answer_to` opened for `file`, all of it, so that a full disk is met here.

    Raises CannotWriteAnswer; what standard output refuses, as it comes.
    """
    with _explained(file) if file else nullcontext():
        opened.write(answer)
        opened.flush()


def append_to(file: Path, lines: bytes) -> None:
    """Add `lines` to the end of `file`, which only its owner can read, in one go. Raises CannotWriteAnswer."""
    if _in_a_node(file):
        raise CannotWriteAnswer(str(file), "it lies in a node's folder, whose files are not overwritten")
    with _explained(file):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as opened:
            opened.write(lines)
            opened.flush()
            os.fsync(descriptor)


def make_folder(folder: Path) -> None:
    """A folder for several files, unless it is there. Raises CannotWriteAnswer."""
    if _in_a_node(folder / "file"):
        raise CannotWriteAnswer(str(folder), "it lies in a node's folder, whose files are not overwritten")
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """What the disk refuses, as CannotWriteAnswer."""
    try:
        yield
    except OSError as error:
        raise CannotWriteAnswer(str(file), error.strerror or type(error).__name__) from error


@contextmanager
def _closed(opened: IO[bytes], file: Path) -> Iterator[None]:
    """Close it at the end: what it kept back may be refused only then."""
    try:
        yield
    finally:
        with _explained(file):
            opened.close()


def _in_a_node(file: Path) -> bool:
    """Whether `file` would lie inside a node: one slip of the hand must not cost its keys."""
    return any((above / "node.toml").exists() for above in file.resolve().parents)
