"""Compiled rules kept for the next start: used only when they are ours, and never needed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.compiled import compiled
from policies.wasm import load
from tests.policies.asking import PLAIN, asked


def _start(cache: Path) -> None:
    """One start of the program with this cache: whatever is in it, the answers are right."""
    engine = load(cache, deadline_ms=10_000)
    assert engine.decide(PLAIN).allow
    assert not engine.decide(asked(consent="deny")).allow
    engine.close()


def _only_file(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    _start(folder)
    return folder


def test_the_second_start_uses_what_the_first_has_kept(cache: Path) -> None:
    before = _only_file(cache).stat()
    _start(cache)
    after = _only_file(cache).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_nobody_else_can_read_or_write_it(cache: Path) -> None:
    assert _only_file(cache).stat().st_mode & 0o077 == 0
    assert cache.stat().st_mode & 0o077 == 0


def _flip_one_byte(file: Path) -> None:
    code = bytearray(file.read_bytes())
    code[len(code) // 2] ^= 1
    file.write_bytes(code)


def _cut_the_end(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _empty(file: Path) -> None:
    os.truncate(file, 0)


def _let_others_write(file: Path) -> None:
    file.chmod(0o666)


def _put_a_link_there(file: Path) -> None:
    elsewhere = file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(elsewhere)


def _give_to_somebody_else(file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(file, 12345, -1)


ATTACKS = (
    _flip_one_byte,
    _cut_the_end,
    _empty,
    _let_others_write,
    _put_a_link_there,
    _give_to_somebody_else,
)


@pytest.mark.attack
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_file_that_is_not_ours_is_compiled_anew(cache: Path, attack: Callable[[Path], None]) -> None:
    file = _only_file(cache)
    good = file.read_bytes()
    attack(file)
    _start(cache)
    about = file.lstat()
    assert (about.st_uid, about.st_mode & 0o777) == (os.geteuid(), 0o600)
    assert not file.is_symlink()
    assert len(file.read_bytes()) == len(good)


@pytest.mark.attack
def test_a_file_kept_for_other_rules_does_not_answer_for_these(cache: Path, tmp_path: Path) -> None:
    import wasmtime

    config = wasmtime.Config()
    config.epoch_interruption = True
    other = tmp_path / "other"
    compiled(b"\0asm\1\0\0\0", wasmtime.Engine(config), other)
    _only_file(cache).write_bytes(_only_file(other).read_bytes())
    _start(cache)


@pytest.mark.parametrize("folder", ["a file, not a folder", "a folder nobody may write to"])
def test_without_a_place_to_keep_it_the_program_starts_all_the_same(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    if "not a folder" in folder:
        place.write_bytes(b"")
    elif os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    else:
        place.mkdir(mode=0o500)
    _start(place)
