"""Certificates as Fabric wants them: who is what, for whom a line is, and nothing drawn behind our back."""

import hashlib
import itertools
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import BasicConstraints, Certificate, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.fabric.network.identities import Authority, Issued, Kind, found_authority
from ledger.fabric.network.organisations import KINDS
from tests.fabric.channels import now

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
HALF_ORDER = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8


def dice(seed: int = 0) -> Callable[[int], bytes]:
    throws = itertools.count()
    return lambda size: hashlib.shake_256(b"%d/%d" % (seed, next(throws))).digest(size)


@pytest.fixture
def authority() -> Authority:
    return found_authority("KunshanMSP", "members", now=NOW, entropy=dice())


def certificate(issued: Issued) -> Certificate:
    return load_pem_x509_certificate(issued.certificate)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_member_is_stands_in_its_certificate(authority: Authority, kind: Kind) -> None:
    found = certificate(authority.issue("peer.kunshan", kind))
    units = [one.value for one in found.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    assert units == [kind]
    assert not found.extensions.get_extension_for_class(BasicConstraints).value.ca
    found.verify_directly_issued_by(authority.certificate)


@given(st.integers(0, 2**64))
@settings(max_examples=25)
def test_no_certificate_is_older_than_its_authority_and_none_has_a_high_s(seed: int) -> None:
    authority = found_authority("KunshanMSP", "lines", now=NOW, entropy=dice(seed))
    leaf = authority.issue_tls(["peer.kunshan"])
    found = certificate(leaf)
    assert authority.certificate.not_valid_before_utc < found.not_valid_before_utc < NOW
    assert found.not_valid_after_utc == authority.certificate.not_valid_after_utc > NOW + timedelta(3640)
    for one in (authority.certificate, found):
        assert decode_dss_signature(one.signature)[1] <= HALF_ORDER
    key = load_pem_private_key(leaf.key, password=None)
    assert key.public_key() == found.public_key()
    public = found.public_key()
    assert isinstance(public, EllipticCurvePublicKey)
    assert isinstance(public.curve, SECP256R1)
    assert found.signature_hash_algorithm is not None
    found.verify_directly_issued_by(authority.certificate)


# With the same dice on the same day the same certificate: nothing is drawn behind our back.
KNOWN_LEAF = "9d37df29d32b95fd1fde6acc76abbab27062a2eceaa4f9390c382d6349f45dfa"


def test_known_answer(authority: Authority) -> None:
    leaf = authority.issue("peer.kunshan", "peer")
    assert hashlib.sha256(leaf.certificate).hexdigest() == KNOWN_LEAF


def test_a_line_is_taken_by_name_and_by_address_and_not_from_another_region() -> None:
    ours = found_authority("AMSP", "lines", now=now(), entropy=dice(1))
    theirs = found_authority("BMSP", "lines", now=now(), entropy=dice(2))
    assert _greeted(ours.issue_tls(["peer.a"]), ours, "peer.a")
    assert _greeted(ours.issue_tls(["peer.a"]), ours, "127.0.0.1")
    assert not _greeted(ours.issue_tls(["peer.a"]), ours, "peer.b")
    assert not _greeted(theirs.issue_tls(["peer.a"]), ours, "peer.a")


def _greeted(server: Issued, authority: Authority, name: str) -> bool:
    """Whether a client that trusts the authority takes the server for `name`."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listening:
        place = Path(folder)
        (place / "cert").write_bytes(server.certificate)
        (place / "key").write_bytes(server.key)
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(place / "cert", place / "key")
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def serve() -> None:
            line, _ = listening.accept()
            try:
                serving.wrap_socket(line, server_side=True).close()
            except OSError:
                line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        asking = ssl.create_default_context(cadata=authority.issued.certificate.decode())
        try:
            with (
                socket.create_connection(listening.getsockname()) as line,
                asking.wrap_socket(line, server_hostname=name),
            ):
                return True
        except ssl.SSLError:
            return False
        finally:
            thread.join()
