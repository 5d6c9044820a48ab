"""`hutong deid dicom`: files in = written + quarantined + refused, and no name tells who it is."""

import json
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.cli.typing_in import typed
from tests.deid.dicom.invented import INSTANCE, NUMBER, data_set, file_of
from tests.deid.dicom.test_pixels import picture


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two files of one patient, one whose picture says nothing, and a note."""
    folder = tmp_path / "Quenneville Odalys"
    folder.mkdir()
    (folder / "IM1").write_bytes(file_of(data_set()))
    (folder / "IM2").write_bytes(file_of(data_set(SOPInstanceUID=f"{INSTANCE}.2")))
    (folder / "IM3").write_bytes(file_of(picture(SOPInstanceUID=f"{INSTANCE}.3")))
    (folder / "note.txt").write_text("call back", "utf-8")
    (tmp_path / "project.key").write_bytes(bytes(range(32)))
    return folder


def test_a_folder_comes_out_under_pseudonyms_and_every_file_is_accounted_for(
    pictures: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told = typed(
        "deid",
        "dicom",
        str(pictures),
        "--out",
        str(out),
        "--key",
        str(tmp_path / "project.key"),
        "--jobs",
        "1",
    )
    assert told.exit_code == 6
    assert told.stdout.splitlines()[0] == "4 files: 2 written, 1 quarantined, 1 refused"
    assert (
        f"{pictures / 'IM3'}: quarantined: does not say that no text is burned into the picture"
        in told.stderr
    )
    assert f"{pictures / 'note.txt'}: refused: not a DICOM file" in told.stderr
    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not any("quenneville" in str(path.relative_to(out)).lower() for path in written)
    assert {dcmread(path).SOPInstanceUID for path in written} == {path.stem for path in written}


def test_the_same_in_chinese(pictures: Path, tmp_path: Path) -> None:
    told = typed(
        "deid",
        "dicom",
        str(pictures),
        "--out",
        str(tmp_path / "out"),
        "--jobs",
        "1",
        env={"HUTONG_LANG": "zh"},
    )
    assert told.stdout.splitlines()[0] == "共 4 个文件：写出 2，隔离 1，拒绝 1"
    assert "隔离：未注明图像中没有烧录文字" in told.stderr


def test_as_json_every_file_has_its_outcome_and_every_attribute_its_count(
    pictures: Path, tmp_path: Path
) -> None:
    told = json.loads(
        typed("deid", "dicom", str(pictures), "--out", str(tmp_path / "out"), "--jobs", "2", "--json").stdout
    )
    assert (told["files"], told["written"], told["quarantined"], told["refused"]) == (4, 2, 1, 1)
    assert [one["kind"] for one in told["each"]] == ["written", "written", "quarantined", "refused"]
    assert told["attributes"]["PatientName"] == {"pseudonymised": 2}
    assert told["reasons"] == {"not-said": 1, "not-dicom": 1}


def test_the_same_key_gives_the_same_files_and_no_key_others(pictures: Path, tmp_path: Path) -> None:
    def names(out: str, *key: str) -> set[str]:
        typed("deid", "dicom", str(pictures), "--out", str(tmp_path / out), "--jobs", "1", *key)
        return {str(path.relative_to(tmp_path / out)) for path in (tmp_path / out).rglob("*.dcm")}

    key = ("--key", str(tmp_path / "project.key"))
    assert names("first", *key) == names("second", *key)
    assert names("third").isdisjoint(names("first", *key))


def test_rules_for_devices_let_a_picture_through(pictures: Path, tmp_path: Path) -> None:
    rules = tmp_path / "devices.toml"
    rules.write_text(typed("deid", "dicom", "--example").stdout, "utf-8")
    told = typed("deid", "dicom", str(pictures / "IM3"), "--out", str(tmp_path / "out"), "--mask", str(rules))
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "1 file: 1 written, 0 quarantined, 0 refused"


def test_what_is_quarantined_can_be_looked_at_elsewhere(pictures: Path, tmp_path: Path) -> None:
    apart = tmp_path / "look"
    typed(
        "deid",
        "dicom",
        str(pictures),
        "--out",
        str(tmp_path / "out"),
        "--quarantine",
        str(apart),
        "--jobs",
        "1",
    )
    (looked,) = apart.rglob("*.dcm")
    assert dcmread(looked).PatientID != NUMBER


def test_the_same_object_twice_is_written_once(pictures: Path, tmp_path: Path) -> None:
    (pictures / "IM4").write_bytes((pictures / "IM1").read_bytes())
    told = typed("deid", "dicom", str(pictures), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert told.stdout.splitlines()[0] == "5 files: 2 written, 1 quarantined, 2 refused"
    assert "IM4: refused: the same object as another file" in told.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--retain", "names"), 2, "names is nothing that can be retained"),
        (("--retain", "dates,full-dates"), 2, "exclude each other"),
        (("--key", "short.key"), 6, "fewer than 32 bytes"),
        (("--mask", "nowhere.toml"), 6, "cannot be read"),
        (("--patients", "nowhere.csv"), 6, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("short.key").write_bytes(b"short")
    answer = typed("deid", "dicom", str(pictures), "--out", "out", "--jobs", "1", *words)
    assert answer.exit_code == code
    assert told in answer.stderr
    assert not Path("out").exists()


def test_dates_follow_the_fhir_record_of_whoever_the_list_names(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "who.csv").write_text(f"{NUMBER},Patient/p-77\n", "utf-8")

    def day(*words: str) -> str:
        out = tmp_path / "-".join(("out", *words)).replace("/", "")
        key = ("--key", str(tmp_path / "project.key"))
        typed("deid", "dicom", str(pictures / "IM1"), "--out", str(out), *key, "--jobs", "1", *words)
        (file,) = out.rglob("*.dcm")
        return str(dcmread(file).StudyDate)

    assert day("--patients", str(tmp_path / "who.csv")) != day()


def test_what_came_out_is_not_taken_in_again(pictures: Path) -> None:
    words = ("deid", "dicom", str(pictures), "--out", str(pictures / "out"), "--jobs", "1")
    assert typed(*words).stdout.splitlines()[0] == typed(*words).stdout.splitlines()[0]


def test_a_file_that_cannot_be_opened_is_counted_and_the_others_go_on(pictures: Path, tmp_path: Path) -> None:
    told = typed(
        "deid", "dicom", str(pictures), str(tmp_path / "gone"), "--out", str(tmp_path / "out"), "--jobs", "1"
    )
    assert told.stdout.splitlines()[0] == "5 files: 2 written, 1 quarantined, 2 refused"
    assert f"{tmp_path / 'gone'}: refused: cannot be opened" in told.stderr
