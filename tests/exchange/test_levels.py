"""The level of what a decision let go stands on its page: as the rules had it that decided, with the label named."""

from dataclasses import replace
from functools import partial

from exchange.decisions import Explained, decisions, explain
from exchange.decisions.levels import levels
from exchange.decisions.page import Text
from exchange.node.node import Node
from exchange.policy.keeping import kept
from policies.bundle import Bundle, read_bundle
from policies.grading import Grading
from tests.exchange.nodes import allow, put, question

NAME = "level of what was permitted (GB/T 39725)"


def page_of(node: Node) -> Explained:
    """The page about the newest decision."""
    return explain(node.office, list(decisions(node.log))[-1].id, partial(kept, node.layout.policies))


def told(page: Explained, lang: str = "en") -> list[str]:
    rows = [row for section in page.page.sections for row in section.rows if row.name.en == NAME]
    return [row.text.told(lang) for row in rows]


def test_a_psychiatric_record_is_of_level_five_and_its_label_is_named(node: Node) -> None:
    allow(node)
    put(question(node), node.office)
    page = page_of(node)
    assert told(page) == [
        "level 5: strictly limited (labelled: PSY psychiatric, STD sexually transmitted disease)",
        "level 4: for narrow use",
    ]
    assert told(page, "zh")[1] == "第 4 级：可在较小范围内使用"
    assert page.as_dict()["levels"] == [
        {"en": en, "zh": zh} for en, zh in zip(told(page), told(page, "zh"), strict=True)
    ]


def test_what_was_withheld_raises_no_level(node: Node) -> None:
    allow(node, except_sensitivities=("PSY", "STD"))
    put(question(node), node.office)
    assert told(page_of(node)) == ["level 4: for narrow use"]


def test_a_refusal_has_no_level(node: Node) -> None:
    assert not put(question(node), node.office).permit
    assert told(page_of(node)) == []


def test_where_the_rules_that_decided_are_gone_no_level_is_told(node: Node) -> None:
    """Today's rules may assign another."""
    allow(node)
    put(question(node), node.office)
    entry = list(decisions(node.log))[-1]

    def other(_: str) -> Bundle:
        return replace(read_bundle(), digest="sha256:" + "0" * 64)

    assert told(explain(node.office, entry.id, other)) == []


def test_what_is_de_identified_is_told_as_it_left() -> None:
    named = {level: {"en": f"L{level}", "zh": f"{level}级", "confidentiality": [level]} for level in "1345"}
    data = {
        "labels": {"unlabelled": "4", "sensitive": "5"},
        "levels": {"named": named, "profiles": {"research": "3"}},
    }
    asked = [
        _asked("research", "HIV"),
        _asked("care", "X-LOCAL"),
        _asked("research"),
        _asked("care", allow=False),
    ]
    assert levels(Grading(data), asked) == [
        Text(
            "第 5 级：5级（带标记：HIV 艾滋病）；去标识化后为第 3 级",
            "level 5: L5 (labelled: HIV); level 3 once de-identified",
        ),
        Text("第 5 级：5级（带标记：X-LOCAL）", "level 5: L5 (labelled: X-LOCAL)"),
        Text("第 4 级：4级；去标识化后为第 3 级", "level 4: L4; level 3 once de-identified"),
    ]
    assert levels(Grading({}), asked) == []


def _asked(profile: str, *labels: str, allow: bool = True) -> dict[str, object]:
    return {
        "input": {"data": {"confidentiality": None, "sensitivities": list(labels), "classes": ["Condition"]}},
        "output": {"allow": allow, "obligations": [["deidentify", profile], ["seal", None]]},
    }
