"""What no entry commits to opens only for its key and for what it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CannotOpen
from ledger.sealing import hide, reveal, seal, unseal
from tests.ledger.books import dice

KEY = bytes(range(32))
ABOUT = "on file, somebody"
HIDDEN = hide("张三".encode(), about=ABOUT, key=KEY, entropy=dice())


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20))
def test_what_was_hidden_comes_out(text: bytes, about: str) -> None:
    assert reveal(hide(text, about=about, key=KEY, entropy=dice()), about=about, key=KEY) == text


@pytest.mark.parametrize(
    ("ciphertext", "about", "key"),
    [
        (HIDDEN, ABOUT, bytes(32)),
        (HIDDEN, ABOUT + "s", KEY),
        (HIDDEN, "", KEY),
        (HIDDEN[:-1] + bytes([HIDDEN[-1] ^ 1]), ABOUT, KEY),
        (b"\x02" + HIDDEN[1:], ABOUT, KEY),
        (HIDDEN[:12], ABOUT, KEY),
        (b"", ABOUT, KEY),
    ],
    ids=["another key", "about another", "about nothing", "a bit changed", "another form", "cut", "empty"],
)
def test_nothing_else_opens_it(ciphertext: bytes, about: str, key: bytes) -> None:
    with pytest.raises(CannotOpen):
        reveal(ciphertext, about=about, key=key)


def test_hidden_and_sealed_cannot_be_taken_for_one_another() -> None:
    sealed = seal({"a": 1}, key=KEY, entropy=dice())
    with pytest.raises(CannotOpen):
        reveal(sealed.ciphertext, about=ABOUT, key=KEY)
    with pytest.raises(CannotOpen):
        unseal(HIDDEN, key=KEY)


def test_nothing_of_it_can_be_read() -> None:
    assert "张三".encode() not in HIDDEN
    assert ABOUT.encode() not in HIDDEN
