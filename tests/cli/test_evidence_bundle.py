"""An officer hands a court what proves an access; what is opened for that is on record first."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import orjson
import pytest

from ledger.bundle import Material, make
from tests.cli.typing_in import typed
from tests.ledger.books import VKEY, fill, new_log
from tests.ledger.test_bundle import POLICY, witnessed

PATIENT = {
    "resourceType": "Patient",
    "id": "p-1",
    "name": [{"text": "林小满"}],
    "managingOrganization": {"reference": "Organization/ks-first-hospital"},
}
GRANT = ["--to", "ks-tcm-hospital", "--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    node = folder / "kunshan"
    assert typed("init", str(node), "--region", "320583", "--name", "昆山市区域卫生平台").exit_code == 0
    (folder / "people.ndjson").write_bytes(orjson.dumps(PATIENT))
    assert typed("--node", str(node), "records", "import", str(folder / "people.ndjson")).exit_code == 0
    assert typed("--node", str(node), "consent", "grant", "p-1", *GRANT).exit_code == 0
    return folder


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "kunshan", tmp_path / "kunshan")
    return tmp_path / "kunshan"


def entries(node: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(typed("--node", str(node), "ledger", "list", "--json").stdout)
    return found


def grant_of(node: Path) -> str:
    (one,) = (str(one["id"]) for one in entries(node) if '"subtype": "grant"' in json.dumps(one["body"]))
    return one


def test_a_bundle_without_what_is_sealed_names_nobody_and_leaves_no_entry(node: Path, tmp_path: Path) -> None:
    before = entries(node)
    out = tmp_path / "e.zip"
    told = typed("--node", str(node), "ledger", "evidence", grant_of(node), "-o", str(out))
    assert told.exit_code == 0, told.stderr
    assert "whose" not in told.stdout
    assert entries(node) == before
    content = out.read_bytes()
    with zipfile.ZipFile(out) as bundle:
        assert not any(name.startswith("openings/") for name in bundle.namelist())
    for secret in ("林小满", "p-1"):
        assert secret.encode() not in content
    checked = typed("ledger", "check", str(out), "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["entries"][0]["opened"] is False


def test_an_officer_opens_it_and_that_is_on_record(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.zip"
    words = ["ledger", "evidence", grant_of(node), "-o", str(out), "--open", "--by", "ks-so-001"]
    told = typed("--node", str(node), *words)
    assert told.exit_code == 0, told.stderr
    assert entries(node)[-1]["body"]["entry"]["subtype"] == "evidence"  # type: ignore[index]  # JSON
    with zipfile.ZipFile(out) as bundle:
        (opened,) = (name for name in bundle.namelist() if name.startswith("openings/"))
        assert "details" in json.loads(bundle.read(opened))
        (tmp_path / "verify.py").write_bytes(bundle.read("verify.py"))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0
    assert "what it kept sealed is shown beside it" in ran.stdout


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--open"], 2),
        (["--by", "ks-so-001"], 2),
        (["--open", "--by", "ks-dr-001"], 3),
        (["--open", "--by", "nobody"], 6),
    ],
)
def test_nobody_else_opens_it(node: Path, tmp_path: Path, more: list[str], code: int) -> None:
    before = entries(node)
    out = tmp_path / "e.zip"
    told = typed("--node", str(node), "ledger", "evidence", grant_of(node), "-o", str(out), *more)
    assert told.exit_code == code, told.stderr
    assert entries(node) == before
    assert not out.exists()


def test_what_was_erased_cannot_be_opened_and_is_proven_all_the_same(node: Path, tmp_path: Path) -> None:
    grant = grant_of(node)
    gone = typed("--node", str(node), "patient", "erase", "p-1", "--by", "ks-so-001", "--reason", "asked for")
    assert gone.exit_code == 0, gone.stderr
    out = tmp_path / "e.zip"
    words = ["--node", str(node), "ledger", "evidence", grant, "-o", str(out)]
    assert typed(*words, "--open", "--by", "ks-so-001").exit_code == 6
    assert typed(*words).exit_code == 0
    assert typed("ledger", "check", str(out)).exit_code == 0


def test_a_bundle_that_was_touched_does_not_hold(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.zip"
    typed("--node", str(node), "ledger", "evidence", grant_of(node), "-o", str(out))
    content = bytearray(out.read_bytes())
    content[content.index(b'"subtype":"grant"') + 12] ^= 1
    out.write_bytes(content)
    told = typed("ledger", "check", str(out))
    assert told.exit_code == 4
    assert "does not hold" in told.stderr


def test_a_wrong_id_is_named_before_anything_is_written(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.zip"
    told = typed(
        "--node", str(node), "ledger", "evidence", "0197f3a2-7c1e-7000-8000-000000000001", "-o", str(out)
    )
    assert told.exit_code == 6
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["ledger", "evidence", "ENTRY", "-o", "PLACE"],
        ["ledger", "timestamp", "--request", "PLACE"],
        ["ledger", "export", "--tlog-tiles", "PLACE"],
        ["witness", "policy", "-o", "PLACE"],
        ["witness", "forks", "-o", "PLACE"],
    ],
    ids=" ".join,
)
def test_a_place_that_cannot_be_written_is_named(node: Path, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    place = str(tmp_path / "file" / "below")
    said = [place if one == "PLACE" else grant_of(node) if one == "ENTRY" else one for one in words]
    told = typed("--node", str(node), *said)
    assert told.exit_code == 5, told.stderr
    assert place in told.stderr


def test_a_zip_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "e.zip").write_bytes(b"PK and nothing else")
    told = typed("ledger", "check", str(tmp_path / "e.zip"))
    assert told.exit_code == 4
    assert "it is no zip file" in told.stderr


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """A bundle of a ledger that two of three witnesses signed, and policies for it."""
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 5)
        material = Material(entries=[log.read(2).id], witnessed=witnessed(log, "w1", "w3"), policy=POLICY)
        (tmp_path / "e.zip").write_bytes(make(log, material))
    (tmp_path / "two.policy").write_text(POLICY)
    (tmp_path / "three.policy").write_text(POLICY.replace("group q 2", "group q 3"))
    (tmp_path / "no-quorum.policy").write_text(POLICY.replace("quorum q", ""))
    (tmp_path / "no.policy").write_bytes(b"\xff\xfe")
    return tmp_path


@pytest.mark.parametrize(
    ("policy", "code"), [("two", 0), ("three", 4), ("no-quorum", 6), ("no", 6), ("absent", 6)]
)
def test_whoever_checks_says_which_witnesses_must_have_signed(seen: Path, policy: str, code: int) -> None:
    words = ["ledger", "check", str(seen / "e.zip"), "--key", VKEY]
    assert "NOTE: which witnesses must sign was taken from the bundle" in typed(*words).stdout
    told = typed(*words, "--policy", str(seen / f"{policy}.policy"))
    assert told.exit_code == code, told.stderr
    assert "NOTE" not in told.stdout


def test_what_does_not_belong_to_what_is_checked_is_not_passed_over(node: Path, seen: Path) -> None:
    proof = str(seen / "proof.json")
    assert typed("--node", str(node), "ledger", "prove", grant_of(node), "-o", proof).exit_code == 0
    for words in (
        [proof, "--policy", str(seen / "two.policy")],
        [str(seen / "e.zip"), "--opening", proof],
    ):
        told = typed("ledger", "check", *words)
        assert (told.exit_code, told.stdout) == (2, ""), told.stderr


def test_whoever_has_a_wrong_fork_proof_is_told_who_writes_it(tmp_path: Path) -> None:
    (tmp_path / "fork.json").write_text("{}")
    told = typed("witness", "check-fork", str(tmp_path / "fork.json"))
    assert told.exit_code == 4
    assert "hutong witness forks" in told.stderr
