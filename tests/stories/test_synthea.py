"""The same path on records by others: all of Synthea in, granted, asked for, extracted, verified."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from consent import Wish
from exchange.consenting import grant
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.requesting import Ask, request
from exchange.research.extract import extract
from exchange.research.projects import approve, register
from exchange.research.protocol import Cohort, Protocol
from exchange.wiring import found_node, open_node
from ledger.proof import check
from ledger.verify import verify

pytestmark = pytest.mark.slow
SINUSITIS = "http://snomed.info/sct|444814009"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("synthea") / "node"
    found_node(folder, Founding(region="320583", name="Synthea", node_id="", organisation=""))
    with open_node(folder, {}) as opened:
        report, _ = take_in(opened, [shared / "data" / "synthea" / "bundles"])
        assert report.rejected.total() == 0
        assert report.held.total() == 0
        yield opened


def test_a_second_import_changes_nothing(node: Node, shared: Path) -> None:
    report, _ = take_in(node, [shared / "data" / "synthea" / "bundles"])
    assert (report.new.total(), report.changed.total()) == (0, 0)


def test_a_record_nobody_agreed_to_share_stays(node: Node) -> None:
    patient = next(iter(node.records.patients()))
    answer = request(node, Ask(patient=patient, purpose="TREAT", person="ks-dr-005"))
    assert (answer.permit, answer.code, answer.bundle) == (False, "NO_CONSENT", b"")


def test_a_record_leaves_as_agreed(node: Node) -> None:
    patient = next(iter(node.records.patients()))
    wish = Wish(
        recipients=("Organization/ks-tcm-hospital",),
        purposes=("TREAT",),
        classes=("Condition", "MedicationRequest"),
        confirmed=("sensitive", "third-party"),
    )
    grant(node, patient, wish, by=f"Patient/{patient}")
    answer = request(node, Ask(patient=patient, purpose="TREAT", person="ks-dr-005"))
    assert answer.permit
    about = [one["resource"]["resourceType"] for one in orjson.loads(answer.bundle)["entry"]]
    assert {"Condition", "MedicationRequest"} <= set(about)
    assert not {"Observation", "Encounter", "Patient", "DiagnosticReport"} & set(about)


def test_an_extract_holds_nobodys_name_and_proves_itself(node: Node, tmp_path: Path) -> None:
    protocol = Protocol(
        id="sinusitis",
        title_zh="鼻窦炎",
        title_en="Sinusitis",
        organisation="ks-research-institute",
        principal="ks-re-001",
        purpose="CLINTRCH",
        use=("HMB",),
        valid_from=date(2020, 1, 1),
        valid_until=date(2099, 1, 1),
        cohort=Cohort(conditions=(SINUSITIS,)),
        fields={"Patient": ("gender", "birthDate"), "Condition": ("code", "onsetDateTime")},
    )
    register(node.desk, protocol, by="ks-re-001", house_key=node.house_key)
    approve(
        node.desk, node.log, "sinusitis", approval="IRB-1", until=date(2098, 1, 1), by="ks-so-001",
        house_key=node.house_key,
    )  # fmt: skip
    wish = Wish(
        recipients=("Organization/ks-research-institute",),
        purposes=("HRESCH",),
        uses=("DUO:0000006",),
        confirmed=("sensitive", "third-party", "research-broad"),
        deidentify=True,
    )
    names = set()
    for one in node.records.patients():
        grant(node, one, wish, by=f"Patient/{one}")
        person = orjson.loads(node.records.get("Patient", one).body)
        names |= {one, person["name"][0]["family"], person["address"][0]["line"][0]}
    extracted = extract(node, "sinusitis", tmp_path / "extract")
    assert extracted.numbers.patients >= node.settings["research.small_cell"]
    for path in (tmp_path / "extract").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if name in text], path.name
    assert check((tmp_path / "extract" / "receipt.json").read_bytes(), node.vkey).entry.subtype == "extract"


def test_the_ledger_of_all_this_verifies(node: Node) -> None:
    assert verify(node.log, node.vkey).ok
    assert node.log.read(node.log.size - 1).time <= datetime.now(UTC)
