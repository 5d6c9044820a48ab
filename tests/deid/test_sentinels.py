"""Attacks: a secret planted anywhere in a record must never come out of a de-identified one."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import load_rules
from deid.codes import CodeSystems
from deid.rulebook import WHOLE, Rules
from tests.deid.records import cleaner

SECRET = "欧阳哨兵 Sentinel-13800000000"
RULES = load_rules("care")
# What one profile drops has no shape in its rules; between them these two know nearly every element.
SHAPES = (RULES, load_rules("research"))
DEEPEST = 3
TYPES = sorted(RULES.resources)
SAFE = ("research", "statistics")


def _planted(rules: Rules, rule: Any, name: str, depth: int) -> Any:
    """A value full of secrets in the shape the element has in FHIR: object where there are elements, else text."""
    if depth > DEEPEST:
        return SECRET
    if name == "contained":
        return [_full(rules, "Patient", max(depth, DEEPEST - 2))]
    table = rules.table(rule) if isinstance(rule, str) else rule
    return SECRET if table is None else _object(rules, table, depth)


def _object(rules: Rules, table: Mapping[str, Any], depth: int) -> dict[str, Any]:
    full = {name: _planted(rules, rule, name, depth + 1) for name, rule in table.items() if name != WHOLE}
    full |= {f"_{name}": {"id": SECRET, "extension": _extensions()} for name in tuple(full)}
    return full | {"extension": _extensions(), "fhir_comments": SECRET, SECRET: SECRET}


def _extensions() -> list[Any]:
    known = [{**dict.fromkeys(table, SECRET), "url": url} for url, table in RULES.extensions.items()]
    nested = {"url": "http://example.org/nested", "extension": [{"url": SECRET, "valueString": SECRET}]}
    return [*known, nested, {"url": SECRET, "valueString": SECRET}, SECRET]


def _full(rules: Rules, kind: str, depth: int = 0) -> dict[str, Any]:
    return _object(rules, rules.resources[kind], depth) | {"resourceType": kind}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


def _leaks(body: bytes, secret: str = SECRET) -> list[str]:
    parts = (secret, *secret.split(), "13800000000")
    return [text for text in _strings(orjson.loads(body)) if any(part in text for part in parts)]


@pytest.mark.attack
@pytest.mark.parametrize("profile", SAFE)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda rules: rules.profile)
@pytest.mark.parametrize("kind", TYPES)
def test_a_secret_in_every_place_at_once_never_comes_out(profile: str, shape: Rules, kind: str) -> None:
    cleaned = cleaner(profile).clean(orjson.dumps(_full(shape, kind)), subject="p-1")
    assert cleaned.body is None or _leaks(cleaned.body) == []


@pytest.mark.attack
@pytest.mark.parametrize("kind", ["Patient", "Observation", "Encounter", "Composition", "Medication"])
def test_nor_does_it_reach_the_report(kind: str) -> None:
    for profile in ("care", *SAFE):
        used = cleaner(profile)
        used.clean(orjson.dumps(_full(RULES, kind)), subject=SECRET)
        told = orjson.dumps(used.report.as_dict()).decode() + "\n".join(
            (*used.report.lines("zh"), *used.report.lines("en"))
        )
        assert "哨兵" not in told
        assert "Sentinel" not in told


# Shapes that pass for the real thing where nobody looks at what is written: the wrong value in the right place.
DISGUISES = [
    "张三",
    "zhang.san@example.org",
    "13800000000",
    "110101199002300012",
    "https://example.org/zhang",
    "1970-01-01 张三",
]


@pytest.mark.attack
@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(
    "kind", ["Patient", "Observation", "Encounter", "MedicationRequest", "Condition", "Claim"]
)
def test_a_value_where_a_code_a_word_or_a_number_belongs_does_not_pass(kind: str, disguise: str) -> None:
    body = orjson.dumps(_full(RULES, kind)).replace(orjson.dumps(SECRET), orjson.dumps(disguise))
    for profile in SAFE:
        cleaned = cleaner(profile).clean(body, subject="p-1")
        found = (
            [] if cleaned.body is None else [t for t in _strings(orjson.loads(cleaned.body)) if disguise in t]
        )
        assert found == []


@pytest.mark.attack
@pytest.mark.parametrize("disguise", DISGUISES)
def test_nor_does_it_pass_as_a_code_of_a_public_list(disguise: str) -> None:
    rules = load_rules("research")
    systems = CodeSystems(rules.systems, cuts=rules.cuts)
    names = [name.replace("*", "x") for name in rules.systems]
    assert [name for name in names if systems.has(name, disguise)] == []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
elements = st.sampled_from(
    sorted(RULES.vocabulary | {"resourceType", "modifierExtension", "_birthDate", "url"})
)


@given(json_values, st.sampled_from(("care", *SAFE)))
def test_any_json_is_cleaned_or_skipped_and_counted(value: Any, profile: str) -> None:
    _cleaned_or_skipped(
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) if _fits(value) else b"0", profile
    )


@given(
    st.sampled_from(TYPES),
    st.dictionaries(elements, json_values | st.dictionaries(elements, json_values, max_size=5), max_size=8),
    st.sampled_from(("care", *SAFE)),
)
def test_any_record_with_anything_in_its_elements_is_cleaned_or_skipped(
    kind: str, content: dict[str, Any], profile: str
) -> None:
    if _fits(content):
        _cleaned_or_skipped(orjson.dumps({**content, "resourceType": kind}), profile)


def _fits(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:  # integers beyond 64 bits, lone surrogates
        return False
    return True


def _cleaned_or_skipped(body: bytes, profile: str) -> None:
    used = cleaner(profile)
    cleaned = used.clean(body, subject="p-1")
    assert (cleaned.body is None) is (cleaned.skipped is not None)
    assert used.report.received.total() == 1
    assert used.report.released.total() + used.report.skipped.total() == 1
    again = cleaner(profile)
    assert again.clean(body, subject="p-1") == cleaned
    assert again.report.as_dict() == used.report.as_dict()


@given(st.binary(max_size=200))
def test_any_bytes_are_cleaned_or_skipped(body: bytes) -> None:
    _cleaned_or_skipped(body, "research")
