"""Count what was tried and what was lost, for the table at the end of a run."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """One line: how many states or attempts there were, and in how many something was lost."""

    tried: int = 0
    lost: int = 0
    control: bool = False


def table(tallies: dict[str, Tally]) -> list[str]:
    """The lines of the summary. Where a control loses nothing, the line above it shows nothing."""
    width = max(map(len, tallies), default=0)
    head = f"{'':{width}}  {'tried':>7}  {'losses':>7}"
    return [
        head,
        *(f"{name:{width}}  {one.tried:>7}  {one.lost:>7}  {_verdict(one)}" for name, one in tallies.items()),
    ]


def _verdict(one: Tally) -> str:
    if one.control:
        return "loses, as expected" if one.lost else "CONTROL LOST NOTHING"
    return "LOST" if one.lost else "nothing lost"
