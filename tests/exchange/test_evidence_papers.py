"""Orders and agreements: a small file of the node; each for its parties, its purposes, and until its last day."""

import hashlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.audit.showing import show
from exchange.decisions import replay
from exchange.evidence.papers import Agreement, BadOrders, Order, Papers, read_papers
from exchange.evidence.weighing import weighed
from exchange.node.node import Node
from exchange.path.subject import subject_of
from exchange.status import health
from tests.exchange.nodes import NOW, Site, emergency, fill, put, question
from tests.exchange.people import AN, patient

FILE = """
[[order]]
id = "ph-2026-07"
document = "昆政办发〔2026〕7号"
authority = "ks-cdc"
purposes = ["PUBHLTH", "THREAT"]
from = 2026-01-20
until = 2026-11-25

[[agreement]]
id = "pa-2026-03"
document = "数据处理协议 2026-03"
controller = "ks-first-hospital"
processor = "ks-platform"
purposes = ["HQUALIMP"]
from = 2026-01-01
until = 2026-11-25
"""
FIRST, LAST = date(2026, 1, 20), date(2026, 11, 25)
ORDER = Order(
    id="o", document="d", purposes=("PUBHLTH",), starts=FIRST, until=LAST, authority="ks-cdc"
)  # fmt: skip
OFFICER_OF_CDC = "ks-po-003"


def _file(folder: Path, text: str) -> Path:
    file = folder / "orders.toml"
    file.write_text(text, "utf-8")
    return file


def _is_open(node: Node, person: str, case: str, purpose: str, about: str = AN) -> bool:
    asked = question(node, person, about, case=case, purpose=purpose)
    subject = subject_of(node.records, asked.patient, node.directory, node.own)
    found = weighed(asked, node.office, subject=subject, keys=node.vault.key_of(asked.patient)).based_on
    assert found is not None
    return found.open


def test_without_a_file_there_are_no_documents(tmp_path: Path) -> None:
    assert read_papers(tmp_path / "orders.toml") == Papers()


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    papers = read_papers(_file(tmp_path, FILE))
    assert [one.document for one in papers.orders] == ["昆政办发〔2026〕7号"]
    assert (papers.agreements[0].controller, papers.agreements[0].until) == ("ks-first-hospital", LAST)


def test_the_example_for_operators_can_be_used(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "let-a-patient-show-a-code.md"
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    papers = read_papers(_file(tmp_path, example))
    assert (len(papers.orders), len(papers.agreements)) == (1, 1)


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_a_document_counts_from_its_first_to_its_last_day(today: date) -> None:
    papers = Papers(orders=(ORDER,))
    holds = papers.order_holds("o", authority="ks-cdc", purpose="PUBHLTH", today=today)
    assert holds == (FIRST <= today <= LAST)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("name", "authority", "purpose"),
    [("o", "ks-platform", "PUBHLTH"), ("o", "ks-cdc", "TREAT"), ("x", "ks-cdc", "PUBHLTH"), ("", "", "")],
)
def test_an_order_is_for_its_authority_and_purposes_only(name: str, authority: str, purpose: str) -> None:
    papers = Papers(orders=(ORDER,))
    assert not papers.order_holds(name, authority=authority, purpose=purpose, today=LAST)


def test_an_agreement_is_between_these_two_and_not_the_other_way_round() -> None:
    one = Agreement(
        id="a", document="d", purposes=("HQUALIMP",), starts=FIRST, until=LAST, controller="c", processor="p"
    )
    papers = Papers(agreements=(one,))
    for controller, processor, holds in (("c", "p", True), ("p", "c", False), ("c", "c", False)):
        found = papers.agreement_holds(
            "a", controller=controller, processor=processor, purpose="HQUALIMP", today=LAST
        )
        assert found == holds


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("from = 2026-01-20\n", "", "`from`"),
        ("until = 2026-11-25", 'until = "for ever"', "until"),
        ("until = 2026-11-25", "until = 2026-01-19", "ph-2026-07"),
        ('authority = "ks-cdc"', 'authority = "ks-cdc"\nsunset = true', "sunset"),
        ('["PUBHLTH", "THREAT"]', '["PUBLIC"]', "ph-2026-07"),
        ('["PUBHLTH", "THREAT"]', "[]", "purposes"),
        ("[[agreement]]", '[[order]]\nid = "ph-2026-07"', "order"),
        ("[[order]]", "[[order]", "orders.toml"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_and_nothing_of_it_counts(
    tmp_path: Path, before: str, after: str, place: str
) -> None:
    assert before in FILE
    with pytest.raises(BadOrders, match=place) as refused:
        read_papers(_file(tmp_path, FILE.replace(before, after, 1)))
    assert refused.value.exit_code == 6


def test_the_same_number_twice_is_refused(tmp_path: Path) -> None:
    order = FILE.partition("[[agreement]]")[0]
    with pytest.raises(BadOrders, match="twice"):
        read_papers(_file(tmp_path, order + order))


def test_an_order_ends_with_its_last_day_and_a_new_one_counts_at_once(node: Node, site: Site) -> None:
    """The file is read anew for every request: no restart stands between an order and its end."""
    case = "order:ph-2026-07"
    assert not _is_open(node, OFFICER_OF_CDC, case, "PUBHLTH")
    _file(site.folder, FILE)
    assert _is_open(node, OFFICER_OF_CDC, case, "PUBHLTH")
    site.clock.now = NOW + timedelta(hours=15)  # midnight in China
    assert not _is_open(node, OFFICER_OF_CDC, case, "PUBHLTH")


@pytest.mark.attack
def test_an_order_that_ended_stays_ended_when_the_clock_is_set_back(node: Node, site: Site) -> None:
    _file(site.folder, FILE)
    case = "order:ph-2026-07"
    site.clock.pass_by(timedelta(days=2))
    put(question(node), node.office)
    site.clock.pass_by(-timedelta(days=2))
    assert not _is_open(node, OFFICER_OF_CDC, case, "PUBHLTH")


def test_the_decision_keeps_what_the_document_said_whatever_becomes_of_the_file(
    node: Node, site: Site
) -> None:
    file = _file(site.folder, FILE)
    as_read = hashlib.sha256(file.read_bytes()).hexdigest()
    answer = put(question(node, OFFICER_OF_CDC, purpose="PUBHLTH", case="order:ph-2026-07"), node.office)
    assert answer.code == "STATUTORY_DUTY"
    file.write_text(FILE.replace("7号", "8号"), "utf-8")
    told = show(node.office, answer.result.intent.id).details.told  # type: ignore[union-attr]  # it was permitted
    assert told["request"]["based_on"] == {
        "kind": "order",
        "id": "ph-2026-07",
        "open": True,
        "paper": {
            "file": as_read,
            "id": "ph-2026-07",
            "document": "昆政办发〔2026〕7号",
            "authority": "ks-cdc",
            "purposes": ["PUBHLTH", "THREAT"],
            "from": "2026-01-20",
            "until": "2026-11-25",
        },
    }
    assert replay(node.office, answer.result.intent.id).same  # type: ignore[union-attr]


def test_a_refusal_keeps_in_which_file_the_document_was_not(node: Node, site: Site) -> None:
    file = _file(site.folder, FILE)
    answer = put(question(node, "ks-so-001", purpose="HQUALIMP", case="agreement:pa-404"), node.office)
    told = show(node.office, answer.result.entry.id).details.told  # type: ignore[union-attr]  # it was refused
    kept = {"file": hashlib.sha256(file.read_bytes()).hexdigest()}
    assert told["request"]["based_on"] == {"kind": "agreement", "id": "pa-404", "open": False, "paper": kept}


# ---- a file that cannot be used


def _folder_instead(file: Path) -> None:
    file.mkdir()


def _broken(file: Path) -> None:
    file.write_text("[[order]\n", "utf-8")


@pytest.mark.parametrize("spoil", [_folder_instead, _broken])
def test_a_request_that_rests_on_a_file_nobody_can_read_is_told_so(
    node: Node, site: Site, spoil: Callable[[Path], None]
) -> None:
    spoil(site.folder / "orders.toml")
    size = node.log.size
    with pytest.raises(BadOrders, match=r"orders\.toml") as refused:
        put(question(node, OFFICER_OF_CDC, purpose="PUBHLTH", case="order:ph-2026-07"), node.office)
    assert (refused.value.exit_code, node.log.size) == (6, size)


@pytest.mark.parametrize("spoil", [_folder_instead, _broken])
def test_the_operator_is_told_what_is_wrong_with_the_file(
    node: Node, site: Site, spoil: Callable[[Path], None]
) -> None:
    spoil(site.folder / "orders.toml")
    found = next(one for one in health(node) if one.name_en == "settings")
    assert (found.ok, found.exit_code) == (False, 6)
    assert "orders.toml" in found.en
    assert "orders.toml" in found.zh


def test_where_it_cannot_be_told_what_is_in_force_nothing_is_released(node: Node, site: Site) -> None:
    _folder_instead(site.folder / "orders.toml")
    with pytest.raises(BadOrders):
        put(question(node), node.office)


@pytest.mark.parametrize("case", ["", "order:ph-2026-07", "agreement:pa-2026-03"])
@pytest.mark.parametrize("spoil", [_folder_instead, _broken])
def test_an_emergency_does_not_wait_for_the_file(
    node: Node, site: Site, spoil: Callable[[Path], None], case: str
) -> None:
    spoil(site.folder / "orders.toml")
    assert put(emergency(node, case=case), node.office).permit


def test_a_processor_works_on_the_records_of_who_hired_it(node: Node, site: Site, tmp_path: Path) -> None:
    _file(site.folder, FILE)
    elsewhere = {"reference": "Organization/ks-maternal-hospital"}
    fill(node, tmp_path, [patient("p-other", serial=77, managingOrganization=elsewhere)])
    assert not _is_open(node, "ks-so-001", "agreement:pa-2026-03", "HQUALIMP", "p-other")
    assert _is_open(node, "ks-so-001", "agreement:pa-2026-03", "HQUALIMP")  # of the platform
    assert not _is_open(node, "ks-dr-005", "agreement:pa-2026-03", "HQUALIMP")
    assert not _is_open(node, "ks-so-001", "agreement:pa-2026-03", "TREAT")
