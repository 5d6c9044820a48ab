"""A node takes a sample in without a word of complaint."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.records import ImportReport, Store, import_paths
from exchange.sample.identity import HEALTH_CARD, IDENTITY_CARD
from tests.sample.reading import Sample
from tests.sample.secrets import secrets

KEY = bytes(range(32))
REGIONS = ("320583", "440400", "120000")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "records.db", key=KEY) as made:
        yield made


def _import(store: Store, *paths: Path) -> ImportReport:
    clock = datetime(2026, 11, 24, tzinfo=UTC)
    return import_paths(paths, store, reject_dir=paths[0].parent / "rejects", clock=lambda: clock)


@pytest.mark.parametrize("region", REGIONS)
def test_a_regions_folder_goes_in_whole_and_a_second_time_changes_nothing(
    usual: Sample, store: Store, region: str
) -> None:
    folder = usual.report.folder / region
    first = _import(store, folder)
    assert first.rejected.total() == 0
    assert first.held.total() == 0, "nothing is about nobody"
    assert dict(first.new) == usual.report.resources[region]
    second = _import(store, folder)
    assert (second.new.total(), second.changed.total(), second.rejected.total()) == (0, 0, 0)
    assert second.digest == first.digest


def test_all_regions_fit_into_one_node_and_who_is_in_two_of_them_is_one_person(
    usual: Sample, store: Store
) -> None:
    report = _import(store, usual.report.folder)
    assert report.rejected.total() == report.held.total() == report.changed.total() == 0
    assert len(list(store.patients())) == usual.report.people


def test_a_patient_is_found_by_every_number(smallest: Sample, store: Store) -> None:
    _import(store, smallest.report.folder)
    for person in smallest.all_of("Patient"):
        for number in person["identifier"]:
            assert store.patient(f"{number['system']}|{number['value']}") == person["id"]
            if number["system"] in (IDENTITY_CARD, HEALTH_CARD):
                assert store.patient(number["value"]) == person["id"]


def test_the_record_of_a_patient_is_all_that_is_about_them(smallest: Sample, store: Store) -> None:
    _import(store, smallest.report.folder / "320583")
    kinds = {one.type for one in store.of_patient("ks-pt-0001")}
    assert {
        "Condition",
        "Observation",
        "MedicationRequest",
        "DocumentReference",
        "Coverage",
        "Appointment",
    } <= kinds
    child = {one.type for one in store.of_patient("ks-pt-0003")}
    assert {"Encounter", "Observation", "Immunization", "RelatedPerson"} <= child


def test_the_secrets_of_a_sample_are_those_of_its_people(smallest: Sample) -> None:
    known = secrets(smallest.report.folder)
    assert {"沈若岚", "顾念禾", "顾念禾之女", "陆文舟", "顾承远"} <= known
    people = list(smallest.all_of("Patient"))
    for person in people:
        assert {one["value"] for one in person["identifier"]} <= known
        assert person["telecom"][0]["value"] in known
        assert person["address"][0]["text"] in known
    assert all(len(secret) >= 2 for secret in known)
    assert len(known) > 6 * 12
    assert secrets(smallest.report.folder / "440400") < known
