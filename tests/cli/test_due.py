"""What comes due about consents, and what an import did not do by the way, as it is typed and read."""

import json
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from tests.cli.typing_in import typed

PATIENT = "p-one"
IN_TEN_DAYS = (datetime.now(UTC) + timedelta(hours=8, days=10)).date()


def record(**more: object) -> bytes:
    one = {
        "resourceType": "Patient",
        "id": PATIENT,
        "birthDate": "1990-03-07",
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    }
    return orjson.dumps(one | more)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node with one patient, made by typing."""
    folder, file = tmp_path / "kunshan", tmp_path / "p.json"
    assert typed("init", str(folder), "--region", "320583", "--name", "昆山").exit_code == 0
    file.write_bytes(record())
    assert typed("--node", str(folder), "records", "import", str(file)).exit_code == 0
    return folder


def grant(node: Path, until: date) -> str:
    answer = typed(
        *("--node", str(node), "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT"),
        *("--until", until.isoformat(), "--confirm", "third-party", "--confirm", "sensitive", "--json"),
    )
    assert answer.exit_code == 0, answer.stderr
    return str(json.loads(answer.stdout)["consent"])


def test_from_the_list_to_the_reminder_and_back(node: Path) -> None:
    consent = grant(node, IN_TEN_DAYS)
    assert "nothing found" in typed("--node", str(node), "consent", "due", "--within", "1w").stderr
    listed = typed("--node", str(node), "consent", "due", "--within", "30d")
    assert " ".join(listed.stdout.splitlines()[1].split()) == (
        f"{PATIENT} {consent} {IN_TEN_DAYS} ends; that is its last day ask whether it should go on"
    )
    (told,) = json.loads(typed("--node", str(node), "consent", "remind", "--json").stdout)
    assert (told["patient"], told["consent"], told["what"], told["day"]) == (
        PATIENT,
        consent,
        "ends",
        IN_TEN_DAYS.isoformat(),
    )
    assert told["to"] == [f"Patient/{PATIENT}"]
    again = typed("--node", str(node), "consent", "remind")
    assert again.stdout == "nobody is to be told of anything today\n"
    (still,) = json.loads(typed("--node", str(node), "consent", "due", "--json").stdout)
    assert still["told"] is not None
    assert len(json.loads(typed("--node", str(node), "notice", "list", "--json").stdout)) == 1
    assert typed("--node", str(node), "status").exit_code == 0


def test_in_chinese(node: Path) -> None:
    grant(node, IN_TEN_DAYS)
    chinese: dict[str, str | None] = {"HUTONG_LANG": "zh"}
    assert "即将到期" in typed("--node", str(node), "consent", "due", env=chinese).stdout
    assert "已记录 1 条提醒" in typed("--node", str(node), "consent", "remind", env=chinese).stdout


@pytest.mark.parametrize("span", ["soon", "", "d", "-1d", "30", "99999d", "3y", "٣d"])
def test_a_span_is_days_or_weeks(node: Path, span: str) -> None:
    answer = typed("--node", str(node), "consent", "due", "--within", span)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "30d or 4w" in answer.stderr


def test_consents_among_the_records_are_not_taken_for_given(node: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(
        orjson.dumps({"resourceType": "Consent", "id": "c", "patient": {"reference": f"Patient/{PATIENT}"}})
    )
    answer = typed("--node", str(node), "records", "import", str(file))
    assert answer.exit_code == 0
    assert "1 of them are consents: as records they permit and refuse nothing" in answer.stderr
    assert "hutong consent import" in answer.stderr
    again = typed("--node", str(node), "records", "import", str(file), "--json")
    assert json.loads(again.stdout)["consents"] == 1


def test_another_custodian_is_set_aside_and_let_in_with_a_word(node: Path, tmp_path: Path) -> None:
    file = tmp_path / "moved.json"
    file.write_bytes(record(managingOrganization={"reference": "Organization/ks-tcm-hospital"}))
    refused = typed("--node", str(node), "records", "import", str(file))
    assert refused.exit_code == 6
    assert "--move-custodian" in refused.stderr
    allowed = typed("--node", str(node), "records", "import", str(file), "--move-custodian", "--json")
    assert (allowed.exit_code, json.loads(allowed.stdout)["custodians"]) == (0, 1)


def test_a_search_for_what_nobody_knows_is_no_empty_answer(node: Path) -> None:
    for words in (
        ("--org", "x-9"),
        ("--purpose", "X9"),
        ("--actor", "x-9"),
        ("--patient", "x-9"),
        ("--why", "X9"),
    ):
        answer = typed("--node", str(node), "audit", "search", *words)
        assert (answer.exit_code, answer.stdout) == (6, ""), words
        assert words[1] not in answer.stderr
    known = typed("--node", str(node), "audit", "search", "--purpose", "HPAYMT")
    assert (known.exit_code, known.stdout) == (0, "")


def test_people_are_named_only_where_that_is_asked_for(node: Path) -> None:
    grant(node, IN_TEN_DAYS)
    typed("--node", str(node), "consent", "remind", "--by", "ks-so-001")
    search = ("--node", str(node), "audit", "search", "--actor", "ks-so-001", "--tier", "county")
    quiet, named = typed(*search), typed(*search, "--names")
    shown = [one.stdout.splitlines()[1].split("  ")[2].strip() for one in (quiet, named)]
    assert shown[0].isascii()
    assert len(shown[0]) == 8
    assert shown[1] == registry_name(node)


def registry_name(node: Path) -> str:
    """The English name of the officer, as the node's registry has it."""
    people = tomllib.loads((node / "registry.toml").read_text("utf-8"))["person"]
    return str(next(one["name_en"] for one in people if one["id"] == "ks-so-001"))
