"""What a peer is given to install: not a program, only where the server of a chaincode is. And who reads that for it.

The package holds the key by which the peer shows the server that it is the peer; it stays here and with the peer.
"""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import msgspec

from ledger.fabric.network.identities import LOOPBACK, Issued
from ledger.fabric.network.organisations import write_public, write_secret

# The three scripts a peer calls with folders as arguments: is it ours, take it over, say where the server is.
_SCRIPTS = {
    "detect": """grep -q '"type" *: *"ccaas"' "$2/metadata.json"\n""",
    "build": """cp "$1/connection.json" "$3/connection.json"\n""",
    "release": """mkdir -p "$2/chaincode/server"\ncp "$1/connection.json" "$2/chaincode/server/connection.json"\n""",
}


def write_builder(folder: Path) -> None:
    """The scripts, where a peer looks for them."""
    for name, script in _SCRIPTS.items():
        file = folder / "bin" / name
        write_public(file, f"#!/bin/sh\nset -eu\n{script}".encode())
        file.chmod(0o700)


def write_package(file: Path, label: str, port: int, *, peer: Issued, authority: bytes) -> None:
    """The package for a server on `port`: both ends show a certificate of the region's authority for lines."""
    connection = {
        "address": f"{LOOPBACK}:{port}",
        "dial_timeout": "5s",
        "tls_required": True,
        "client_auth_required": True,
        "client_key": peer.key.decode(),
        "client_cert": peer.certificate.decode(),
        "root_cert": authority.decode(),
    }
    metadata = {"type": "ccaas", "label": label, "path": ""}
    code = _packed({"connection.json": msgspec.json.encode(connection)})
    content = _packed({"metadata.json": msgspec.json.encode(metadata), "code.tar.gz": code})
    write_secret(file, content)


def label_of(chaincode: str) -> str:
    """What a package of this chaincode is called."""
    return f"{chaincode}_1"


def package_id(file: Path, label: str) -> str:
    """The id a peer gives the package."""
    return f"{label}:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def _packed(files: dict[str, bytes]) -> bytes:
    """A tar.gz that is the same whenever and by whomever it is made."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size, about.mode = len(content), 0o600
            archive.addfile(about, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)
