"""Extracts that wait: whoever takes the consent back before one is made, or while it is made, is not in it."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from exchange.audit.agreement import disagreements
from exchange.consenting import revoke
from exchange.errors import CannotWrite
from exchange.node.node import Node
from exchange.research.extract import TooFew, extract
from exchange.research.projects import NoSuchProject
from exchange.research.queue import NoSuchJob, cancel, jobs, queue
from exchange.research.running import run
from exchange.research.withdrawals import tell_project, withdrawals
from exchange.withdrawal.outgoing import notices
from exchange.withdrawal.reach import not_recalled, reach
from tests.exchange.nodes import OFFICER, Site, allow, entries
from tests.exchange.people import AN, CHILD, COHORT
from tests.exchange.studies import (
    RESEARCHER,
    agree,
    approve_until,
    approved,
    everybody_agrees,
    extracted,
    read,
)

PROJECT = "diabetes-1"


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
def site(agreed: Path, tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(agreed, tmp_path / "study")))


@pytest.fixture
def study(site: Site) -> Iterator[Node]:
    with site.open() as opened:
        yield opened


def take_back(node: Node, patient: str) -> None:
    (consent,) = node.consents.newest(node.vault.key_of(patient))
    revoke(node, patient, consent.consent_id, by=f"Patient/{patient}")


def people(folder: Path) -> set[str]:
    return {orjson.loads(line)["id"] for line in (folder / "Patient.ndjson").read_bytes().splitlines()}


def test_a_queued_extract_is_made_later_and_leaves_the_list(study: Node, tmp_path: Path) -> None:
    queued = queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    assert [(one.entry, one.project, one.out) for one in jobs(study)] == [
        (queued.id, PROJECT, tmp_path / "out")
    ]
    (ran,) = run(study)
    assert ran.extracted is not None
    assert ran.extracted.entry.entry.intent == queued.id
    assert jobs(study) == []
    assert [one.how for one in jobs(study, waiting_only=False)] == ["made"]
    assert disagreements(study.log, study.house_key) == []


def test_nothing_about_patients_is_written_when_an_extract_is_queued(study: Node, tmp_path: Path) -> None:
    size = study.log.size
    queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    assert [(one.entry.subtype, one.entry.patient) for one in entries(study)[size:]] == [("queue", "")]
    assert not (tmp_path / "out").exists()


def test_whoever_takes_it_back_while_it_waits_is_not_in_it_and_it_is_remarked(
    study: Node, tmp_path: Path
) -> None:
    queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    assert jobs(study)[0].changed is None
    take_back(study, "c-03")
    assert ("job-changed", "CONSENT_CHANGED") in [
        (one.entry.subtype, one.entry.why) for one in entries(study)
    ]
    assert jobs(study)[0].changed is not None
    (ran,) = run(study)
    assert ran.extracted is not None
    assert ran.extracted.numbers.patients == 13
    assert disagreements(study.log, study.house_key) == []


def test_somebody_of_another_cohort_or_another_kind_of_consent_changes_nothing(
    study: Node, tmp_path: Path
) -> None:
    queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    care, child = allow(study), agree(study, CHILD)
    revoke(study, AN, care.consent_id, by=f"Patient/{AN}")
    revoke(study, CHILD, child.consent_id, by=f"Patient/{CHILD}")
    assert jobs(study)[0].changed is None


def test_an_extract_that_is_refused_leaves_the_list_with_the_reason(study: Node, tmp_path: Path) -> None:
    for patient in COHORT[:4]:
        take_back(study, patient)
    queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    (ran,) = run(study)
    assert isinstance(ran.problem, TooFew)
    assert [one.how for one in jobs(study, waiting_only=False)] == ["refused"]
    assert disagreements(study.log, study.house_key) == []


def test_an_extract_whose_approval_has_ended_meanwhile_is_refused(
    study: Node, site: Site, tmp_path: Path
) -> None:
    approve_until(study, PROJECT, date(2026, 11, 30))
    queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    site.clock.pass_by(timedelta(days=10))
    (ran,) = run(study)
    assert ran.problem is not None
    assert ran.problem.exit_code == 3
    assert jobs(study) == []


def test_an_extract_that_only_failed_stays_on_the_list_and_does_not_stop_the_next(
    study: Node, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "theirs.txt").write_text("somebody's")
    for name in ("taken", "free"):
        queue(study, PROJECT, tmp_path / name, by=RESEARCHER)
    assert [bool(ran.extracted) for ran in run(study)] == [False, True]
    assert [one.out.name for one in jobs(study)] == ["taken"]


def test_an_extract_that_could_not_be_put_into_place_waits_again(study: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    queue(study, PROJECT, out, by=RESEARCHER)

    def in_the_way(done: int, total: int) -> None:
        if done == total:
            out.mkdir()
            (out / "theirs.txt").write_text("somebody's")

    (ran,) = run(study, in_the_way)
    assert isinstance(ran.problem, CannotWrite)
    assert len(jobs(study)) == 1
    assert disagreements(study.log, study.house_key) == []


def test_a_cancelled_extract_is_not_made(study: Node, tmp_path: Path) -> None:
    queued = queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)
    cancel(study, queued.id, by=RESEARCHER)
    assert list(run(study)) == []
    with pytest.raises(NoSuchJob):
        cancel(study, queued.id, by=RESEARCHER)
    assert disagreements(study.log, study.house_key) == []


def test_only_a_registered_project_can_queue(study: Node, tmp_path: Path) -> None:
    with pytest.raises(NoSuchProject):
        queue(study, "nobody", tmp_path / "out", by=RESEARCHER)


def test_an_extract_taken_off_the_list_while_it_is_made_is_not_handed_over(
    study: Node, tmp_path: Path
) -> None:
    queued = queue(study, PROJECT, tmp_path / "out", by=RESEARCHER)

    def cancelled(done: int, total: int) -> None:
        if done == total:
            cancel(study, queued.id, by=RESEARCHER)

    (ran,) = run(study, cancelled)
    assert isinstance(ran.problem, NoSuchJob)
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.glob(".out*")) == []


@pytest.mark.parametrize("at", [1, 7, 14])
def test_whoever_takes_it_back_after_the_cleaning_and_before_the_handing_over_is_not_in_it(
    study: Node, tmp_path: Path, at: int
) -> None:
    """The extract lies ready beside its place: it is made again without them, and the record says why."""
    whole = people(extracted(study, tmp_path, name="before").folder)
    rounds: list[int] = []

    def late(done: int, total: int) -> None:
        rounds.append(total)
        if done == at and len(rounds) <= total:
            take_back(study, "c-05")

    made = extract(study, PROJECT, tmp_path / "out", late)
    assert (rounds[0], rounds[-1]) == (14, 13)
    assert made.numbers.patients == len(people(made.folder)) == 13
    gone = whole - people(made.folder)
    assert gone == {one.subject for one in withdrawals(study, PROJECT)}
    pseudonym = study.vault.key_of("c-05").pseudonym
    ends = [
        one.entry for one in entries(study) if one.entry.patient == pseudonym and one.entry.phase == "outcome"
    ]
    assert [(one.outcome, one.why) for one in ends][-1] == ("8", "CONSENT_CHANGED")
    # Told are the first extract and, as it lay ready, the one that was not handed over after all.
    assert [len(one.items) for one in withdrawals(study, PROJECT)] == [2]


def test_a_report_of_an_extract_made_again_counts_only_those_in_it(study: Node, tmp_path: Path) -> None:
    done_once: list[bool] = []

    def late(done: int, _: int) -> None:
        if done == 14 and not done_once:
            done_once.append(True)
            take_back(study, "c-05")

    again = extract(study, PROJECT, tmp_path / "again", late)
    straight = extracted(study, tmp_path, name="straight")
    ours, theirs = again.numbers.as_dict(), straight.numbers.as_dict()
    assert ours["cleaning"] == theirs["cleaning"]
    assert ours["by_type"] == theirs["by_type"]


# --- a project that has an extract already ---


def test_the_project_is_told_the_pseudonym_that_stands_in_its_extract(study: Node, tmp_path: Path) -> None:
    made = extracted(study, tmp_path)
    take_back(study, "c-03")
    again = extracted(study, tmp_path, name="again")
    (one,) = withdrawals(study, PROJECT)
    assert {one.subject} == people(made.folder) - people(again.folder)
    assert {row["subject"]["reference"] for row in read(made, "Condition")} > {f"Patient/{one.subject}"}
    assert "c-03" not in repr(one)


def test_a_project_is_told_once_and_says_what_it_did(study: Node, tmp_path: Path) -> None:
    extracted(study, tmp_path)
    take_back(study, "c-03")
    assert tell_project(study, PROJECT, by=OFFICER) == 1
    assert tell_project(study, PROJECT, by=OFFICER) == 0
    assert tell_project(study, PROJECT, by=OFFICER, done="deleted") == 1
    assert [(one.told, one.done) for one in withdrawals(study, PROJECT)] == [("by-hand", "deleted")]
    assert disagreements(study.log, study.house_key) == []


def test_the_patient_is_told_that_an_extract_cannot_be_called_back(study: Node, tmp_path: Path) -> None:
    extracted(study, tmp_path)
    (consent,) = study.consents.newest(study.vault.key_of("c-03"))
    revoke(study, "c-03", consent.consent_id, by="Patient/c-03")
    rows = reach(study.office, "c-03", consent.consent_id)
    assert [(row.disclosure.kind, row.disclosure.recipient) for row in rows] == [("project", PROJECT)]
    assert any("cannot be called back: the project is told" in en for en, _ in not_recalled(rows))


def test_two_projects_are_told_different_pseudonyms(study: Node, tmp_path: Path) -> None:
    approved(study, tmp_path, id="diabetes-2")
    extracted(study, tmp_path)
    extracted(study, tmp_path, "diabetes-2", "other")
    take_back(study, "c-03")
    names = {one.recipient: one.subject for one in notices(study.office)}
    assert set(names) == {PROJECT, "diabetes-2"}
    assert len(set(names.values())) == 2
