"""At the counter: a patient shows a code, experts look together, a result of elsewhere is relied on."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from exchange.instants import CHINA
from exchange.recognition.result import MARK
from tests.cli.typing_in import typed

DOCTOR, SECOND, STRANGER = "ks-dr-005", "ks-dr-006", "ks-dr-011"
PATIENT = "p-1"
RECORDS = [
    {
        "resourceType": "Patient",
        "id": PATIENT,
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    }
]
CODE = re.compile(r"[0-9A-Y]{5}-[0-9A-Y]{5}\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with one patient, who lets the hospital of Chinese medicine see the record for her care."""
    folder = tmp_path_factory.mktemp("evidence")
    file = folder / "people.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, RECORDS)))
    node = folder / "kunshan"
    agreed = (
        "--to",
        "ks-tcm-hospital",
        "--for",
        "TREAT",
        "--confirm",
        "sensitive",
        "--confirm",
        "third-party",
    )
    for words in (
        ("init", str(node), "--region", "320583", "--name", "昆山市健康信息平台"),
        ("--node", str(node), "records", "import", str(file)),
        ("--node", str(node), "consent", "grant", PATIENT, *agreed),
    ):
        done = typed(*words)
        assert done.exit_code == 0, done.stderr
    assert asked(node).exit_code == 0  # the rules are compiled from here on
    return node


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "kunshan"))


def code(node: Path, *more: str) -> Result:
    words = ("consent", "code", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT")
    return typed("--node", str(node), *words, *more)


def asked(node: Path, *more: str, lang: str = "en") -> Result:
    words = ("exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--as", DOCTOR)
    return typed("--lang", lang, "--node", str(node), *words, *more)


def test_a_code_is_told_once_on_standard_output(node: Path) -> None:
    told = code(node)
    assert told.exit_code == 0
    assert CODE.fullmatch(told.stdout)
    assert told.stderr.startswith("hutong: good for one look until ")
    assert told.stdout.strip() not in told.stderr


def test_a_code_as_json(node: Path) -> None:
    told = orjson.loads(code(node, "--minutes", "60", "--json").stdout_bytes)
    assert set(told) == {"code", "until", "entry"}


def test_a_code_can_be_drawn_for_a_scanner(node: Path) -> None:
    told = code(node, "--qr").stdout
    first, _, drawing = told.partition("\n")
    assert CODE.fullmatch(first + "\n")
    assert set(drawing) <= set("█▀▄ \n")
    assert len({len(line) for line in drawing.splitlines()}) == 1


@pytest.mark.parametrize("minutes", ["0", "61", "-1", "x"])
def test_a_code_lasts_minutes_not_days(node: Path, minutes: str) -> None:
    told = code(node, "--minutes", minutes)
    assert (told.exit_code, told.stdout) == (2, "")


def test_a_code_opens_the_record_once_and_the_second_time_says_what_to_do(node: Path) -> None:
    shown = code(node).stdout.strip()
    assert orjson.loads(asked(node, "--code", shown.lower()).stdout_bytes)["resourceType"] == "Bundle"
    for lang, words in (("en", "ask the patient for a new code"), ("zh", "请患者重新出示健康码")):
        told = asked(node, "--code", shown, lang=lang)
        assert (told.exit_code, told.stdout) == (3, "")
        assert "CODE_NOT_VALID" in told.stderr
        assert words in told.stderr


def test_a_mistyped_code_asks_nobody_and_is_not_repeated(node: Path) -> None:
    told = asked(node, "--code", "11111-11111")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "mistyped" in told.stderr
    assert "11111" not in told.stderr


def test_a_case_and_a_code_are_two_grounds(node: Path) -> None:
    told = asked(node, "--code", "11111-11111", "--case", "referral:r-1")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "--case and --code exclude each other" in told.stderr


def test_who_of_several_may_not_see_it_is_named(node: Path) -> None:
    assert asked(node, "--with", SECOND).exit_code == 0
    told = asked(node, "--with", SECOND, "--with", STRANGER)
    assert (told.exit_code, told.stdout) == (3, "")
    assert f"refused: {STRANGER}: " in told.stderr
    assert f"{SECOND}:" not in told.stderr
    assert f"已拒绝：{STRANGER}:" in asked(node, "--with", STRANGER, lang="zh").stderr


def test_what_was_shown_is_told_to_the_patient(node: Path) -> None:
    asked(node, "--code", code(node).stdout.strip())
    for lang, words in (("en", "and you showed your code"), ("zh", "且您出示了健康码")):
        assert words in typed("--lang", lang, "--node", str(node), "audit", "who-saw", PATIENT).stdout


def test_status_is_well_after_all_of_it(node: Path) -> None:
    asked(node, "--code", code(node).stdout.strip())
    asked(node, "--with", STRANGER)
    assert typed("--node", str(node), "status").exit_code == 0


# ---- results of elsewhere


def record(place: Path, **more: object) -> str:
    result = {
        "resourceType": "Observation",
        "id": "k-1",
        "meta": {"tag": [{"system": MARK, "code": "national"}]},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "performer": [{"reference": "Organization/ks-tcm-hospital"}],
    }
    file = place / "record.json"
    entries = [{"resource": result | more}]
    file.write_bytes(orjson.dumps({"resourceType": "Bundle", "id": "b", "entry": entries}))
    return str(file)


def recognise(node: Path, file: str, *more: str, lang: str = "en") -> Result:
    words = ("exchange", "recognise", file, "--result", "Observation/k-1", "--by", "ks-dr-001")
    return typed("--lang", lang, "--node", str(node), *words, *more)


def today() -> str:
    return datetime.now(UTC).astimezone(CHINA).date().isoformat()


def test_a_result_of_today_is_recognised(node: Path, tmp_path: Path) -> None:
    file = record(tmp_path, effectiveDateTime=today())
    told = recognise(node, file)
    assert (told.exit_code, told.stdout) == (0, "recognised: day 0 of 60\n")
    assert recognise(node, file, lang="zh").stdout.startswith("互认：")


def test_a_result_that_is_too_old_is_not(node: Path, tmp_path: Path) -> None:
    told = recognise(node, record(tmp_path, effectiveDateTime="2026-01-01"))
    assert told.exit_code == 3
    assert told.stdout.startswith("not recognised: ")
    assert "outside 60 days (" in told.stdout


def test_a_decline_says_why_or_is_none(node: Path, tmp_path: Path) -> None:
    file = record(tmp_path, effectiveDateTime=today())
    declined = recognise(node, file, "--decline", "emergency")
    assert (declined.exit_code, declined.stdout) == (0, "declined: in an emergency; day 0 of 60\n")
    for reason in ("", "no time"):
        told = recognise(node, file, "--decline", reason)
        assert told.exit_code == 3
        assert told.stdout.startswith("not declined: it counts: ")


def test_the_answer_as_json(node: Path, tmp_path: Path) -> None:
    told = recognise(node, record(tmp_path), "--json")
    assert told.exit_code == 3
    document = orjson.loads(told.stdout_bytes)
    assert (document["outcome"], document["age"]) == ("not-recognised", None)
    assert document["reasons"][0]["zh"]


def test_a_file_that_holds_no_such_result_is_said(node: Path, tmp_path: Path) -> None:
    told = recognise(node, record(tmp_path, id="k-2"))
    assert (told.exit_code, told.stdout) == (6, "")
    assert "holds no result of that name" in told.stderr
