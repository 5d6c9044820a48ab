"""The clinical lists name nothing that is not there."""

import re

from exchange.sample.emergency import CASES
from exchange.sample.tables import diagnoses, laboratory, medicines, studies

_ICD_10 = re.compile(r"[A-Z]\d\d(\.\d)?")
_LOINC = re.compile(r"\d{1,5}-\d")
ALL = (*diagnoses().chronic, *diagnoses().acute, *diagnoses().inpatient)


def test_whatever_is_ordered_prescribed_or_imaged_is_on_its_list() -> None:
    for one in ALL:
        assert set(one.panels) <= laboratory().panels.keys(), one.code
        assert set(one.medicines) <= medicines().keys(), one.code
        assert one.imaging in ("", *studies()), one.code
        tests = {test for name in one.panels for test in laboratory().panels[name].tests}
        assert set(one.out) <= tests, f"{one.code}: a test out of its range that is never made"
    for panel in laboratory().panels.values():
        assert set(panel.tests) <= laboratory().tests.keys()
    for case in CASES.values():
        assert set(case.panels) <= laboratory().panels.keys()
        assert set(case.medicines) <= medicines().keys()
        assert all(0 <= number < len(studies()[name].conclusions) for name, number in case.images)


def test_codes_have_the_shape_of_their_system() -> None:
    assert all(_ICD_10.fullmatch(one.code) for one in ALL)
    loinc = [one.loinc for one in laboratory().tests.values()]
    loinc += [one.loinc for one in laboratory().panels.values()]
    loinc += [one.loinc for one in studies().values()]
    assert all(_LOINC.fullmatch(code) and _check_digit(code[:-2]) == code[-1] for code in loinc)


def _check_digit(number: str) -> str:
    """LOINC's own check digit (Mod 10, Luhn)."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def test_ranges_run_from_low_to_high_and_words_are_within_their_list() -> None:
    for name, test in laboratory().tests.items():
        assert bool(test.unit) != bool(test.words), name
        assert test.low <= test.high
    for one in ALL:
        for name, (low, high) in one.out.items():
            words = laboratory().tests[name].words
            assert 0 <= low <= high
            assert not words or high < len(words)
