"""What a log sends to a witness, and what it makes of the answer (C2SP tlog-witness). No network in here."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import BadNote
from ledger.note import SignatureLine, read_note, signature_line
from ledger.witness.cosignature import WitnessKey
from ledger.witness.witnessing import SIZE_TYPE, Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSays:
    """What a witness answered.

    `line`: its cosignature, which was checked, made `at` seconds since 1970 by its own word. `size`: it saw this many
    entries, so start from there. `refused`: the status it refused with. Just one of the three is not None.
    """

    line: bytes | None = None
    at: int = 0
    size: int | None = None
    refused: int | None = None


def submission(old: int, path: Sequence[bytes], note: bytes) -> bytes:
    """The request: the size the witness last saw (0: none), the path from there, the newest signed state."""
    steps = b"".join(base64.b64encode(step) + b"\n" for step in path)
    return b"old %d\n%b\n%b" % (old, steps, note)


def read_answer(answer: Answer, note: bytes, key: WitnessKey) -> WitnessSays:
    """What `key`'s witness said about `note`. A cosignature that is not right counts as a refusal (status 200)."""
    if answer.status == 200:
        return _line_of(answer.body, note, key) or WitnessSays(refused=200)
    digits = answer.body.removesuffix(b"\n")
    if answer.status == 409 and answer.type == SIZE_TYPE and digits.isdigit() and len(digits) < 20:
        return WitnessSays(size=int(digits))
    return WitnessSays(refused=answer.status)


def _line_of(body: bytes, note: bytes, key: WitnessKey) -> WitnessSays | None:
    """The witness's own line, written anew; whatever else it sent is left."""
    text = note[: note.index(b"\n\n") + 2]
    try:
        told, lines = read_note(text + body)
        own: list[SignatureLine] = [one for one in lines if one[:2] == (key.name, key.key_id)]
        # An answer with an empty line in it would make what stands above that line the text that is signed.
        at = key.cosigned_at(told, own) if told.encode() + b"\n" == text else None
    except BadNote:
        return None
    return None if at is None else WitnessSays(line=signature_line(*own[0]), at=at)
