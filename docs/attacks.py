"""Write the page that says what somebody may do to the ledger, and who finds out (docs/attacks.toml)."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from policies.grading import Words

SOURCE = Path(__file__).parent / "attacks.toml"
_HEAD = """\
# Attacks on the ledger, and who finds out · 对账本的攻击，以及谁会发现

Each of these is done to a ledger of 600 entries by a test, and each of those named looks by itself; what they do not
find is told as well. Made from `docs/attacks.toml`; do not edit it here. What the ledger is and what it cannot show:
[the ledger](../explanation/ledger.md). Tests are below `tests/`.

下列每一种攻击都由测试在一个 600 条的账本上实施，由所列各方分别独立查看；未能发现的也照实列出。由 `docs/attacks.toml`
生成，请勿直接修改。账本是什么、不能证明什么，见[账本](../explanation/ledger.md)。
"""
_FILE = """\
## Somebody writes to the file · 有人改写文件

Without the node's key, except in the last row. ● finds out.
除最后一行外，攻击者没有节点密钥。● 表示能够发现。
"""
_AROUND = """\
## Everything else · 其他
"""


class Finder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who may find out."""

    name: str
    en: str
    zh: str


class FileAttack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ledger's file is changed or exchanged; `found_by` names everybody who finds out."""

    name: str
    en: str
    zh: str
    found_by: tuple[str, ...]
    note: Words | None = None


class Around(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something else is done: what comes of it, and the tests that show it."""

    en: str
    zh: str
    answer: Words
    tests: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole source."""

    finder: tuple[Finder, ...]
    file: tuple[FileAttack, ...]
    around: tuple[Around, ...]


def table(source: Path = SOURCE) -> Table:
    """What the source says. Raises msgspec.ValidationError for a word nobody knows."""
    told: Mapping[str, Any] = tomllib.loads(source.read_text("utf-8"))
    return msgspec.convert(told, Table)


def page() -> str:
    """The page, in Markdown."""
    told = table()
    columns = ("what is done · 攻击", *(_both(one.en, one.zh) for one in told.finder))
    return "\n".join(
        (
            _HEAD,
            _FILE,
            *_rows(columns, (_file(one, told.finder) for one in told.file)),
            "",
            _AROUND,
            *_rows(
                ("what is done · 攻击", "what comes of it · 结果", "proved by · 由何证明"),
                map(_around, told.around),
            ),
            "",
        )
    )


def _both(en: str, zh: str) -> str:
    return en if en == zh else f"{en}<br>{zh}"


def _file(one: FileAttack, finders: Sequence[Finder]) -> tuple[str, ...]:
    note = f"<br>({one.note.en})<br>（{one.note.zh}）" if one.note else ""
    found = ("●" if finder.name in one.found_by else "" for finder in finders)
    return f"{one.en}<br>{one.zh}{note}", *found


def _around(one: Around) -> tuple[str, ...]:
    return (
        f"{one.en}<br>{one.zh}",
        f"{one.answer.en}<br>{one.answer.zh}",
        "<br>".join(f"`{test}`" for test in one.tests),
    )


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"
