"""What is in the repository tells nothing about the machine it was written on, and nothing personal."""

import re
from pathlib import Path

import pytest

from tests.house.tree import kept_files, named

# () matches nothing; it keeps this file from being the first to be found.
_HOSTS = (
    r"(py()pi|python()hosted|crates|npm()js)\.(org|com|io)",
    r"(proxy|sum)\.go()lang\.org",
    r"(deb|security)\.de()bian\.org",
    r"repo1?\.ma()ven\.",
)
_PLACES = (r"(?<![\w.~-])/(wo()rk|ro()ot|ho()me/\w+|t()mp)/\w", r"file:()///")
TOLD = re.compile("|".join((*_HOSTS, *_PLACES)).encode(), re.IGNORECASE)
# A key in PEM, whatever kind; a test makes its own.
KEY = re.compile(b"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def test_no_host_of_a_registry_and_no_path_of_a_machine_is_told() -> None:
    assert _found(TOLD) == []


def test_no_private_key_is_kept() -> None:
    assert _found(KEY) == []


@pytest.mark.parametrize("name", ["LICENSE", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_the_pages_somebody_looks_for_first_are_there(name: str) -> None:
    assert any(named(path) == name and path.stat().st_size > 500 for path in kept_files())


def _found(pattern: re.Pattern[bytes]) -> list[str]:
    return [
        f"{named(path)}:{number}"
        for path in kept_files()
        for number, line in enumerate(_read(path).split(b"\n"), 1)
        if pattern.search(line)
    ]


def _read(path: Path) -> bytes:
    """The bytes of a text file; nothing of one that is not text, where a match would be chance."""
    raw = path.read_bytes()
    return b"" if b"\0" in raw[:8192] else raw
