"""Counting as it is typed: a table, a JSON document, a file for a spreadsheet, and what a refusal says."""

import csv
import re
import shutil
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import orjson
import pytest

from cli.counting import accesses, records
from cli.counting.answering import WAYS
from exchange.counting import ACCESSES_BY, RECORDS_BY
from exchange.wiring import found_node, open_node
from tests.cli.typing_in import typed
from tests.counting.house import MANAGER, PEOPLE, SUPERVISOR, agree, everybody
from tests.exchange.nodes import (
    FOUNDING,
    OFFICER,
    OTHER_DOCTOR,
    OWN_DOCTOR,
    Clock,
    entropy,
    fill,
    put,
    question,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node whose months are long over: thirty patients agreed to be counted, and all forty were seen."""
    place = tmp_path_factory.mktemp("counting")
    clock = Clock(datetime(2021, 6, 25, 1, tzinfo=UTC))
    found_node(place / "node", FOUNDING, {}, clock=clock, entropy=entropy("found"))
    with open_node(place / "node", {}, clock=clock, entropy=entropy("fill")) as node:
        fill(node, place, everybody(2021))
        agree(node, *PEOPLE[:30])
        for one in PEOPLE:
            assert put(question(node, OTHER_DOCTOR, one), node.office).permit
        for one in PEOPLE[:12]:
            assert not put(question(node, OWN_DOCTOR, one), node.office).permit
    return place / "node"


@pytest.fixture
def node(made: Path, tmp_path: Path) -> str:
    """A copy of it."""
    return str(shutil.copytree(made, tmp_path / "node"))


def test_every_way_to_count_can_be_typed_and_has_a_name() -> None:
    assert set(records.BY) == set(RECORDS_BY)
    assert set(accesses.BY) == set(ACCESSES_BY)
    assert set(WAYS) == {*RECORDS_BY, *ACCESSES_BY}


def test_a_manager_reads_a_table(node: str) -> None:
    done = typed("--node", node, "records", "count", "--as", MANAGER, "--by", "month")
    assert done.exit_code == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "month"
    assert [row.split() for row in rows] == [
        ["2021-03", "22", "22", "█" * 16],
        ["2021-04", "22", "22", "█" * 16],
        ["all", "others", "together", "33", "22"],
        ["all", "88", "22"],
    ]
    assert "multiples of 11" in done.stderr
    assert "hutong: entry " in done.stderr


def test_the_same_in_chinese(node: str) -> None:
    done = typed("--node", node, "--lang", "zh", "records", "count", "--as", MANAGER)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0].split()[:2] == ["类型", "记录数(至少)"]
    assert "其余合计" in done.stdout
    assert "11 的倍数" in done.stderr


def test_a_program_reads_one_document(node: str) -> None:
    done = typed("--node", node, "records", "count", "--as", MANAGER, "--json")
    told = orjson.loads(done.stdout)
    words = {"en": "personal details (Patient)", "zh": "个人信息(Patient)"}
    assert told["rows"] == [{"key": "Patient", **words, "number": 22, "patients": 22}]
    assert told["together"] == {"key": "", "number": 55, "patients": 22}
    assert (told["total"]["number"], told["rounded_down_to_multiples_of"]) == (88, 11)
    entry = typed("--node", node, "audit", "show", told["entry"], "--json")
    assert orjson.loads(entry.stdout)["details"]["counted"]["grouped_by"] == "class"


def test_a_spreadsheet_gets_a_file(node: str, tmp_path: Path) -> None:
    file = tmp_path / "四月.csv"
    done = typed("--node", node, "records", "count", "--as", MANAGER, "--by", "month", "--csv", str(file))
    assert done.exit_code == 0, done.stderr
    text = file.read_bytes().decode("utf-8-sig")
    assert [*csv.reader(StringIO(text))] == [
        ["month", "name", "number", "patients"],
        ["2021-03", "2021-03", "22", "22"],
        ["2021-04", "2021-04", "22", "22"],
        ["", "all others together", "33", "22"],
        ["", "all", "88", "22"],
    ]
    assert "2021-03" in done.stdout


@pytest.mark.attack
def test_an_organisation_whose_name_is_a_formula_is_text_in_a_spreadsheet(node: str, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://elsewhere.example")'
    registry = Path(node) / "registry.toml"
    text = registry.read_text("utf-8")
    (name,) = {line for line in text.splitlines() if line.startswith('  { id = "ks-tcm-hospital"')}
    changed = re.sub(r'name_en = "[^"]*"', f"name_en = '{formula}'", name)
    registry.write_text(text.replace(name, changed), "utf-8")
    file = tmp_path / "a.csv"
    words = ("--by", "organisation", "--csv", str(file))
    done = typed("--node", node, "audit", "count", "--as", SUPERVISOR, *words)
    assert done.exit_code == 0, done.stderr
    rows = [*csv.reader(StringIO(file.read_bytes().decode("utf-8-sig")))]
    assert f"'{formula}" in [row[1] for row in rows]
    assert formula not in [row[1] for row in rows]


def test_a_file_that_cannot_be_written_is_found_out_before_anything_is_counted(node: str) -> None:
    before = typed("--node", node, "ledger", "list", "--json").stdout
    done = typed("--node", node, "records", "count", "--as", MANAGER, "--csv", f"{node}/ledger.db")
    assert (done.exit_code, done.stdout) == (5, "")
    assert typed("--node", node, "ledger", "list", "--json").stdout == before


def test_a_refusal_leaves_standard_output_empty_and_says_what_to_do(node: str) -> None:
    done = typed("--node", node, "records", "count", "--as", MANAGER, "--of", "ks-first-hospital")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "OUTSIDE_OWN_HOUSE" in done.stderr
    assert "hutong: hint: a manager counts the records of the own house" in done.stderr
    zh = typed("--node", node, "--lang", "zh", "records", "count", "--as", SUPERVISOR)
    assert "hutong audit count" in zh.stderr


def test_a_program_is_told_of_a_refusal_on_standard_output(node: str, tmp_path: Path) -> None:
    file = tmp_path / "refused.csv"
    done = typed("--node", node, "audit", "count", "--as", OFFICER, "--json", "--csv", str(file))
    told = orjson.loads(done.stdout)
    assert (done.exit_code, told["permit"], told["reasons"][0]["code"]) == (3, False, "NOT_A_SUPERVISOR")
    assert not file.exists()
    assert typed("--node", node, "audit", "show", told["entry"]).exit_code == 0


def test_a_supervisor_counts_accesses(node: str) -> None:
    done = typed("--node", node, "audit", "count", "--as", SUPERVISOR)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[1].split() == [
        *"Kunshan Yufeng Hospital of Chinese Medicine 33 33".split(),
        "█" * 16,
    ]
    for by in accesses.BY:
        assert typed("--node", node, "audit", "count", "--as", SUPERVISOR, "--by", by).exit_code == 0


def test_months_are_written_as_months(node: str) -> None:
    asked = ("--node", node, "audit", "count", "--as", SUPERVISOR)
    assert typed(*asked, "--from", "2021-06", "--to", "2021-06").exit_code == 0
    none = typed(*asked, "--from", "2021-07")
    assert (none.exit_code, none.stdout) == (3, "")
    assert typed(*asked, "--from", "1970-01", "--to", "9999-12").exit_code == 0
    assert typed(*asked, "--from", "9999-12").exit_code == 3
    for wrong in ("2021", "2021-13", "2021-06-01", "June", "0001-01", "0999-01", "1969-12"):
        done = typed(*asked, "--from", wrong)
        assert done.exit_code == 2
        assert "must be a month like 2026-01" in done.stderr
        assert wrong not in done.stderr.replace("2026-01", "")


def test_who_counted_is_found_by_an_officer(node: str) -> None:
    typed("--node", node, "audit", "count", "--as", SUPERVISOR)
    found = typed("--node", node, "audit", "search", "--actor", SUPERVISOR)
    assert found.stdout.count("accesses counted") == 2
