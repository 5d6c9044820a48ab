"""A court unpacks, copies and packs again: what lies beside a bundle does no harm, what is broken is said to be."""

import ast
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.bundle import Material, make, verifier
from tests.ledger.books import VKEY, fill, new_log
from tests.ledger.test_bundle import zipped


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    with new_log(tmp_path_factory.mktemp("bundle") / "ledger.db") as log:
        fill(log, 10)
        return verifier.files_of(io.BytesIO(make(log, Material(entries=[log.read(5).id]))))


@pytest.fixture
def folder(bundle: dict[str, bytes], tmp_path: Path) -> Path:
    """The bundle as it lies unpacked on somebody's desk."""
    for name, content in bundle.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def ran(folder: Path, *words: str, encoding: str = "utf-8") -> tuple[int, str]:
    """Exit code and verdict of the program in the folder; it never says anything else."""
    done = subprocess.run(
        [sys.executable, "-S", str(folder / "verify.py"), *words],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": encoding},
        timeout=30,
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode(encoding)


def test_what_lies_beside_it_does_no_harm_and_is_named(folder: Path) -> None:
    for name in (".DS_Store", "evidence.zip", "judgment.docx"):
        (folder / name).write_bytes(b"of the court")
    (folder / "other case").mkdir()
    code, told = ran(folder, "--key", VKEY)
    assert code == 0
    assert "not of the bundle, and not looked at: .DS_Store, evidence.zip, judgment.docx" in told


@pytest.mark.attack
@pytest.mark.parametrize("name", ["entries/7-forged.json", "openings/forged.json", "entries/below/x"])
def test_what_looks_like_proof_must_be_proof(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"{}")
    code, told = ran(folder)
    assert code == 4
    assert told.splitlines()[0] == f"DOES NOT HOLD: a file was added: {name}"


def test_what_is_missing_is_named(folder: Path, bundle: dict[str, bytes]) -> None:
    (name,) = (one for one in bundle if one.startswith("entries/"))
    (folder / name).unlink()
    assert ran(folder) == (4, f"DOES NOT HOLD: a file is missing: {name}\n不成立：有文件缺失：{name}\n")
    (folder / "MANIFEST").unlink()
    assert ran(folder)[0] == 4


def test_the_folder_it_was_unpacked_to_may_be_named(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "verify.py"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((folder / "verify.py").read_bytes())
    assert ran(elsewhere.parent, str(folder), "--key", VKEY)[0] == 0
    (folder / "checkpoint.note").write_bytes(b"")
    assert ran(elsewhere.parent, str(folder), "--key", VKEY)[0] == 4


@pytest.mark.parametrize("words", [["bundel.zip"], ["--policy", "no.policy"]])
def test_a_name_that_was_mistyped_is_no_verdict(folder: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(folder / "verify.py"), *words],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no file or folder of this name; 没有该文件或目录: {words[-1]}" in done.stderr


def test_a_terminal_without_chinese_gets_the_rest(folder: Path) -> None:
    code, told = ran(folder, encoding="cp1252")
    assert code == 0
    assert told.splitlines()[:2] == ["HOLDS", "\\u6210\\u7acb"]


def test_packed_again_by_another_program_it_holds(folder: Path, bundle: dict[str, bytes]) -> None:
    """With folders as members of their own, and compressed."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        out.mkdir("entries")
        for name, content in bundle.items():
            out.writestr(name, content)
    assert verifier.files_of(io.BytesIO(whole.getvalue())) == bundle
    (folder / "again.zip").write_bytes(whole.getvalue())
    assert ran(folder, str(folder / "again.zip"))[0] == 0


def _encrypted(bundle: dict[str, bytes]) -> bytes:
    content = bytearray(zipped(bundle))
    for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def _packed_in_a_new_way(bundle: dict[str, bytes]) -> bytes:
    content = bytearray(zipped(bundle))
    for mark, method in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + method] = 97
            at = content.find(mark, at + 4)
    return bytes(content)


def _damaged_inside(bundle: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in bundle.items():
            out.writestr(name, content)
    spoiled = bytearray(whole.getvalue())
    start = spoiled.find(b"verify.py") + 60
    for at in range(start, start + 200):
        spoiled[at] ^= 0xFF
    return bytes(spoiled)


def _cut_short(bundle: dict[str, bytes]) -> bytes:
    """The list of members says that one is longer than what is there."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as out:
        out.writestr("MANIFEST", b"x")
    content = bytearray(whole.getvalue())
    at = content.find(b"PK\1\2")
    content[at + 20 : at + 28] = (10_000).to_bytes(4, "little") * 2
    return bytes(content)


BROKEN = [_encrypted, _packed_in_a_new_way, _damaged_inside, _cut_short]


@pytest.mark.attack
@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__.strip("_"))
def test_a_zip_that_cannot_be_unpacked_does_not_hold(
    broken: Callable[[dict[str, bytes]], bytes], folder: Path, bundle: dict[str, bytes]
) -> None:
    content = broken(bundle)
    with pytest.raises(verifier.Wrong):
        verifier.files_of(io.BytesIO(content))
    (folder / "broken.zip").write_bytes(content)
    code, told = ran(folder, str(folder / "broken.zip"))
    assert code == 4
    assert told.startswith("DOES NOT HOLD: ")


@pytest.mark.attack
def test_a_bundle_that_would_fill_the_memory_is_not_unpacked(folder: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out, out.open("large", "w") as member:
        for _ in range(257):
            member.write(bytes(1 << 20))
    assert len(whole.getvalue()) < 1 << 21
    with pytest.raises(verifier.Wrong, match="too large"):
        verifier.files_of(whole)
    with (folder / "entries" / "large").open("wb") as sparse:
        os.ftruncate(sparse.fileno(), verifier.MOST_BYTES)
    assert ran(folder)[1].startswith("DOES NOT HOLD: the bundle is too large")


@pytest.mark.attack
def test_a_member_that_is_larger_than_it_says_is_not_unpacked_whole() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("small", bytes(1 << 20))
    spoiled = bytearray(whole.getvalue())
    at = spoiled.find(b"PK\1\2")
    spoiled[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(verifier.Wrong):
        verifier.files_of(io.BytesIO(bytes(spoiled)))


def test_it_is_written_in_the_oldest_python_it_promises(folder: Path) -> None:
    source = (folder / "verify.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    # What 3.8 does not know of types stands in annotations only, which nothing reads there.
    assert "from __future__ import annotations" in source
