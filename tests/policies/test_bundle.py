"""The bundle that is checked in is the one that was built, and nothing else is read."""

import gzip
import hashlib
import io
import tarfile
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.build import OPA, REASONS, reasons
from policies.bundle import BUNDLE, PIN, opened, pack, read_bundle, revision_of, unpack
from policies.errors import BundleChanged, BundleUnreadable, WrongRevision
from policies.metadata import RULES
from policies.wasm import WasmEngine


def _kept(folder: Path, content: bytes, pin: str | None = None) -> tuple[Path, Path]:
    """`content` as a bundle in `folder`, pinned as it is unless `pin` says otherwise."""
    file, pinned = folder / BUNDLE.name, folder / PIN.name
    file.write_bytes(content)
    pinned.write_text(pin if pin is not None else f"{hashlib.sha256(content).hexdigest()}  {file.name}\n")
    return file, pinned


def _tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive with exactly these members, whoever may read it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _ours(**changes: bytes | None) -> dict[str, bytes]:
    """The files of the packaged bundle with changes, its manifest left as it is."""
    files: dict[str, bytes | None] = {**unpack(BUNDLE.read_bytes(), BUNDLE.name), **changes}
    return {name: content for name, content in files.items() if content is not None}


def test_the_digest_is_the_revision_in_the_manifest_worked_out_by_hand(engine: WasmEngine) -> None:
    files = unpack(BUNDLE.read_bytes(), BUNDLE.name)
    listing = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
        if name != ".manifest"
    )
    digest = f"sha256:{hashlib.sha256(listing.encode()).hexdigest()}"
    assert orjson.loads(files[".manifest"]) == {
        "revision": digest,
        "roots": ["hutong", "hutong_data"],
        "rego_version": 1,
    }
    assert engine.digest == read_bundle().digest == digest


def test_the_packaged_bundle_is_pinned_byte_for_byte() -> None:
    assert PIN.read_text() == f"{hashlib.sha256(BUNDLE.read_bytes()).hexdigest()}  {BUNDLE.name}\n"


def test_the_name_of_a_bundle_is_this_one_and_not_a_near_relation() -> None:
    """A change here gives the same rules another name in every ledger: see docs/adr/0015."""
    files = {"data.json": b"{}", "hutong/a.rego": b"package hutong.a\n", "policy.wasm": b"\0asm"}
    known = "sha256:c12457311ea8e83753458b6774c45e046de28d78d59333093597fb912ff32e9e"
    assert revision_of(files) == known
    assert revision_of({**files, ".manifest": b"x", ".signatures.json": b"y"}) == known


@given(
    st.dictionaries(st.sampled_from(["a.rego", "b.rego", "data.json", "policy.wasm"]), st.binary(max_size=9))
)
def test_another_file_name_or_byte_is_another_revision(files: dict[str, bytes]) -> None:
    known = revision_of(files)
    for name, content in files.items():
        assert revision_of({**files, name: content + b"\0"}) != known
        rest = {one: files[one] for one in files if one != name}
        assert revision_of(rest) != known
        assert revision_of({**rest, f"x{name}": content}) != known


def test_packing_again_and_signing_change_no_name() -> None:
    again = pack({**_ours(), ".signatures.json": b"{}"})
    assert again != BUNDLE.read_bytes()
    assert opened(again, "again").digest == read_bundle().digest


@pytest.mark.attack
@pytest.mark.parametrize("name", ["data.json", "policy.wasm", "hutong/release/decision.rego"])
def test_a_file_changed_behind_the_manifest_is_noticed(name: str) -> None:
    files = _ours()
    # What the file means does not change: its bytes do.
    files[name] += b"\n"
    with pytest.raises(WrongRevision):
        opened(_tar(files.items()), "changed")


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another revision": lambda one: {**one, "revision": "sha256:" + "0" * 64},
    "no revision": lambda one: {name: one[name] for name in ("roots", "rego_version")},
    "wider roots": lambda one: {**one, "roots": [""]},
    "more roots": lambda one: {**one, "roots": [*one["roots"], "system"]},
    "older Rego": lambda one: {**one, "rego_version": 0},
    "WebAssembly for OPA": lambda one: {**one, "wasm": []},
    "a list": lambda one: [one],
}


@pytest.mark.attack
@pytest.mark.parametrize("change", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_says_anything_else_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    """The revision speaks for the whole bundle only because nothing else in the manifest is free."""
    manifest = orjson.dumps(change(orjson.loads(_ours()[".manifest"])))
    with pytest.raises((WrongRevision, BundleUnreadable)):
        opened(_tar(_ours(**{".manifest": manifest}).items()), "changed")


STRANGERS = (
    "hutong_data/purposes/data.json",
    "hutong_data/data.yaml",
    "plan.json",
    "other.wasm",
    "./data.json",
    "a//b.rego",
    "a/../b.rego",
    "a\\b.rego",
    "data.json/",
    "a\nb.rego",
)


@pytest.mark.attack
@pytest.mark.parametrize("name", STRANGERS)
def test_a_file_that_one_engine_would_read_and_the_other_not_is_refused(name: str) -> None:
    files = {**_ours(), name: b"{}"}
    with pytest.raises(BundleUnreadable):
        opened(pack(files), "stranger")


@pytest.mark.attack
def test_a_name_that_is_there_twice_is_refused() -> None:
    """One reader takes the first, another the last."""
    for twice in ("data.json", "/data.json", "hutong/release/decision.rego"):
        with pytest.raises(BundleUnreadable):
            opened(_tar([*_ours().items(), (twice, b'{"hutong_data": {}}')]), "twice")


@pytest.mark.attack
def test_a_link_is_no_file() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in _ours(**{"data.json": None}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("data.json")
        link.type, link.linkname = tarfile.SYMTYPE, "policy.wasm"
        tar.addfile(link)
    with pytest.raises(BundleUnreadable):
        opened(out.getvalue(), "link")


@pytest.mark.attack
def test_a_small_file_that_swells_is_refused_before_it_fills_the_memory() -> None:
    swelling = gzip.compress(bytes(200 * 2**20), compresslevel=1)
    tracemalloc.start()
    with pytest.raises(BundleUnreadable):
        opened(swelling, "swelling")
    assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    tracemalloc.stop()


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
def test_data_under_the_root_of_the_rules_are_refused() -> None:
    """OPA would let `data.hutong.release.decision` from a data file take the place of the rule."""
    for data in (b'{"hutong_data": {}, "hutong": {}}', b"{}", b'{"hutong": {}}'):
        with pytest.raises(BundleUnreadable):
            opened(pack(_ours(**{"data.json": data})), "data")


BROKEN: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no archive": lambda: b"not a bundle",
    "half of one": lambda: BUNDLE.read_bytes()[:50_000],
    "an archive of nothing": lambda: gzip.compress(b""),
    "an empty one": lambda: _tar([]),
    "no manifest": lambda: _tar(_ours(**{".manifest": None}).items()),
    "no data": lambda: pack(_ours(**{"data.json": None})),
    "no rules": lambda: pack(_ours(**{"policy.wasm": None})),
    "data that are no JSON": lambda: pack(_ours(**{"data.json": b"{"})),
    "data that are a list": lambda: pack(_ours(**{"data.json": b"[]"})),
    "data that are no text": lambda: pack(_ours(**{"data.json": b'{"hutong_data": "\xff"}'})),
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
