"""What the channel keeps: roots of regions' ledgers, and what their patients said, sealed.

Nothing is ever written over. Every function that writes looks first: the same content again is ALREADY_RECORDED,
other content in the same place is a CONFLICT. Whose a place is says the creator's certificate, never an argument.
Nothing here is personal: roots, signed checkpoints, salted commitments and ciphertext.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ledger.checkpoint import Checkpoint
from ledger.errors import BadNote
from ledger.fabric.chaincode.stub import Stub

RECORDED, ALREADY_RECORDED = b"RECORDED", b"ALREADY_RECORDED"
MOST_SEALED_BYTES = 4 << 20
MOST_AT_ONCE = 200
MOST_NUMBER = 2**53 - 1
_SEQUENCE_DIGITS = 12

_HASH = re.compile(r"[0-9a-f]{64}")
_LOG = re.compile(r"[\x21-\x2a\x2c-\x7e]{1,200}")
_write = msgspec.json.Encoder(order="sorted").encode


class Refused(Exception):
    """The contract says no, in words a client knows by their beginning."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def run(stub: Stub) -> bytes:
    """Run the function a transaction names; which there are depends on the chaincode's name. Raises Refused."""
    name, *arguments = [_text(one) for one in stub.words] or [""]
    functions = next((table for part, table in _TABLES.items() if part in stub.chaincode), {})
    if name not in functions:
        raise Refused(404, "UNKNOWN function of this chaincode")
    function, count = functions[name]
    if len(arguments) != count:
        raise Refused(400, f"WRONG number of arguments: {name} takes {count}")
    return function(stub, arguments)


def batch_key(msp: str, log: str, seq: int) -> str:
    """Where the `seq`-th batch of a region's log stands. A region may run more than one node, each with its log."""
    return f"batch/{msp}/{log}/{seq:0{_SEQUENCE_DIGITS}d}"


def consent_key(msp: str, log: str, seq: int) -> str:
    """Where the `seq`-th group of consent versions from a region's log stands."""
    return f"consent/{msp}/{log}/{seq:0{_SEQUENCE_DIGITS}d}"


def _record_batch(stub: Stub, arguments: Sequence[str]) -> bytes:
    """`seq`; `from`, `to`: the entries it adds; `root` over the first `to`, `previous_root` over `from`; `checkpoint`.

    The checkpoint is the log's own signed note about `root`, and names the log.
    """
    seq, start, stop = (
        _number(name, one) for name, one in zip(("seq", "from", "to"), arguments, strict=False)
    )
    root, previous, note = arguments[3:]
    _require_grown(seq, start, stop)
    signed = _checkpoint(note)
    if (signed.size, signed.root.hex()) != (stop, _hash("root", root)):
        raise Refused(400, "WRONG checkpoint: it is not about this root")
    value = {
        "from": start,
        "to": stop,
        "root": root,
        "previous_root": _hash("previous_root", previous),
        "checkpoint": note,
    }
    key = batch_key(stub.creator_msp, signed.origin, seq)
    about = {"msp": stub.creator_msp, "log": signed.origin, "seq": seq}
    return _record(stub, key, value, event=("batch", about))


def _record_consents(stub: Stub, arguments: Sequence[str]) -> bytes:
    """`log`, `seq`; `from`, `to`: which entries it is about; `commitments`, a JSON list; `sealed`, base64.

    Only the region can open `sealed`; what is kept of it is its digest, and it goes along in the event.
    """
    log = _log_name(arguments[0])
    seq, start, stop = (
        _number(name, one) for name, one in zip(("seq", "from", "to"), arguments[1:4], strict=True)
    )
    _require_grown(seq, start, stop)
    commitments = [_hash("commitments", one) for one in _texts("commitments", arguments[4])]
    sealed = arguments[5]
    if not 0 < len(sealed) <= MOST_SEALED_BYTES:
        raise Refused(400, "WRONG sealed: it is empty or too long")
    value = {
        "from": start,
        "to": stop,
        "commitments": commitments,
        "sealed_sha256": hashlib.sha256(sealed.encode()).hexdigest(),
    }
    about = {"msp": stub.creator_msp, "log": log, "seq": seq, "sealed": sealed}
    return _record(stub, consent_key(stub.creator_msp, log, seq), value, event=("consent", about))


def _record(stub: Stub, key: str, value: Mapping[str, Any], *, event: tuple[str, Mapping[str, Any]]) -> bytes:
    text = _write(value)
    before = stub.get(key)
    if before == text:
        return ALREADY_RECORDED
    if before:
        raise Refused(409, f"CONFLICT {key} holds something else")
    _write_own(stub, key, text)
    name, about = event
    if about["seq"] == 1:
        _list_log(stub, about["log"])
    stub.tell(name, _write({**value, **about}))
    return RECORDED


def _list_log(stub: Stub, log: str) -> None:
    """A log that begins is put into its region's list: only then, so that transactions do not wait for one another."""
    key = _logs_key(stub.creator_msp)
    names = set(msgspec.json.decode(stub.get(key) or b"[]", type=list[str]))
    _write_own(stub, key, _write(sorted({*names, log})))


def _write_own(stub: Stub, key: str, text: bytes) -> None:
    stub.put(key, text)
    # The chaincode's own policy may let any member write; what stands here is its region's to answer for.
    if "audit" in stub.chaincode:
        stub.bind(key, stub.creator_msp)


def _logs(stub: Stub, arguments: Sequence[str]) -> bytes:
    """`msp`: the names of its logs, a JSON list."""
    return stub.get(_logs_key(arguments[0])) or b"[]"


def _logs_key(msp: str) -> str:
    return f"logs/{msp}"


def _get(key: Callable[[str, str, int], str]) -> "_Function":
    def get(stub: Stub, arguments: Sequence[str]) -> bytes:
        """`msp`, `log`, `seq`: what stands there; b"" where nothing does."""
        return stub.get(key(arguments[0], _log_name(arguments[1]), _number("seq", arguments[2])))

    return get


def _list(key: Callable[[str, str, int], str]) -> "_Function":
    def some(stub: Stub, arguments: Sequence[str]) -> bytes:
        """`msp`, `log`, `first`: up to MOST_AT_ONCE from there, without a gap, as a JSON list."""
        first = _number("first", arguments[2])
        found: list[msgspec.Raw] = []
        while len(found) < MOST_AT_ONCE and (
            value := stub.get(key(arguments[0], _log_name(arguments[1]), first + len(found)))
        ):
            found.append(msgspec.Raw(value))
        return _write(found)

    return some


def _latest(key: Callable[[str, str, int], str]) -> "_Function":
    def latest(stub: Stub, arguments: Sequence[str]) -> bytes:
        """`msp`, `log`: the number of the last of those that stand there without a gap, and itself; b"" for none.

        Not for a transaction that writes: whoever writes names its number.
        """
        msp, log = arguments[0], _log_name(arguments[1])
        if not stub.get(key(msp, log, 1)):
            return b""
        low, high = 1, 2
        while stub.get(key(msp, log, high)):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if stub.get(key(msp, log, middle)) else (low, middle)
        return _write({"seq": low, "value": msgspec.Raw(stub.get(key(msp, log, low)))})

    return latest


_Function = Callable[[Stub, Sequence[str]], bytes]
# By what is in the chaincode's name, and by function: what runs, and how many arguments it takes.
_TABLES: Mapping[str, Mapping[str, tuple[_Function, int]]] = {
    "audit": {
        "record_batch": (_record_batch, 6),
        "get_batch": (_get(batch_key), 3),
        "batches": (_list(batch_key), 3),
        "latest": (_latest(batch_key), 2),
        "logs": (_logs, 1),
    },
    "consent": {
        "record_consents": (_record_consents, 6),
        "get_consents": (_get(consent_key), 3),
        "latest": (_latest(consent_key), 2),
        "logs": (_logs, 1),
    },
}


def _require_grown(seq: int, start: int, stop: int) -> None:
    if seq < 1 or start >= stop or (seq == 1) != (start == 0):
        raise Refused(400, "WRONG order: a batch adds entries, and the first begins with the first")


def _checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a signed note; who signed it, only its reader can tell."""
    try:
        found = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    except BadNote:
        raise Refused(400, "WRONG checkpoint: it cannot be read") from None
    _log_name(found.origin)
    return found


def _log_name(text: str) -> str:
    if not _LOG.fullmatch(text):
        raise Refused(400, "WRONG log: not a name")
    return text


def _hash(name: str, text: str) -> str:
    if not _HASH.fullmatch(text):
        raise Refused(400, f"WRONG {name}: not 64 hex characters")
    return text


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and str(int(text)) == text):
        raise Refused(400, f"WRONG {name}: not a number")
    if int(text) > MOST_NUMBER:
        raise Refused(400, f"WRONG {name}: too large")
    return int(text)


def _texts(name: str, text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, RecursionError):
        raise Refused(400, f"WRONG {name}: not a list of text") from None


def _text(word: bytes) -> str:
    try:
        return word.decode()
    except UnicodeDecodeError:
        raise Refused(400, "WRONG argument: not text") from None
