"""Every record says how private it is, all but a few that are left unlabelled on purpose."""

import pytest

from exchange.sample.labels import Label, label_for
from tests.sample.reading import Sample, codes, labels, strings

_LABELS = [
    ("B20.1", Label("V", ("HIV",))),
    ("B24", Label("V", ("HIV",))),
    ("Z21", Label("V", ("HIV",))),
    ("A53.9", Label("R", ("STD",))),
    ("F32.1", Label("R", ("PSY",))),
    ("F10.2", Label("R", ("ETH", "PSY"))),
    ("O04.9", Label("R", ("SEX",))),
    ("D56.3", Label("R", ("GDIS",))),
    ("B25.9", Label("N")),
    ("Z20", Label("N")),
    ("A49.9", Label("N")),
    ("E11.9", Label("N")),
]
_NEVER_NORMAL = ("B20", "B24", "Z21", "F", "A5", "N97", "O04", "Z30")


@pytest.mark.parametrize(("diagnosis", "label"), _LABELS)
def test_known_diagnoses_have_known_labels(diagnosis: str, label: Label) -> None:
    assert label_for(diagnosis) == label


def test_two_labels_together_are_as_strict_as_the_stricter_and_about_both() -> None:
    assert Label("R", ("PSY",)).joined(Label("V", ("HIV",))) == Label("V", ("PSY", "HIV"))
    assert Label("N").joined(Label("N")) == Label("N")


def test_about_one_record_in_a_hundred_bears_no_label(usual: Sample) -> None:
    bare = [
        one for resources in usual.regions.values() for one in resources.values() if labels(one)[0] is None
    ]
    assert len(bare) == usual.report.unlabelled
    assert 0.003 < len(bare) / usual.report.total < 0.015
    assert not {one["resourceType"] for one in bare} & {"Patient", "Organization", "Practitioner"}


def test_what_was_written_on_a_private_visit_is_as_private_as_its_diagnosis(usual: Sample) -> None:
    for resources in usual.regions.values():
        private = {
            one["encounter"]["reference"]: labels(one)
            for one in resources.values()
            if one["resourceType"] == "Condition" and codes(one)[0].startswith(_NEVER_NORMAL)
        }
        assert private
        for level, topics in private.values():
            assert level in ("R", "V")
            assert topics
        for reference, one in resources.items():
            pointed = {text for key, text in strings(one) if key == "reference"} | {reference}
            for visit in pointed & private.keys():
                level, topics = private[visit]
                assert labels(one)[0] in (level, "V"), reference
                assert labels(one)[1] >= topics, reference


def test_that_somebody_was_tested_for_hiv_is_private_whatever_came_out(usual: Sample) -> None:
    tested = [one for one in usual.all_of("Observation") if {"56888-1", "20447-9"} & set(codes(one))]
    assert len(tested) > 20
    for one in tested:
        assert labels(one)[0] == "V"
        assert "HIV" in labels(one)[1]
