"""What an approved project receives: the records of those who agreed, without what says who, and a proof."""

import csv
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import orjson
import pytest

from exchange.consenting import revoke
from exchange.errors import CannotWrite
from exchange.node.node import Node
from exchange.notices import outbox
from exchange.path.making_safe import make_safe
from exchange.research.extract import TooFew, extract
from exchange.research.handing_over import FolderTaken
from ledger.proof import check
from ledger.sealing import is_opening
from policies import Decision, Obligation
from tests.exchange.engines import Says, asking
from tests.exchange.nodes import Site, entries, fill, last
from tests.exchange.people import COHORT, condition, everybody, labelled
from tests.exchange.studies import agree, approved, everybody_agrees, extracted, read
from tests.sample.secrets import secrets


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="module")
def agreed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with an approved project and a cohort that agreed to it, closed."""
    folder = tmp_path_factory.mktemp("agreed")
    shutil.copytree(made, folder / "node")
    with Site(folder / "node").open() as opened:
        approved(opened, folder)
        everybody_agrees(opened)
    return folder / "node"


@pytest.fixture
def study(agreed: Path, tmp_path: Path) -> Iterator[Node]:
    """A copy of it, open."""
    with Site(Path(shutil.copytree(agreed, tmp_path / "study"))).open() as opened:
        yield opened


def test_everybody_who_agreed_is_in_and_nobody_else(study: Node, place: Path) -> None:
    made = extracted(study, place)
    assert (made.numbers.patients, len(read(made, "Patient"))) == (14, 14)
    assert made.numbers.by_type == {"Condition": 14, "Observation": 28, "Patient": 14}
    # AN and BO have the condition too, and said nothing.
    assert (
        sum(one.entry.why == "NO_CONSENT" and one.entry.purpose == "CLINTRCH" for one in entries(study)) >= 2
    )


def test_only_what_was_asked_for_comes(study: Node, place: Path) -> None:
    made = extracted(study, place)
    keys = {key for one in read(made, "Patient") for key in one}
    assert keys <= {"resourceType", "id", "gender", "birthDate", "address"}
    assert {key for one in read(made, "Condition") for key in one} <= {
        "resourceType",
        "id",
        "subject",
        "code",
        "onsetDateTime",
    }


def _who() -> set[str]:
    """Every name, number, telephone, street and birthday of the people of people.py."""
    people = [one for one in everybody() if one["resourceType"] == "Patient"]
    said = {one["name"][0]["text"] for one in people} | {one["telecom"][0]["value"] for one in people}
    said |= {one["identifier"][0]["value"] for one in people} | {one["birthDate"] for one in people}
    return said | {line for one in people for line in one["address"][0]["line"]}


def test_nothing_in_any_file_says_who_they_are(study: Node, place: Path, sample: Path) -> None:
    made = extracted(study, place)
    names = {path.name for path in made.folder.iterdir()}
    assert {
        "Patient.ndjson",
        "Patient.csv",
        "report.md",
        "report.json",
        "manifest.json",
        "receipt.json",
    } <= names
    words = _who() | secrets(sample / "320583")
    ids = re.compile("|".join(f'["/,]{one}[",]' for one in COHORT))
    for path in made.folder.iterdir():
        text = path.read_text("utf-8-sig")
        assert [word for word in words if word in text] == [], path.name
        assert not ids.search(text), path.name


@pytest.mark.attack
def test_the_order_of_the_lines_does_not_say_who_they_are(study: Node, place: Path) -> None:
    """Whoever has a list of the patients in order must not be able to lay it beside the extract."""
    made = extracted(study, place)
    for file in made.folder.glob("*.ndjson"):
        lines = file.read_bytes().splitlines()
        assert lines == sorted(lines)
    named = [study.office.cleaners.name_in("project diabetes-1", one) for one in sorted(COHORT)]
    lying = [one["id"] for one in read(made, "Patient")]
    assert sorted(named) == sorted(lying)
    assert named != lying


def test_one_patient_is_one_pseudonym_in_all_files_and_another_in_another_project(
    study: Node, place: Path
) -> None:
    first = extracted(study, place)
    patients = {one["id"] for one in read(first, "Patient")}
    for kind in ("Condition", "Observation"):
        assert {one["subject"]["reference"].removeprefix("Patient/") for one in read(first, kind)} == patients
    again = extracted(study, place, name="extract-2")
    assert {one["id"] for one in read(again, "Patient")} == patients
    approved(study, place, id="diabetes-2")
    other = extracted(study, place, "diabetes-2", "extract-3")
    assert not {one["id"] for one in read(other, "Patient")} & patients


def test_days_between_two_dates_of_one_patient_are_kept_and_the_dates_are_not(
    study: Node, place: Path
) -> None:
    seen: dict[str, list[date]] = {}
    for one in read(extracted(study, place), "Observation"):
        on = datetime.fromisoformat(one["effectiveDateTime"]).date()
        seen.setdefault(one["subject"]["reference"], []).append(on)
    assert {abs((later - sooner).days) for sooner, later in seen.values()} == {100}  # 10 January to 20 April
    assert not any({date(2026, 1, 10), date(2026, 4, 20)} & set(dates) for dates in seen.values())


def test_the_manifest_tells_every_file_with_its_true_digest(study: Node, place: Path) -> None:
    made = extracted(study, place)
    manifest = orjson.loads((made.folder / "manifest.json").read_bytes())
    listed = {one["file"]: one for one in manifest["files"]}
    beside = {"manifest.json", "receipt.json", "opening.json"}
    assert set(listed) | beside == {path.name for path in made.folder.iterdir()}
    for name, one in listed.items():
        content = (made.folder / name).read_bytes()
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (listed["Patient.ndjson"]["rows"], listed["Observation.csv"]["rows"]) == (14, 28)


def test_the_manifest_hangs_on_the_receipt(study: Node, place: Path) -> None:
    made = extracted(study, place)
    shown = check((made.folder / "receipt.json").read_bytes(), study.vkey)
    opened = orjson.loads((made.folder / "opening.json").read_bytes())
    assert is_opening(opened, shown.entry.details)
    manifest = (made.folder / "manifest.json").read_bytes()
    assert orjson.loads(opened["details"])["manifest"] == "sha256:" + hashlib.sha256(manifest).hexdigest()
    assert orjson.loads(manifest)["policy"] == shown.entry.policy


def test_the_table_says_the_same_as_the_lines(study: Node, place: Path) -> None:
    made = extracted(study, place)
    with (made.folder / "Observation.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = read(made, "Observation")
    assert [row["id"] for row in rows] == [one["id"] for one in lines]
    assert [row["valueQuantity.value"] for row in rows] == [
        str(one["valueQuantity"]["value"]) for one in lines
    ]


def test_the_receipt_can_be_checked_offline(study: Node, place: Path) -> None:
    made = extracted(study, place)
    proved = check((made.folder / "receipt.json").read_bytes(), study.vkey)
    assert (proved.entry.type, proved.entry.subtype, proved.entry.count) == ("research", "extract", 56)
    assert proved.entry == made.entry.entry


def test_every_patient_has_an_intent_before_and_an_outcome_after(study: Node, place: Path) -> None:
    before = study.log.size
    made = extracted(study, place)
    intents = [one for one in entries(study)[before:] if one.entry.phase == "intent"]
    outcomes = {
        one.entry.intent: one
        for one in entries(study)[before:]
        if one.entry.phase == "outcome" and one.entry.intent
    }
    assert len(intents) == 14
    assert all(one.index < made.entry.index < outcomes[one.id].index for one in intents)
    assert {one.entry.count for one in outcomes.values()} == {4}


def test_the_folder_belongs_to_its_owner_only(study: Node, place: Path) -> None:
    assert extracted(study, place).folder.stat().st_mode & 0o777 == 0o700


def test_whoever_takes_the_consent_back_is_left_out_next_time(study: Node, place: Path) -> None:
    first = extracted(study, place)
    consents = {one.consent_id: one for one in study.consents.newest(study.vault.key_of("c-03"))}
    revoke(study, "c-03", next(iter(consents)), by="Patient/c-03")
    second = extracted(study, place, name="extract-2")
    assert second.numbers.patients == 13
    gone = {one["id"] for one in read(first, "Patient")} - {one["id"] for one in read(second, "Patient")}
    assert len(gone) == 1


def test_whoever_withholds_the_condition_looked_for_is_left_out_altogether(node: Node, place: Path) -> None:
    """To be in the cohort would tell what the patient keeps back."""
    approved(node, place)
    everybody_agrees(node, COHORT[1:])
    hidden = condition("c-01-e11", "c-01", "E11.9", labelled("R", "PSY"))
    fill(node, place, [hidden])
    agree(node, "c-01", except_sensitivities=("PSY",))
    made = extracted(node, place)
    assert made.numbers.patients == 13


def test_the_condition_decides_also_where_it_is_not_asked_for(node: Node, place: Path) -> None:
    approved(node, place, fields={"Patient": ["gender"]})
    everybody_agrees(node, COHORT[1:])
    agree(node, "c-01", except_classes=("Condition",))
    made = extracted(node, place)
    assert made.numbers.by_type == {"Patient": 13}


@pytest.mark.parametrize("kind", ["file", "full", "empty"])
def test_a_place_that_is_taken_is_refused_before_anything_is_written(
    study: Node, place: Path, kind: str
) -> None:
    out = place / "extract"
    if kind == "file":
        out.write_text("somebody's")
    else:
        out.mkdir()
    if kind == "full":
        (out / "theirs.txt").write_text("somebody's")
    size = study.log.size
    if kind == "empty":
        assert extracted(study, place).folder == out
        return
    with pytest.raises(FolderTaken):
        extracted(study, place)
    assert study.log.size == size


def test_a_crash_in_the_middle_leaves_no_folder_and_records_the_failure(study: Node, place: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(study, "diabetes-1", place / "extract", stop)
    assert list(place.glob("*extract*")) == []
    failed = entries(study)[-14:]
    assert {(one.entry.phase, one.entry.outcome, one.entry.why) for one in failed} == {
        ("outcome", "8", "EXTRACT_FAILED")
    }


def test_an_extract_that_cannot_be_moved_into_place_is_recorded_as_come_to_nothing(
    study: Node, place: Path
) -> None:
    out = place / "extract"

    def in_the_way(done: int, total: int) -> None:
        if done == total:
            out.mkdir()
            (out / "theirs.txt").write_text("somebody's")

    with pytest.raises(CannotWrite) as refused:
        extract(study, "diabetes-1", out, in_the_way)
    assert refused.value.exit_code == 5
    assert [path.name for path in place.iterdir() if "extract" in path.name] == ["extract"]
    said = [
        one.entry for one in entries(study) if (one.entry.type, one.entry.subtype) == ("research", "extract")
    ]
    assert [(one.outcome, one.count > 0) for one in said] == [("0", True), ("8", False)]
    assert last(study).entry.why == "EXTRACT_FAILED"


def test_a_consent_taken_back_while_others_are_judged_counts(study: Node, place: Path) -> None:
    real = study.office.policy()
    (consent,) = study.consents.newest(study.vault.key_of("c-01"))
    asked = 0

    def answer(question: Mapping[str, object]) -> Decision:
        nonlocal asked
        asked += 1
        if asked == 40:  # c-01 was judged long ago
            revoke(study, "c-01", consent.consent_id, by="Patient/c-01")
        return real.decide(question)

    node = replace(study, office=asking(study.office, Says(answer, real.digest)))
    made = extracted(node, place)
    assert asked > 40
    assert made.numbers.patients == 13
    assert made.numbers.left_out["CONSENT_CHANGED"] is None  # one patient: too few to tell


def test_where_too_many_take_their_consent_back_meanwhile_nothing_is_extracted(
    study: Node, place: Path
) -> None:
    """Ten are left of fourteen: those who were begun with are recorded as come to nothing."""
    real, asked = study.office.policy(), 0

    def answer(question: Mapping[str, object]) -> Decision:
        nonlocal asked
        asked += 1
        if asked == 40:
            for patient in COHORT[:4]:
                (consent,) = study.consents.newest(study.vault.key_of(patient))
                revoke(study, patient, consent.consent_id, by=f"Patient/{patient}")
        return real.decide(question)

    with pytest.raises(TooFew):
        extracted(replace(study, office=asking(study.office, Says(answer, real.digest))), place)
    ends = entries(study)[-10:]
    assert {(one.entry.phase, one.entry.why) for one in ends} == {("outcome", "EXTRACT_FAILED")}
    assert not (place / "extract").exists()


def test_what_the_policy_asks_for_is_done_for_research_too(study: Node, place: Path) -> None:
    obligations = (Obligation("deidentify", "research"), Obligation("notify-patient"))
    told = Says(lambda _: Decision(allow=True, obligations=obligations))
    extracted(replace(study, office=asking(study.office, told)), place)
    assert len(list(outbox(study.log))) == 14


def test_a_profile_weaker_than_the_policy_asks_for_is_no_extract(study: Node, place: Path) -> None:
    stricter = Says(lambda _: Decision(allow=True, obligations=(Obligation("deidentify", "statistics"),)))
    with pytest.raises(TooFew):
        extracted(replace(study, office=asking(study.office, stricter)), place)
    assert not (place / "extract").exists()


def test_mother_and_newborn_share_one_shift(node: Node) -> None:
    """So the days between birth and delivery survive, although every date is another."""
    shifts = {patient: _shift(node, patient) for patient in ("ks-pt-0001", "ks-pt-0002", "ks-pt-0003")}
    assert shifts["ks-pt-0003"] == shifts["ks-pt-0002"] != shifts["ks-pt-0001"]
    assert all(days for days in shifts.values())


def _shift(node: Node, patient: str) -> int:
    """By how many days the first observation of the patient is moved."""
    refs = [one.ref for one in node.records.facts_of(patient, ("Observation",))]
    safe = make_safe(node.office, patient=patient, refs=refs, profile="research")
    before, after = (
        min(orjson.loads(body)["effectiveDateTime"][:10] for body in bodies if b"effectiveDateTime" in body)
        for bodies in ([body for _, body in node.records.bodies(refs)], safe.resources[: safe.own])
    )
    return (date.fromisoformat(after) - date.fromisoformat(before)).days
