"""What two readers could understand differently is not taken at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.records.strict_json import NotStrict, compact, count_keys, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_whatever_json_says_is_read_as_it_was_meant(value: Any) -> None:
    read, tight = parse(json.dumps(value, indent=1).encode())
    assert read == value
    assert json.loads(tight) == value


# The characters that could make a reader lose count, each as itself or spelled out.
doubtful = st.text(alphabet=':,"\\[]{}a', max_size=4)
members = st.tuples(doubtful, doubtful, st.booleans(), st.booleans())


def spelled(text: str, out: bool) -> str:
    return '"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"' if out else json.dumps(text)


def member(key: str, value: str, key_out: bool, value_out: bool) -> str:
    return f"{spelled(key, key_out)}:{spelled(value, value_out)}"


@given(st.lists(members, unique_by=lambda one: one[0]))
def test_every_key_is_counted_once_however_it_is_spelled(pairs: list[tuple[str, str, bool, bool]]) -> None:
    raw = "{" + ",".join(member(*pair) for pair in pairs) + "}"
    assert count_keys(raw.encode()) == len(pairs)
    assert parse(raw.encode())[0] == {key: value for key, value, _, _ in pairs}


@pytest.mark.attack
@given(st.lists(members, min_size=1), st.lists(members))
def test_nothing_else_can_make_up_for_a_key_written_twice(
    before: list[tuple[str, str, bool, bool]], after: list[tuple[str, str, bool, bool]]
) -> None:
    raw = "{" + ",".join(member(*pair) for pair in (*before, before[0], *after)) + "}"
    with pytest.raises(NotStrict, match="duplicate-key"):
        parse(raw.encode())


@given(st.text(), values, values)
def test_a_key_written_twice_is_found_at_any_depth(key: str, first: Any, second: Any) -> None:
    name = json.dumps(key)
    raw = f'[{{"a":{{{name}:{json.dumps(first)},{name}:{json.dumps(second)}}}}}]'.encode()
    with pytest.raises(NotStrict, match="duplicate-key"):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a":1,"\\u0061":2}', "duplicate-key"),  # one key, spelled in two ways
        (b'{"a\\\\":1,"a\\\\":2}', "duplicate-key"),
        # A colon spelled out must not make up for the key that is missing when the value is written again.
        (b'{"a":1,"a":"\\u003a"}', "duplicate-key"),
        (b'{"a":1,"a":["\\u003a"]}', "duplicate-key"),
        (b'{"a":1,"a":2,"b":{"\\u003a":3}}', "duplicate-key"),
        (b'{"a":1,"a":2,"b":"\\\\\\u0022:"}', "duplicate-key"),
        (b'{"a":NaN}', "not-a-number"),
        (b'{"a":-Infinity}', "not-a-number"),
        (b'{"a":1e999}', "not-a-number"),
        (b'\xef\xbb\xbf{"a":1}', "byte-order-mark"),
        ('{"a":"王"}'.encode("gb18030"), "not-utf8"),
        ('{"a":1}'.encode("utf-16"), "not-utf8"),
        (b'{"a":"\\ud800"}', "not-json"),  # half of a surrogate pair
        (b'{"a":1}{"b":2}', "not-json"),
        (b'{"a":01}', "not-json"),
        (b"{'a':1}", "not-json"),
        (b"", "not-json"),
        (b'{"a":' * 255 + b"1" + b"}" * 255, "too-deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
    ],
)
def test_what_is_wrong_is_said(raw: bytes, reason: str) -> None:
    with pytest.raises(NotStrict) as caught:
        parse(raw)
    assert caught.value.reason == reason


def test_254_levels_are_not_too_deep() -> None:
    value, _ = parse(b'{"a":' * 254 + b"1" + b"}" * 254)
    assert isinstance(value, dict)


def test_the_place_is_counted_from_one() -> None:
    with pytest.raises(NotStrict) as caught:
        parse(b'{\n "a": nonsense\n}')
    assert (caught.value.line, caught.value.column) == (2, 7)


def test_a_number_keeps_its_digits() -> None:
    """A dose of 1.00 was measured finer than one of 1; and no digit of a long number may be lost."""
    assert compact(b'{ "dose": 1.00, "long": 123456789012345678901234567890 }') == (
        b'{"dose":1.00,"long":123456789012345678901234567890}'
    )
