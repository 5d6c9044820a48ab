"""What is installed is exactly what was looked at: every package by its hash, from whichever mirror."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

RUN = ROOT / "requirements" / "run.lock"
FABRIC = ROOT / "requirements" / "fabric.lock"
DEV = ROOT / "requirements" / "dev.lock"
_PINNED = re.compile(
    r"^(\S+)==(\S+)(?: ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


@pytest.mark.parametrize("lock", [RUN, FABRIC, DEV], ids=lambda lock: lock.name)
def test_every_package_is_pinned_by_hash_and_nothing_else_is_said(lock: Path) -> None:
    assert _PINNED.sub("", lock.read_text("utf-8")) == ""


@pytest.mark.parametrize("lock", [RUN, FABRIC, DEV], ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text


def test_what_runs_is_what_was_tested() -> None:
    assert _pins(RUN).items() <= _pins(FABRIC).items() <= _pins(DEV).items()


def test_locks_are_in_step_with_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    asked = [(line, RUN) for line in (*project["project"]["dependencies"], *groups["build"])]
    asked += [(line, FABRIC) for line in project["project"]["optional-dependencies"]["fabric"]]
    asked += [(line, DEV) for line in groups["dev"]]
    missing = [
        f"{requirement} in {lock.name}"
        for line, lock in asked
        if not (requirement := Requirement(line)).specifier.contains(
            _pins(lock).get(canonicalize_name(requirement.name), "0")
        )
    ]
    assert missing == []


def _pins(lock: Path) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version, _ in _PINNED.findall(lock.read_text("utf-8"))}
