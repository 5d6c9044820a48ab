"""The built rules, checked in beside their source so that nobody needs a policy compiler to run the program.

The file must be the one pinned in bundle.sha256: a bundle that was cut short, or exchanged without its pin,
is refused before anything in it is read.
"""

import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from policies.errors import BundleChanged, BundleUnreadable

BUNDLE = Path(__file__).parent / "bundle.tar.gz"
PIN = Path(__file__).parent / "bundle.sha256"
ENTRYPOINT = "hutong/release/decision"

# Data under the root of a rule's package would silently take the place of the rule.
DATA_ROOT = "hutong_data"
_LARGEST_MEMBER = 8 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The compiled rules (WebAssembly), their data (JSON), and the digest of the file they came in."""

    wasm: bytes
    data: bytes
    digest: str


def read_bundle(file: Path = BUNDLE, pin: Path | None = PIN) -> Bundle:
    """Read the bundle. Raises BundleUnreadable, or BundleChanged when it is not the pinned one.

    Without a pin only to ask what another bundle would say: nothing is ever released by one.
    """
    try:
        packed = file.read_bytes()
        pinned = pin.read_text("ascii").split() if pin else []
    except (OSError, ValueError):
        raise BundleUnreadable(file.name) from None
    digest = hashlib.sha256(packed).hexdigest()
    if pin and pinned[:1] != [digest]:
        raise BundleChanged(file.name)
    members = unpack(packed, file.name)
    try:
        wasm, data = members["policy.wasm"], members["data.json"]
        roots = set(msgspec.json.decode(data, type=dict[str, object]))
    except (KeyError, msgspec.DecodeError):
        raise BundleUnreadable(file.name) from None
    if roots != {DATA_ROOT}:
        raise BundleUnreadable(file.name)
    return Bundle(wasm=wasm, data=data, digest=f"sha256:{digest}")


def unpack(packed: bytes, place: str) -> dict[str, bytes]:
    """The files of a bundle by name, without a leading slash."""
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
            members = [one for one in tar if one.isfile() and one.size <= _LARGEST_MEMBER]
            files = ((one.name.lstrip("/"), tar.extractfile(one)) for one in members)
            return {name: file.read() for name, file in files if file is not None}
    except (tarfile.TarError, OSError, EOFError):
        raise BundleUnreadable(place) from None
