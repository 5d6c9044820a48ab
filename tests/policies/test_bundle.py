"""The bundle that is checked in is the one that was built, and nothing else is read."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.build import OPA, REASONS, reasons
from policies.bundle import BUNDLE, PIN, read_bundle, unpack
from policies.errors import BundleChanged, BundleUnreadable
from policies.metadata import RULES
from policies.wasm import WasmEngine


def _kept(folder: Path, content: bytes, pin: str | None = None) -> tuple[Path, Path]:
    """`content` as a bundle in `folder`, pinned as it is unless `pin` says otherwise."""
    file, pinned = folder / BUNDLE.name, folder / PIN.name
    file.write_bytes(content)
    pinned.write_text(pin if pin is not None else f"{hashlib.sha256(content).hexdigest()}  {file.name}\n")
    return file, pinned


def _tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def test_the_digest_is_that_of_the_file_and_of_its_pin(engine: WasmEngine) -> None:
    digest = hashlib.sha256(BUNDLE.read_bytes()).hexdigest()
    assert engine.digest == read_bundle().digest == f"sha256:{digest}"
    assert PIN.read_text() == f"{digest}  {BUNDLE.name}\n"


@pytest.mark.attack
def test_one_byte_changed_is_noticed(tmp_path: Path) -> None:
    changed = bytearray(BUNDLE.read_bytes())
    changed[-9] ^= 1
    with pytest.raises(BundleChanged):
        read_bundle(*_kept(tmp_path, bytes(changed), PIN.read_text()))


@pytest.mark.attack
@pytest.mark.parametrize("pin", ["", "\n", "0" * 64, "sha256:x"])
def test_a_pin_that_fits_nothing_fits_nothing(tmp_path: Path, pin: str) -> None:
    with pytest.raises(BundleChanged):
        read_bundle(*_kept(tmp_path, BUNDLE.read_bytes(), pin))


@pytest.mark.attack
def test_data_under_the_root_of_the_rules_are_refused(tmp_path: Path) -> None:
    """OPA would let `data.hutong.release.decision` from a data file take the place of the rule."""
    files = {"policy.wasm": b"\0asm", "data.json": b'{"hutong_data": {}, "hutong": {}}'}
    with pytest.raises(BundleUnreadable):
        read_bundle(*_kept(tmp_path, _tar(files)))


BROKEN: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no archive": lambda: b"not a bundle",
    "half of one": lambda: BUNDLE.read_bytes()[:50_000],
    "an empty one": lambda: _tar({}),
    "no data": lambda: _tar({"policy.wasm": b"\0asm"}),
    "no rules": lambda: _tar({"data.json": b'{"hutong_data": {}}'}),
    "data that are no JSON": lambda: _tar({"policy.wasm": b"\0asm", "data.json": b"{"}),
    "data that are a list": lambda: _tar({"policy.wasm": b"\0asm", "data.json": b"[]"}),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, content: Callable[[], bytes]) -> None:
    with pytest.raises(BundleUnreadable):
        read_bundle(*_kept(tmp_path, content()))


def test_a_missing_bundle_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleUnreadable):
        read_bundle(tmp_path / "a", tmp_path / "b")


def test_the_source_in_the_bundle_is_the_source_beside_it() -> None:
    """A changed rule is noticed where no opa is there to build it, and an OPA server has the same rules."""
    inside = unpack(BUNDLE.read_bytes(), BUNDLE.name)
    beside = {
        file.relative_to(RULES).as_posix(): file.read_bytes()
        for file in RULES.rglob("*.rego")
        if not file.name.endswith("_test.rego")
    }
    assert {name: content for name, content in inside.items() if name.endswith(".rego")} == beside


def test_the_words_of_the_rules_are_in_step_with_their_metadata() -> None:
    assert REASONS.read_bytes() == reasons()


@pytest.mark.service
def test_the_bundle_is_what_its_source_gives(opa: Path) -> None:
    from policies.build import differences, packed

    assert opa == OPA
    assert differences() == []
    assert packed() == packed()
