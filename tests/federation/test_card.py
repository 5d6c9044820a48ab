"""A card is believed only as its node signed it, only while it is in force, and only for its own region."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import ExchangeError
from exchange.federation.card import SKEW, make_card, read_card
from exchange.federation.errors import BadCard, CardAltered, CardExpired, CardNotYetValid
from exchange.federation.keys import NodeKeys
from ledger.keys import Keys
from tests.federation.regions import (
    KUNSHAN,
    KUNSHAN_CARD,
    KUNSHAN_HOSPITAL,
    KUNSHAN_MASTER,
    NOW,
    TIANJIN,
    ZHUHAI,
    ZHUHAI_CARD,
    ZHUHAI_HOSPITAL,
    card,
    vkey,
)


def _changed(**fields: Any) -> bytes:
    return orjson.dumps({**json.loads(KUNSHAN_CARD.written), **fields})


def _signed_anew(**fields: Any) -> bytes:
    """A card with `fields`, truly signed by Kunshan: what a node that breaks the rules could send."""
    content = {**json.loads(KUNSHAN_CARD.written), **fields}
    del content["signature"]
    signed = b"hutong node card v1\n" + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    signature = KUNSHAN.signing.sign(signed).signature
    return orjson.dumps({**content, "signature": _base64(signature)})


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def test_what_is_written_is_read_back_the_same() -> None:
    assert read_card(KUNSHAN_CARD.written) == KUNSHAN_CARD


def test_blanks_and_order_of_the_file_do_not_matter() -> None:
    shuffled = dict(reversed(json.loads(KUNSHAN_CARD.written).items()))
    assert replace(read_card(orjson.dumps(shuffled)), written=b"") == replace(KUNSHAN_CARD, written=b"")


def test_the_same_secret_always_gives_the_same_two_keys() -> None:
    again = NodeKeys.of(KUNSHAN_MASTER)
    assert bytes(again.signing.verify_key) == bytes(KUNSHAN.signing.verify_key)
    assert bytes(again.box.public_key) == bytes(KUNSHAN.box.public_key)
    assert bytes(again.signing) != bytes(again.box)


def test_the_keys_are_not_shown_by_accident() -> None:
    assert "6b6b" not in repr(KUNSHAN)
    assert bytes(KUNSHAN.signing).hex() not in repr(KUNSHAN)


def test_known_keys() -> None:
    """A change here makes every card ever exchanged worthless."""
    assert (
        bytes(KUNSHAN.signing.verify_key).hex()
        == "40e8ccb14c4fc6a83956e97ec4c4029b9d39039bc8f8b995c8a1e29010648340"
    )
    assert (
        bytes(KUNSHAN.box.public_key).hex()
        == "f2bb8dd560bfb89ec5ecc9033471e61111d0e6cd173be76d79985d18576be47c"
    )


def test_known_fingerprint() -> None:
    """A change here makes operators believe that a known node is another one."""
    assert KUNSHAN_CARD.fingerprint == "48139 40904 59710 06506 20619 87246"


def test_the_fingerprint_is_short_enough_to_be_read_out() -> None:
    assert len(KUNSHAN_CARD.fingerprint.split()) == 6
    assert all(len(group) == 5 and group.isdigit() for group in KUNSHAN_CARD.fingerprint.split())


def test_a_new_card_of_the_same_node_has_the_same_fingerprint() -> None:
    renewed = card(KUNSHAN, "ks", "320583", issued=NOW)
    assert renewed.fingerprint == KUNSHAN_CARD.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        card(TIANJIN, "ks", "320583"),
        card(KUNSHAN, "kt", "320583"),
        card(KUNSHAN, "ks", "320500"),
    ],
)
def test_another_key_node_or_region_has_another_fingerprint(other: Any) -> None:
    assert other.fingerprint != KUNSHAN_CARD.fingerprint


def test_the_fingerprint_is_spoken_in_both_languages() -> None:
    assert KUNSHAN_CARD.fingerprint in KUNSHAN_CARD.spoken("en")
    assert KUNSHAN_CARD.fingerprint in KUNSHAN_CARD.spoken("zh")
    assert "昆山" in KUNSHAN_CARD.spoken("zh")


def test_the_second_before_it_expires_still_counts() -> None:
    KUNSHAN_CARD.require_valid(KUNSHAN_CARD.expires - timedelta(seconds=1))


def test_the_second_it_expires_does_not_count() -> None:
    with pytest.raises(CardExpired, match="keys on the card of ks expired on 2027-04-30") as refused:
        KUNSHAN_CARD.require_valid(KUNSHAN_CARD.expires)
    assert refused.value.exit_code == 4


def test_a_card_from_the_future_does_not_count_yet() -> None:
    early = card(KUNSHAN, "ks", "320583", issued=NOW + SKEW + timedelta(seconds=1))
    with pytest.raises(CardNotYetValid):
        early.require_valid(NOW)


def test_clocks_may_differ_by_a_minute() -> None:
    card(KUNSHAN, "ks", "320583", issued=NOW + SKEW).require_valid(NOW)


@pytest.mark.attack
@pytest.mark.parametrize(
    "fields",
    [
        {"region": "440400", "organisations": []},
        {"id": "zh"},
        {"url": "https://elsewhere.example"},
        {"name": "珠海"},
        {"box_key": _base64(bytes(TIANJIN.box.public_key))},
        {"signing_key": _base64(bytes(TIANJIN.signing.verify_key))},
        {"ledger_key": vkey("tj")},
        {"expires": "2099-01-01T00:00:00Z"},
        {"organisations": []},
        {"signature": json.loads(ZHUHAI_CARD.written)["signature"]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_card_that_was_changed_in_any_field_is_found_out(fields: dict[str, Any]) -> None:
    with pytest.raises(CardAltered):
        read_card(_changed(**fields))


@pytest.mark.attack
@pytest.mark.parametrize(
    "fields",
    [
        {"organisations": [json.loads(ZHUHAI_CARD.written)["organisations"][0]]},
        {"region": "3205"},
        {"region": "999999999"},
        {"id": "../zh"},
        {"id": ".zh"},
        {"id": "a b"},
        {"url": "ftp://ks.example"},
        {"url": "https://user@ks.example"},
        {"url": "https://ks.example/?q"},
        {"url": "https://ks.example:99999"},
        {"url": "https://"},
        {"url": "https://" + "a" * 64 + ".example"},
        {"ledger_key": "not a key"},
        {"issued": "2027-01-01T00:00:00Z", "expires": "2026-01-01T00:00:00Z"},
        {"issued": "2026-01-01T00:00:00"},
        {"version": 2},
        {"people": []},
        {"name": "a\nb"},
        {"name": ""},
    ],
    ids=str,
)
def test_a_node_cannot_say_on_its_card_what_a_card_may_not_say(fields: dict[str, Any]) -> None:
    with pytest.raises(BadCard) as refused:
        read_card(_signed_anew(**fields))
    assert refused.value.exit_code == 6


def test_signing_anew_by_the_same_rules_is_accepted() -> None:
    """So that the attacks above fail for the reason they are meant to."""
    assert read_card(_signed_anew(name="昆山")).name == "昆山"


def test_a_node_cannot_make_itself_a_card_nobody_could_read() -> None:
    with pytest.raises(BadCard):
        make_card(
            ZHUHAI,
            node="zh",
            region="440400",
            name="珠海",
            url="https://zh.example",
            ledger=Keys.only(vkey("zh")),
            organisations=[KUNSHAN_HOSPITAL],
            issued=NOW,
        )


@pytest.mark.attack
def test_a_field_given_twice_is_refused() -> None:
    twice = KUNSHAN_CARD.written.replace(b'"region":', b'"region": "440400", "region":', 1)
    with pytest.raises(BadCard, match="duplicate"):
        read_card(twice)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_card_or_a_clear_error(raw: bytes) -> None:
    with pytest.raises(ExchangeError):
        read_card(raw)


@given(st.data())
def test_one_changed_byte_is_found_out_or_changes_nothing(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(KUNSHAN_CARD.written) - 1))
    changed = bytearray(KUNSHAN_CARD.written)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        read = read_card(bytes(changed))
    except ExchangeError:
        return
    assert replace(read, written=b"") == replace(KUNSHAN_CARD, written=b"")


def test_an_organisation_is_found_by_its_id_and_no_other() -> None:
    assert ZHUHAI_CARD.organisation("zh-first-hospital") == ZHUHAI_HOSPITAL
    assert ZHUHAI_CARD.organisation("ks-first-hospital") is None
