"""The terminal a command talks to: its language, the node it acts on, and the ways to answer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli import output
from cli.language import Language

if TYPE_CHECKING:
    from exchange.node.node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Handed to every command. `node` is the folder to act on. Every message comes in both languages."""

    lang: Language = "en"
    node: Path = Path()
    environment: Mapping[str, str]

    def told(self, en: str, zh: str) -> str:
        """The text in this terminal's language."""
        return zh if self.lang == "zh" else en

    @contextmanager
    def open(self) -> "Iterator[Node]":
        """The node commands act on, open until the block ends. Raises NotANode and what opening raises."""
        from exchange.directory import NotInDirectory
        from exchange.wiring import open_node

        with open_node(self.node, self.environment) as node:
            try:
                yield node
            except NotInDirectory as missing:
                missing.suggest(node.directory.ids())
                raise

    def say(self, en: str, zh: str) -> None:
        """One line of the answer."""
        output.line(self.told(en, zh))

    def note(self, en: str, zh: str) -> None:
        """Something beside the answer."""
        output.note(self.told(en, zh))

    def table(
        self, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """Rows under their names (en, zh), or a note that there are none."""
        if rows:
            names = [self.told(en, zh) for en, zh in head]
            output.table(names, rows, right=right, environment=self.environment)
        else:
            self.note("nothing found", "没有找到任何内容")

    def progress(self, en: str, zh: str) -> AbstractContextManager[output.Advance]:
        """A bar for long work, only where a person is looking."""
        return output.progress(self.told(en, zh), self.environment)

    def today(self) -> date:
        """Today in China, by this machine's clock."""
        from exchange.instants import CHINA

        return datetime.now(CHINA).date()

    def time(self, moment: datetime) -> str:
        """An instant as a person reads it: China's time, to the second."""
        from exchange.instants import CHINA

        return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
