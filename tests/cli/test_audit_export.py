"""An officer exports the ledger: into one file or a folder, with names only where asked, whole or not at all."""

import csv
import hashlib
import json
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import orjson
import pytest

from cli.commands.audit.sinks import sink_for
from cli.errors import CannotWriteAnswer
from tests.cli.typing_in import typed
from tests.ledger.test_timestamp import room_for

PATIENT = {
    "resourceType": "Patient",
    "id": "p-1",
    "name": [{"text": "林小满"}],
    "managingOrganization": {"reference": "Organization/ks-first-hospital"},
}
GRANT = ["--to", "ks-tcm-hospital", "--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party"]
ASK = ["exchange", "request", "--patient", "p-1", "--for", "TREAT", "--as", "ks-dr-005"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node on whose ledger somebody was refused, allowed by the patient, and then given the record."""
    folder = tmp_path_factory.mktemp("export")
    node = folder / "kunshan"
    assert typed("init", str(node), "--region", "320583", "--name", "昆山市区域卫生平台").exit_code == 0
    (folder / "people.ndjson").write_bytes(orjson.dumps(PATIENT))
    assert typed("--node", str(node), "records", "import", str(folder / "people.ndjson")).exit_code == 0
    assert typed("--node", str(node), *ASK).exit_code == 3
    assert typed("--node", str(node), "consent", "grant", "p-1", *GRANT).exit_code == 0
    assert typed("--node", str(node), *ASK, "-o", str(folder / "record.json")).exit_code == 0
    return node


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "kunshan")
    return tmp_path / "kunshan"


def exported(node: Path, *words: str, form: str = "balp", by: str = "ks-so-001") -> tuple[int, str, str]:
    told = typed("--node", str(node), "audit", "export", "--format", form, "--as", by, *words)
    return told.exit_code, told.stdout, told.stderr


def on_record(node: Path) -> list[dict[str, object]]:
    """What the ledger says of exports."""
    listed = json.loads(typed("--node", str(node), "ledger", "list", "--last", "1000", "--json").stdout)
    entries = [one["body"]["entry"] for one in listed]
    return [one for one in entries if one["subtype"] == "export"]


FORMS = ("balp", "wst790.4", "dicom", "csv")


@pytest.mark.parametrize("form", FORMS)
def test_nobody_is_named_unless_it_is_opened_and_that_is_on_record(node: Path, form: str) -> None:
    code, closed, _ = exported(node, form=form)
    assert code == 0
    code, opened, _ = exported(node, "--open", form=form)
    assert code == 0
    for secret in ("林小满", "ks-dr-005"):
        assert secret not in closed
        assert secret in opened
    intents = [one for one in on_record(node) if one["phase"] == "intent"]
    told = [
        typed("--node", str(node), "audit", "show", str(one["id"]), "--json").stdout
        for one in json.loads(typed("--node", str(node), "ledger", "list", "--last", "1000", "--json").stdout)
        if one["body"]["entry"]["subtype"] == "export" and one["body"]["entry"]["phase"] == "intent"
    ]
    assert len(intents) == len(told) == 2
    assert ['"opened": false' in told[0], '"opened": true' in told[1]] == [True, True]


def test_after_an_erasure_an_opened_export_names_the_patient_no_more(node: Path) -> None:
    assert "林小满" in exported(node, "--open", form="csv")[1]
    gone = typed("--node", str(node), "patient", "erase", "p-1", "--by", "ks-so-001", "--reason", "asked for")
    assert gone.exit_code == 0, gone.stderr
    for form in FORMS:
        code, opened, _ = exported(node, "--open", form=form)
        assert code == 0
        assert "林小满" not in opened


def test_a_bundle_is_one_document_with_every_event(node: Path) -> None:
    lines = exported(node)[1].splitlines()
    bundle = json.loads(exported(node, "--bundle")[1])
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    # The first export is two entries that the second shows too.
    assert [one["resource"] for one in bundle["entry"][:-2]] == [json.loads(line) for line in lines]
    assert len({one["fullUrl"] for one in bundle["entry"]}) == len(bundle["entry"])
    empty = json.loads(exported(node, "--bundle", "--from", "2099-01-01")[1])
    assert empty["entry"] == []


def test_a_table_tells_which_rows_there_are(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    code, told, _ = exported(node, "-o", str(out), "--bom", "--json", form="csv")
    assert code == 0
    content = out.read_bytes()
    said = json.loads(told)
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == said["count"]
    assert rows[-1]["entry"] == said["last"]
    assert {"NO_CONSENT"} <= {row["why"] for row in rows}
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", ["balp", "wst790.4", "dicom"])
def test_a_folder_is_whole_when_it_appears_and_sha256sum_checks_it(
    node: Path, tmp_path: Path, form: str
) -> None:
    out = tmp_path / "events"
    code, told, stderr = exported(node, "-o", f"{out}/", "--json", form=form)
    assert code == 0, stderr
    files = {one.name for one in out.iterdir()}
    assert len(files) == json.loads(told)["count"] + 1
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=out, capture_output=True, check=False
    )
    assert checked.returncode == 0
    assert len(checked.stdout.splitlines()) == len(files) - 1
    assert json.loads(told)["sha256"] == hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_an_empty_folder_that_is_there_is_filled_and_a_full_one_left_alone(
    node: Path, tmp_path: Path
) -> None:
    (tmp_path / "events").mkdir()
    assert exported(node, "-o", str(tmp_path / "events"))[0] == 0
    before = {one.name: one.read_bytes() for one in (tmp_path / "events").iterdir()}
    code, _, stderr = exported(node, "-o", str(tmp_path / "events"))
    assert code == 5
    assert "it is not an empty folder" in stderr
    assert {one.name: one.read_bytes() for one in (tmp_path / "events").iterdir()} == before


@pytest.mark.parametrize("place", [".", "..", "../here", "/", "../here/below/.."])
def test_the_folder_somebody_stands_in_is_not_replaced(
    node: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    if "below" in place:
        (tmp_path / "here" / "below").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = on_record(node)
    code, stdout, stderr = exported(node, "-o", place)
    assert (code, stdout) == (5, "")
    assert f"{place} cannot be written" in stderr
    assert on_record(node) == before


def test_a_folder_below_the_one_somebody_stands_in_appears(
    node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert exported(node, "-o", "./events/")[0] == 0
    assert (tmp_path / "here" / "events" / "SHA256SUMS").exists()


@pytest.mark.parametrize(
    "place", ["file/below", "file/below/", "nowhere/a.json", "nowhere/a/", "kunshan/keys/", "kunshan/x"]
)
def test_a_place_that_cannot_be_written_stops_it_before_it_is_on_record(
    node: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    before = on_record(node)
    code, stdout, stderr = exported(node, "-o", f"{tmp_path}/{place}")
    assert (code, stdout) == (5, "")
    assert "cannot be written" in stderr
    assert on_record(node) == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("form", FORMS)
def test_a_hand_over_that_fails_is_on_record_as_failed(node: Path, form: str) -> None:
    code, _, stderr = exported(node, "-o", "/dev/full", form=form)
    assert code == 5
    assert "/dev/full cannot be written" in stderr
    told = [(one["phase"], one["outcome"], one["why"]) for one in on_record(node)]
    assert told == [("intent", "0", ""), ("outcome", "8", "HANDOVER_FAILED")]


def test_nobody_but_an_officer_exports_and_the_attempt_is_on_record(node: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    code, stdout, _ = exported(node, "-o", str(out), form="csv", by="ks-dr-005")
    assert (code, stdout, out.exists()) == (3, "", False)
    assert [(one["outcome"], one["why"]) for one in on_record(node)] == [("8", "NOT_AN_OFFICER")]
    code, stdout, _ = exported(node, "-o", f"{tmp_path}/events/", by="ks-dr-005")
    assert (code, (tmp_path / "events").exists()) == (3, False)


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "csv", "--bundle"],
        ["--format", "dicom", "--bom"],
        ["--format", "csv", "-o", "x/"],
        ["--format", "balp", "--bundle", "-o", "x/"],
        ["--format", "balp", "--json"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_together_is_said_so(
    node: Path, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = typed("--node", str(node), "audit", "export", "--as", "ks-so-001", *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert on_record(node) == []


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_disk_that_fills_up_on_the_way_leaves_nothing_of_it(tmp_path: Path, is_folder: bool) -> None:
    def pour() -> None:
        with sink_for(tmp_path / "events", is_folder=is_folder) as sink:
            sink.take(b"x" * 50, "first")
            sink.take(b"x" * 200, "second")
            sink.finish()

    with room_for(100), pytest.raises(CannotWriteAnswer):
        pour()
    assert list(tmp_path.iterdir()) == []
    pour()
    assert (tmp_path / "events").is_dir() == is_folder
