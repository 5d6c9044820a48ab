"""docs/reference/attacks.md says who finds out about each attack: each is done here, and everybody looks."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.attacks import FileAttack, page, table
from tests.ledger.attacking import ATTACKS, SIZE, attack, rewritten_by_the_key_holder
from tests.ledger.books import fill, new_log
from tests.torture.finders import FINDERS, Kept, found_by

TABLE = table()
TESTS = Path(__file__).parents[1]
# The entry a proof is asked for, where it is not the 300th.
PLACES = {
    "edited_with_everything": 599,
    "cut_off": 550,
    "cut_off_with_everything_but_the_signature": 550,
    "put_back": 399,
    "copied_without_its_write_ahead_log": 0,
}
pytestmark = pytest.mark.attack


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """An untouched ledger, and what others keep of it."""
    folder = tmp_path_factory.mktemp("kept")
    with new_log(folder / "ledger.db") as log:
        fill(log, SIZE)
    return Kept.of(folder)


def put_back(folder: Path) -> None:
    """A whole older ledger in the place of the newer one."""
    for one in folder.glob("ledger.db*"):
        one.unlink()
    with new_log(folder / "ledger.db") as log:
        fill(log, 400)


def copied_without_its_write_ahead_log(folder: Path) -> None:
    copy = folder / "copy.db"
    (folder / "ledger.db").unlink()
    with new_log(folder / "ledger.db") as log:
        fill(log, SIZE)
        shutil.copy(folder / "ledger.db", copy)
    copy.replace(folder / "ledger.db")


def rewritten(folder: Path) -> None:
    (folder / "ledger.db").unlink()
    rewritten_by_the_key_holder(folder / "ledger.db", 450).close()


# What is done to the folder while the node is stopped, or (False) while it runs.
EXCHANGED: dict[str, tuple[Callable[[Path], None], bool]] = {
    "put_back": (put_back, False),
    "put_back_while_running": (put_back, True),
    "copied_without_its_write_ahead_log": (copied_without_its_write_ahead_log, False),
    "rewritten": (rewritten, False),
}


def _done(name: str) -> tuple[Callable[[Path], None], bool]:
    """What the attack does to a folder, and whether the node runs meanwhile."""
    if name in EXCHANGED:
        return EXCHANGED[name]
    on = next(one.on for one in ATTACKS if one.name == name)
    return lambda folder: attack(folder / "ledger.db", on), True


@pytest.mark.parametrize("row", TABLE.file, ids=lambda row: row.name)
def test_who_is_said_to_find_out_does_and_nobody_else(row: FileAttack, kept: Kept, fast: Path) -> None:
    on, running = _done(row.name)
    told = found_by(kept, fast / "attacked", on, running=running, place=PLACES.get(row.name, 300))
    assert told == set(row.found_by)


def test_the_control_where_nothing_was_done_nobody_complains(kept: Kept, fast: Path) -> None:
    assert found_by(kept, fast / "well", lambda folder: None, running=True, place=300) == set()


def test_every_attack_has_its_row_and_every_finder_its_column() -> None:
    assert sorted(row.name for row in TABLE.file) == sorted([*(one.name for one in ATTACKS), *EXCHANGED])
    assert {one.name for one in TABLE.finder} == set(FINDERS)
    assert all(set(row.found_by) <= set(FINDERS) for row in TABLE.file)


@pytest.mark.parametrize("named", [test for row in TABLE.around for test in row.tests])
def test_a_test_that_is_named_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert re.search(rf"^def {name}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE)


def test_every_row_stands_on_the_page_in_both_languages() -> None:
    written = page()
    rows = [(row.en, row.zh) for row in TABLE.file] + [(row.en, row.zh) for row in TABLE.around]
    assert all(f"{en}<br>{zh}" in written for en, zh in rows)
