"""Look at a new state of a log, and sign it if it only grew since the last one that was signed.

The answers of C2SP tlog-witness, `add-checkpoint`. A witness never signs two states that contradict: comparing
and remembering are one transaction, which is on disk before the signature leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.checkpoint import Checkpoint
from ledger.errors import BadNote
from ledger.identity import EPOCH
from ledger.keys import Keys
from ledger.merkle import HASH_BYTES, is_consistent
from ledger.note import MOST_NOTE_BYTES, read_note, signature_line, strict_base64
from ledger.witness.cosignature import Cosigner
from ledger.witness.fork import fork_between
from ledger.witness.seen import Seen, SeenLogs

MOST_STEPS = 63
MOST_BYTES = MOST_NOTE_BYTES + 4096
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes = b""
    type: str = TEXT_TYPE


class Witness:
    """One witness. `log_of` gives the key that is trusted for an origin, None where it is nobody's we know.

    `forked` is told of a log, by origin, that showed two histories, and gets the proof (fork.py), until it says that it
    took note of it.
    """

    def __init__(
        self,
        seen: SeenLogs,
        cosigner: Cosigner,
        *,
        log_of: Callable[[str], Keys | None],
        clock: Callable[[], datetime],
        forked: Callable[[str, bytes], bool] = lambda _origin, _proof: True,
    ) -> None:
        self.seen = seen
        self.cosigner = cosigner
        self._log_of = log_of
        self._clock = clock
        self._forked = forked

    def add_checkpoint(self, request: bytes) -> Answer:
        """The answer to a submission: 200 with a cosignature, 409 with the size to start from, or a refusal."""
        try:
            old, path, note = _read(request)
            told = Checkpoint.parse(read_note(note)[0])
        except (_Malformed, BadNote):
            return Answer(400)
        log = self._log_of(told.origin)
        if log is None:
            return Answer(404)
        try:
            note = _own(note, log)
        except BadNote:
            return Answer(403)
        if old > told.size or (old == 0 and path):
            return Answer(400)
        return self._judged(log, told, note, old, path)

    def _judged(self, log: Keys, told: Checkpoint, note: bytes, old: int, path: list[bytes]) -> Answer:
        refused: list[Answer] = []
        against: list[Seen] = []
        at: list[int] = []

        def judge(last: Seen | None) -> Seen | None:
            # Read when nobody else is judging: a later signature must not name an earlier second.
            at.append((self._clock() - EPOCH) // _SECOND)
            answer = _compared(last, told, old, path)
            if answer is None:
                return Seen(told, note, at[0])
            refused.append(answer)
            if last is not None:
                against.append(last)
            return None

        self.seen.judge(told.origin, judge)
        for last in against:
            self._keep_fork(log, last, Seen(told, note, at[0]), path)
        if refused:
            return refused[0]
        return Answer(200, self.cosigner.cosign(str(told), at[0]))

    def _keep_fork(self, log: Keys, last: Seen, now: Seen, path: list[bytes]) -> None:
        one, other = sorted((last, now), key=lambda seen: seen.checkpoint.size)
        # None also where the log has another key by now than the one that signed before: that is for a person to see.
        fork = fork_between(log, one.note, other.note, path)
        if fork is not None:
            self.seen.keep_fork(log.name, fork.written(), now.at)
            self.seen.tell_forks(self._forked)


class _Malformed(Exception):
    """A submission is not of the form the protocol has."""


def _own(note: bytes, log: Keys) -> bytes:
    """The note with the log's own signatures (two where its key changed) alone. Raises BadNote unless it is the log's.

    Whoever asks may put any lines below that one: what is kept would never be the same twice.
    """
    Checkpoint.open(note, log)
    text, lines = read_note(note)
    own = {(key.name, key.key_id) for key in log}
    return text.encode() + b"\n" + b"".join(signature_line(*line) for line in lines if line[:2] in own)


def _compared(last: Seen | None, told: Checkpoint, old: int, path: list[bytes]) -> Answer | None:
    """Why this state is not signed; None where it is the last one seen, or one that grew out of it."""
    size = last.checkpoint.size if last else 0
    conflict = Answer(409, b"%d\n" % size, SIZE_TYPE)
    if old != size:
        return conflict
    if last is None or size == 0:
        return None
    if told.size == size:
        if path:
            return Answer(400)
        return None if told.root == last.checkpoint.root else conflict
    grew = is_consistent(size, last.checkpoint.root, told.size, told.root, path)
    return None if grew else Answer(422)


def _read(request: bytes) -> tuple[int, list[bytes], bytes]:
    """Old size, path, signed note. Raises _Malformed."""
    head, gap, note = request.partition(b"\n\n")
    if not gap or len(request) > MOST_BYTES:
        raise _Malformed
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _Malformed from None
    word, _, digits = first.partition(" ")
    if word != "old" or not digits.isdigit() or str(int(digits[:20])) != digits or len(lines) > MOST_STEPS:
        raise _Malformed
    path = [strict_base64(line) for line in lines]
    if any(step is None or len(step) != HASH_BYTES for step in path):
        raise _Malformed
    return int(digits), [step for step in path if step is not None], note
