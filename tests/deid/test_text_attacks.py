"""Attacks on the text engine: any text, endless digits, no network."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid import TextEngine
from deid.text.finding import find_all
from deid.text.spans import Span, cover

ENGINE = TextEngine()
FAST = TextEngine("fast")
PIECES = st.sampled_from(
    [
        "患者",
        "张三",
        "姓名:",
        "13800000000",
        "2024-03-05",
        "主任",
        "医院",
        "住址:",
        "昆山市",
        "路8号",
        "|",
        "·",
        "号",
        " ",
        "\n",
        "，",
        "Dr. ",
        "Smith",
        "@",
    ]
)
texts = st.text(max_size=60) | st.lists(PIECES, max_size=12).map("".join)


@pytest.mark.attack
@given(texts, st.sampled_from(["auto", "zh", "en"]))
def test_any_text_gives_spans_inside_it_in_order_and_apart(text: str, lang: str) -> None:
    found = ENGINE.find(text, lang=lang)
    ends = [0, *(span.end for span in found)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, found, strict=False))
    assert ENGINE.find(text, lang=lang) == found


@pytest.mark.attack
@given(texts)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = ENGINE.redact(text).text
    assert ENGINE.redact(once).text == once


@given(texts)
def test_what_is_not_found_stays_as_it_was(text: str) -> None:
    done = ENGINE.redact(text)
    edges = [0, *(edge for span in done.spans for edge in (span.start, span.end)), len(text)]
    rest = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    at = 0
    for piece in rest:
        at = done.text.index(piece, at) + len(piece)


@pytest.mark.attack
@settings(max_examples=300, deadline=None)
@given(texts)
def test_fast_too_gives_spans_inside_any_text_in_order_and_apart(text: str) -> None:
    found = FAST.find(text)
    ends = [0, *(span.end for span in found)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, found, strict=False))


@pytest.mark.attack
@settings(max_examples=100, deadline=None)
@given(texts)
def test_redacting_twice_changes_nothing_more_in_fast_either(text: str) -> None:
    once = FAST.redact(text).text
    assert FAST.redact(once).text == once


spans = st.builds(
    lambda start, length, kind, score: Span(start, start + length, kind, score),
    st.integers(0, 30),
    st.integers(1, 10),
    st.sampled_from(["NAME", "DATE"]),
    st.sampled_from([0.4, 0.6, 0.8]),
)


@given(st.lists(spans, max_size=12), st.randoms(use_true_random=False))
def test_a_cover_loses_no_character_and_does_not_depend_on_order(some: list[Span], chance: Any) -> None:
    covered = cover(some)
    assert {i for s in covered for i in range(s.start, s.end)} == {
        i for s in some for i in range(s.start, s.end)
    }
    assert sum(s.end - s.start for s in covered) == len({i for s in some for i in range(s.start, s.end)})
    chance.shuffle(some)
    assert cover(some) == covered


ENDLESS = {
    "digits": "1",
    "letters and digits": "a1",
    "cities": "市",
    "roads": "县路",
    "surnames": "王",
    "hospitals": "医院",
    "patients": "患者",
    "dots": "王·",
    "labels": "姓名:",
    "years": "2024-",
    "capitals": "Aa ",
    "lines": "\n",
    "labels of places": "住址",
    "heads of tables": "住址|住址\n",
    "addresses": "江苏省昆山市1号,",
    "birthplaces": "生于",
    "Han characters": "的",
}


@pytest.mark.attack
@pytest.mark.slow
@pytest.mark.parametrize("piece", ENDLESS.values(), ids=ENDLESS)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """200,000 characters; per character at most five times what a text of 20,000 took."""
    short, long = (piece * (length // len(piece)) for length in (20_000, 200_000))
    find_all(short)
    assert _seconds(long) < 5 * 10 * max(_seconds(short), 0.01)


def _seconds(text: str) -> float:
    begun = time.process_time()
    find_all(text)
    return time.process_time() - begun


@pytest.mark.attack
def test_a_line_of_endless_digits_does_not_stay() -> None:
    assert ENGINE.redact("1" * 200_000).text == "[MRN]"


@pytest.mark.attack
def test_nothing_is_asked_of_the_network() -> None:
    """In a process of its own, because what was loaded before would not be asked for again."""
    program = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from deid import TextEngine\n"
        "print(TextEngine().redact('邮箱 a.b@example.co.uk, mail c@example.com, https://example.com').text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert done.stdout.strip() == "邮箱 [邮箱], mail [邮箱], [网址]"
    assert "network" not in done.stderr


@pytest.mark.parametrize("text", ["邮箱 a.b@example.co.uk", "Dr. John Smith, a@example.com"])
def test_nor_while_others_work_in_the_same_process(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the network was asked")

    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert TextEngine().find(text)


def test_importing_the_room_loads_no_language_software() -> None:
    program = (
        "import sys, deid; print(sorted({'presidio_analyzer', 'spacy', 'tldextract'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert json.loads(done.stdout.replace("'", '"')) == []


def _root() -> Path:
    return Path(__file__).parents[2]


@pytest.mark.attack
@pytest.mark.parametrize("engine", [ENGINE, FAST], ids=["strict", "fast"])
def test_half_of_a_character_stops_nothing(engine: TextEngine) -> None:
    text = "患者王秀英\ud83d,电话13800001111\udc00"
    found = [text[span.start : span.end] for span in engine.find(text)]
    assert found == ["王秀英", "13800001111"]
