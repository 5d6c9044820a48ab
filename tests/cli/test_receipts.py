"""A receipt, what changed, and the answer in words: typed as one would, on a real node."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_commands import PATIENT, node
from tests.cli.typing_in import started, typed
from tests.consent.papers import DOCTOR, HOSPITAL, ask, deny, paper, permit, who

__all__ = ["node"]  # a fixture
HOSPITAL_HERE = "ks-tcm-hospital"


@pytest.fixture(scope="module")
def granted(node: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A node of its own with one consent, and that consent's id."""
    own = Path(shutil.copytree(node, tmp_path_factory.mktemp("receipts") / "node"))
    words = ("grant", PATIENT, "--to", HOSPITAL_HERE, "--for", "TREAT", "--json")
    made = typed("--node", str(own), "consent", *words, "--confirm", "third-party", "--confirm", "sensitive")
    assert made.exit_code == 0, made.stderr
    return own, json.loads(made.stdout)["consent"]


@pytest.fixture(scope="module")
def receipt(granted: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its receipt, in a folder with the page."""
    own, consent_id = granted
    folder = tmp_path_factory.mktemp("receipt")
    file, page = folder / "receipt.json", folder / "receipt.html"
    made = typed(
        "--node", str(own), "consent", "receipt", PATIENT, consent_id, "-o", str(file), "--html", str(page)
    )
    assert made.exit_code == 0, made.stderr
    assert made.stdout == ""
    code = json.loads(file.read_bytes())["code"]
    assert f"code {code}" in made.stderr
    assert code in page.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0
    return file


def key_of(own: Path) -> str:
    made = typed("--node", str(own), "node", "card")
    return str(json.loads(made.stdout)["ledger_key"])


def test_a_receipt_is_checked_without_a_node(receipt: Path, granted: tuple[Path, str]) -> None:
    checked = typed("consent", "check", str(receipt), "--key", key_of(granted[0]))
    assert checked.exit_code == 0, checked.stderr
    first, *rest = checked.stdout.splitlines()
    assert first.startswith(
        "You allow Kunshan Yufeng Hospital of Chinese Medicine to see your record for your care."
    )
    assert any("signed by the patient" in one for one in rest)
    assert any("in hutong.320583/ks-platform" in one and "signed by that ledger" in one for one in rest)
    assert checked.stderr == ""


def test_without_a_key_it_says_whose_word_is_taken(receipt: Path) -> None:
    checked = typed("--lang", "zh", "consent", "check", str(receipt), env={"HUTONG_LANG": "zh"})
    assert checked.stdout.startswith("您同意昆山市玉峰中医医院为看病查看您的记录。")
    assert "凭证自带的公钥" in checked.stderr


def test_a_changed_receipt_has_its_own_exit_code_and_no_answer(receipt: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    changed.write_bytes(receipt.read_bytes().replace(b'"TREAT"', b'"HMARKT"'))
    checked = typed("consent", "check", str(changed))
    assert (checked.exit_code, checked.stdout) == (4, "")
    assert "hutong: error: the receipt does not hold: what it says was changed" in checked.stderr


def test_the_key_of_another_ledger_is_refused(receipt: Path, granted: tuple[Path, str]) -> None:
    other = key_of(granted[0]).replace("ks-platform", "zh-platform")
    checked = typed("consent", "check", str(receipt), "--key", other)
    assert (checked.exit_code, checked.stdout) == (4, "")


def test_what_is_checked_comes_as_one_document_too(receipt: Path) -> None:
    told = json.loads(typed("consent", "check", str(receipt), "--json").stdout)
    assert told["key_given"] is False
    assert told["record"]["schema_version"] == "ISO/IEC TS 27560:2023"
    assert told["index"] < told["size"]


def test_a_receipt_of_no_consent_writes_no_file(granted: tuple[Path, str], tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    made = typed("--node", str(granted[0]), "consent", "receipt", PATIENT, "c-none", "-o", str(file))
    assert made.exit_code == 6
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_leaves_no_receipt_and_no_entry(
    granted: tuple[Path, str], tmp_path: Path
) -> None:
    own, consent_id = granted
    before = typed("--node", str(own), "ledger", "list", "--json").stdout
    words = ("consent", "receipt", PATIENT, consent_id, "-o", str(tmp_path / "r.json"))
    made = typed("--node", str(own), *words, "--html", str(tmp_path / "nowhere" / "r.html"))
    assert made.exit_code == 5
    assert list(tmp_path.iterdir()) == []
    assert typed("--node", str(own), "ledger", "list", "--json").stdout == before


def test_it_really_is_checked_by_the_program_alone(receipt: Path, tmp_path: Path) -> None:
    """In a process and a folder of its own, without a node anywhere near."""
    checked = started("consent", "check", str(receipt), capture_output=True, cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("You allow")


def test_two_files_are_compared_a_sentence_a_change(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(paper(permit(HOSPITAL, period={"end": "2026-01-09"}))), "utf-8")
    new.write_text(json.dumps(paper(permit(HOSPITAL, provision=[deny(actor=who(DOCTOR))]))), "utf-8")
    told = typed("consent", "diff", "--files", str(old), str(new))
    assert told.stdout.splitlines() == [
        "Last day: 9 Jan 2026 before, none now.",
        "New exception: you do not allow Practitioner/dr-qiao.",
    ]
    same = typed("--lang", "zh", "consent", "diff", "--files", str(old), str(old))
    assert same.stdout == "内容没有变化\n"


def test_a_consent_of_one_version_has_nothing_to_compare(granted: tuple[Path, str]) -> None:
    own, consent_id = granted
    told = typed("--node", str(own), "consent", "diff", PATIENT, consent_id)
    assert (told.exit_code, told.stdout) == (6, "")
    assert "this consent has 1" in told.stderr


def test_versions_in_the_register_are_compared(granted: tuple[Path, str], tmp_path: Path) -> None:
    own, consent_id = granted
    shown = typed("--node", str(own), "consent", "show", PATIENT, consent_id, "--fhir")
    consent = json.loads(shown.stdout)
    consent["provision"]["period"] = {"end": "2027-06-30"}
    file = tmp_path / "longer.json"
    file.write_text(json.dumps(consent), "utf-8")
    brought = typed("--node", str(own), "consent", "import", str(file), "--by", "ks-so-001")
    assert brought.stdout.splitlines()[-1].endswith("Last day: none before, now 30 Jun 2027.")
    told = typed("--node", str(own), "consent", "diff", PATIENT, consent_id, "--json")
    assert json.loads(told.stdout) == {
        "consent": consent_id,
        "from": 1,
        "to": 2,
        "en": ["Last day: none before, now 30 Jun 2027."],
        "zh": ["截止日期：原来没有，现在是 2027-06-30。"],
    }


@pytest.mark.parametrize("words", [["--files", "--from", "1"], ["--files", "--to", "2"]])
def test_files_have_no_versions(words: list[str], tmp_path: Path) -> None:
    assert typed("consent", "diff", "a.json", "b.json", *words).exit_code == 2


@pytest.mark.parametrize("content", ["{", "[]", '{"resourceType":"Patient"}', '{"id":"a","id":"b"}'])
def test_what_is_no_consent_is_not_compared(content: str, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(content, "utf-8")
    told = typed("consent", "diff", "--files", str(file), str(file))
    assert (told.exit_code, told.stdout) == (6, "")


def test_an_answer_is_said_in_words_beside_itself(tmp_path: Path) -> None:
    case = {"id": "one", "consents": [paper(deny(actor=who(DOCTOR)))], "request": ask()}
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), "utf-8")
    plain = json.loads(typed("consent", "decide", str(file)).stdout)
    told = typed("consent", "decide", str(file), "--words")
    answer = json.loads(told.stdout)
    assert told.exit_code == 3
    assert answer.pop("sentence") == {
        "zh": "不允许：您在 2026-02-03 不同意Practitioner/dr-qiao查看您的记录。只有您本人可以更改。",
        "en": "Not allowed: on 3 Feb 2026 you did not allow Practitioner/dr-qiao to see your record."
        " Only you can change that.",
    }
    assert answer == plain
    lines = typed("consent", "decide", "-", "--words", stdin=f"{json.dumps(case)}\n{{\n")
    first, second = map(json.loads, lines.stdout.splitlines())
    assert first["sentence"]["en"].startswith("Not allowed")
    assert "sentence" not in second


def test_lint_tells_what_is_lacking_and_how_r5_would_read_it(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(paper(permit())), "utf-8")
    told = typed("consent", "lint", str(file))
    assert (
        "does not take effect yet: Consent.provision.actor: the patient's consent does not name"
        in told.stdout
    )
    assert "R5: decision deny, and what the root rule says as the exception to it" in told.stdout
    (one,) = json.loads(typed("consent", "lint", str(file), "--json").stdout)
    assert one["takes_effect"] is False
    assert [lack["code"] for lack in one["lacks"]] == ["RECIPIENT_NOT_NAMED"]
    zh = typed("--lang", "zh", "consent", "lint", str(file))
    assert "尚不能生效：Consent.provision.actor：患者的同意没有写明由谁查看" in zh.stdout


def test_lint_names_a_code_no_import_takes(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(paper(permit(HOSPITAL, purposes=("TREATMENT",)))), "utf-8")
    told = typed("consent", "lint", str(file))
    assert "no import takes it: Consent.provision.purpose[0]" in told.stdout
