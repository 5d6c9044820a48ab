"""The documentation tells no stories: what it says to type can be typed, and where it points there is something."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.app import root
from cli.terminal import Terminal
from docs.generate import PAGES, main, out_of_step
from tests.house.tree import ROOT, kept_files, named

DOCS = ROOT / "docs"
PAGES_FOR_PEOPLE = [
    path for path in kept_files() if path.suffix == ".md" and (path.parent == ROOT or DOCS in path.parents)
]
# Written for whoever takes a step, by somebody who took it: title and steps in both languages.
STEP_BY_STEP = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
IMAGES = sorted((DOCS / "images").glob("*.svg"))

_TYPED = re.compile(r"^\s*\$ (?:[A-Z_]+=\S+ )*hutong (.+)$")
# Where the words for the program end and those for the shell begin.
_SHELL = {">", "|", "&", "&&", ";"}
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2}")


def _command_lines() -> Iterator[tuple[str, str]]:
    """Every `$ hutong …` with the page and line it stands on; a line that ends in a backslash goes on below."""
    for path in PAGES_FOR_PEOPLE:
        lines = iter(enumerate(path.read_text("utf-8").splitlines(), 1))
        for number, line in lines:
            if typed := _TYPED.match(line):
                words = typed[1]
                while words.endswith("\\"):
                    words = words[:-1] + next(lines)[1]
                yield f"{named(path)}:{number}", words


COMMAND_LINES = list(_command_lines())


def test_the_pages_show_how_it_is_done() -> None:
    assert len(COMMAND_LINES) > 80


@pytest.mark.parametrize(("place", "line"), COMMAND_LINES, ids=[place for place, _ in COMMAND_LINES])
def test_what_one_is_told_to_type_is_understood(place: str, line: str) -> None:
    words = shlex.split(line)
    end = next((at for at, word in enumerate(words) if word in _SHELL), len(words))
    _understood(words[:end])


def test_pages_written_by_the_program_are_in_step_with_it() -> None:
    assert out_of_step() == []
    assert main(["--check"]) == 0


def test_a_page_that_fell_behind_is_named(tmp_path: Path) -> None:
    behind, missing, in_step = (tmp_path / name for name in ("behind.md", "missing.md", "in-step.md"))
    behind.write_text("what it said last year", "utf-8")
    in_step.write_text("what it says", "utf-8")
    said = dict.fromkeys((behind, missing, in_step), lambda: "what it says")
    assert out_of_step(said) == ["behind.md", "missing.md"]


def test_a_word_that_is_not_understood_writes_no_page() -> None:
    before = {path: path.stat().st_mtime_ns for path in PAGES}
    assert main(["--chekc"]) == 2
    assert {path: path.stat().st_mtime_ns for path in PAGES} == before


@pytest.mark.parametrize("path", PAGES_FOR_PEOPLE, ids=named)
def test_every_link_leads_to_a_page_and_a_heading_that_are_there(path: Path) -> None:
    broken = []
    for page, heading in _LINK.findall(_prose(path)):
        target = (path.parent / page).resolve() if page else path
        if not target.exists() or (heading and heading not in _anchors(target)):
            broken.append(f"{page}#{heading}" if heading else page)
    assert broken == []


def test_every_page_is_found_from_the_first_one() -> None:
    first = DOCS / "README.md"
    linked = {(first.parent / page).resolve() for page, _ in _LINK.findall(_prose(first)) if page}
    decisions = DOCS / "adr"
    pages = {path for path in PAGES_FOR_PEOPLE if DOCS in path.parents and decisions not in path.parents}
    assert pages - {first} - linked == set()
    assert decisions in linked


@pytest.mark.parametrize("path", STEP_BY_STEP, ids=named)
def test_each_step_is_told_in_both_languages(path: Path) -> None:
    headings = _HEADING.findall(_prose(path))
    assert len(headings) > 3
    assert [one for one in headings if not (_CHINESE.search(one) and _LATIN.search(one))] == []


@pytest.mark.parametrize("path", IMAGES, ids=named)
def test_a_picture_needs_nothing_from_elsewhere_and_is_told_to_whoever_cannot_see_it(path: Path) -> None:
    drawn = path.read_text("utf-8")
    assert "href" not in drawn
    assert "url(http" not in drawn
    assert "prefers-color-scheme:dark" in drawn
    for part in ("title", "desc"):
        told = re.search(rf"<{part} [^>]*>(.+?)</{part}>", drawn)
        assert told is not None
        assert _CHINESE.search(told[1])
        assert _LATIN.search(told[1])


def _prose(path: Path) -> str:
    """The page without what is shown on a terminal, where `#` is a comment and brackets are no link."""
    return _BLOCK.sub("", path.read_text("utf-8"))


def _anchors(path: Path) -> set[str]:
    """The names by which the headings of a page can be linked to, as the usual hosts make them."""
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in _HEADING.findall(_prose(path)))
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}


def _understood(words: list[str]) -> None:
    """Return when every word was taken by a command, an argument or an option; otherwise click raises."""
    command: click.Command = root
    context = root.make_context("hutong", list(words), obj=Terminal(environment={}))
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None, name
        try:
            context = found.make_context(name, list(rest), parent=context)
        except click.exceptions.Exit:  # an option that answers by itself, e.g. --example
            return
        command = found
