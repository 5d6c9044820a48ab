"""Have somebody whose business it is say when a state of the log existed: RFC 3161 time-stamps over signed checkpoints.

A time-stamp shows that the state, and with it every entry before it, existed no later than then, whoever keeps the log.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from ledger.checkpoint import Checkpoint, Trusted, write_whole
from ledger.errors import CannotAppend, LedgerAltered, LedgerError

MOST_BYTES = 1 << 20
QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"


class StampWrong(LedgerError):
    """A time-stamp shows nothing: it is malformed, of something else, or not by the authority that is trusted."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the time-stamp does not hold: {en}",
            f"时间戳不成立：{zh}",
            hint="ask the time-stamp authority again: hutong ledger timestamp; its certificates are those of --ca",
            hint_zh="请重新向时间戳机构申请：hutong ledger timestamp；其证书由 --ca 给出",
        )


class BadCertificates(LedgerError):
    """A file holds no certificates."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "the file of certificates holds none in PEM form",
            "证书文件中没有 PEM 格式的证书",
            hint="get the root certificate from the time-stamp authority, in PEM form",
            hint_zh="请向时间戳机构索取 PEM 格式的根证书",
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """A signed state, the answer of the authority about it (DER), and since when it existed at the latest."""

    checkpoint: Checkpoint
    note: bytes
    answer: bytes
    at: datetime


class Stamps:
    """The time-stamps of one log, three files each: `SIZE.note`, `SIZE.tsq` (asked), `SIZE.tsr` (answered)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def request(self, note: bytes, log: Trusted) -> bytes:
        """The request (DER) for this state, kept until the answer comes; the same one where it was made before.

        Raises CannotAppend, LedgerAltered where another state of that size was asked about before.
        """
        size = Checkpoint.open(note, log).size
        place, kept = self._place(size, "tsq"), self._place(size, "note")
        if kept.exists() and kept.read_bytes() != note:
            raise LedgerAltered(
                "ledger",
                f"its first {size} entries are not those that a time-stamp was asked for before",
                f"前 {size} 条与此前申请时间戳时不同",
            )
        if place.exists():
            return place.read_bytes()
        made = TimestampRequestBuilder(data=note, hash_algorithm=HashAlgorithm.SHA256)
        query: bytes = made.cert_request(cert_request=True).nonce(nonce=True).build().as_bytes()
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise CannotAppend(self.folder.name, error.strerror or type(error).__name__, "系统报错") from None
        # The request comes last: where there is one, there is a note.
        write_whole(kept, note)
        write_whole(place, query)
        return query

    def keep(self, answer: bytes, trusted: bytes, log: Trusted) -> Stamp:
        """Keep the answer to one of the requests. `trusted`: the authority's root certificates (PEM).

        Raises StampWrong where it answers none of them or is not by the authority, BadCertificates, CannotAppend.
        """
        _, digest = _granted(answer)
        for size in self._asked():
            note = self._place(size, "note").read_bytes()
            if digest == hashlib.sha256(note).digest():
                found = checked(note, answer, trusted, log)
                write_whole(self._place(size, "tsr"), answer)
                return found
        raise StampWrong("it answers no request made here", "不是对此处任何申请的答复")

    def all(self, trusted: bytes, log: Trusted) -> list[Stamp]:
        """Every stamp, oldest first. Raises StampWrong at the first that does not hold, BadCertificates."""
        return [
            checked(
                self._place(size, "note").read_bytes(), self._place(size, "tsr").read_bytes(), trusted, log
            )
            for size in self._asked()
            if self._place(size, "tsr").exists()
        ]

    def newest(self) -> tuple[bytes, bytes] | None:
        """Note and answer of the newest that was answered, as they are kept."""
        for size in reversed(self._asked()):
            if self._place(size, "tsr").exists():
                return self._place(size, "note").read_bytes(), self._place(size, "tsr").read_bytes()
        return None

    def _asked(self) -> list[int]:
        found = (path.stem for path in self.folder.glob("*.tsq"))
        return sorted(int(size) for size in found if size.isdigit())

    def _place(self, size: int, ending: str) -> Path:
        return self.folder / f"{size}.{ending}"


def checked(note: bytes, answer: bytes, trusted: bytes, log: Trusted) -> Stamp:
    """What a time-stamp shows about a signed state. Raises StampWrong, BadCertificates, BadNote."""
    checkpoint = Checkpoint.open(note, log)
    verifier = VerifierBuilder(roots=_certificates(trusted)).build()
    told, _ = _granted(answer)
    try:
        verifier.verify_message(told, note)
        return Stamp(checkpoint, note, answer, told.tst_info.gen_time)
    except (VerificationError, ValueError):
        raise StampWrong(
            "it is not by the authority that is trusted, or not of this state",
            "不是由所信任的机构签发，或不是对该状态的时间戳",
        ) from None


def _granted(answer: bytes) -> tuple[TimeStampResponse, bytes]:
    """The answer, if the authority gave a time-stamp, and the digest that it is of. Raises StampWrong."""
    try:
        told = decode_timestamp_response(answer)
        # What was refused is of nothing: there is no digest to look at.
        if PKIStatus(told.status) == PKIStatus.GRANTED:
            return told, told.tst_info.message_imprint.message
    except ValueError:
        raise StampWrong("it cannot be read", "无法识别") from None
    raise StampWrong("the authority refused", "时间戳机构拒绝了申请")


def _certificates(trusted: bytes) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(trusted)
    except ValueError:
        raise BadCertificates from None
