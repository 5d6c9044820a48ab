"""What a permit obliges us to: a table of what this node can keep. Anything else is no permit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.path.duties import PROFILES, STRICTEST_FIRST, CannotFulfil, Duties, duties_from, hours
from policies import Obligation

CARE = Obligation("deidentify", "care")
KEPT = [
    ((CARE,), Duties(profile="care", codes=("deidentify:care",))),
    (
        (Obligation("deidentify", "statistics"), CARE, Obligation("deidentify", "research")),
        Duties(
            profile="statistics", codes=("deidentify:care", "deidentify:research", "deidentify:statistics")
        ),
    ),
    (
        (CARE, Obligation("notify-patient")),
        Duties(profile="care", notify_patient=True, codes=("deidentify:care", "notify-patient")),
    ),
    (
        (CARE, Obligation("review", "PT24H"), Obligation("review", "PT2H")),
        Duties(
            profile="care",
            review_within=timedelta(hours=2),
            codes=("deidentify:care", "review:PT24H", "review:PT2H"),
        ),
    ),
    (
        (CARE, Obligation("time-limit", "PT4H"), Obligation("time-limit", "PT8H")),
        Duties(
            profile="care",
            valid_for=timedelta(hours=4),
            codes=("deidentify:care", "time-limit:PT4H", "time-limit:PT8H"),
        ),
    ),
    (
        (CARE, Obligation("minimum-necessary"), Obligation("seal")),
        Duties(profile="care", codes=("deidentify:care", "minimum-necessary", "seal")),
    ),
    (
        (CARE, Obligation("only-elements", "Patient.address Patient.telecom")),
        Duties(
            profile="care",
            only=frozenset(("Patient.address", "Patient.telecom")),
            codes=("deidentify:care", "only-elements:Patient.address Patient.telecom"),
        ),
    ),
    # What both let through, and be it nothing.
    (
        (CARE, Obligation("only-elements", "Patient.address"), Obligation("only-elements", "Patient.name")),
        Duties(
            profile="care",
            only=frozenset(),
            codes=("deidentify:care", "only-elements:Patient.address", "only-elements:Patient.name"),
        ),
    ),
    # Nothing can be reviewed sooner, and it is still a review.
    (
        (CARE, Obligation("review", "PT0H")),
        Duties(profile="care", review_within=timedelta(0), codes=("deidentify:care", "review:PT0H")),
    ),
]
NOT_KEPT = [
    ((), "deidentify"),
    ((Obligation("seal"),), "deidentify"),
    ((Obligation("deidentify", "care "),), "deidentify"),
    ((Obligation("deidentify"),), "deidentify"),
    ((Obligation("deidentify", 1),), "deidentify"),
    ((CARE, Obligation("watermark")), "watermark"),
    ((CARE, Obligation("SEAL")), "SEAL"),
    ((CARE, Obligation("review")), "duration"),
    ((CARE, Obligation("time-limit", 4)), "duration"),
    ((CARE, Obligation("only-elements")), "elements"),
    ((CARE, Obligation("only-elements", "")), "elements"),
    ((CARE, Obligation("only-elements", "Patient")), "elements"),
    ((CARE, Obligation("only-elements", "Patient.name  Patient.address")), "elements"),
    # One patient's record is no count, so a node that hands over records cannot keep this.
    ((CARE, Obligation("small-cell", 11)), "small-cell"),
]
BAD_DURATIONS = [
    "",
    "PT",
    "PTH",
    "24",
    "PT24",
    "24H",
    "PT24M",
    "P1D",
    "PT-1H",
    "PT1.5H",
    "PT２H",
    "pt24h",
    " PT1H",
    "PT1H\n",
]


@pytest.mark.parametrize(("obligations", "duties"), KEPT)
def test_every_obligation_this_node_keeps(obligations: tuple[Obligation, ...], duties: Duties) -> None:
    assert duties_from(obligations) == duties


@pytest.mark.parametrize(("obligations", "code"), NOT_KEPT)
def test_an_obligation_nobody_knows_or_can_read_refuses(
    obligations: tuple[Obligation, ...], code: str
) -> None:
    with pytest.raises(CannotFulfil) as unkept:
        duties_from(obligations)
    assert unkept.value.code == code


@pytest.mark.parametrize("text", BAD_DURATIONS)
def test_a_duration_is_whole_hours_or_cannot_be_kept(text: str) -> None:
    with pytest.raises(CannotFulfil):
        hours(text)


@pytest.mark.parametrize(("text", "number"), [("PT0H", 0), ("PT4H", 4), ("PT24H", 24), ("PT720H", 720)])
def test_known_durations(text: str, number: int) -> None:
    assert hours(text) == timedelta(hours=number)


CODES = st.sampled_from(
    "deidentify notify-patient review time-limit minimum-necessary seal only-elements other".split()
)
VALUES_KNOWN = [*PROFILES, "PT1H", "PT24H", "Patient.name", "Patient.name Patient.address", "x"]
VALUES = st.one_of(st.none(), st.integers(), st.sampled_from(VALUES_KNOWN), st.text(max_size=8))
OBLIGATIONS = st.lists(st.builds(Obligation, CODES, VALUES), max_size=6)


@given(OBLIGATIONS)
def test_obligations_are_kept_whole_or_not_at_all(obligations: list[Obligation]) -> None:
    """Never a crash, never a duty that was dropped, and always a profile at least as strict as each asked for."""
    try:
        duties = duties_from(obligations)
    except CannotFulfil:
        return
    asked = {one.value for one in obligations if one.code == "deidentify"}
    assert STRICTEST_FIRST.index(duties.profile) == min(STRICTEST_FIRST.index(str(one)) for one in asked)
    codes = {one.code for one in obligations}
    assert duties.notify_patient == ("notify-patient" in codes)
    assert (duties.review_within is not None) == ("review" in codes)
    assert (duties.valid_for is not None) == ("time-limit" in codes)
    assert (duties.only is not None) == ("only-elements" in codes)
    assert {one.partition(":")[0] for one in duties.codes} == codes


@given(OBLIGATIONS, OBLIGATIONS)
def test_more_obligations_never_ask_for_less(some: list[Obligation], more: list[Obligation]) -> None:
    try:
        few, many = duties_from(some), duties_from([*some, *more])
    except CannotFulfil:
        return
    assert STRICTEST_FIRST.index(many.profile) <= STRICTEST_FIRST.index(few.profile)
    assert many.notify_patient >= few.notify_patient
    assert few.only is None or (many.only is not None and many.only <= few.only)
    if few.review_within is not None:
        assert many.review_within is not None
        assert many.review_within <= few.review_within
