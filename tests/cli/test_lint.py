"""What does this consent mean, can anybody decide by it, and who would read it differently?"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.app import root
from tests.consent.papers import HOSPITAL, paper, permit


def run(*words: str) -> Result:
    return CliRunner().invoke(root, ["--lang", "en", "consent", "lint", *words])


def test_a_consent_one_can_decide_by_reads_as_a_sentence_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(paper(permit(HOSPITAL))), encoding="utf-8")
    result = run(str(tmp_path / "one.json"))
    assert result.exit_code == 0
    assert "IHE PCF intermediate" in result.stdout
    assert "您同意" in result.stdout
    assert "You allow" in result.stdout
    assert "R5 Consent.scope" in result.stdout


def test_one_nobody_can_decide_by_is_named_with_its_line_and_the_others_are_read(tmp_path: Path) -> None:
    good, bad = paper(permit(HOSPITAL)), paper({"purpose": []}, "bad")
    lines = [json.dumps(good), json.dumps(bad), "{", json.dumps(good | {"id": "again"})]
    (tmp_path / "all.ndjson").write_text("\n".join(lines), encoding="utf-8")
    result = run("--json", str(tmp_path / "all.ndjson"))
    told = json.loads(result.stdout)
    assert result.exit_code == 6
    assert [one["computable"] for one in told] == [True, False, False, True]
    assert [one["place"].rpartition("all.ndjson")[2] for one in told] == [":1", ":2", ":3", ":4"]
    assert "2 of 4 consents cannot be used for a decision" in result.stderr


def test_eleven_of_the_twelve_hl7_examples_are_flagged(shared: Path) -> None:
    files = sorted(map(str, (shared / "vectors" / "hl7-r4").glob("Consent-*.json")))
    if not files:
        pytest.skip("the shared folder has no HL7 examples")
    told = json.loads(run("--json", *files).stdout)
    assert [one["computable"] for one in told].count(False) == 11
