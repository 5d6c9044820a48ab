"""Say that the settings ask for more witnesses than there are."""

from typing import TYPE_CHECKING

from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.witnessing.circle import Circle


def say_out_of_reach(terminal: Terminal, circle: "Circle") -> None:
    """On stderr, with the way out; nothing where what is asked for can be reached."""
    from exchange.witnessing.errors import QuorumOutOfReach

    try:
        circle.require_reachable()
    except QuorumOutOfReach as error:
        terminal.note(f"{error}; {error.hint}", f"{error.zh}；{error.hint_zh}")
