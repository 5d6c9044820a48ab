"""LAC is asked where the network is in doubt, and nowhere else; it never takes away what was found."""

import numpy as np
import pytest

from deid.text.namefinder.network import CLASSES, GOES_ON, OUTSIDE
from deid.text.namefinder.opinion import Opinion, look
from deid.text.namefinder.second import second_opinion
from deid.text.spans import Span

TEXT = "会诊意见同前。由王秀英陪同入院,一般情况可。"
NAME = (TEXT.index("王"), TEXT.index("王") + 3)


def _opinion(doubt: float) -> Opinion:
    """Of TEXT: nothing is a name, but for three characters that are one, as likely as `doubt`."""
    scores = np.zeros((len(TEXT), CLASSES), np.float32)
    scores[:, OUTSIDE] = 1
    scores[slice(*NAME), OUTSIDE] = 1 - doubt
    scores[slice(*NAME), GOES_ON] = doubt
    return Opinion(TEXT, look(TEXT).codes, scores)


@pytest.mark.parametrize(("doubt", "found"), [(0.0, []), (0.05, []), (0.3, [NAME]), (0.9, [NAME])])
def test_a_name_is_added_where_the_network_half_sees_it(doubt: float, found: list[tuple[int, int]]) -> None:
    assert [(span.start, span.end) for span in second_opinion(_opinion(doubt), [])] == found


def test_what_is_found_already_is_not_asked_about() -> None:
    assert not list(second_opinion(_opinion(0.5), [Span(*NAME, "NAME", 0.6)]))


def test_places_are_those_of_the_whole_text_whatever_stands_in_front() -> None:
    long = "肺" * 700 + TEXT
    scores = np.zeros((len(long), CLASSES), np.float32)
    scores[:, OUTSIDE] = 1
    scores[700 + NAME[0] : 700 + NAME[1], OUTSIDE] = 0.5
    spans = list(second_opinion(Opinion(long, look(long).codes, scores), []))
    assert [long[span.start : span.end] for span in spans] == ["王秀英"]
