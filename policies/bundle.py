"""The built rules, checked in beside their source so that nobody needs a policy compiler to run the program.

A bundle is named by its revision: the SHA-256 of a listing of its files, which stands in its manifest and is worked
out again whenever it is read. Signing it or packing it once more changes no rule, and so not its name. The packaged
bundle must also be, byte for byte, the one pinned in bundle.sha256. See docs/adr/0015.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from policies.errors import BundleChanged, BundleUnreadable, WrongRevision

BUNDLE = Path(__file__).parent / "bundle.tar.gz"
PIN = Path(__file__).parent / "bundle.sha256"
ENTRYPOINT = "hutong/release/decision"

MANIFEST = ".manifest"
SIGNATURES = ".signatures.json"
DATA = "data.json"
WASM = "policy.wasm"
# Data under the root of a rule's package would silently take the place of the rule.
DATA_ROOT = "hutong_data"
ROOTS = ("hutong", DATA_ROOT)

_LARGEST = 8 * 2**20  # bytes, packed or unpacked; ours has 1 MiB
_MOST_FILES = 500


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    revision: str
    roots: tuple[str, ...]
    rego_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The compiled rules (WebAssembly), their data (JSON) and their name; `packed` is the file they came in.

    `digest` is the revision: "sha256:" and 64 hexadecimal digits.
    """

    wasm: bytes
    data: bytes
    digest: str
    packed: bytes = b""


def read_bundle(file: Path = BUNDLE, pin: Path | None = PIN) -> Bundle:
    """Read a bundle. Raises BundleUnreadable, WrongRevision, or BundleChanged when it is not the pinned one.

    Without a pin what is in it is vouched for by a signature (policies/signing.py), by its name in the ledger, or by
    nothing: then one may ask what it would say, and release nothing by it.
    """
    packed = contents(file)
    if pin:
        try:
            pinned = pin.read_text("ascii").split()
        except (OSError, ValueError):
            raise BundleUnreadable(pin.name) from None
        if pinned[:1] != [hashlib.sha256(packed).hexdigest()]:
            raise BundleChanged(file.name)
    return opened(packed, file.name)


def contents(file: Path) -> bytes:
    """The bytes of a bundle that is not larger than one may be. Raises BundleUnreadable."""
    try:
        with open(file, "rb") as stream:
            packed = stream.read(_LARGEST + 1)
    except (OSError, ValueError):
        raise BundleUnreadable(file.name) from None
    if len(packed) > _LARGEST:
        raise BundleUnreadable(file.name)
    return packed


def opened(packed: bytes, place: str) -> Bundle:
    """What is in a bundle; `place` names it in errors. Raises BundleUnreadable, WrongRevision."""
    files = unpack(packed, place)
    try:
        manifest = msgspec.json.decode(files[MANIFEST], type=_Manifest)
        wasm, data = files[WASM], files[DATA]
        roots = set(msgspec.json.decode(data, type=dict[str, object]))
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        raise BundleUnreadable(place) from None
    if roots != {DATA_ROOT} or not all(map(_is_ours, files)):
        raise BundleUnreadable(place)
    # All of the manifest but the revision is settled, so the revision speaks for the whole bundle.
    if (manifest.roots, manifest.rego_version) != (ROOTS, 1) or manifest.revision != revision_of(files):
        raise WrongRevision(place)
    return Bundle(wasm=wasm, data=data, digest=manifest.revision, packed=packed)


def _is_ours(name: str) -> bool:
    """Other files, data in folders above all, would mean something to an OPA server and nothing to WebAssembly."""
    return name in (MANIFEST, SIGNATURES, DATA, WASM) or name.endswith(".rego")


def revision_of(files: Mapping[str, bytes]) -> str:
    """The name of the bundle with these files: "sha256:" and the digest of the listing `sha256sum` would print.

    Sorted by name, in UTF-8; without the manifest, which names the revision, and the signatures, which sign it.
    """
    listing = "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files)
        if name not in (MANIFEST, SIGNATURES)
    )
    return f"sha256:{hashlib.sha256(listing.encode()).hexdigest()}"


def pack(files: Mapping[str, bytes]) -> bytes:
    """A bundle of these files with its manifest: no times, no owners, no chance, so the same bytes every time."""
    whole = {**files, MANIFEST: msgspec.json.encode(_Manifest(revision_of(files), ROOTS, 1))}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(whole):
            member = tarfile.TarInfo(f"/{name}")
            member.size, member.mode, member.mtime = len(whole[name]), 0o644, 0
            tar.addfile(member, io.BytesIO(whole[name]))
    return gzip.compress(out.getvalue(), compresslevel=9, mtime=0)


def unpack(packed: bytes, place: str) -> dict[str, bytes]:
    """The files of a bundle by name, without a leading slash. Raises BundleUnreadable.

    A name that is there twice is refused: whoever reads it next may take the other one.
    """
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_unzipped(packed)), mode="r:") as tar:
            for member in tar:
                name, content = member.name.removeprefix("/"), tar.extractfile(member)
                if content is None or not member.isreg() or name in files or not _is_plain(name):
                    raise BundleUnreadable(place)
                files[name] = content.read()
                if len(files) > _MOST_FILES:
                    raise BundleUnreadable(place)
    except (tarfile.TarError, OSError, EOFError, zlib.error, UnicodeError, KeyError):
        raise BundleUnreadable(place) from None
    return files


def _unzipped(packed: bytes) -> bytes:
    """At most as much as a bundle may hold: a small file can swell without end."""
    with gzip.open(io.BytesIO(packed)) as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OSError
    return content


def _is_plain(name: str) -> bool:
    """No other spelling of a name, which another reader might take for the same file."""
    return (
        name.isprintable()
        and "\\" not in name
        and all(part not in ("", ".", "..") for part in name.split("/"))
    )
