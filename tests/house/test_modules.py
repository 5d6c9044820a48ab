"""Every module says what it is for, is short, and does not ask for the time behind our back."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import imported, modules, named, tree_of

MAX_LINES = 300
# What a court runs must be one file.
ONE_FILE = {"ledger/bundle/verifier.py"}
# Whoever reads a clock or draws a random number is handed it, so that a decision can be replayed bit for bit.
CLOCKS_AND_DICE = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "os.urandom",
    "uuid.uuid1",
    "uuid.uuid4",
}
DICE = {"random", "secrets"}
# All but the place that hands them in.
HANDED_IN = [
    path
    for path in modules("ledger", "consent", "deid", "policies", "exchange")
    if named(path) != "exchange/wiring.py"
]


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), f"{named(path)} has no docstring"


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES or named(path) in ONE_FILE


@pytest.mark.parametrize("path", HANDED_IN, ids=named)
def test_time_and_chance_come_in_as_arguments(path: Path) -> None:
    tree = tree_of(path)
    asked = [
        f"{named(path)}:{node.lineno} {name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (name := f"{ast.unparse(node.value).rpartition('.')[2]}.{node.attr}") in CLOCKS_AND_DICE
    ]
    asked += [f"{named(path)}:{line} {name}" for line, name in imported(tree) if name in DICE]
    assert asked == []


@pytest.mark.parametrize("path", modules(), ids=named)
def test_there_is_one_sqlite_in_the_process(path: Path) -> None:
    """Two copies drop each other's locks without a word: docs/adr/0002."""
    second = [
        name for _, name in imported(tree_of(path)) if name.split(".")[0] in ("sqlite3", "sqlite_utils")
    ]
    assert second == []


@pytest.mark.parametrize("path", modules(), ids=named)
def test_no_room_leans_on_its_tests(path: Path) -> None:
    assert [name for _, name in imported(tree_of(path)) if name.split(".")[0] in ("tests", "bench")] == []


@pytest.mark.parametrize("path", modules("tests"), ids=named)
def test_nothing_is_mocked(path: Path) -> None:
    assert [name for _, name in imported(tree_of(path)) if name.startswith("unittest")] == []
