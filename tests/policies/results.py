"""Results of elsewhere, and whether they count here: mutual recognition as people would tell it.

The plain one: a potassium of the seventh day before, measured in Suzhou under the city's mark, asked for in Kunshan.
"""

from dataclasses import dataclass, field

from tests.policies.asking import Question

POTASSIUM: Question = {
    "at": "2026-03-09T01:00:00+00:00",
    "region": "320583",
    "result": {
        "codes": ["2823-3"],
        "status": "final",
        "performed_on": "2026-03-02",
        "region": "320500",
        "mark": "city",
    },
    "decline": None,
}


@dataclass(frozen=True)
class Row:
    """`reasons` are why not."""

    says: str
    outcome: str
    reasons: frozenset[str]
    question: Question = field(repr=False)


def _asked(changes: dict[str, object]) -> Question:
    outer: Question = {name: changes.pop(name) for name in ("at", "decline") if name in changes}
    here: Question = {"region": changes.pop("here")} if "here" in changes else {}
    return {**POTASSIUM, **outer, **here, "result": {**POTASSIUM["result"], **changes}}


def _counts(says: str, outcome: str = "recognised", /, **changes: object) -> Row:
    return Row(says, outcome=outcome, reasons=frozenset(), question=_asked(changes))


def _not(says: str, reasons: str, /, **changes: object) -> Row:
    return Row(says, outcome="not-recognised", reasons=frozenset(reasons.split()), question=_asked(changes))


def _no_decline(says: str, reason: str, /, **changes: object) -> Row:
    return Row(says, outcome="decline-refused", reasons=frozenset((reason,)), question=_asked(changes))


RESULTS = (
    _counts("a potassium on its seventh day"),
    _not("a potassium of eight days", "RESULT_OUTSIDE_VALIDITY", performed_on="2026-03-01"),
    _not("one whose eighth day has just begun in China", "RESULT_OUTSIDE_VALIDITY", at="2026-03-09T16:00:00Z"),
    _counts("one whose seventh day is nearly over", at="2026-03-09T23:59:59+08:00"),
    _counts("one of today", performed_on="2026-03-09"),
    _not("one of tomorrow", "RESULT_NOT_DATED", performed_on="2026-03-10"),
    _not("one of no day", "RESULT_NOT_DATED", performed_on=None),
    _counts("chemistry of thirty days", codes=["22664-7"], performed_on="2026-02-07"),
    _not("chemistry of thirty-one", "RESULT_OUTSIDE_VALIDITY", codes=["22664-7"], performed_on="2026-02-06"),
    _counts("HbA1c of sixty days", codes=["4548-4"], performed_on="2026-01-08"),
    _not("HbA1c of sixty-one", "RESULT_OUTSIDE_VALIDITY", codes=["4548-4"], performed_on="2026-01-07"),
    _not("of two kinds the shorter counts", "RESULT_OUTSIDE_VALIDITY", codes=["4548-4", "2823-3"],
         performed_on="2026-02-01"),
    _not("a kind on no list", "NO_VALIDITY_FOR_KIND", codes=["0000-0"]),
    _not("no code at all", "NO_VALIDITY_FOR_KIND", codes=[]),
    _not("a preliminary result", "RESULT_NOT_FINAL", status="preliminary"),
    _not("one entered in error", "RESULT_NOT_FINAL", status="entered-in-error"),
    _counts("a corrected one", status="corrected"),
    _not("no mark", "RESULT_WITHOUT_MARK", mark=None),
    _not("a mark nobody knows", "MARK_NOT_HERE", mark="world"),
    _not("a city's mark in another city", "MARK_NOT_HERE", region="320100"),
    _counts("a province's mark in another city", region="320100", mark="province"),
    _not("a province's mark in another province", "MARK_NOT_HERE", region="310101", mark="province"),
    _counts("a consortium's mark in another province", region="310101", mark="consortium"),
    _not("a consortium's mark outside it", "MARK_NOT_HERE", region="440400", mark="consortium"),
    _counts("Tianjin recognises Beijing", here="120103", region="110101", mark="consortium"),
    _counts("the national mark everywhere", region="650100", mark="national"),
    _not("everything that is wrong is said", "MARK_NOT_HERE RESULT_NOT_FINAL RESULT_OUTSIDE_VALIDITY",
         region="440400", status="registered", performed_on="2025-03-02"),
    _counts("declined, as the condition changed", "declined", decline={"reason": "condition-changed"}),
    _counts("declined before an operation", "declined", decline={"reason": "before-major-measure"}),
    _no_decline("declined without a word", "DECLINE_WITHOUT_REASON", decline={"reason": None}),
    _no_decline("declined for the income", "DECLINE_REASON_UNKNOWN", decline={"reason": "income"}),
    _no_decline("declined for an empty reason", "DECLINE_REASON_UNKNOWN", decline={"reason": ""}),
    _not("what does not count needs no decline", "RESULT_WITHOUT_MARK", mark=None, decline={"reason": None}),
)  # fmt: skip
