"""Chinese text has Chinese punctuation: finds what is not, and puts it right.

`python -m tests.house.punctuation FILE...` rewrites the strings of Python files and the whole of other files. Where
text is data (patterns, sample records), look at what it changed.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

_HAN = "\u4e00-\u9fff"
_WIDE = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "?": "\uff1f", "!": "\uff01"}
# Beside a Chinese character on either side: that is how it is written. Between two: nobody can have meant the other.
_BESIDE = re.compile(f"(?<=[{_HAN}\u201d\u300b])[,;:?!]|[,;:?!](?=[{_HAN}\u201c\u300a])")
_BETWEEN = re.compile(f"[{_HAN}][,;:][{_HAN}]")


def widened(text: str) -> str:
    """The text with its Chinese punctuation full-width.

    >>> ascii(widened("\u672a\u653e\u884c,\u539f\u56e0: 3:2"))
    "'\\\\u672a\\\\u653e\\\\u884c\\\\uff0c\\\\u539f\\\\u56e0\\\\uff1a3:2'"
    """
    return re.sub(f"([{''.join(_WIDE.values())}]) +", r"\1", _BESIDE.sub(lambda one: _WIDE[one[0]], text))


def misfits(file: Path) -> Iterator[tuple[int, str]]:
    """(line, what stands there) of half-width punctuation between two Chinese characters."""
    for line, text in _texts(file):
        for found in _BETWEEN.finditer(text):
            yield line + text.count("\n", 0, found.start()), found[0]


def put_right(file: Path) -> bool:
    """Rewrite the file; whether anything was changed."""
    before = file.read_text("utf-8")
    after = _strings_widened(before) if file.suffix == ".py" else widened(before)
    if after != before:
        file.write_text(after, "utf-8")
    return after != before


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    text = file.read_text("utf-8")
    if file.suffix != ".py":
        yield 1, text
        return
    for one in ast.walk(ast.parse(text)):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.lineno, one.value


def _strings_widened(source: str) -> str:
    lines = source.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        if token.type == tokenize.STRING and token.start[0] == token.end[0]:
            row, start, end = token.start[0] - 1, token.start[1], token.end[1]
            lines[row] = lines[row][:start] + widened(token.string) + lines[row][end:]
    return "".join(lines)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if put_right(Path(name)):
            sys.stdout.write(f"{name}\n")
