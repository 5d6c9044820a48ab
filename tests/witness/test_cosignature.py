"""A witness says, with a signature, what it saw and when; nobody else can say it for them."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from ledger import Signer
from ledger.errors import BadKey, BadNote
from ledger.note import read_note
from ledger.witness import Cosigner, WitnessKey

SEED = bytes(range(32))
TEXT = "example.com/log\n3\n" + base64.b64encode(bytes(32)).decode() + "\n"


def note(text: str = TEXT) -> bytes:
    return Signer("example.com/log", bytes(32)).sign(text)


def test_a_cosignature_is_what_the_specification_says_it_is() -> None:
    """Worked out here by hand, from the text of C2SP tlog-cosignature."""
    line = Cosigner("witness.example/w1", SEED).cosign(TEXT, 1_679_315_147).decode()
    key = SigningKey(SEED)
    key_id = hashlib.sha256(b"witness.example/w1\n\x04" + bytes(key.verify_key)).digest()[:4]
    signature = key.sign(b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()).signature
    told = key_id + (1_679_315_147).to_bytes(8, "big") + signature
    assert line == f"\u2014 witness.example/w1 {base64.b64encode(told).decode()}\n"


def test_a_witness_key_is_read_back_as_it_was_written() -> None:
    key = Cosigner("witness.example/w1", SEED).key
    assert WitnessKey.parse(str(key)) == key


def test_the_key_of_a_log_is_not_that_of_a_witness() -> None:
    with pytest.raises(BadKey):
        WitnessKey.parse(Signer("example.com/log", SEED).verifier_key)


@given(seconds=st.integers(0, 2**63 - 1))
def test_who_signed_when_is_read_from_the_note(seconds: int) -> None:
    cosigner = Cosigner("w", SEED)
    whole = note() + cosigner.cosign(TEXT, seconds)
    assert cosigner.key.cosigned_at(*read_note(whole)) == seconds


def test_who_did_not_sign_is_not_counted() -> None:
    other = Cosigner("w", bytes(32)).key
    whole = note() + Cosigner("w", SEED).cosign(TEXT, 1)
    assert other.cosigned_at(*read_note(whole)) is None
    assert Cosigner("w", SEED).key.cosigned_at(*read_note(note())) is None


@given(st.data())
def test_no_bit_of_a_cosignature_can_be_changed(data: st.DataObject) -> None:
    cosigner = Cosigner("w", SEED)
    line = cosigner.cosign(TEXT, 7)
    told = bytearray(base64.b64decode(line.split(b" ")[2]))
    place = data.draw(st.integers(4, len(told) - 1))
    told[place] ^= data.draw(st.integers(1, 255))
    changed = "\u2014 w ".encode() + base64.b64encode(bytes(told)) + b"\n"
    with pytest.raises(BadNote):
        cosigner.key.cosigned_at(*read_note(note() + changed))


def test_a_cosignature_of_another_state_does_not_pass() -> None:
    cosigner = Cosigner("w", SEED)
    with pytest.raises(BadNote):
        cosigner.key.cosigned_at(*read_note(note() + cosigner.cosign(TEXT.replace("3", "4"), 7)))


@pytest.mark.parametrize("length", [0, 1, 71, 73])
def test_a_cosignature_of_another_length_does_not_pass(length: int) -> None:
    key = Cosigner("w", SEED).key
    line = "\u2014 w ".encode() + base64.b64encode(key.key_id + bytes(length)) + b"\n"
    with pytest.raises(BadNote):
        key.cosigned_at(*read_note(note() + line))


def test_the_same_witness_signs_a_note_once() -> None:
    cosigner = Cosigner("w", SEED)
    whole = note() + cosigner.cosign(TEXT, 7) + cosigner.cosign(TEXT, 8)
    with pytest.raises(BadNote):
        cosigner.key.cosigned_at(*read_note(whole))


def test_the_secret_is_not_shown() -> None:
    assert SEED.hex() not in repr(Cosigner("w", SEED))
    assert str(SEED) not in repr(Cosigner("w", SEED))
