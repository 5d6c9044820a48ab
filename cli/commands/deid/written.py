"""Texts as hospitals' systems write them: UTF-8 with or without a mark in front, UTF-16, or GB 18030."""

import codecs
from dataclasses import dataclass

from cli.errors import CannotRead
from cli.files import named, read_bytes

# What the first bytes say, the longest first.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# GB 2312 and GBK are parts of it (GB 18030-2022).
_CHINESE = "gb18030"
ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "latin-1")
# Big5, Shift JIS and Latin-1 nearly always make some text of GB 18030 too, of characters nobody writes; what is not
# found in it would leave as it came. In texts of the mainland at most so many are not of GB 2312.
_UNUSUAL = 0.2
# In these every character can be written, so a text stays in the one it had.
_FOR_ALL = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-16")


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and how its bytes said it."""

    text: str
    encoding: str
    mark: bytes = b""

    def again(self, text: str) -> bytes:
        """Another text written the same way; UTF-8 where that way has not all characters."""
        return self.mark + text.encode(self.encoding if self.encoding in _FOR_ALL else "utf-8")


def read_written(file: str, encoding: str | None = None) -> Written:
    """The text in `file` (`-`: standard input), in `encoding` or in what its bytes show. Raises CannotRead."""
    return decoded(read_bytes(file), named(file), encoding)


def decoded(content: bytes, name: str, encoding: str | None = None) -> Written:
    """`content` as text; `name` is how an error calls it. Raises CannotRead."""
    if encoding:
        return _strictly(content, name, encoding)
    for mark, kind in _MARKS:
        if content.startswith(mark):
            text = _strictly(content[len(mark) :], name, kind).text
            return Written(text, kind, mark)
    if b"\0" in content:
        at = content.index(b"\0")
        raise CannotRead(name, f"is not text: byte {at} is zero", f"不是文本：第 {at} 字节为零")
    try:
        return Written(content.decode(), "utf-8")
    except UnicodeDecodeError as error:
        chinese = _chinese(content)
        if chinese is None:
            raise _not(name, "UTF-8", error.start) from None
        return Written(chinese, _CHINESE)


def _chinese(content: bytes) -> str | None:
    """`content` as GB 18030, None where it is not or where that makes no Chinese of the mainland."""
    try:
        text = content.decode(_CHINESE)
    except UnicodeDecodeError:
        return None
    other = len(text) - len(text.encode("ascii", "ignore"))
    unusual = len(text) - len(text.encode("gb2312", "ignore").decode("gb2312"))
    return text if unusual <= _UNUSUAL * other else None


def _strictly(content: bytes, name: str, encoding: str) -> Written:
    try:
        return Written(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise _not(name, encoding.upper(), error.start) from None


def _not(name: str, encoding: str, at: int) -> CannotRead:
    return CannotRead(
        name,
        f"is not {encoding} at byte {at}",
        f"第 {at} 字节处不是 {encoding}",
        hint="say how it is written, e.g. --encoding gb18030 or --encoding big5",
        hint_zh="请用 --encoding 指明编码，例如 --encoding gb18030 或 --encoding big5",
    )
