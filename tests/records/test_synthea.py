"""Synthea's made-up patients, as other software writes them: every record comes in and is somebody's."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from exchange.records import Problem, Reach, Store, import_paths
from exchange.records.references import pointed_at
from tests.records.made_up import clock

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def synthea(shared: Path) -> Path:
    folder = shared / "data" / "synthea"
    if not folder.is_dir():
        pytest.skip("the shared folder has no Synthea data")
    return folder


def test_bulk_data(store: Store, synthea: Path, tmp_path: Path) -> None:
    problems: list[Problem] = []
    folder = synthea / "bulk-ndjson"
    expected = Counter(
        {
            file.name.partition(".")[0]: sum(1 for line in file.read_bytes().splitlines() if line.strip())
            for file in folder.glob("*.ndjson")
        }
    )
    rejected = expected.pop("log")  # what the export did, in a file beside the records
    report = import_paths(
        [folder], store, reject_dir=tmp_path / "rejected", clock=clock, on_problem=problems.append
    )
    assert store.counts().by_type == expected
    assert report.new == expected
    assert {problem.reason for problem in problems} == {"no-type"}
    assert len(problems) == rejected
    assert report.held.total() == 0


def test_bundles(store: Store, synthea: Path, tmp_path: Path) -> None:
    folder = synthea / "bundles"
    entries = [
        entry["resource"]
        for file in folder.glob("*.json")
        for entry in orjson.loads(file.read_bytes())["entry"]
    ]
    expected = Counter({(one["resourceType"], one["id"]): 1 for one in entries})
    reports = [import_paths([folder], store, reject_dir=tmp_path / "rejected", clock=clock) for _ in range(2)]
    assert store.counts().by_type == Counter(kind for kind, _ in expected)
    assert [report.accepted for report in reports] == [len(entries)] * 2
    assert [report.rejected.total() for report in reports] == [0, 0]
    assert (reports[1].new.total(), reports[1].changed.total()) == (0, 0)
    assert reports[0].held.total() == 0


def test_every_record_of_a_patient_is_found_and_points_at_what_is_held(
    store: Store, synthea: Path, tmp_path: Path
) -> None:
    import_paths([synthea / "bundles"], store, reject_dir=tmp_path / "rejected", clock=clock)
    everything = [one for who in store.patients() for one in store.of_patient(who)]
    assert len(everything) == sum(store.counts().by_type.values()) - store.counts().shared
    for one in everything:
        assert one.reach == Reach.PATIENT
        assert b"urn:uuid:" not in one.body
        for target in pointed_at(orjson.loads(one.body)):
            assert target.id, "an address of the Bundle was not followed"
            store.get(target.type, target.id)
