"""A consent given by database at a terminal: what is said back, what is written down, and what it opens."""

import json
from pathlib import Path

import orjson
import pytest

from cli.wishes import DATABASES as CHOICES
from consent.databases import DATABASES
from tests.cli.typing_in import typed

PATIENT = "p-one"
HOLDER = {"reference": "Organization/ks-first-hospital"}
ME = {"reference": f"Patient/{PATIENT}"}
RECORDS = (
    {"resourceType": "Patient", "id": PATIENT, "birthDate": "1990-03-07", "managingOrganization": HOLDER},
    {"resourceType": "Condition", "id": "k-1", "subject": ME, "code": {"text": "感冒"}},
    {"resourceType": "AllergyIntolerance", "id": "a-1", "patient": ME, "code": {"text": "青霉素"}},
)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node with one patient, made by typing."""
    folder, file = tmp_path / "kunshan", tmp_path / "p.ndjson"
    assert typed("init", str(folder), "--region", "320583", "--name", "昆山").exit_code == 0
    file.write_bytes(b"\n".join(map(orjson.dumps, RECORDS)))
    assert typed("--node", str(folder), "records", "import", str(file)).exit_code == 0
    return folder


def test_the_choices_are_the_three_databases() -> None:
    assert set(CHOICES) == set(DATABASES)


def test_a_consent_for_the_medical_record_gives_no_allergy_of_the_archive(node: Path, tmp_path: Path) -> None:
    granted = typed(
        *("--node", str(node), "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT"),
        *("--database", "emr", "--confirm", "third-party", "--confirm", "sensitive"),
        env={"HUTONG_LANG": "zh"},
    )
    assert granted.exit_code == 0, granted.stderr
    assert "查看您的电子病历（整库，共 44 类记录）" in granted.stdout
    out = tmp_path / "answer.json"
    asked = typed(
        *("--node", str(node), "exchange", "request", "--patient", PATIENT, "--for", "TREAT"),
        *("--as", "ks-dr-005", "--json", "-o", str(out)),
    )
    assert json.loads(asked.stdout)["permit"], asked.stdout
    kinds = [one["resource"]["resourceType"] for one in json.loads(out.read_bytes())["entry"]]
    assert kinds == ["Condition"]


def test_the_consent_names_each_kind_beside_those_named_by_themselves(node: Path) -> None:
    granted = typed(
        *("--node", str(node), "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT"),
        *("--database", "population", "--class", "Condition", "--class", "Patient", "--json"),
        *("--confirm", "third-party", "--confirm", "sensitive"),
    )
    named = [one["code"] for one in json.loads(granted.stdout)["resource"]["provision"]["class"]]
    assert sorted(named) == ["Condition", "Group", "Patient", "Person", "RelatedPerson"]


def test_another_database_is_no_choice(node: Path) -> None:
    assert typed("consent", "grant", PATIENT, "--database", "everything").exit_code == 2


@pytest.mark.parametrize(
    ("lang", "said", "hint"),
    [
        (
            "en",
            "hutong: error: code 1 is not written as SYSTEM|CODE; nothing was recorded",
            "http://loinc.org,",
        ),
        ("zh", "第 1 个代码未写作 SYSTEM|CODE", "http://loinc.org、"),
    ],
)
def test_a_code_without_its_system_is_not_taken(node: Path, lang: str, said: str, hint: str) -> None:
    who = ("consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT")
    refused = typed("--node", str(node), "--lang", lang, *who, "--code", "1234")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert hint in refused.stderr
    assert "1234" not in refused.stderr
    assert typed("--node", str(node), *who, "--code", "http://loinc.org|2823-3").exit_code == 0
