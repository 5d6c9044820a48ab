"""An import does not open more than before by the way: labels that are lost go on counting, custodians stay."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.records import AS_EVER, ImportReport, ItemFacts, Problem, Store, Terms, import_paths
from exchange.records.labels import CONFIDENTIALITY
from exchange.records.relabelling import stricter
from tests.records.made_up import clock, lines, observation, patient

_V3 = "http://terminology.hl7.org/CodeSystem/v3-"
RELABEL = Terms(relabel=True)
MOVE = Terms(move_custodian=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "handed-in.ndjson"


def bring_in(
    store: Store,
    file: Path,
    *resources: dict[str, Any],
    terms: Terms = AS_EVER,
    problems: list[Problem] | None = None,
) -> ImportReport:
    file.write_bytes(lines(*resources))
    return import_paths(
        [file],
        store,
        reject_dir=file.parent / "rejected",
        clock=clock,
        terms=terms,
        on_problem=problems.append if problems is not None else None,
    )


def labelled(level: str = "", *topics: str, status: str = "final", **more: Any) -> dict[str, Any]:
    """An observation with these labels."""
    codes = [("Confidentiality", level)] if level else []
    codes += [("ActCode", one) for one in topics]
    meta = {"security": [{"system": _V3 + system, "code": code} for system, code in codes]} | more
    return observation("o", "Patient/li", status=status, meta=meta)


def labels(store: Store) -> tuple[str | None, tuple[str, ...] | None]:
    facts = store.get("Observation", "o").facts
    return facts.confidentiality, facts.sensitivity


def test_a_label_that_a_new_version_has_lost_goes_on_counting(store: Store, file: Path) -> None:
    bring_in(store, file, labelled("R", "PSY"))
    report = bring_in(store, file, labelled(status="amended"))
    assert (report.changed.total(), report.lost_labels) == (1, ["Observation/o"])
    assert labels(store) == ("R", ("PSY",))
    assert bring_in(store, file, labelled(status="amended")).unchanged.total() == 1
    assert labels(store) == ("R", ("PSY",))


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (("R",), ("N",), ("R", ())),
        (("R",), ("V",), ("V", ())),
        (("N",), ("L",), ("N", ())),
        (("R", "PSY"), ("R", "STD"), ("R", ("STD", "PSY"))),
        (("N", "PSY"), ("R",), ("R", ("PSY",))),
    ],
)
def test_the_stricter_of_both_counts(
    store: Store, file: Path, before: tuple[str, ...], after: tuple[str, ...], kept: tuple[object, ...]
) -> None:
    bring_in(store, file, labelled(*before))
    bring_in(store, file, labelled(*after))
    assert labels(store) == kept


def test_normal_that_is_not_said_any_more_leaves_the_record_unlabelled(store: Store, file: Path) -> None:
    bring_in(store, file, labelled("N"))
    assert bring_in(store, file, labelled()).lost_labels == []
    assert labels(store) == (None, None)


def test_more_versions_do_not_wear_a_label_out(store: Store, file: Path) -> None:
    bring_in(store, file, labelled("R", "PSY"))
    for status in ("amended", "corrected", "cancelled"):
        bring_in(store, file, labelled("N", status=status))
    assert labels(store) == ("R", ("PSY",))


@pytest.mark.parametrize("status", ["final", "amended"])
def test_relabelling_lets_go_also_of_what_was_kept_before(store: Store, file: Path, status: str) -> None:
    bring_in(store, file, labelled("R", "PSY"))
    bring_in(store, file, labelled("N"))
    report = bring_in(store, file, labelled("N", status=status), terms=RELABEL)
    assert (report.changed.total(), report.lost_labels) == (1, ["Observation/o"])
    assert labels(store) == ("N", ())
    assert bring_in(store, file, labelled("N", status=status), terms=RELABEL).unchanged.total() == 1


def test_an_older_version_does_not_touch_the_labels(store: Store, file: Path) -> None:
    bring_in(store, file, labelled("R", lastUpdated="2026-02-01T00:00:00Z"))
    report = bring_in(store, file, labelled("N", lastUpdated="2026-01-01T00:00:00Z"), terms=RELABEL)
    assert (report.older.total(), report.lost_labels, labels(store)) == (1, [], ("R", ()))


facts = st.builds(
    ItemFacts,
    ref=st.just("Observation/o"),
    class_=st.just("Observation"),
    confidentiality=st.none() | st.sampled_from(CONFIDENTIALITY),
    sensitivity=st.none() | st.lists(st.sampled_from(["PSY", "STD", "HIV"]), unique=True).map(tuple),
)


@given(facts, facts)
def test_no_label_above_normal_is_ever_lost(held: ItemFacts, new: ItemFacts) -> None:
    kept = stricter(held, new)
    assert {*(held.sensitivity or ()), *(new.sensitivity or ())} == {*(kept.sensitivity or ())}
    levels = [CONFIDENTIALITY.index(one.confidentiality) for one in (held, new) if one.confidentiality]
    highest = max(levels, default=-1)
    if highest > CONFIDENTIALITY.index("N"):
        assert kept.confidentiality == CONFIDENTIALITY[highest]
    assert stricter(held, kept) == kept


def kept_by(organisation: str, **more: Any) -> dict[str, Any]:
    return patient("li", managingOrganization={"reference": f"Organization/{organisation}"}, **more)


@pytest.mark.parametrize("other", [kept_by("other"), patient("li"), kept_by("")])
def test_a_patient_does_not_change_hands_by_the_way(store: Store, file: Path, other: dict[str, Any]) -> None:
    bring_in(store, file, kept_by("home"))
    problems: list[Problem] = []
    report = bring_in(store, file, other, problems=problems)
    assert [one.reason for one in problems] == ["moves-custodian"]
    assert (report.rejected.total(), report.moved, report.reject_file is None) == (1, ["Patient/li"], False)
    assert store.get("Patient", "li").version == 1


@pytest.mark.attack
def test_nor_within_one_file(store: Store, file: Path) -> None:
    report = bring_in(store, file, kept_by("home"), kept_by("other"))
    assert (report.new.total(), report.rejected.total()) == (1, 1)
    assert b"home" in store.get("Patient", "li").body


def test_with_a_word_it_does(store: Store, file: Path) -> None:
    bring_in(store, file, kept_by("home"))
    report = bring_in(store, file, kept_by("other"), terms=MOVE)
    assert (report.changed.total(), report.rejected.total(), report.moved) == (1, 0, ["Patient/li"])


def test_another_change_of_the_same_patient_goes_through(store: Store, file: Path) -> None:
    bring_in(store, file, kept_by("home"))
    report = bring_in(store, file, kept_by("home", gender="female"))
    assert (report.changed.total(), report.moved) == (1, [])


def test_an_older_version_kept_elsewhere_is_left_out_and_not_held_against_anybody(
    store: Store, file: Path
) -> None:
    bring_in(store, file, kept_by("home", meta={"lastUpdated": "2026-02-01T00:00:00Z"}))
    report = bring_in(store, file, kept_by("other", meta={"lastUpdated": "2026-01-01T00:00:00Z"}))
    assert (report.older.total(), report.rejected.total(), report.moved) == (1, 0, [])
