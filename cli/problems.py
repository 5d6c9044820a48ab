"""What an import could not use: named as it is found, and counted into the exit code."""

from typing import TYPE_CHECKING

from cli.errors import SetAside
from cli.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from exchange.records import Problem

# More than these are in the reject file, with the lines themselves.
SHOWN = 20


class Problems:
    """Tells the first problems at the terminal, and remembers how many there were."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.count = 0

    def told(self, problem: "Problem") -> None:
        """One more."""
        self.count += 1
        if self.count <= SHOWN:
            self._terminal.note(problem.en, problem.zh)

    def require_none(self, place: "Path | str | None") -> None:
        """Return if everything could be used. Raises SetAside saying where the others are."""
        if self.count:
            raise SetAside(self.count, str(place))
