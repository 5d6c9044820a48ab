"""Many seals under one key are opened one after the other, each only as what was committed to."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CannotOpen
from ledger.sealing import Unsealing, seal, unseal
from tests.ledger.books import dice

KEY = bytes(range(32))
DETAILS = {"名": "张三", "asked": ["Condition"]}
SEALED = seal(DETAILS, key=KEY, entropy=dice())


@given(st.lists(st.dictionaries(st.text("abc名"), st.integers(-9, 9)), min_size=1, max_size=3))
def test_what_was_sealed_comes_out_of_each(told: list[dict[str, int]]) -> None:
    entropy, opener = dice(), Unsealing(KEY)
    for one in told:
        sealed = seal(one, key=KEY, entropy=entropy)
        assert orjson.loads(opener.text(sealed.ciphertext, sealed.commitment)) == one
        assert unseal(sealed.ciphertext, key=KEY) == one


@pytest.mark.parametrize(
    ("key", "ciphertext", "commitment"),
    [
        (bytes(32), SEALED.ciphertext, SEALED.commitment),
        (KEY, SEALED.ciphertext[:-1] + bytes([SEALED.ciphertext[-1] ^ 1]), SEALED.commitment),
        (KEY, b"\x02" + SEALED.ciphertext[1:], SEALED.commitment),
        (KEY, SEALED.ciphertext[:9], SEALED.commitment),
        (KEY, SEALED.ciphertext, SEALED.commitment[:-1]),
        (KEY, SEALED.ciphertext, SEALED.commitment.upper()),
        (KEY, SEALED.ciphertext, "é" + SEALED.commitment[1:]),
    ],
    ids=[
        "another key",
        "a bit changed",
        "another form",
        "cut short",
        "shorter",
        "otherwise spelled",
        "not hex",
    ],
)
def test_anything_else_stays_shut(key: bytes, ciphertext: bytes, commitment: str) -> None:
    with pytest.raises(CannotOpen):
        Unsealing(key).text(ciphertext, commitment)
