"""What the pages say is so: the files and tests they name exist, and so does what one is told to type."""

import re

import pytest

from tests.house.tree import ROOT, kept_files, named

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
_PATH = re.compile(r"`([\w./-]+\.(?:py|rego|toml|md|json|wasm))(?:::(\w+))?`")
_MAKE = re.compile(r"^\s*(?:\$ )?make ([a-z-]+)", re.MULTILINE)
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def _properties() -> list[list[str]]:
    """The rows of the table of what must never stop being true."""
    _, _, after = CONTRIBUTING.partition("## What must never stop being true")
    table, _, _ = after.partition("\n## ")
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    return rows[2:]


def test_the_table_names_what_must_never_stop_being_true() -> None:
    assert len(_properties()) >= 10


@pytest.mark.parametrize("row", _properties(), ids=lambda row: str(row[0]))
def test_every_property_is_kept_by_code_and_watched_by_a_test_that_exists(row: list[str]) -> None:
    _, _, kept_by, watched_by = row
    assert _PATH.search(kept_by), "no file is named that keeps it"
    tests = _PATH.findall(watched_by)
    assert any(path.startswith("tests/") and test for path, test in tests), "no test is named"
    for path, test in (*_PATH.findall(kept_by), *tests):
        assert (ROOT / path).is_file(), path
        if test:
            assert re.search(rf"^def {test}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), (
                f"{path}::{test}"
            )


def test_every_target_one_is_told_to_make_exists() -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    told = {
        target
        for path in kept_files()
        if path.suffix == ".md"
        for target in _MAKE.findall(path.read_text("utf-8"))
    }
    assert told
    assert told <= targets, sorted(told - targets)


def test_every_page_of_ours_that_another_links_to_is_there() -> None:
    broken = [
        f"{named(path)}: {link}"
        for path in kept_files()
        if path.suffix == ".md"
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8"))
        if not (path.parent / link).exists()
    ]
    assert broken == []
