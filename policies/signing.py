"""Sign a bundle, and check who signed it, in the form an OPA server reads (.signatures.json).

One JSON Web Signature (RFC 7515, compact) over the SHA-256 of every file of the bundle; JSON files are hashed in
OPA's canonical form. Signatures are ES256 only (ECDSA, P-256, SHA-256: RFC 7518 section 3.4): what kind of
signature it must be is settled by the key, never by what is written in the signature.
https://www.openpolicyagent.org/docs/management-bundles/#signing
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from policies.bundle import DATA, MANIFEST, SIGNATURES, opened, pack, unpack
from policies.errors import BundleUnreadable, KeyUnusable, NotSigned

_NUMBER_BYTES = 32  # r and s of P-256


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    alg: Literal["ES256"]
    kid: str = ""
    typ: Literal["JWT"] = "JWT"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    hash: str
    algorithm: Literal["SHA-256"]


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    files: tuple[_File, ...]
    keyid: str = ""
    scope: str = ""
    iss: str = ""


class _Signatures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    signatures: tuple[str]


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """The key a region's bundles are signed with, its public half."""

    public: ec.EllipticCurvePublicKey

    @property
    def fingerprint(self) -> str:
        """What people compare: "sha256:" and the digest of the key in DER (SubjectPublicKeyInfo)."""
        der = self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"sha256:{hashlib.sha256(der).hexdigest()}"


def read_policy_key(pem: bytes, place: str) -> PolicyKey:
    """The public key in a PEM file called `place`. Raises KeyUnusable where it is none, or not of P-256."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnusable(place) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnusable(place)
    return PolicyKey(key)


def signed(
    packed: bytes, private_pem: bytes, *, place: str = "the bundle", key_place: str = "the key"
) -> bytes:
    """The bundle with a signature of this private key (PEM, P-256, no password); an older signature is replaced.

    The revision stays what it is. Raises BundleUnreadable, WrongRevision, KeyUnusable.
    """
    try:
        private = load_pem_private_key(private_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnusable(key_place) from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise KeyUnusable(key_place)
    opened(packed, place)
    files = unpack(packed, place)
    name = PolicyKey(private.public_key()).fingerprint
    told = _Payload(
        files=tuple(_File(one, digest, "SHA-256") for one, digest in sorted(_digests(files, place).items())),
        keyid=name,
    )
    head = b".".join(_base64(msgspec.json.encode(part)) for part in (_Header("ES256", name), told))
    r, s = decode_dss_signature(private.sign(head, ec.ECDSA(SHA256())))
    raw = r.to_bytes(_NUMBER_BYTES) + s.to_bytes(_NUMBER_BYTES)
    token = b".".join((head, _base64(raw))).decode()
    return pack({**files, SIGNATURES: msgspec.json.encode(_Signatures((token,)))})


def require_signed(packed: bytes, key: PolicyKey, place: str) -> None:
    """Return if `key` signed exactly the files of this bundle. Raises NotSigned, BundleUnreadable.

    A signature for another scope or under another key's name was made for something else, and does not count.
    """
    files = unpack(packed, place)
    if SIGNATURES not in files:
        raise NotSigned(place, "it carries no signature", "没有签名")
    told = _verified(files[SIGNATURES], key, place)
    if told.scope or told.keyid not in ("", key.fingerprint):
        raise NotSigned(place, "its signature was made for another use", "其签名用于其他用途")
    listed = {one.name: one.hash for one in told.files}
    if len(listed) != len(told.files) or listed != _digests(files, place):
        raise NotSigned(place, "its files are not those that were signed", "其文件与签名时不一致")


def _verified(signatures: bytes, key: PolicyKey, place: str) -> _Payload:
    """What the one signature says, after it was found to be the key's."""
    try:
        token = msgspec.json.decode(signatures, type=_Signatures).signatures[0]
        head, _, last = token.encode("ascii").rpartition(b".")
        header, payload = head.split(b".")
        about, raw = msgspec.json.decode(_bytes(header), type=_Header), _bytes(last)
        if len(raw) != 2 * _NUMBER_BYTES or about.kid not in ("", key.fingerprint):
            raise NotSigned(place, "its signature is another key's", "其签名出自其他密钥")
        r, s = (int.from_bytes(half) for half in (raw[:_NUMBER_BYTES], raw[_NUMBER_BYTES:]))
        key.public.verify(encode_dss_signature(r, s), head, ec.ECDSA(SHA256()))
        return msgspec.json.decode(_bytes(payload), type=_Payload)
    except (ValueError, msgspec.DecodeError):
        raise NotSigned(place, "its signature cannot be read", "其签名无法识别") from None
    except InvalidSignature:
        raise NotSigned(place, "its signature is another key's", "其签名出自其他密钥") from None


def _digests(files: Mapping[str, bytes], place: str) -> dict[str, str]:
    """The SHA-256 of every file but the signatures, in hex, as OPA takes it."""
    try:
        return {
            name: hashlib.sha256(
                _canonical(_read(content)).encode() if _is_json(name) else content
            ).hexdigest()
            for name, content in files.items()
            if name != SIGNATURES
        }
    except (ValueError, RecursionError):
        raise BundleUnreadable(place) from None


def _is_json(name: str) -> bool:
    return PurePosixPath(name).name in (DATA, MANIFEST)


class _Number(str):
    """A number as it was written: OPA does not round what it hashes."""

    __slots__ = ()


def _read(content: bytes) -> Any:
    return json.loads(content.decode(), parse_int=_Number, parse_float=_Number)


def _canonical(value: Any) -> str:
    """JSON as OPA hashes it (v1/bundle/hash.go): sorted by key, no white space, text as Go writes it."""
    match value:
        case dict():
            return "{" + ",".join(f"{_text(key)}:{_canonical(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ",".join(map(_canonical, value)) + "]"
        case _Number():
            return str(value)
        case str():
            return _text(value)
        case _:
            return json.dumps(value)


def _text(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _base64(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    """Base64url without padding, and in its one spelling. Raises ValueError."""
    raw = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if _base64(raw) != text:
        raise ValueError
    return raw
