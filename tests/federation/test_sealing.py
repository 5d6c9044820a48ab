"""What is sealed to one node can be opened by that node alone, and does not tell how long it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import SealedBox

from exchange.federation.sealing import BLOCK_BYTES, CannotOpen, seal, unseal
from tests.federation.regions import KUNSHAN, ZHUHAI, entropy


@given(st.binary(max_size=10_000))
def test_what_is_sealed_to_a_node_is_opened_by_it(plain: bytes) -> None:
    assert unseal(seal(plain, to=KUNSHAN.box.public_key, entropy=entropy()), key=KUNSHAN.box) == plain


@pytest.mark.attack
def test_another_node_cannot_open_it() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal(b"a record", to=KUNSHAN.box.public_key, entropy=entropy()), key=ZHUHAI.box)


@pytest.mark.attack
@given(st.data())
def test_one_changed_byte_opens_nothing(data: st.DataObject) -> None:
    sealed = bytearray(seal(b"a record", to=KUNSHAN.box.public_key, entropy=entropy()))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        unseal(bytes(sealed), key=KUNSHAN.box)


@given(st.binary(max_size=500))
def test_any_bytes_open_or_do_not(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(raw, key=KUNSHAN.box)


def test_a_refusal_is_as_long_as_a_short_record() -> None:
    lengths = {
        len(seal(b"x" * size, to=KUNSHAN.box.public_key, entropy=entropy())) for size in (0, 1, 900, 4095)
    }
    assert len(lengths) == 1


def test_the_same_words_are_never_sealed_to_the_same_bytes() -> None:
    draw = entropy()
    assert seal(b"x", to=KUNSHAN.box.public_key, entropy=draw) != seal(
        b"x", to=KUNSHAN.box.public_key, entropy=draw
    )


def test_it_is_the_sealed_box_of_libsodium() -> None:
    """So that anybody can open it with other software."""
    opened = SealedBox(KUNSHAN.box).decrypt(seal(b"x", to=KUNSHAN.box.public_key, entropy=entropy()))
    assert opened == b"x\x80" + bytes(BLOCK_BYTES - 2)
    theirs = SealedBox(KUNSHAN.box.public_key).encrypt(opened)
    assert unseal(theirs, key=KUNSHAN.box) == b"x"
