"""A sample can be made again to the byte, is sound FHIR, and is whole."""

import hashlib
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from exchange.records.problems import Problem
from exchange.records.reading import read_paths
from exchange.records.validation import invalid
from exchange.sample import LEAST, FolderInUse, TooFewPatients, write_sample
from tests.sample.reading import TODAY, Sample, strings, subject

_DAY = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
# What may lie ahead of the day of the sample: it is agreed, not done.
_AHEAD = {"Appointment", "Coverage", "CareTeam", "EpisodeOfCare"}


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.ndjson")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes(smallest: Sample, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again", patients=12, seed=1, today=TODAY)
    assert _digest(again.folder) == _digest(smallest.report.folder)
    assert again.resources == smallest.report.resources


@pytest.mark.parametrize("other", [{"seed": 2}, {"today": TODAY + timedelta(days=1)}, {"patients": 13}])
def test_another_seed_day_or_size_gives_another_sample(
    smallest: Sample, tmp_path: Path, other: dict[str, int | date]
) -> None:
    asked = {"patients": 12, "seed": 1, "today": TODAY, **other}
    written = write_sample(tmp_path / "other", **asked)  # type: ignore[arg-type]  # one argument at a time
    assert _digest(written.folder) != _digest(smallest.report.folder)


def test_every_resource_is_valid(smallest: Sample) -> None:
    found = list(read_paths([smallest.report.folder]))
    assert len(found) == smallest.report.total > 800
    problems = [one if isinstance(one, Problem) else invalid(one) for one in found]
    assert [problem for problem in problems if problem] == []


def test_every_reference_leads_to_something_in_the_same_folder(usual: Sample) -> None:
    for region, resources in usual.regions.items():
        pointed = {text for one in resources.values() for key, text in strings(one) if key == "reference"}
        assert len(pointed) > 500
        assert pointed - resources.keys() == set(), region


def test_nothing_happens_before_birth_or_after_today(usual: Sample) -> None:
    for resources in usual.regions.values():
        for one in resources.values():
            person = resources.get(subject(one))
            if person is None:
                continue
            days = [text[:10] for key, text in strings(one) if _DAY.fullmatch(text)]
            assert all(day >= person["birthDate"] for day in days), one["id"]
            if one["resourceType"] not in _AHEAD:
                assert all(day <= TODAY.isoformat() for day in days), one["id"]


def test_the_report_counts_what_is_there(usual: Sample) -> None:
    report = usual.report
    for region, resources in usual.regions.items():
        assert report.resources[region] == Counter(one["resourceType"] for one in resources.values())
        assert report.patients[region] == report.resources[region]["Patient"]
    assert report.people == 300
    forms = sum(report.forms.values())
    assert report.total - forms == sum(len(resources) for resources in usual.regions.values())
    assert report.bytes == sum(path.stat().st_size for path in report.folder.rglob("*") if path.is_file())


def test_three_hundred_people_make_ten_to_twenty_five_thousand_resources(usual: Sample) -> None:
    assert 10_000 < usual.report.total < 25_000


def test_one_can_watch(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_sample(
        tmp_path / "new",
        patients=LEAST,
        seed=1,
        today=TODAY,
        progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(done, LEAST) for done in range(1, LEAST + 1)]


def test_too_few_people_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(TooFewPatients, match="at least 12 patients"):
        write_sample(tmp_path / "new", patients=11, seed=1, today=TODAY)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for taken in (tmp_path, tmp_path / "mine"):
        with pytest.raises(FolderInUse, match="is not empty; nothing was written"):
            write_sample(taken, patients=12, seed=1, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
