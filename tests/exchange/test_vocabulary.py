"""A misspelt code is not taken: an exception nobody can match excepts nothing."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from consent import Wish, words
from exchange.consenting import consents_of, grant, import_consents
from exchange.node.node import Node
from exchange.requesting import Ask, request_of
from exchange.vocabulary import (
    CLASS,
    KINDS,
    PURPOSE,
    PURPOSES,
    SENSITIVITY,
    SYSTEMS,
    CodeWithoutSystem,
    Kind,
    UnknownCode,
    strange_code,
)
from tests.exchange.people import AN

WISH = Wish(recipients=("Organization/ks-tcm-hospital",), purposes=("TREAT",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"except_sensitivities": ("psy",)},
        {"except_classes": ("observation",)},
        {"sensitivities": ("PSYCH",)},
        {"classes": ("Obs",)},
        {"purposes": ("TREATT",)},
        {"regions": ("12",)},
        {"roles": ("surgeon",)},
        {"uses": ("DUO:9",)},
    ],
    ids=str,
)
def test_a_wish_with_a_code_nobody_knows_is_not_recorded(
    node: Node, wrong: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(UnknownCode):
        grant(node, AN, replace(WISH, **wrong), by="counter")  # type: ignore[arg-type]  # one field at a time
    assert consents_of(node, AN) == []


@pytest.mark.parametrize(
    "typed", ["718-7", "|718-7", "loinc|718-7", "http://loinc.org|", "http://loinc.org| ", "a b:c|718-7"]
)
@pytest.mark.parametrize("refuse", [False, True])
@pytest.mark.parametrize("element", ["codes", "except_codes"])
def test_a_code_that_does_not_say_of_which_system_is_not_recorded(
    node: Node, typed: str, refuse: bool, element: str
) -> None:
    said = {element: ("http://loinc.org|2823-3", typed)}
    with pytest.raises(CodeWithoutSystem, match="code 2 is not written as SYSTEM") as raised:
        grant(node, AN, replace(WISH, refuse=refuse, **said), by="counter")  # type: ignore[arg-type]  # one field
    assert consents_of(node, AN) == []
    assert raised.value.exit_code == 2
    for told in (str(raised.value), raised.value.zh, raised.value.hint, raised.value.hint_zh):
        assert typed not in told.replace("http://loinc.org|718-7", "")
    for told in (raised.value.hint, raised.value.hint_zh):
        assert all(system in told for system in SYSTEMS)


@pytest.mark.parametrize(
    "system", [*SYSTEMS, "urn:oid:2.16.156.10011.2.3.3.11", "https://ks.example.cn/codes"]
)
def test_a_code_of_any_system_is_kept_as_it_was_said(node: Node, system: str) -> None:
    granted = grant(node, AN, replace(WISH, codes=(f"{system}|E11",)), by="counter")
    assert granted.resource["provision"]["code"] == [{"coding": [{"system": system, "code": "E11"}]}]  # type: ignore[index]  # FHIR JSON


def test_the_nearest_codes_are_told_and_not_what_was_typed() -> None:
    with pytest.raises(UnknownCode) as raised:
        SENSITIVITY.require(("PSYCH",))
    assert raised.value.hint.startswith("did you mean PSY")
    assert raised.value.hint.endswith("? all of them: hutong policy codes sensitivity")
    assert "PSYCH" not in f"{raised.value} {raised.value.zh} {raised.value.hint_zh}"


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (PURPOSE, "research", "HRESCH"),
        (PURPOSE, "看病", "TREAT"),
        (SENSITIVITY, "mental", "MH"),
        (CLASS, "诊断", "Condition"),
    ],
)
def test_whoever_types_a_word_is_told_its_code(kind: Kind, typed: str, code: str) -> None:
    with pytest.raises(UnknownCode) as raised:
        kind.require((typed,))
    assert raised.value.hint.startswith("did you mean ")
    assert code in raised.value.hint


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: str(one.name))
def test_without_a_near_one_the_first_are_told_and_where_all_are(kind: Kind) -> None:
    with pytest.raises(UnknownCode) as raised:
        kind.require(("zz",))
    assert (
        raised.value.hint
        == f"for example {', '.join(kind.codes[:10])}; all of them: hutong policy codes {kind.name}"
    )
    assert set(kind.codes) == kind.known


def test_a_request_puts_no_word_of_its_own_into_the_ledger(node: Node) -> None:
    for wrong in ({"purpose": "陈晓雅"}, {"purpose": "TREAT", "classes": ("陈晓雅的档案",)}):
        with pytest.raises(UnknownCode):
            request_of(node, Ask(patient=AN, person="ks-dr-005", **wrong))


def test_a_form_with_a_code_nobody_knows_is_set_aside(node: Node, tmp_path: Path) -> None:
    granted = grant(node, AN, replace(WISH, except_sensitivities=("PSY",)), by="counter")
    text = orjson.dumps(granted.resource | {"id": "form-1"}).replace(b'"PSY"', b'"psy"')
    (tmp_path / "forms.ndjson").write_bytes(text)
    report = import_consents(node, [tmp_path / "forms.ndjson"], by="ks-so-001")
    assert (report.new, report.rejected) == (0, 1)
    place = strange_code(orjson.loads(text))
    assert place == "Consent.provision.provision[0].securityLabel[0]"


def test_every_purpose_has_words_a_patient_can_read() -> None:
    assert set(words.PURPOSES) >= PURPOSES
