"""A question as it is sent, the same bytes whichever engine is asked, and how large it and its answer may be."""

import json
from collections.abc import Mapping

# A question is about 1 KiB and an answer at most 20 KiB; the rest is room.
LARGEST_QUESTION = 64 * 2**10
LARGEST_ANSWER = 256 * 2**10


def as_json(question: Mapping[str, object]) -> bytes:
    """The question in JSON. Raises ValueError, TypeError or RecursionError where there is none for it.

    Not a number is no value of JSON, and is not made into null; half a character is not replaced by another one:
    those would be other questions.
    """
    return json.dumps(dict(question), separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()
