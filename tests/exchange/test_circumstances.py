"""How a patient was recognised and which network a request came from: sealed with it, told where it is explained."""

from functools import partial
from typing import get_args

import pytest

from cli.commands.exchange.request import METHODS as CHOICES
from exchange.decisions import decisions, explain
from exchange.evidence.code import draw
from exchange.federation import messages
from exchange.node.node import Node
from exchange.node.settings import TABLE
from exchange.path.circumstances import METHODS, ZONES
from exchange.policy.keeping import kept
from exchange.wiring import open_node
from tests.cli.typing_in import typed
from tests.exchange.nodes import OTHER_DOCTOR, Site, allow, put, question
from tests.exchange.nodes import entropy as drawn
from tests.exchange.people import AN


def on_the_page(node: Node, name: str, lang: str = "en") -> list[str]:
    entry = list(decisions(node.log))[-1].id
    page = explain(node.office, entry, partial(kept, node.layout.policies)).page
    rows = [row for section in page.sections for row in section.rows]
    return [row.text.told(lang) for row in rows if row.name.told(lang) == name]


def test_the_words_are_those_one_can_type_send_and_set() -> None:
    (zone,) = (one for one in TABLE if one.key == "node.zone")
    assert set(get_args(messages.Method)) == {"", *METHODS}
    assert set(get_args(messages.Zone)) == {"", *ZONES} == set(get_args(zone.type))
    assert set(CHOICES) == set(METHODS)


def test_a_card_that_was_read_stands_on_the_page_about_the_decision(node: Node) -> None:
    allow(node)
    assert put(question(node, authn_method="health-card"), node.office).permit
    assert on_the_page(node, "how the patient was recognised") == ["resident health card read"]
    assert on_the_page(node, "患者身份核验", "zh") == ["读取居民健康卡"]


def test_it_is_on_record_for_a_refusal_too(node: Node) -> None:
    assert not put(question(node, authn_method="face"), node.office).permit
    assert on_the_page(node, "how the patient was recognised") == ["face recognised"]


def test_what_was_not_said_is_not_told(node: Node) -> None:
    allow(node)
    put(question(node), node.office)
    assert on_the_page(node, "how the patient was recognised") == []
    assert on_the_page(node, "network it came from") == []


def test_a_code_says_by_itself_how_the_patient_was_recognised(node: Node) -> None:
    shown = draw(drawn("code"))
    assert question(node, code=shown).authn_method == "code"
    assert question(node, code=shown, authn_method="health-card").authn_method == "health-card"


def test_the_network_is_the_nodes_own(site: Site) -> None:
    with open_node(
        site.folder, {"HUTONG_NODE_ZONE": "mobile"}, clock=site.clock, entropy=drawn("zone")
    ) as node:
        put(question(node), node.office)
        assert on_the_page(node, "network it came from") == ["mobile network, 5G too"]
        assert on_the_page(node, "来自网络", "zh") == ["移动网络（含 5G）"]


def test_nothing_of_it_is_in_the_entry_in_clear(node: Node) -> None:
    allow(node)
    put(question(node, authn_method="social-security-card"), node.office)
    assert not any(b"social-security" in one.body for one in node.log.scan())


@pytest.mark.parametrize(("lang", "told"), [("en", "identity card read"), ("zh", "读取居民身份证")])
def test_an_officer_reads_it_with_the_entry(site: Site, node: Node, lang: str, told: str) -> None:
    allow(node)
    put(question(node, authn_method="identity-card"), node.office)
    entry = list(decisions(node.log))[-1].id
    shown = typed("--node", str(site.folder), "audit", "show", entry, env={"HUTONG_LANG": lang})
    assert told in shown.stdout, shown.stderr


def test_it_is_typed_with_the_request(site: Site, node: Node) -> None:
    asked = typed(
        *("--node", str(site.folder), "exchange", "request", "--patient", AN, "--for", "TREAT"),
        *("--as", OTHER_DOCTOR, "--recognised-by", "social-security-card"),
    )
    assert asked.exit_code == 3
    assert on_the_page(node, "how the patient was recognised") == ["social security card read"]
