"""The question the path builds is the one the rules expect and the schema describes, field by field."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from exchange.directory.organisation import Organisation
from exchange.path.leaving import may_leave, policy_question
from exchange.path.request import Actor, BasedOn, Request, Study
from exchange.records import ItemFacts
from policies.metadata import RULES
from policies.wasm import WasmEngine
from tests.policies.asking import OPEN, PROJECT, asked

SCHEMA: dict[str, Any] = orjson.loads((RULES.parent / "schemas" / "input.json").read_bytes())
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SHANGHAI = Organisation("sh-hospital", "上海某医院", "A Hospital", "hospital", "provincial", "310101")
KUNSHAN = Organisation("ks-hospital", "昆山某医院", "A Hospital", "hospital", "county", "320583")
INSTITUTE = Organisation("ks-institute", "昆山某院", "An Institute", "research-institute", "county", "320583")
STUDY = Study(
    project="p-1", use=("HMB",), approved=True, approved_until=date(2026, 12, 31), profile="statistics"
)


def _question(role: str, at: Organisation, purpose: str, **more: Any) -> dict[str, object]:
    actor = Actor(id="dr-1", role=role, organisation=at, groups=(), vouched_by="sh")
    one = Request(id="r", patient="Patient/p", purpose=purpose, actor=actor, asked_at=NOON, **more)
    return policy_question(
        one,
        KUNSHAN,
        consent=("permit", "CONSENT_PERMIT"),
        action="disclose",
        cross_region=True,
        at=NOON.isoformat(timespec="seconds"),
    )


def _object(schema: Any, question: Any, place: str = "") -> None:
    """`question` has exactly the fields the schema requires, all the way down."""
    assert schema["additionalProperties"] is False, place
    assert set(schema["required"]) == set(schema["properties"]) == set(question), place
    for name, inner in schema["properties"].items():
        if "properties" in inner:
            _object(inner, question[name], f"{place}.{name}")


def test_the_schema_asks_for_what_the_questions_of_these_tests_have() -> None:
    _object(SCHEMA, asked(research=PROJECT, based_on=OPEN))


def test_the_path_builds_what_the_schema_asks_for() -> None:
    case = BasedOn(kind="referral", id="r-1", open=True)
    _object(SCHEMA, _question("researcher", INSTITUTE, "CLINTRCH", research=STUDY, based_on=case))


ASKED: dict[str, tuple[dict[str, object], set[str]]] = {
    "treatment": (_question("physician", SHANGHAI, "TREAT"), {"deidentify", "seal"}),
    "coordination": (
        _question("physician", SHANGHAI, "COC", based_on=BasedOn(kind="referral", id="r-1", open=True)),
        {"deidentify", "minimum-necessary", "seal"},
    ),
    "an emergency": (
        _question("emergency-physician", SHANGHAI, "ETREAT", emergency_reason="chest pain"),
        {"deidentify", "notify-patient", "review", "seal", "time-limit"},
    ),
    "research": (
        _question("researcher", INSTITUTE, "CLINTRCH", research=STUDY),
        {"deidentify", "minimum-necessary", "seal"},
    ),
}


@pytest.mark.parametrize(("question", "obligations"), ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("items", [[], [ItemFacts("Condition/c", "Condition", confidentiality="N")]])
def test_the_rules_answer_what_the_path_asks(
    engine: WasmEngine, question: dict[str, object], obligations: set[str], items: list[ItemFacts]
) -> None:
    permission = may_leave(engine, question, items)
    assert {one.code for one in permission.obligations} == obligations
    assert permission.allowed == tuple(item.ref for item in items)


def test_items_above_the_ceiling_stay_and_the_others_leave(engine: WasmEngine) -> None:
    items = [
        ItemFacts("Condition/a", "Condition"),
        ItemFacts("Condition/b", "Condition", confidentiality="V", sensitivity=("PSY",)),
    ]
    permission = may_leave(engine, _question("nurse", SHANGHAI, "TREAT"), items)
    assert permission.allowed == ("Condition/a",)
    assert [(one.ref, one.reason) for one in permission.withheld] == [
        ("Condition/b", "CONFIDENTIALITY_ABOVE_ROLE")
    ]
