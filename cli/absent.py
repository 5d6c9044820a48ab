"""Say that a part of the ledger is away, where a command does without it."""

from typing import TYPE_CHECKING

from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.node.node import Node


def say_absent(terminal: Terminal, node: "Node") -> None:
    """A closed volume that is not where it belongs is named on stderr, with what to do."""
    from ledger.volumes import absent

    with node.log.reading() as db:
        missing = absent(db)
    for one in missing:
        terminal.note(f"{one}: {one.hint}", f"{one.zh}：{one.hint_zh}")
