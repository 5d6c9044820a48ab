"""What the desk sees when a patient takes a consent back, typed as a person would type it."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from consent import withdraw
from exchange.consenting import consents_of
from exchange.consenting.granting import consent_entry
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node
from exchange.withdrawal.withdrawing import take_back
from tests.cli.typing_in import typed

PATIENT, HOSPITAL, DOCTOR = "ks-pt-0001", "ks-tcm-hospital", "ks-dr-005"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node where another hospital of the region has received a patient's record."""
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "people", patients=12, seed=1, today=date(2026, 11, 1))
    found_node(folder / "node", Founding(region="320583", name="昆山", node_id="", organisation=""))
    with open_node(folder / "node", {}) as node:
        take_in(node, [folder / "people" / "320583"])
    granting = ("--to", HOSPITAL, "--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party")
    assert typed("--node", str(folder / "node"), "consent", "grant", PATIENT, *granting).exit_code == 0
    asking = ("--patient", PATIENT, "--for", "TREAT", "--as", DOCTOR, "-o", str(folder / "record.json"))
    assert typed("--node", str(folder / "node"), "exchange", "request", *asking).exit_code == 0
    return folder


@pytest.fixture
def node(made: Path, tmp_path: Path) -> str:
    return str(shutil.copytree(made / "node", tmp_path / "node"))


def consent(node: str) -> str:
    return str(json.loads(typed("--node", node, "consent", "list", PATIENT, "--json").stdout)[0]["consent"])


def test_before_and_after_in_both_languages(node: str) -> None:
    before = typed("--node", node, "consent", "reach", PATIENT, consent(node))
    assert "may still be used: the consent stands" in before.stdout
    revoked = typed("--node", node, "consent", "revoke", PATIENT, consent(node))
    assert revoked.exit_code == 0
    assert "recipients here to be told by a person: 1; hutong notice outgoing lists them" in revoked.stderr
    after = typed("--node", node, "--lang", "zh", "consent", "reach", PATIENT, consent(node))
    assert "本地机构" in after.stdout
    assert "尚未告知" in after.stdout
    assert "无法收回" in after.stderr


def test_the_table_as_json(node: str) -> None:
    revoked = json.loads(typed("--node", node, "consent", "revoke", PATIENT, consent(node), "--json").stdout)
    (one,) = revoked["reach"]
    told = (one["kind"], one["recipient"], one["region"], one["purpose"], one["state"], one["lag_seconds"])
    assert told == ("organisation", HOSPITAL, "320583", "TREAT", "waiting", None)
    reached = json.loads(typed("--node", node, "consent", "reach", PATIENT, consent(node), "--json").stdout)
    assert reached["reach"] == revoked["reach"]
    assert {"en", "zh"} == set(reached["not_recalled"][0])


def test_a_recipient_here_is_told_by_hand(node: str) -> None:
    typed("--node", node, "consent", "revoke", PATIENT, consent(node))
    (waiting,) = json.loads(typed("--node", node, "notice", "outgoing", "--json").stdout)
    words = (
        "notice",
        "told",
        waiting["notice"],
        "--by",
        "ks-so-001",
        "--channel",
        "letter",
        "--done",
        "deleted",
    )
    assert typed("--node", node, *words).exit_code == 0
    assert typed("--node", node, "notice", "outgoing").stderr == "hutong: nothing found\n"
    assert "told by our officer" in typed("--node", node, "notice", "outgoing", "--all").stdout
    again = typed("--node", node, *words[:-2])
    assert again.exit_code == 2
    assert "no notice to a recipient waits under this entry" in again.stderr


def test_nobody_is_missing_from_the_list_after_a_crash(node: str) -> None:
    """The statement is on record, and the node died before it counted whom it concerns."""
    with open_node(Path(node), {}) as own:
        (stored,) = consents_of(own, PATIENT)
        keys = own.vault.key_of(PATIENT)
        taken_back = withdraw(stored.resource, at=own.clock(), by=f"Patient/{PATIENT}")
        storing = own.consents.storing(taken_back, keys, entropy=own.desk.entropy)
        entry = consent_entry(own.office, "revoke", "U", PATIENT, storing.commitment, keys.pseudonym)
        take_back(own.office, own.desk.draft(entry, {}, key=keys.key, change=storing.change))
    (waiting,) = json.loads(typed("--node", node, "notice", "outgoing", "--json").stdout)
    assert (waiting["recipient"], waiting["state"], waiting["unknown"]) == (HOSPITAL, "waiting", [])


def test_nothing_to_send_is_no_trouble(node: str) -> None:
    sent = typed("--node", node, "notice", "send")
    assert (sent.exit_code, sent.stdout) == (0, "")
    assert json.loads(typed("--node", node, "notice", "send", "--json").stdout) == []


def test_only_an_officer_answers_other_nodes(node: str) -> None:
    entry = "01964a3c-0000-7000-8000-000000000001"
    words = ("--node", node, "notice", "answer", entry, "--done", "deleted", "--by")
    assert typed(*words, DOCTOR).exit_code == 3
    refused = typed(*words, "ks-so-001")
    assert refused.exit_code == 2
    assert "no notice of another node is on record under this entry" in refused.stderr


def test_a_consent_nobody_knows_is_said_so(node: str) -> None:
    assert typed("--node", node, "consent", "reach", PATIENT, "c-0000000000").exit_code == 6


def test_extracts_are_queued_run_and_cancelled(made: Path, node: str, tmp_path: Path) -> None:
    protocol = str(made / "people" / "protocol.toml")
    assert typed("--node", node, "research", "register", protocol, "--by", "ks-re-001").exit_code == 0
    project = "diabetes-control-2026"
    queued = typed(
        "--node",
        node,
        "research",
        "queue",
        project,
        "--out",
        str(tmp_path / "x"),
        "--by",
        "ks-re-001",
        "--json",
    )
    entry = json.loads(queued.stdout)["entry"]
    assert "waits" in typed("--node", node, "research", "jobs").stdout
    ran = typed("--node", node, "research", "run", "--json")
    assert ran.exit_code == 3
    assert "is not approved" in ran.stderr
    (one,) = json.loads(ran.stdout)
    assert (one["job"], one["extracted"]) == (entry, None)
    assert typed("--node", node, "research", "cancel", entry, "--by", "ks-re-001").exit_code == 2
    assert "refused" in typed("--node", node, "research", "jobs", "--all").stdout
    assert typed("--node", node, "research", "run").stderr == "hutong: no extract waits\n"


def test_a_project_without_withdrawals_has_an_empty_list(made: Path, node: str) -> None:
    typed("--node", node, "research", "register", str(made / "people" / "protocol.toml"), "--by", "ks-re-001")
    project = "diabetes-control-2026"
    assert json.loads(typed("--node", node, "research", "withdrawals", project, "--json").stdout) == []
    assert typed("--node", node, "research", "withdrawals", project, "--done", "deleted").exit_code == 2
    assert typed("--node", node, "research", "withdrawals", "nobody").exit_code == 6
