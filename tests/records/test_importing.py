"""An import takes what it can, sets the rest aside, and accounts for every item it was given."""

import json
import shutil
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from exchange.records import Problem, Progress, Store, Terms, import_paths
from exchange.records.importing import BATCH
from tests.records.made_up import (
    KEY,
    LI,
    WANG,
    bundle,
    clock,
    entry,
    lines,
    names,
    observation,
    patient,
    resource,
    take_in,
    written,
)

BROKEN = b'{"resourceType":"Patient","id":"zhao"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "handed-in.ndjson"


def test_the_good_lines_go_in_and_the_bad_one_is_set_aside(store: Store, file: Path) -> None:
    file.write_bytes(written(LI) + b"\n" + BROKEN + b"\n" + written(observation("o", "Patient/li")))
    problems: list[Problem] = []
    report = take_in(store, file, problems=problems)
    assert (report.new, report.rejected) == ({"Patient": 1, "Observation": 1}, {"": 1})
    assert [str(problem) for problem in problems] == [f"{file}:2: is not JSON (column 38)"]
    assert names(store.of_patient("li")) == ["Observation/o", "Patient/li"]


def test_what_is_set_aside_keeps_its_bytes_its_place_and_the_reason_in_both_languages(
    store: Store, file: Path
) -> None:
    file.write_bytes(BROKEN + b"\n\xff\n")
    report = take_in(store, file)
    assert report.reject_file == file.parent / "rejected" / "rejected-20260301T080000.ndjson"
    first, second = map(json.loads, report.reject_file.read_text("utf-8").splitlines())
    assert first == {
        "file": str(file),
        "line": 1,
        "entry": None,
        "reason": f"{file}:1: is not JSON (column 38)",
        "reason_zh": f"{file}:1:不是 JSON(第 38 列)",
        "raw": BROKEN.decode(),
    }
    assert second["raw_base64"] == "/w=="


def test_the_file_of_what_was_set_aside_is_its_owners_alone_and_never_written_over(
    store: Store, file: Path
) -> None:
    file.write_bytes(BROKEN)
    first, second = take_in(store, file).reject_file, take_in(store, file).reject_file
    assert first is not None
    assert second is not None
    assert second.name == "rejected-20260301T080000-2.ndjson"
    assert (first.stat().st_mode & 0o777, first.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_where_nothing_is_wrong_there_is_no_file_of_rejects(store: Store, file: Path) -> None:
    file.write_bytes(written(LI))
    assert take_in(store, file).reject_file is None
    assert not (file.parent / "rejected").exists()


def test_importing_the_same_again_changes_nothing(store: Store, file: Path, at: Path) -> None:
    file.write_bytes(lines(LI, WANG, observation("o", "Patient/li")))
    first = take_in(store, file)
    before = contents(at)
    again = take_in(store, file)
    assert (again.new.total(), again.changed.total(), again.unchanged.total()) == (0, 0, 3)
    assert again.digest == first.digest
    assert contents(at) == before


def test_the_same_record_with_other_blanks_is_the_same_record(store: Store, file: Path) -> None:
    file.write_bytes(written(LI))
    take_in(store, file)
    spread = file.with_suffix(".json")
    spread.write_text(json.dumps(LI, indent=3, ensure_ascii=False), "utf-8")
    assert take_in(store, spread).unchanged == {"Patient": 1}


def test_a_changed_record_replaces_the_one_before_which_stays_in_the_history(
    store: Store, file: Path
) -> None:
    file.write_bytes(lines(LI, observation("o", "Patient/wang")))
    take_in(store, file)
    file.write_bytes(lines(observation("o", "Patient/li", status="amended")))
    assert take_in(store, file).changed == {"Observation": 1}
    assert store.get("Observation", "o").version == 2
    assert names(store.of_patient("li")) == ["Observation/o", "Patient/li"]
    assert store.of_patient("wang") == []
    assert store.counts().earlier_versions == 1


OLD = observation("o", "Patient/li", meta={"lastUpdated": "2026-01-01T00:00:00+08:00"})
NEW = observation("o", "Patient/li", meta={"lastUpdated": "2025-12-31T16:00:01Z"})


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_of_two_dated_versions_the_newer_is_kept_whichever_comes_last(
    store: Store, file: Path, order: tuple[dict[str, object], ...]
) -> None:
    file.write_bytes(lines(*order))
    take_in(store, file)
    again = take_in(store, file)
    assert json.loads(store.get("Observation", "o").body) == NEW
    assert (again.changed.total(), again.older, again.unchanged) == (
        0,
        {"Observation": 1},
        {"Observation": 1},
    )


@pytest.mark.parametrize("said", [{}, {"lastUpdated": "2020-01-01"}, {"lastUpdated": 7}, "2020"])
def test_of_two_versions_that_do_not_say_when_the_one_read_last_is_kept(
    store: Store, file: Path, said: object
) -> None:
    file.write_bytes(lines(NEW, observation("o", "Patient/li", meta=said)))
    take_in(store, file)
    assert json.loads(store.get("Observation", "o").body)["meta"] == said


def test_a_record_about_nobody_who_can_be_found_is_kept_counted_and_never_handed_out(
    store: Store, file: Path
) -> None:
    file.write_bytes(
        lines(resource("Observation", "o"), observation("p", "https://elsewhere.example/Patient/li"))
    )
    report = take_in(store, file)
    assert report.held == {"Observation": 2}
    assert store.counts().held == 2
    assert store.of_patient("li") == []


def test_an_import_says_how_far_it_is(store: Store, file: Path) -> None:
    file.write_bytes(lines(*(patient(f"p{n}") for n in range(BATCH + 1))) + BROKEN)
    told: list[Progress] = []
    import_paths([file], store, reject_dir=file.parent / "rejected", clock=clock, progress=told.append)
    assert [one.resources for one in told] == [BATCH, BATCH + 1]
    assert told[-1].rejected == 1
    assert told[-1].bytes_done == told[-1].bytes_total == file.stat().st_size
    assert (told[-1].files_done, told[-1].files) == (1, 1)


def test_an_import_that_is_broken_off_keeps_whole_batches_and_can_be_run_again(
    store: Store, file: Path
) -> None:
    file.write_bytes(BROKEN + b"\n" + lines(*(patient(f"p{n:04}") for n in range(2 * BATCH))))

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paths([file], store, reject_dir=file.parent / "rejected", clock=clock, progress=stop)
    assert store.counts().patients == BATCH
    [set_aside] = (file.parent / "rejected").iterdir()
    assert json.loads(set_aside.read_bytes())["line"] == 1
    report = take_in(store, file)
    assert (report.new, report.unchanged, report.rejected) == (
        {"Patient": BATCH},
        {"Patient": BATCH},
        {"": 1},
    )
    assert store.counts().patients == 2 * BATCH


def test_validation_names_the_element_never_its_value_nor_a_key_fhir_does_not_have(
    store: Store, file: Path
) -> None:
    file.write_bytes(
        lines(
            patient("ok", gender="female"),
            patient("a", birthDate="1990-99-99"),
            patient("b", name=[{"family": "x", "320583199003072213": 1}]),
            resource("Patient", "c", contained=[{"resourceType": "Nowhere"}]),
            resource("EffectEvidenceSynthesis", "d"),
        )
    )
    problems: list[Problem] = []
    report = import_paths(
        [file],
        store,
        reject_dir=file.parent / "rejected",
        clock=clock,
        terms=Terms(validate=True),
        on_problem=problems.append,
    )
    assert report.new == {"Patient": 1}
    assert [problem.en.removeprefix(f"{file}:") for problem in problems] == [
        "2: is not valid FHIR: Patient.birthDate",
        "3: is not valid FHIR: Patient.name[0].?",
        "4: is not valid FHIR: Patient",
        "5: is of a type the validator (R4B) does not have",
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
LOOKED_AT = """
    meta subject patient identifier code category author performer encounter context participant member actor
    class contained component medicationReference effectiveDateTime period practitioner
"""
INSIDE = ("reference", "identifier", "type", "security", "coding", "actor", "system", "value", "code")
# Anything under the names we look at, so that every shape a hospital could send is tried.
shapes = st.dictionaries(
    st.sampled_from(LOOKED_AT.split()),
    json_values | st.dictionaries(st.sampled_from(INSIDE), json_values, max_size=4),
    max_size=5,
)
items = st.one_of(
    st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
    st.builds(
        lambda kind, key, elements: json.dumps({"resourceType": kind, "id": key, **elements}).encode(),
        st.sampled_from(("Patient", "Observation", "Group", "Medication", "Nonsense", "Device")),
        st.sampled_from(("a", "b", "not an id")),
        shapes,
    ),
    st.lists(shapes, max_size=3).map(lambda all_: json.dumps(bundle(*map(entry, all_))).encode()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(items, max_size=8))
def test_as_many_come_in_as_go_out_plus_are_set_aside(tmp_path: Path, handed_in: list[bytes]) -> None:
    assume(
        not handed_in or not handed_in[0].startswith(b"\x1f\x8b")
    )  # or it is a compressed file, and no lines
    folder = tmp_path / "one-run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "p.ndjson").write_bytes(b"\n".join(handed_in))
    problems: list[Problem] = []
    with Store(folder / "records.db", key=KEY) as store:
        report = take_in(store, folder / "p.ndjson", problems=problems)
        again = take_in(store, folder / "p.ndjson")
    assert report.accepted + report.rejected.total() == sum(_items_in(raw) for raw in handed_in)
    assert report.rejected.total() == len(problems) == _lines_in(report.reject_file)
    assert again.new.total() == 0
    assert (again.accepted, again.rejected) == (report.accepted, report.rejected)


def _items_in(raw: bytes) -> int:
    """How many things one line hands in: the entries of a Bundle, nothing for a blank line, else one."""
    try:
        return len(json.loads(raw)["entry"])
    except (ValueError, TypeError, KeyError):
        return bool(raw.strip())


def _lines_in(file: Path | None) -> int:
    return len(file.read_bytes().splitlines()) if file else 0


def contents(path: Path) -> list[tuple[object, ...]]:
    """Every row of the store as it lies on the disk."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = ("resource", "subject", "about", "identifier", "history")
    rows = [row for table in tables for row in db.execute(f"SELECT * FROM {table}")]
    db.close()
    return rows
