"""The demonstration, told whole with its 300 people, and then searched for what must not be in it."""

import json
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.errors import DemoStopped, FolderTaken
from cli.story import tell
from cli.story.cast import PATIENT
from cli.story.stage import Answered, Stage, free_ports, listening
from exchange.directory import parse_directory, starter
from exchange.receipts import check_receipt
from exchange.receipts.errors import ReceiptWrong
from exchange.wiring import open_node, verifier_key
from exchange.withdrawal.incoming import incoming
from exchange.withdrawal.outgoing import notices
from ledger.errors import ProofWrong
from ledger.proof import check, prove
from ledger.verify import verify
from tests.cli.typing_in import typed
from tests.sample.secrets import secrets

NODES = ("kunshan", "zhuhai", "tianjin")
# What holds health records by its purpose; everything else in a node must say nothing about anybody.
RECORDS = ("records.db", "records.db-wal", "records.db-shm")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Told:
    """The folder the demonstration left, and every line it printed."""

    folder: Path
    lines: tuple[str, ...]

    def after(self, start: str) -> str:
        """What was printed from the first line with `start` in it to the next command."""
        first = next(n for n, line in enumerate(self.lines) if start in line)
        rest = self.lines[first + 1 :]
        stop = next((n for n, line in enumerate(rest) if line.startswith(("  $ ", "■"))), len(rest))
        return "\n".join(rest[:stop])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    lines: list[str] = []
    tell(
        folder,
        300,
        lines.append,
        {name: value for name, value in os.environ.items() if name != "HUTONG_LANG"},
    )
    return Told(folder, tuple(lines))


@pytest.fixture(scope="module")
def people(told: Told) -> frozenset[str]:
    """Everything that says who a patient is; not the names that somebody on a staff list happens to share."""
    staff = {one.name_zh for one in parse_directory(starter(), "starter.toml").people()}
    return secrets(told.folder / "people") - staff


def requests(told: Told) -> list[str]:
    return [line for line in told.lines if "exchange request" in line]


def test_a_region_that_puts_back_an_old_ledger_is_told_who_saw_a_longer_one(told: Told) -> None:
    (asked,) = (line for line in requests(told) if "--node tianjin-restored " in line)
    answer = "\n".join(told.lines[told.lines.index(asked) + 1 :][:3])
    assert "ks-platform" in answer
    assert "exit code 4" in answer


def test_the_same_request_is_refused_then_released_then_refused_again(told: Told) -> None:
    asked = [line.split(" -o ")[0] for line in requests(told) if "--node tianjin " in line]
    assert len(asked) == 3
    assert len(set(asked)) == 1
    answers = [n for n, line in enumerate(told.lines) if line in requests(told) and "--node tianjin " in line]
    refused = ["(exit code 3; stdout 0 bytes)" in "\n".join(told.lines[n : n + 4]) for n in answers]
    assert refused == [True, False, True]


def test_what_the_patient_excepted_is_not_in_the_record_that_travelled(told: Told) -> None:
    bundle = json.loads((told.folder / "record.json").read_bytes())
    labels = {
        label["code"]
        for entry in bundle["entry"]
        for label in entry["resource"].get("meta", {}).get("security", ())
    }
    assert bundle["total"] == len(bundle["entry"]) > 50
    assert "PSY" not in labels
    held = [json.loads(line) for line in _lines(told.folder / "people" / "320583", PATIENT)]
    assert any(label["code"] == "PSY" for one in held for label in one.get("meta", {}).get("security", ()))


def test_she_reads_who_looked_in_plain_sentences(told: Told) -> None:
    zh = told.after(f"audit who-saw {PATIENT}")
    assert "天津海河总医院的" in zh
    assert "被拒绝：您没有同意" in zh
    assert "查看了您的健康档案" in zh
    assert any("saw your record" in line and "Allowed because" in line for line in told.lines)


def test_both_sides_have_recorded_it(told: Told) -> None:
    with open_node(told.folder / "kunshan", {}) as node:
        here = [one.entry for one in node.log.scan() if one.entry.organisation == "tj-medical-hospital"]
    with open_node(told.folder / "tianjin", {}) as node:
        there = [one.entry for one in node.log.scan() if one.entry.organisation == "tj-medical-hospital"]
    assert [one.decision for one in here if one.subtype in ("disclose", "refuse")] == [
        "deny", "permit", "permit", "deny",
    ]  # fmt: skip
    assert [one.decision for one in there if one.phase == "outcome"] == ["deny", "permit", "deny"]


def test_her_receipt_holds_without_a_node_and_the_falsified_one_does_not(told: Told) -> None:
    key = verifier_key(told.folder / "kunshan", {})
    shown = check_receipt((told.folder / "receipt.json").read_bytes(), key)
    assert "到 2027-12-31 为止" in shown.sentence["zh"]
    with pytest.raises(ReceiptWrong):
        check_receipt((told.folder / "falsified.json").read_bytes(), key)
    assert "(exit code 4; stdout 0 bytes)" in told.after("consent check falsified.json")


def test_the_rules_refuse_the_clinic_until_she_shows_a_code_and_the_code_opens_once(told: Told) -> None:
    with open_node(told.folder / "kunshan", {}) as node:
        clinic = [one.entry for one in node.log.scan() if one.entry.organisation == "zh-township-centre"]
    assert [one.why for one in clinic if one.subtype == "refuse"] == [
        "GRASSROOTS_NEEDS_REFERRAL", "CODE_NOT_VALID",
    ]  # fmt: skip
    assert [one.decision for one in clinic if one.phase == "outcome"] == ["permit"]
    assert "您出示了健康码" in told.after("--lang zh audit who-saw")


def test_the_refusal_is_explained_in_a_few_lines_and_on_a_page(told: Told) -> None:
    few = told.after("decision explain")
    page = (told.folder / "decision.html").read_text("utf-8")
    assert 5 < len(few.splitlines()) < 12
    for said in (few, page):
        assert "GRASSROOTS_NEEDS_REFERRAL" in said
        assert "《个人信息保护法》第六条" in said


def test_both_regions_that_received_data_signed_for_the_withdrawal_within_seconds(told: Told) -> None:
    with open_node(told.folder / "kunshan", {}) as node:
        sent = {one.recipient: one for one in notices(node.office)}
    assert {name: (one.told, one.done) for name, one in sent.items()} == {
        "tj-platform": ("received", "deleted"),
        "zh-platform": ("received", ""),
    }
    assert all(one.lag_seconds is not None and 0 < one.lag_seconds < 60 for one in sent.values())
    with open_node(told.folder / "tianjin", {}) as node:
        assert [(one.peer, one.done) for one in incoming(node.office)] == [("ks-platform", "deleted")]
    reached = told.after("consent reach")
    assert "已收到" in reached
    assert "已删除" in reached


def test_the_rules_named_at_the_end_are_those_every_decision_was_made_by(told: Told) -> None:
    with open_node(told.folder / "kunshan", {}) as node:
        named = {one.entry.policy for one in node.log.scan() if one.entry.policy}
    assert len(named) == 1
    assert named.pop() in told.after("policy status")


def test_every_decision_of_the_story_is_made_again_the_same(told: Told) -> None:
    assert any("made again: " in line and " 0 different; 0 cannot" in line for line in told.lines) or any(
        "0 次不同；0 次无法重做" in line for line in told.lines
    )


@pytest.mark.parametrize("name", NODES)
def test_every_ledger_verifies(told: Told, name: str) -> None:
    folder = told.folder / name
    assert verify(folder / "ledger.db", verifier_key(folder, {})).ok


def test_the_projects_receipt_is_checked_offline_with_the_nodes_key(told: Told) -> None:
    receipt = (told.folder / "extract" / "receipt.json").read_bytes()
    shown = check(receipt, verifier_key(told.folder / "kunshan", {}))
    assert (shown.entry.type, shown.entry.subtype, shown.pinned) == ("research", "extract", True)
    with pytest.raises(ProofWrong):
        check(receipt, verifier_key(told.folder / "tianjin", {}))


def test_a_proof_of_any_entry_can_be_made_afterwards(told: Told) -> None:
    with open_node(told.folder / "kunshan", {}) as node:
        for one in node.log.scan(0, 20):
            assert check(prove(node.log, one.id), node.vkey).index == one.index


# --- nothing personal ---


@pytest.mark.parametrize("name", NODES)
def test_nothing_personal_in_any_file_of_a_node_but_the_records(
    told: Told, people: frozenset[str], name: str
) -> None:
    files = [path for path in _files(told.folder / name) if path.name not in RECORDS]
    assert {"ledger.db", "vault.db"} <= {path.name for path in files}
    for path in files:
        assert _found(path.read_bytes(), people) == set(), path.name


def test_nothing_personal_in_anything_the_commands_printed(told: Told, people: frozenset[str]) -> None:
    assert _found("\n".join(told.lines).encode(), people) == set()


@pytest.mark.parametrize("name", ["receipt.json", "receipt.html", "decision.html"])
def test_what_she_takes_home_and_what_a_lawyer_reads_say_no_name_and_no_number_of_hers(
    told: Told, people: frozenset[str], name: str
) -> None:
    assert _found((told.folder / name).read_bytes(), people) == set()


def test_nothing_personal_in_what_the_project_received(told: Told, people: frozenset[str]) -> None:
    ids = {
        json.loads(line)["id"]
        for line in (told.folder / "people" / "320583" / "Patient.ndjson").read_bytes().splitlines()
    }
    for path in _files(told.folder / "extract"):
        assert _found(path.read_bytes(), people | ids) == set(), path.name


def test_the_search_would_have_found_it(told: Told, people: frozenset[str]) -> None:
    """The control: the same search, where people's data belong."""
    assert len(people) > 1000
    assert len(_found((told.folder / "kunshan" / "records.db").read_bytes(), people)) > 100
    assert _found((told.folder / "record.json").read_bytes(), people)


def test_the_reason_of_an_emergency_and_the_consent_itself_are_sealed(told: Told) -> None:
    for text in ("胸痛待查", "精神科", "psychiatric", "tj-medical-hospital 查看", PATIENT):
        assert text.encode() not in (told.folder / "kunshan" / "ledger.db").read_bytes()


def test_a_folder_with_something_in_it_is_left_alone(told: Told) -> None:
    with pytest.raises(FolderTaken):
        tell(told.folder, 300, lambda _: None, {})


# --- the stage it is told on ---


def test_it_stops_where_a_command_answers_otherwise_than_the_story_goes_on(tmp_path: Path) -> None:
    lines: list[str] = []
    stage = Stage(tmp_path, lines.append, os.environ, "en")
    with pytest.raises(DemoStopped, match="exit code 0 instead of 3 from hutong --version"):
        stage.types("--version", expect=3)
    assert lines[0] == "  $ hutong --version"
    with pytest.raises(DemoStopped, match="exit code 2 instead of 0"):
        stage.types_each([("--version",), ("--no-such-option",)])
    assert "error" in lines[-2]


def test_a_node_that_cannot_be_served_stops_it_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lambda _: None, os.environ, "en")
    (port,) = free_ports(1)
    with (
        stage.serving("nowhere", port) as served,
        pytest.raises(DemoStopped, match="exit code 2 instead of 0"),
    ):
        listening([served])


def test_a_node_is_stopped_also_by_a_story_that_runs_where_nobody_hears_ctrl_c(tmp_path: Path) -> None:
    assert typed("init", str(tmp_path / "kunshan"), "--region", "320583", "--name", "昆山").exit_code == 0
    stage = Stage(tmp_path, lambda _: None, os.environ, "en")
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stage.serving("kunshan", free_ports(1)[0]) as served:
            assert served.process.poll() is None
    finally:
        signal.signal(signal.SIGINT, heard)
    assert served.process.returncode is not None


def test_a_command_is_typed_again_until_the_others_have_done_their_part(tmp_path: Path) -> None:
    lines: list[str] = []
    answers: list[str] = []

    def third(answer: str) -> bool:
        answers.append(answer)
        return len(answers) == 3

    Stage(tmp_path, lines.append, os.environ, "en").types("--version", until=third)
    assert len(answers) == 3
    assert len([line for line in lines if line.startswith("  $ ")]) == 1


def test_a_part_of_an_answer_is_told_as_a_part() -> None:
    answered = Answered(0, "title\n\nwho\n  she\n\nwhy\n", "")
    assert answered.part(1) == ["…", "who", "  she", "…"]
    assert answered.part(9) == []


def test_no_two_nodes_are_given_the_same_port() -> None:
    assert len(set(free_ports(20))) == 20


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _lines(folder: Path, patient: str) -> Iterator[bytes]:
    for path in sorted(folder.glob("*.ndjson")):
        yield from (line for line in path.read_bytes().splitlines() if f"Patient/{patient}".encode() in line)


def _found(content: bytes, values: Iterable[str]) -> set[str]:
    return {value for value in values if value.encode() in content}
