"""How long the torture lasts, where it does its work, and the table it prints at the end.

`make test` has the short version; `make torture` (HUTONG_TORTURE=long) the long one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.torture.tally import Tally, table

LONG = os.environ.get("HUTONG_TORTURE") == "long"
_TALLIES = pytest.StashKey[dict[str, Tally]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it was asked for; then the short version is left out."""
    for item in list(items):
        if not LONG and item.get_closest_marker("torture"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: make torture"))
        elif LONG and _is_short(item):
            items.remove(item)
            config.hook.pytest_deselected(items=[item])


def _is_short(item: pytest.Item) -> bool:
    drawn = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return drawn.get("long") is False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tallies = config.stash.get(_TALLIES, {})
    if LONG and tallies:
        terminalreporter.section("torture")
        for line in table(tallies):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Callable[[str], Tally]:
    """The line of the summary with this name."""
    tallies = pytestconfig.stash.setdefault(_TALLIES, {})
    return lambda name: tallies.setdefault(name, Tally())


@pytest.fixture(
    params=[pytest.param(False, id="short"), pytest.param(True, id="long", marks=pytest.mark.torture)]
)
def long(request: pytest.FixtureRequest) -> bool:
    """Whether there is time."""
    return bool(request.param)


@pytest.fixture
def fast() -> Iterator[Path]:
    """A folder in memory where the machine has one: a found folder need not survive a real power cut."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield place
    shutil.rmtree(place)
