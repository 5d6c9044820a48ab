"""Signed notes: the example of the Go reference implementation, and everything that must be refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint
from ledger.errors import BadKey, BadNote
from ledger.merkle import EMPTY_ROOT
from ledger.note import Signer, Verifier
from tests.ledger.books import SIGNER

# golang.org/x/mod/sumdb/note, which C2SP signed-note describes: published keys, text and signatures.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ROOT = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT + "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
).encode()

NOTE = Checkpoint(origin=SIGNER.origin, size=3, root=bytes(range(32))).signed(SIGNER)


def test_the_published_note_is_read_with_either_of_its_keys() -> None:
    assert Verifier.parse(NEUMANN).open(SIGNED) == TEXT
    assert Verifier.parse(ROOT).open(SIGNED) == TEXT


def test_the_published_key_and_signature_come_out_of_the_published_secret() -> None:
    signer = Signer("PeterNeumann", NEUMANN_SEED)
    assert signer.verifier_key == NEUMANN
    assert SIGNED.startswith(signer.sign(TEXT))


def test_a_checkpoint_of_ours_is_what_it_was() -> None:
    assert NOTE.decode() == (
        "hutong.example/320583\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n"
        "— hutong.example/320583 BTU1PqG2SllEu57IVohZ0+c7hBfTzbzX0wE+NXsFSxJ"
        "yu/Dg1EvpyF/W5I/Gj1N/LlV48vlqyMwDbuj3sJP/BayUhQI=\n"
    )


def test_signing_the_same_state_again_gives_the_same_note() -> None:
    again = Signer(SIGNER.origin, bytes(range(32)))
    assert Checkpoint(origin=SIGNER.origin, size=3, root=bytes(range(32))).signed(again) == NOTE


def test_a_checkpoint_reads_back() -> None:
    assert Checkpoint.open(NOTE, SIGNER.verifier) == Checkpoint(
        origin=SIGNER.origin, size=3, root=bytes(range(32))
    )


def test_the_signature_of_a_witness_is_passed_over() -> None:
    witness = Signer("witness.example", bytes(32)).sign(NOTE.decode().partition("\n\n")[0] + "\n")
    line = witness.partition(b"\n\n")[2]
    assert Checkpoint.open(NOTE + line, SIGNER.verifier).size == 3


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)
    assert "seed" not in repr(SIGNER)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (NOTE.partition(b"\n\n")[0] + b"\n", "no signature"),
        (NOTE.partition(b"\n\n")[0] + b"\n\n", "no signature"),
        (NOTE[:-1], "no signature"),
        (b"", "no signature"),
        (NOTE.replace(b"\n3\n", b"\n4\n"), "signature that is wrong"),
        (NOTE + NOTE.partition(b"\n\n")[2], "signed twice"),
        (NOTE.replace("—".encode(), b"-"), "malformed signature line"),
        (NOTE.replace(b"=\n\n", b"=\n\r\n\n"), "control characters"),
        (NOTE.replace(b"hutong", b"hut\xffng"), "not text"),
        (NOTE + b"\n", "no signature"),
        (NOTE + b"x" * 70_000, "too long"),
        (Signer("other.example", bytes(32)).sign("hutong.example/320583\n3\n"), "not signed by the key"),
        (Signer(SIGNER.origin, bytes(32)).sign(NOTE.decode().partition("\n\n")[0] + "\n"), "not signed by"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_note_that_was_tampered_with_is_refused(forged: bytes, reason: str) -> None:
    with pytest.raises(BadNote, match=reason):
        Checkpoint.open(forged, SIGNER.verifier)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hutong.example/320583\n3\n", "three lines"),
        (f"hutong.example/320583\n3\n{'A' * 43}=\nextension\n", "three lines"),
        (f"hutong.example/320583\n03\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n-3\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n٣\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n{2**63}\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n{'9' * 9000}\n{'A' * 43}=\n", "not a number"),
        ("hutong.example/320583\n3\nAAAA\n", "not a hash"),
        (f"hutong.example/320583\n3\n{'A' * 42}B=\n", "not a hash"),
        (f"hutong.example/320583\n0\n{'A' * 43}=\n", "not there"),
        (f"other.example\n3\n{'A' * 43}=\n", "another log"),
    ],
    ids=lambda value: value if len(value) < 40 else value[:40],
)
def test_a_checkpoint_that_is_oddly_written_is_refused_though_the_key_signed_it(
    text: str, reason: str
) -> None:
    with pytest.raises(BadNote, match=reason):
        Checkpoint.open(SIGNER.sign(text), SIGNER.verifier)


@pytest.mark.attack
@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_not_one_bit_of_a_note_can_be_changed(at: int, flip: int) -> None:
    changed = bytearray(NOTE)
    changed[at] ^= flip
    with pytest.raises(BadNote):
        Checkpoint.open(bytes(changed), SIGNER.verifier)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000+",
        NEUMANN[:-1],
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        "a b" + NEUMANN,
        NEUMANN + "=",
    ],
)
def test_a_mistyped_key_is_noticed_before_it_is_used(key: str) -> None:
    with pytest.raises(BadKey):
        Verifier.parse(key)


@pytest.mark.parametrize(
    ("origin", "seed"), [("", bytes(32)), ("a b", bytes(32)), ("a+b", bytes(32)), ("a", b"")]
)
def test_a_name_or_secret_that_cannot_be_used_is_refused(origin: str, seed: bytes) -> None:
    with pytest.raises(BadKey):
        Signer(origin, seed)


def test_an_empty_log_can_be_signed_too() -> None:
    empty = Checkpoint(origin=SIGNER.origin, size=0, root=EMPTY_ROOT)
    assert Checkpoint.open(empty.signed(SIGNER), SIGNER.verifier) == empty
