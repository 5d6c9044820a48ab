"""An organisation's folder: its two authorities, its MSP, its members. Private keys are their owner's alone (0600)."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ledger.fabric.network.identities import Authority, Entropy, Issued, Kind, found_authority

KINDS: tuple[Kind, ...] = ("admin", "client", "orderer", "peer")
_MEMBERS, _LINES = "members", "lines"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who signs for an organisation: its members, and its lines (TLS)."""

    folder: Path
    members: Authority
    lines: Authority

    def member(self, folder: Path, name: str, kind: Kind) -> None:
        """A member's identity, as the MSP folder Fabric's programs are pointed at."""
        msp = folder / "msp"
        self._write_msp(msp)
        issued = self.members.issue(name, kind)
        write_public(msp / "signcerts" / "cert.pem", issued.certificate)
        write_secret(msp / "keystore" / "key.pem", issued.key)

    def line(self, folder: Path, name: str) -> None:
        """A member's certificate and key for TLS; `name` is in the certificate beside this machine's address."""
        write_pair(folder / "tls", "server", self.lines.issue_tls([name]))

    def _write_msp(self, folder: Path) -> None:
        write_public(folder / "cacerts" / "ca.pem", self.members.issued.certificate)
        write_public(folder / "tlscacerts" / "tls-ca.pem", self.lines.issued.certificate)
        write_public(folder / "config.yaml", as_yaml(_NODE_OUS))


def found_organisation(folder: Path, name: str, *, now: datetime, entropy: Entropy) -> Organisation:
    """A new organisation in `folder`, with authorities of its own."""
    found = Organisation(
        folder,
        found_authority(name, _MEMBERS, now=now, entropy=entropy),
        found_authority(name, _LINES, now=now, entropy=entropy),
    )
    write_pair(folder, "ca", found.members.issued)
    write_pair(folder, "tls-ca", found.lines.issued)
    found._write_msp(folder / "msp")
    return found


def write_pair(folder: Path, name: str, issued: Issued) -> None:
    """A certificate and its key beside each other."""
    write_public(folder / f"{name}.pem", issued.certificate)
    write_secret(folder / f"{name}.key", issued.key)


def write_public(file: Path, content: bytes) -> None:
    """A file of the network, its folder made where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def write_secret(file: Path, content: bytes) -> None:
    """Likewise, and nobody else may read it from its first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)


def as_yaml(value: Any) -> bytes:
    """As JSON, which is YAML too."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


_NODE_OUS = {
    "NodeOUs": {
        "Enable": True,
        **{
            f"{kind.capitalize()}OUIdentifier": {
                "Certificate": "cacerts/ca.pem",
                "OrganizationalUnitIdentifier": kind,
            }
            for kind in KINDS
        },
    }
}
