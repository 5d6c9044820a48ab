"""Find Fabric's own programs, and ask which version they are. They are never fetched."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ledger.fabric.errors import FabricMissing
from ledger.fabric.network.errors import ProgramMissing, WrongVersion

FOLDER = "FABRIC_BIN"
NEEDED = (3, 0)
_ASK = {"peer": "version", "orderer": "version", "configtxgen": "-version"}
_VERSION = re.compile(r"^\s*Version: v?(\d+)\.(\d+)\S*", re.MULTILINE)
_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where they are, and the version of `peer`."""

    peer: Path
    orderer: Path
    configtxgen: Path
    version: str


def find_programs(environment: Mapping[str, str]) -> Programs:
    """In the folder FABRIC_BIN names, else on PATH. Raises ProgramMissing, WrongVersion."""
    found = {name: _find(name, environment) for name in _ASK}
    versions = {name: _version(name, file) for name, file in found.items()}
    return Programs(**found, version=versions["peer"])


def _find(name: str, environment: Mapping[str, str]) -> Path:
    # A folder somebody named and that lacks it is a mistake to be told, not to be passed over.
    path = environment.get(FOLDER) or environment.get("PATH", "")
    found = shutil.which(name, path=path)
    if found is None:
        raise ProgramMissing(name)
    return Path(found).absolute()


def _version(name: str, file: Path) -> str:
    needed = f"{NEEDED[0]}.x"
    try:
        told = subprocess.run(
            [str(file), _ASK[name]], capture_output=True, check=False, timeout=_SECONDS, env={}
        )
    except (OSError, subprocess.TimeoutExpired):
        raise WrongVersion(name, None, needed) from None
    said = _VERSION.search(told.stdout.decode(errors="replace"))
    if said is None:
        raise WrongVersion(name, None, needed)
    version = said[0].partition(":")[2].strip()
    if int(said[1]) != NEEDED[0]:
        raise WrongVersion(name, version, needed)
    return version


def require_libraries() -> None:
    """Return if the libraries of the extra are installed. Raises FabricMissing."""
    if find_spec("grpc") is None or find_spec("fabric_protos") is None:
        raise FabricMissing
