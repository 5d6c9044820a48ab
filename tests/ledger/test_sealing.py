"""Sealed details open with their key and no other, and give nothing away without it."""

import hashlib
import hmac

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CannotOpen
from ledger.sealing import Unsealing, commit, opening, opens_to, pseudonym, reveal, seal, unseal
from tests.ledger.books import dice

KEY = bytes(range(32))
OTHER = bytes(32)
DETAILS = {"名": "张三", "asked": ["Condition"], "at": 3.5}


def test_answers_with_a_fixed_key_are_what_they_were() -> None:
    """A change here changes every pseudonym and seal ever made: see docs/adr/0004."""
    sealed = seal(DETAILS, key=KEY, entropy=dice())
    assert pseudonym(KEY, "patient") == "5349508988f3405d200744678867f819"
    assert commit("asthma", salt=KEY) == "e24a781918269089382b4cfcb10cb32b8b83efbde808f6fea08b450367f3ce87"
    assert sealed.commitment == "f3a51a87bf32a41ff051087dfe38ba8e47806d5e7771d5f8b3048c687361cca2"
    assert (
        hashlib.sha256(sealed.ciphertext).hexdigest()
        == "e08808c6ff6a09458720417f39601a47ab3f1f181a94b9a19517a5090a58fbe1"
    )


# Sealed as long details are now: it must open for as long as there are ledgers, whatever is written later.
LONG = {"asked": ["Condition/喘"] * 200}
LONG_COMMITMENT = "4eb7ab0b97d845763f2e8010a92fb586f194899d77c03a3cfb95635d169536f1"
LONG_SEALED = bytes.fromhex(
    "021e714fc172def0a1d12093beffcf37df7cb5726497ba2677e759e06c08e5dd6de2829e20bb1c7f1f97a98a1c7b9dc163ec4d78"
    "b892ac6bd66505ca79bdd9fd4a8bc861fb34f9d71269047a0642c587dfc48eec6d66617325f0942fc1653c9868c2ed063bf111f1"
    "c63d39f9020c73dd6d9132013799a76b58010ceadee4e6fb3e8cf2c6"
)


def test_long_details_take_less_room_and_open_to_the_very_text_that_was_committed_to() -> None:
    sealed = seal(LONG, key=KEY, entropy=dice())
    text = orjson.dumps(LONG)
    salt = dice()(32)
    assert sealed.commitment == LONG_COMMITMENT == hmac.new(salt, text, "sha256").hexdigest()
    assert len(sealed.ciphertext) < len(text) / 10
    for stored in (sealed.ciphertext, LONG_SEALED):
        assert unseal(stored, key=KEY) == LONG
        assert opening(stored, key=KEY) == {"salt": salt.hex(), "details": text.decode()}
        assert Unsealing(KEY).text(stored, LONG_COMMITMENT) == text
        assert opens_to(stored, KEY, LONG_COMMITMENT)


@pytest.mark.attack
def test_a_seal_opens_in_the_form_it_was_made_in_and_no_other() -> None:
    short = seal(DETAILS, key=KEY, entropy=dice()).ciphertext
    for stored, form in ((LONG_SEALED, b"\x01"), (short, b"\x02")):
        with pytest.raises(CannotOpen):
            unseal(form + stored[1:], key=KEY)
    with pytest.raises(CannotOpen):
        reveal(LONG_SEALED, about="", key=KEY)


def test_commitment_and_pseudonym_are_plain_hmac_that_anybody_can_recompute() -> None:
    assert commit("喘", salt=KEY) == hmac.new(KEY, "喘".encode(), "sha256").hexdigest()
    assert pseudonym(KEY, "喘") == hmac.new(KEY, "喘".encode(), "sha256").hexdigest()[:32]


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53) | st.booleans()
    )
)
def test_what_is_sealed_opens_to_what_was_committed_to(details: dict[str, object]) -> None:
    sealed = seal(details, key=KEY, entropy=dice())
    assert unseal(sealed.ciphertext, key=KEY) == details
    assert opens_to(sealed.ciphertext, KEY, sealed.commitment)
    assert not opens_to(sealed.ciphertext, OTHER, sealed.commitment)
    assert not opens_to(sealed.ciphertext, KEY, "0" * 64)


@pytest.mark.attack
def test_the_same_text_twice_gives_different_commitments() -> None:
    """Otherwise whoever has a list of all identity numbers could look each one up."""
    entropy = dice()
    first, second = (seal(DETAILS, key=KEY, entropy=entropy) for _ in range(2))
    assert first.commitment != second.commitment
    assert first.ciphertext != second.ciphertext


@pytest.mark.attack
def test_a_list_of_all_numbers_finds_nothing_without_the_salt() -> None:
    secret = "13800000042"
    commitment = commit(secret, salt=dice()(32))
    guesses = [f"138000000{n:02}" for n in range(100)]
    assert secret in guesses
    assert commitment not in {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}
    assert commitment not in {commit(guess, salt=b"") for guess in guesses}
    # The control: with the salt, the same list finds it, so it was a list that could.
    assert commitment in {commit(guess, salt=dice()(32)) for guess in guesses}


@pytest.mark.attack
def test_nothing_of_the_details_shows_in_what_is_stored() -> None:
    sealed = seal(DETAILS, key=KEY, entropy=dice())
    assert "张三".encode() not in sealed.ciphertext
    assert b"Condition" not in sealed.ciphertext


@pytest.mark.attack
@given(st.data(), st.sampled_from([DETAILS, LONG]))
def test_not_one_bit_of_a_seal_can_be_changed(data: st.DataObject, details: dict[str, object]) -> None:
    changed = bytearray(seal(details, key=KEY, entropy=dice()).ciphertext)
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        unseal(bytes(changed), key=KEY)


@pytest.mark.parametrize("ciphertext", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(60)])
def test_what_is_no_seal_does_not_open(ciphertext: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(ciphertext, key=KEY)
