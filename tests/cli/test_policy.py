"""The policy at a terminal: explained, tried on cases, built from a region's own rules."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from policies.build import OPA
from policies.bundle import BUNDLE, read_bundle
from policies.canaries import MUST_PERMIT
from policies.signing import read_policy_key, require_signed
from tests.cli.typing_in import typed

needs_opa = pytest.mark.skipif(
    not OPA.exists(), reason="policies/tools/bin/opa is not there (make policy-tools builds it, with Go)"
)
COC: dict[str, Any] = deepcopy(MUST_PERMIT)
COC["request"]["purpose"] = "COC"
FAILING = '[[case]]\nname = "closed"\nrequest.purpose = "COC"\nexpect = "allow"\n'


def test_a_refusal_is_explained_to_a_person() -> None:
    result = typed("policy", "explain", "-", stdin=json.dumps(COC))
    assert result.exit_code == 3
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0] == "refused by 1 rule"
    assert any(line.startswith("CASE_NOT_OPEN: ") for line in lines)
    assert any(line.startswith("law: 《个人信息保护法》") for line in lines)
    assert 'looked at: request.purpose (the purpose) = "COC"' in lines
    assert any(line.startswith("request.based_on (") and "referral (valid now)" in line for line in lines)
    assert read_bundle().digest in result.stderr
    assert "counts only if it is true" in result.stderr


def test_and_in_chinese() -> None:
    result = typed("policy", "explain", "-", stdin=json.dumps(COC), env={"HUTONG_LANG": "zh"})
    assert result.stdout.startswith("拒绝，共 1 条规则")
    assert "以下任一项更改即可获得允许" in result.stdout
    assert "request.based_on(所凭依据)" in result.stdout


def test_a_permit_is_explained_by_what_it_demands(tmp_path: Path) -> None:
    file = tmp_path / "question.json"
    file.write_text(json.dumps(MUST_PERMIT))
    result = typed("policy", "explain", str(file), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["allow"] is True
    assert [one["code"] for one in told["rules"]] == ["deidentify", "seal"]
    assert all(one["law"] and one["file"] and one["looked_at"] for one in told["rules"])
    assert told["changes_that_permit"] == []


def test_a_question_with_a_field_missing_is_told_which() -> None:
    question = deepcopy(COC)
    del question["requester"]["standing"]
    result = typed("policy", "explain", "-", stdin=json.dumps(question))
    assert result.exit_code == 3
    assert "requester.standing is missing" in result.stdout


@pytest.mark.parametrize("text", ["{", "[]", '"TREAT"'])
def test_what_is_no_question_cannot_be_read(text: str) -> None:
    result = typed("policy", "explain", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (6, "")
    assert "standard input" in result.stderr


def test_the_example_of_a_table_can_be_typed_and_passes(tmp_path: Path) -> None:
    example = typed("policy", "test", "--example")
    file = tmp_path / "cases.toml"
    file.write_text(example.stdout, "utf-8")
    result = typed("policy", "test", str(file))
    assert (example.exit_code, result.exit_code) == (0, 0)
    assert result.stdout.splitlines()[0] == "6 cases: 6 passed, 0 failed"
    assert "rules are reached by no case" in result.stdout


def test_a_case_that_fails_says_what_was_expected_and_what_came(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(FAILING)
    (tmp_path / "b.toml").write_text(typed("policy", "test", "--example").stdout, "utf-8")
    result = typed("policy", "test", str(tmp_path))
    assert result.exit_code == 4
    assert result.stdout.splitlines()[:4] == [
        "7 cases: 6 passed, 1 failed",
        f"{tmp_path / 'a.toml'}, case 1: closed",
        "  expected: allowed: whatever it demands",
        "  got: refused: CASE_NOT_OPEN",
    ]
    assert "1 of 7 cases failed" in result.stderr


def test_the_same_as_json() -> None:
    result = typed("policy", "test", "-", "--json", stdin=FAILING)
    told = json.loads(result.stdout)
    assert result.exit_code == 4
    assert told["failed"] == 1
    assert told["cases"][0]["got"] == {"allow": False, "obligations": [], "reasons": ["CASE_NOT_OPEN"]}
    assert "CASE_NOT_OPEN" not in told["not_reached"]
    assert "PURPOSE_CLOSED" in told["not_reached"]


def test_a_table_that_cannot_be_read_names_file_and_case() -> None:
    result = typed("policy", "test", "-", stdin=FAILING.replace("request.purpose", "request.purpse"))
    assert (result.exit_code, result.stdout) == (6, "")
    assert "standard input, case 1: request.purpse is a field nobody knows" in result.stderr


def test_a_folder_without_cases_cannot_be_read(tmp_path: Path) -> None:
    assert typed("policy", "test", str(tmp_path)).exit_code == 6
    assert typed("policy", "test", str(tmp_path / "none.toml")).exit_code == 6


def test_something_has_to_be_named() -> None:
    assert typed("policy", "test").exit_code == 2
    assert typed("policy", "test", "a.toml", "--example").exit_code == 2
    assert typed("policy", "build", "rules").exit_code == 2
    assert typed("policy", "build", "rules", "--start", "-o", "b.tar.gz").exit_code == 2


def test_against_the_same_bundle_nothing_differs() -> None:
    result = typed("policy", "test", "-", "--against", str(BUNDLE), stdin=FAILING.replace("allow", "deny"))
    assert result.exit_code == 0
    assert "0 of 1 cases would be answered differently by the other bundle" in result.stdout


@pytest.mark.attack
def test_a_bundle_that_was_cut_short_is_not_tried(tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_bytes(BUNDLE.read_bytes()[:-200])
    result = typed("policy", "test", "-", "--bundle", str(tmp_path / "b.tar.gz"), stdin=FAILING)
    assert (result.exit_code, result.stdout) == (6, "")


def test_a_copy_of_the_rules_is_started_once(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    assert typed("policy", "build", str(folder), "--start").exit_code == 0
    again = typed("policy", "build", str(folder), "--start")
    assert again.exit_code == 6
    assert "is not an empty folder; nothing was changed" in again.stderr


def test_without_opa_nothing_is_written(tmp_path: Path) -> None:
    folder, out = tmp_path / "rules", tmp_path / "b.tar.gz"
    typed("policy", "build", str(folder), "--start")
    result = typed("policy", "build", str(folder), "-o", str(out), "--opa", str(tmp_path / "opa"))
    assert (result.exit_code, result.stdout) == (5, "")
    assert "opa is not there" in result.stderr
    assert not out.exists()
    assert typed("policy", "build", str(tmp_path / "none"), "-o", str(out)).exit_code == 6


def _key(folder: Path) -> tuple[Path, bytes]:
    """A private key in a file, and its public half in PEM."""
    private = ec.generate_private_key(ec.SECP256R1())
    file = folder / "key.pem"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file, private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@needs_opa
@pytest.mark.service
def test_a_region_starts_changes_builds_signs_and_tries_its_rules_before_adopting_them(
    tmp_path: Path,
) -> None:
    folder, out = tmp_path / "rules", tmp_path / "region.tar.gz"
    typed("policy", "build", str(folder), "--start")
    purposes = folder / "hutong_data" / "purposes" / "data.yaml"
    purposes.write_text(
        purposes.read_text("utf-8").replace("COC: {family: coordination", "COC: {family: care"), "utf-8"
    )
    for test in folder.rglob("*_test.rego"):
        test.unlink()
    key, public = _key(tmp_path)
    built = typed("policy", "build", str(folder), "-o", str(out), "--sign", str(key), "--json")
    told = json.loads(built.stdout)
    assert told["differences"] == {"added": [], "data": ["purposes"], "logic": [], "removed": [], "words": []}
    assert told["signed"] is True
    require_signed(out.read_bytes(), read_policy_key(public, "key"), "bundle")
    assert read_bundle(out, pin=None).digest == told["revision"] != read_bundle().digest

    tried = typed("policy", "test", "-", "--bundle", str(out), "--against", str(BUNDLE), stdin=FAILING)
    assert tried.exit_code == 0
    assert "1 of 1 cases would be answered differently by the other bundle" in tried.stdout
    assert "  the other: refused: CASE_NOT_OPEN" in tried.stdout.splitlines()


@needs_opa
@pytest.mark.service
@pytest.mark.attack
def test_rules_that_ask_the_clock_leave_no_bundle(tmp_path: Path) -> None:
    folder, out = tmp_path / "rules", tmp_path / "b.tar.gz"
    typed("policy", "build", str(folder), "--start")
    file = folder / "hutong" / "release" / "item.rego"
    file.write_text(file.read_text("utf-8") + "\nnow := time.now_ns()\n", "utf-8")
    result = typed("policy", "build", str(folder), "-o", str(out))
    assert (result.exit_code, result.stdout) == (4, "")
    assert "item.rego: uses time.now_ns" in result.stderr
    assert not out.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["rules"]
