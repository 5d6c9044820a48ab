"""One JSON object a line in, one a line out: {"id","text"} to {"id","text"} or {"id","spans"}."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import msgspec

    from deid import TextEngine


@dataclass(frozen=True, slots=True)
class BadText:
    """Line `line` has no text that can be read; why, without what stands in it."""

    line: int
    en: str
    zh: str


@cache
def _decoder() -> "msgspec.json.Decoder[Any]":
    """Other keys of the line are left out of the answer: they could say who."""
    import msgspec

    line = msgspec.defstruct(
        "Line", [("text", str), ("id", str | int | None, None), ("patient", str | None, None)]
    )
    return msgspec.json.Decoder(line)


def answer_line(number: int, line: bytes, answer: Callable[[str, str], dict[str, Any]]) -> bytes | BadText:
    """The answer to one line, without a newline; b"" to an empty one. A line without an id gets its number.

    `answer` gives what there is to say of a text and the id of its patient, "" where the line tells none.
    """
    import msgspec

    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
    if not line.strip():
        return b""
    try:
        one = _decoder().decode(line)
    except msgspec.ValidationError as error:
        return BadText(number, str(error), f"内容不符合要求：{error}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return BadText(number, "is not JSON in UTF-8", "不是 UTF-8 编码的 JSON")
    own = {"id": number if one.id is None else one.id}
    return msgspec.json.encode(own | answer(one.text, one.patient or ""))


def found_in(engine: "TextEngine", text: str, lang: str) -> dict[str, Any]:
    """Where something is found in a text, and what kind."""
    found = engine.find(text, lang=lang)
    return {"spans": [{"start": s.start, "end": s.end, "type": s.type} for s in found]}
