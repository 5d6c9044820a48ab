"""A region's own rules are used only as its key signed them, all and nothing more; OPA reads the same signature."""

import hashlib
import json
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.bundle import BUNDLE, opened, pack, read_bundle, unpack
from policies.errors import BundleUnreadable, KeyUnusable, NotSigned
from policies.signing import PolicyKey, read_policy_key, require_signed, signed
from tests.policies.servers import real_server

SIGNATURES = ".signatures.json"
Token = tuple[dict[str, Any], dict[str, Any], bytes]


def _pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: PrivateKeyTypes) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Region:
    """Somebody with a key, and the packaged rules as they sign them."""

    private: ec.EllipticCurvePrivateKey
    bundle: bytes

    @property
    def key(self) -> PolicyKey:
        return read_policy_key(_public_pem(self.private), "policy.pem")

    def resigned(self, change: Callable[[Token], tuple[object, object]]) -> bytes:
        """The bundle with a header and payload that were changed and then signed by the same key."""
        header, payload = change(_token(self.bundle))
        return self.with_token(self.token(header, payload))

    def token(self, header: object, payload: object) -> str:
        head = f"{_encoded(orjson.dumps(header))}.{_encoded(orjson.dumps(payload))}"
        r, s = decode_dss_signature(self.private.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{head}.{_encoded(r.to_bytes(32) + s.to_bytes(32))}"

    def with_token(self, *tokens: str, **more: object) -> bytes:
        files = unpack(self.bundle, "bundle")
        return pack({**files, SIGNATURES: orjson.dumps({"signatures": tokens, **more})})


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parts(bundle: bytes) -> list[str]:
    (token,) = orjson.loads(unpack(bundle, "bundle")[SIGNATURES])["signatures"]
    return str(token).split(".")


def _token(bundle: bytes) -> Token:
    header, payload, signature = (urlsafe_b64decode(part + "===") for part in _parts(bundle))
    return orjson.loads(header), orjson.loads(payload), signature


@pytest.fixture(scope="module")
def region() -> Region:
    private = ec.generate_private_key(ec.SECP256R1())
    return Region(private, signed(BUNDLE.read_bytes(), _pem(private)))


def test_a_signed_bundle_is_the_same_rules_under_the_same_name(region: Region) -> None:
    require_signed(region.bundle, region.key, "bundle")
    bundle, packaged = opened(region.bundle, "bundle"), read_bundle()
    assert (bundle.digest, bundle.wasm, bundle.data) == (packaged.digest, packaged.wasm, packaged.data)


def test_the_signature_covers_every_file_and_names_the_key(region: Region) -> None:
    header, payload, _ = _token(region.bundle)
    assert header == {"alg": "ES256", "kid": region.key.fingerprint}
    assert payload["keyid"] == region.key.fingerprint
    assert {one["name"] for one in payload["files"]} == unpack(region.bundle, "b").keys() - {SIGNATURES}
    assert {one["algorithm"] for one in payload["files"]} == {"SHA-256"}


def test_the_fingerprint_is_that_of_the_key_in_der(region: Region) -> None:
    der = region.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert region.key.fingerprint == f"sha256:{hashlib.sha256(der).hexdigest()}"


def test_signing_again_replaces_the_signature(region: Region) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    again = signed(region.bundle, _pem(other))
    require_signed(again, read_policy_key(_public_pem(other), "k"), "bundle")
    with pytest.raises(NotSigned, match="another key's"):
        require_signed(again, region.key, "bundle")


@pytest.mark.attack
def test_without_a_signature_it_is_not_used(region: Region) -> None:
    with pytest.raises(NotSigned, match="carries no signature"):
        require_signed(BUNDLE.read_bytes(), region.key, "bundle")


@pytest.mark.attack
@pytest.mark.parametrize("name", ["data.json", "policy.wasm", "hutong/release/decision.rego"])
def test_a_file_changed_after_signing_is_noticed(region: Region, name: str) -> None:
    files = unpack(region.bundle, "bundle")
    files[name] = files[name].replace(b"release", b"releasf", 1) if name != "policy.wasm" else b"\0asm"
    with pytest.raises(NotSigned, match="not those that were signed"):
        require_signed(pack(files), region.key, "bundle")


@pytest.mark.attack
def test_a_file_added_or_left_out_after_signing_is_noticed(region: Region) -> None:
    files = unpack(region.bundle, "bundle")
    more = {**files, "hutong/release/more.rego": b"package hutong.release\n"}
    fewer = {name: content for name, content in files.items() if name != "hutong/release/decision.rego"}
    for changed in (more, fewer):
        with pytest.raises(NotSigned, match="not those that were signed"):
            require_signed(pack(changed), region.key, "bundle")


def _header(**changes: object) -> Callable[[Token], tuple[object, object]]:
    return lambda token: ({**token[0], **changes}, token[1])


def _payload(**changes: object) -> Callable[[Token], tuple[object, object]]:
    return lambda token: (token[0], {**token[1], **changes})


def _files(change: Callable[[list[dict[str, str]]], object]) -> Callable[[Token], tuple[object, object]]:
    return lambda token: (token[0], {**token[1], "files": change(token[1]["files"])})


FORGED: dict[str, Callable[[Token], tuple[object, object]]] = {
    "no algorithm": _header(alg="none"),
    "a shared secret": _header(alg="HS256"),
    "another curve": _header(alg="ES384"),
    "RSA": _header(alg="RS256"),
    "a key that travels along": _header(jwk={}),
    "a key from elsewhere": _header(jku="https://example.org/keys"),
    "something that must be understood": _header(crit=["b64"], b64=False),
    "another key's name in the header": _header(kid="sha256:" + "0" * 64),
    "another key's name in the payload": _payload(keyid="somebody"),
    "another scope": _payload(scope="test"),
    "a claim nobody knows": _payload(exp=1),
    "no files": _payload(files=[]),
    "files that are no list": _payload(files={}),
    "one file less": _files(lambda files: files[1:]),
    "one file more": _files(lambda files: [*files, {**files[0], "name": "more.rego"}]),
    "a file twice": _files(lambda files: [*files, files[0]]),
    "a file twice, with another digest": _files(lambda files: [{**files[0], "hash": "0" * 64}, *files]),
    "a weaker digest": _files(lambda files: [{**files[0], "algorithm": "MD5"}, *files[1:]]),
    "no digest": _files(lambda files: [{"name": files[0]["name"]}, *files[1:]]),
    "a digest in capitals": _files(
        lambda files: [{**files[0], "hash": files[0]["hash"].upper()}, *files[1:]]
    ),
}


@pytest.mark.attack
@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_what_the_key_itself_signed_counts_only_in_the_one_form(
    region: Region, change: Callable[[Token], tuple[object, object]]
) -> None:
    with pytest.raises(NotSigned):
        require_signed(region.resigned(change), region.key, "bundle")


@pytest.mark.attack
def test_the_public_key_is_no_secret_to_sign_with(region: Region) -> None:
    """The classic: a verifier that lets the signature choose takes the public key for an HMAC secret."""
    header, payload, _ = _token(region.bundle)
    head = f"{_encoded(orjson.dumps({**header, 'alg': 'HS256'}))}.{_encoded(orjson.dumps(payload))}"
    mac = hmac.HMAC(_public_pem(region.private), hashes.SHA256())
    mac.update(head.encode())
    with pytest.raises(NotSigned):
        require_signed(region.with_token(f"{head}.{_encoded(mac.finalize())}"), region.key, "bundle")


@pytest.mark.attack
def test_one_signature_is_one_signature(region: Region) -> None:
    token = ".".join(_parts(region.bundle))
    for tokens in ((), (token, token)):
        with pytest.raises(NotSigned):
            require_signed(region.with_token(*tokens), region.key, "bundle")
    with pytest.raises(NotSigned):
        require_signed(region.with_token(token, plugin="mine"), region.key, "bundle")


def _spoilt(region: Region) -> dict[str, str]:
    header, payload, signature = _parts(region.bundle)
    _, _, raw = _token(region.bundle)
    zero = _encoded(bytes(64))
    return {
        "no parts": header,
        "two parts": f"{header}.{payload}",
        "four parts": f"{header}.{payload}.{signature}.{signature}",
        "no signature": f"{header}.{payload}.",
        "a signature of nothing": f"{header}.{payload}.{zero}",
        "a longer signature": f"{header}.{payload}.{_encoded(raw + b'x')}",
        "with padding": f"{header}.{payload}.{signature}==",
        "with white space": f"{header}.{payload}.{signature}\n",
        "the usual alphabet": f"{header}.{payload}.{signature[:-2]}+/",
        "a bit more in the last character": f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
        "no text": f"{header}.{payload}.ключ",
        "the payload of another": f"{header}.{_encoded(b'{}')}.{signature}",
    }


@pytest.mark.attack
def test_a_spoilt_token_is_refused(region: Region) -> None:
    for name, token in _spoilt(region).items():
        with pytest.raises(NotSigned):
            require_signed(region.with_token(token), region.key, name)


@pytest.mark.attack
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"signatures": "x"}', b'{"signatures": [1]}', b"\xff"]
)
def test_signatures_that_are_none_are_refused(region: Region, content: bytes) -> None:
    files = {**unpack(region.bundle, "bundle"), SIGNATURES: content}
    with pytest.raises(NotSigned):
        require_signed(pack(files), region.key, "bundle")


NOT_KEYS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no PEM": lambda: b"key",
    "a certificate's frame around nothing": lambda: b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
    "RSA": lambda: _public_pem(rsa.generate_private_key(65537, 2048)),
    "Ed25519": lambda: _public_pem(ed25519.Ed25519PrivateKey.generate()),
    "another curve": lambda: _public_pem(ec.generate_private_key(ec.SECP384R1())),
    "a private key": lambda: _pem(ec.generate_private_key(ec.SECP256R1())),
}


@pytest.mark.parametrize("pem", NOT_KEYS.values(), ids=NOT_KEYS)
def test_another_kind_of_key_is_refused_with_how_to_make_one(pem: Callable[[], bytes]) -> None:
    with pytest.raises(KeyUnusable, match=r"policy\.pem") as refused:
        read_policy_key(pem(), "policy.pem")
    assert "openssl" in refused.value.hint


@pytest.mark.parametrize(
    "make", [lambda: ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate]
)
def test_nothing_is_signed_with_another_kind_of_key(make: Callable[[], PrivateKeyTypes]) -> None:
    with pytest.raises(KeyUnusable):
        signed(BUNDLE.read_bytes(), _pem(make()))
    with pytest.raises(BundleUnreadable):
        signed(b"no bundle", _pem(ec.generate_private_key(ec.SECP256R1())))


# With the real OPA.


def _files_of(region: Region, folder: Path) -> tuple[Path, Path, Path]:
    private, public, bundle = folder / "private.pem", folder / "public.pem", folder / "signed.tar.gz"
    private.write_bytes(_pem(region.private))
    public.write_bytes(_public_pem(region.private))
    bundle.write_bytes(region.bundle)
    return private, public, bundle


@pytest.mark.service
def test_opa_runs_what_we_signed(region: Region, opa: Path, tmp_path: Path) -> None:
    _, public, bundle = _files_of(region, tmp_path)
    verify = ("--verification-key", public, "--signing-alg", "ES256")
    with real_server(opa, *verify, "-b", bundle, place=tmp_path):
        pass
    bundle.write_bytes(BUNDLE.read_bytes())
    with (
        pytest.raises(AssertionError, match="signatures"),
        real_server(opa, *verify, "-b", bundle, place=tmp_path),
    ):
        pass


@pytest.mark.service
def test_we_take_what_opa_signed(region: Region, opa: Path, tmp_path: Path) -> None:
    private, _, _ = _files_of(region, tmp_path)
    token = _signed_by_opa(opa, private, BUNDLE, tmp_path)
    files = {**unpack(BUNDLE.read_bytes(), BUNDLE.name), SIGNATURES: token}
    require_signed(pack(files), region.key, "bundle")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=20,
)


@pytest.mark.service
@settings(max_examples=12, deadline=None)
@given(value=VALUES)
def test_data_are_hashed_as_opa_hashes_them(
    region: Region, opa: Path, tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    """Whatever JSON is in them: text with any character, numbers as they were written, keys in any order."""
    folder = tmp_path_factory.mktemp("hashed")
    private, _, _ = _files_of(region, folder)
    special = ["\u2028\u2029\x7f\x00\x1f<>&'\"\\/\t\b\f", 1e22, 0.1, -0.0, 10**25]
    data = orjson.dumps({"hutong_data": {"b": special[0], "a": special[1:4], "\U0001f600": 1, "\uffff": 2}})
    data = data[:-2] + b', "n": [1.0, 1E5, 100000000000000000000000], "v": %s}}' % _as_json(value)
    bundle = pack({**unpack(BUNDLE.read_bytes(), BUNDLE.name), "data.json": data})
    (folder / "bundle.tar.gz").write_bytes(bundle)
    token = _signed_by_opa(opa, private, folder / "bundle.tar.gz", folder)
    require_signed(pack({**unpack(bundle, "bundle"), SIGNATURES: token}), region.key, "bundle")


def _as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def _signed_by_opa(opa: Path, private: Path, bundle: Path, folder: Path) -> bytes:
    command: list[str | Path] = [opa, "sign", "--signing-alg", "ES256", "--signing-key", private]
    command += ["--bundle", bundle, "-o", folder]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / SIGNATURES).read_bytes()
