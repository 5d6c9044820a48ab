"""What may be told of a count: nothing that leaves a few patients, whatever is subtracted from whatever."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.counting.figures import Figures, Limit, Row, Tally, figures

STEP = 11
LIMIT = Limit(step=STEP, least=STEP)
LIMITS = st.builds(Limit.of, st.integers(2, 11), st.integers(1, 20))
# Which patients have how many things in which group.
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from("abcdefg"), st.integers(1, 60).map("p{}".format)),
    st.integers(1, 40),
    max_size=150,
)


def _tally(counts: dict[tuple[str, str], int]) -> Tally:
    tally = Tally()
    for (group, patient), number in counts.items():
        tally.add(group, patient, number)
    return tally


def _of(**groups: range) -> Tally:
    """Groups of patients with one thing each, by the patients' numbers."""
    return _tally({(name, f"p{one}"): 1 for name, patients in groups.items() for one in patients})


def _keys(told: Figures) -> list[str]:
    return [one.key for one in told.rows]


def test_ten_patients_are_too_few_and_eleven_are_enough() -> None:
    assert figures(_of(a=range(10)), LIMIT) is None
    assert figures(_of(a=range(11)), LIMIT) == Figures(
        rows=(),
        together=Row(key="", number=11, patients=11),
        total=Row(key="", number=11, patients=11),
        limit=LIMIT,
    )


def test_many_things_of_few_patients_are_few() -> None:
    assert figures(_tally({("a", f"p{one}"): 1000 for one in range(10)}), LIMIT) is None


def test_a_small_group_takes_another_with_it_so_that_the_total_does_not_tell_it() -> None:
    told = figures(_of(small=range(3), middle=range(100, 115), large=range(200, 250)), LIMIT)
    assert told is not None
    assert _keys(told) == ["large"]
    assert told.together == Row(key="", number=11, patients=11)  # eighteen


def test_small_groups_that_are_enough_together_take_nobody_with_them() -> None:
    told = figures(_of(few=range(6), some=range(10, 16), large=range(200, 250)), LIMIT)
    assert told is not None
    assert (_keys(told), told.together) == (["large"], Row(key="", number=11, patients=11))


def test_the_same_few_patients_in_many_groups_stay_few() -> None:
    """Ten groups of the same three people hold thirty things, and still point at three."""
    same = {f"g{one}": range(3) for one in range(10)}
    told = figures(_of(**same, large=range(200, 250), larger=range(300, 360)), LIMIT)
    assert told is not None
    assert _keys(told) == ["larger"]


def test_a_group_that_is_not_told_is_not_named() -> None:
    """That there is one would say that somebody has it."""
    told = figures(_of(rare=range(1), common=range(50), usual=range(100, 160)), LIMIT)
    assert told is not None
    assert "rare" not in str(told.as_dict())


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (10, 0), (11, 11), (21, 11), (22, 22), (1000, 990)])
def test_numbers_are_rounded_down_to_multiples_of_the_limit(number: int, expected: int) -> None:
    assert LIMIT.rounded(number) == expected


@given(COUNTS, LIMITS)
def test_everything_told_is_about_enough_patients_and_nothing_above_the_truth(
    counts: dict[tuple[str, str], int], limit: Limit
) -> None:
    tally = _tally(counts)
    told = figures(tally, limit)
    if told is None:
        assert len({patient for _, patient in counts}) < limit.least
        return
    for row in told.rows:
        true = tally.groups[row.key]
        assert len(true.patients) >= limit.least
        assert (row.number, row.patients) == (limit.rounded(true.number), limit.rounded(len(true.patients)))
        assert row.patients >= limit.least
    for row in (told.together, told.total):
        assert row.patients >= limit.least


@given(COUNTS, LIMITS)
def test_no_subtraction_of_rows_from_the_total_leaves_few_patients(
    counts: dict[tuple[str, str], int], limit: Limit
) -> None:
    """Even for whoever knew the numbers exactly: left are groups that stand alone, and the joined ones."""
    tally = _tally(counts)
    told = figures(tally, limit)
    if told is None:
        return
    alone = _keys(told)
    for size in range(len(alone) + 1):
        for taken in combinations(alone, size):
            left = set().union(*(one.patients for key, one in tally.groups.items() if key not in taken))
            assert not left or len(left) >= limit.least


# Tables that mostly can be told: groups of five to sixty patients, some of whom are in several.
TOLD = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.tuples(st.integers(0, 60), st.integers(5, 60)).map(lambda one: range(one[0], sum(one))),
    max_size=6,
).map(lambda groups: {(key, f"p{one}"): 1 for key, patients in groups.items() for one in patients})


def _few(tally: Tally) -> int:
    """How many patients all groups below the limit have."""
    return len(set().union(*(one.patients for one in tally.groups.values() if len(one.patients) < STEP)))


@given(TOLD, st.sampled_from("abcdefgh"), st.integers(1000, 1010))
def test_one_patient_more_moves_a_number_by_one_step_or_not_at_all(
    counts: dict[tuple[str, str], int], group: str, patient: int
) -> None:
    less, more = _tally(counts), _tally(counts | {(group, f"p{patient}"): 1})
    before, after = figures(less, LIMIT), figures(more, LIMIT)
    if before is None or after is None:
        return
    of_a_step = len(more.groups[group].patients) % STEP == 0
    few_are_enough = _few(less) < STEP <= _few(more)
    assert _keys(before) == _keys(after) or of_a_step or few_are_enough
    assert after.total.number - before.total.number in (0, STEP)
    assert after.total.patients - before.total.patients in (0, STEP)


def test_the_order_of_the_rows_tells_nothing_about_their_size() -> None:
    told = figures(_of(b=range(50), a=range(100, 120), c=range(200, 230)), LIMIT)
    assert told is not None
    assert _keys(told) == ["b", "c"]


def test_the_first_patient_of_a_kind_changes_no_row() -> None:
    usual = {"b": range(100, 140), "c": range(200, 260)}
    before, after = (figures(_of(rare=range(some), **usual), LIMIT) for some in (0, 1))
    assert before is not None
    assert before == after


def test_groups_that_look_alike_change_no_places_for_one_patient() -> None:
    before, after = (figures(_of(a=range(some), b=range(100, 120)), LIMIT) for some in (20, 21))
    assert before == after


@given(st.integers(1, 500), st.sets(st.integers(1, 200), min_size=1, max_size=8))
def test_no_choice_of_limits_narrows_a_number_below_a_step(patients: int, chosen: set[int]) -> None:
    """Told or not told: all answers together are those of every number within the same step."""
    limits = [Limit.of(STEP, one) for one in chosen]
    start = patients - patients % STEP

    def answers(number: int) -> list[Figures | None]:
        return [figures(_of(a=range(number)), one) for one in limits]

    assert answers(start or 1) == answers(start + STEP - 1) == answers(patients)


@pytest.mark.parametrize(
    ("wanted", "least"), [((), 11), ((1,), 11), ((11,), 11), ((12,), 22), ((22, 5), 22), ((23, 40), 44)]
)
def test_a_limit_is_the_strictest_that_is_wanted_in_whole_steps(wanted: tuple[int, ...], least: int) -> None:
    assert Limit.of(STEP, *wanted) == Limit(step=STEP, least=least)
