"""Read how a region reaches its channel: peer, certificates, names of the chaincodes."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ledger.fabric.errors import BadConnection

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_HostAndPort = Annotated[str, msgspec.Meta(pattern=r"^[^\s/]+:[0-9]{1,5}$")]


class _Other(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    msp: _Text
    peer: _HostAndPort
    server_name: _Text
    tls_ca: _Text


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of connection.toml; paths are as seen from its folder."""

    channel: _Text
    chaincode_audit: _Text
    chaincode_consent: _Text
    msp: _Text
    peer: _HostAndPort
    server_name: _Text
    tls_ca: _Text
    certificate: _Text
    key: _Text
    other: list[_Other] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One peer: whose it is (MSP id), host:port, the name its TLS certificate has, the CA behind it (PEM)."""

    msp: str
    address: str
    server_name: str
    tls_ca: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a client needs. `own` is this region's peer, `others` are the peers of the other regions.

    `certificate` and `key` (PEM) are those of the service that signs, never of a person.
    """

    channel: str
    chaincode_audit: str
    chaincode_consent: str
    own: Peer
    others: tuple[Peer, ...]
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"Connection({self.channel}, {self.own.msp})"

    @property
    def msp(self) -> str:
        """The MSP id of this region."""
        return self.own.msp


def read_connection(file: Path) -> Connection:
    """The connection in `file`. Raises BadConnection, which names the key or the file."""
    said = _parsed(file)
    folder, name = file.parent, file.name
    return Connection(
        channel=said.channel,
        chaincode_audit=said.chaincode_audit,
        chaincode_consent=said.chaincode_consent,
        own=_peer(folder, name, said),
        others=tuple(_peer(folder, f"{name}, other[{at}]", one) for at, one in enumerate(said.other)),
        certificate=_read(folder, f"{name}, certificate", said.certificate),
        key=_secret(folder, f"{name}, key", said.key),
    )


def _parsed(file: Path) -> _Written:
    try:
        found: Any = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadConnection(file.name, f"cannot be read: {why}", f"无法读取：{why}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConnection(file.name, f"is not TOML: {error}", f"不是合法的 TOML:{error}") from None
    try:
        return msgspec.convert(found, _Written)
    except msgspec.ValidationError as error:
        # msgspec names the keys and types, never the value.
        raise BadConnection(file.name, f"is wrong: {error}", f"有误：{error}") from None


def _peer(folder: Path, place: str, said: _Written | _Other) -> Peer:
    return Peer(
        msp=said.msp,
        address=said.peer,
        server_name=said.server_name,
        tls_ca=_read(folder, f"{place}, tls_ca", said.tls_ca),
    )


def _secret(folder: Path, place: str, path: str) -> bytes:
    value = _read(folder, place, path)
    if os.stat(folder / path).st_mode & 0o077:
        raise BadConnection(place, "can be read by other users: chmod 600", "可被其他用户读取：请 chmod 600")
    return value


def _read(folder: Path, place: str, path: str) -> bytes:
    try:
        value = (folder / path).read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadConnection(
            place, f"names a file that cannot be read: {why}", f"所指文件无法读取：{why}"
        ) from None
    if b"-----BEGIN " not in value:
        raise BadConnection(place, "names a file that is not PEM", "所指文件不是 PEM 格式")
    return value
