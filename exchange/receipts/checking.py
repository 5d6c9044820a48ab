"""Does a receipt hold? Asked without a node, without a network: everything needed is in the file.

1. Its entries stand in one ledger: each under a root that the same key signed.
2. The receipt's entry committed to the digest of the record, so not a letter of the record was changed.
3. The consent's entry committed to the consent, and what the record says the consent says follows from it.
4. What the record says of the ledger - when, where, what came later - is what the entries say; it was put on record
   when it says, so that what was true once cannot be said again later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import orjson

from consent.words import edition
from exchange.instants import CHINA
from exchange.receipts import form
from exchange.receipts.errors import ReceiptWrong
from exchange.receipts.form import Opening, Receipt
from exchange.receipts.said import said, without_words
from ledger.errors import ProofWrong
from ledger.proof import Checked as Entry
from ledger.proof import Proof
from ledger.proof import check as check_proof
from ledger.sealing import is_opening

Json = dict[str, Any]
# Between making a record and its entry lies the wait for the ledger.
MADE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a receipt shows: its record, the consent's entry, the receipt's own, and who signed the ledger.

    `words_differ`: the record's sentences are in words of another edition of this program; `sentence` is in ours.
    """

    receipt: Receipt
    consent: Entry
    made: Entry
    sentence: dict[str, str]
    words_differ: bool

    @property
    def pinned(self) -> bool:
        """Whether the key was the reader's own, not the receipt's."""
        return self.made.pinned


def check_receipt(raw: bytes, vkey: str | None = None) -> Checked:
    """What the receipt in `raw` shows. `vkey`: the ledger's key as the reader knows it. Raises ReceiptWrong."""
    receipt = form.read(raw)
    try:
        return _checked(receipt, vkey)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        # Whatever a stranger wrote into a ledger of their own, it is no receipt.
        raise ReceiptWrong("it leaves out what a receipt tells", "缺少凭证应有的内容") from None


def _checked(receipt: Receipt, vkey: str | None) -> Checked:
    made = _entry(receipt.receipt.proof, vkey)
    consent = _entry(receipt.consent.proof, vkey)
    _one_ledger(receipt)
    _its_own(receipt, made)
    same_patient = consent.entry.patient == made.entry.patient
    _require(
        consent.entry.type == "consent" and same_patient, "its consent is of somebody else", "同意属于他人"
    )
    _require(consent.entry.consents == made.entry.consents, "it is about another consent", "属于另一份同意")
    paper = _opened(receipt.consent.opening, consent.entry.consents[0])
    sentence, words_differ = _follows(receipt.record, paper)
    _events(receipt, consent, made, vkey)
    return Checked(receipt=receipt, consent=consent, made=made, sentence=sentence, words_differ=words_differ)


def _its_own(receipt: Receipt, made: Entry) -> None:
    """The receipt's own entry is one, and carries the digest of exactly this record."""
    kind = (made.entry.type, made.entry.subtype)
    _require(kind == ("receipt", "consent"), "its entry tells of something else", "条目与凭证无关")
    told = _opened(receipt.receipt.opening, made.entry.details)
    _require(told["record_sha256"] == form.digest(receipt.record), "what it says was changed", "内容被改动")
    _require(told["receipt"] == receipt.record["receipt_id"], "it bears another number", "凭证编号不符")
    _then(receipt.record, made.time)
    code = form.code_of(receipt.receipt.proof.entry)
    _require(receipt.code == code, "its code is of another entry", "验证码不符")


def _then(record: Json, made: datetime) -> None:
    """What it says of the state, it says of the time it was put on record: nobody records an old one again."""
    for told in (record["issued"], record["state"]["as_of"]):
        apart = abs(made - datetime.fromisoformat(told))
        _require(apart <= MADE_WITHIN, "it was put on record at another time", "入账时间与所述时间不符")


def _entry(proof: Proof, vkey: str | None) -> Entry:
    try:
        return check_proof(msgspec.json.encode(proof), vkey)
    except ProofWrong as wrong:
        raise ReceiptWrong(str(wrong), wrong.zh) from None


def _one_ledger(receipt: Receipt) -> None:
    proofs = [receipt.receipt.proof, receipt.consent.proof]
    proofs += [receipt.taken_back.proof] if receipt.taken_back else []
    _require(
        len({one.verifier_key for one in proofs}) == 1,
        "its entries are of several ledgers",
        "条目出自不同账本",
    )


def _opened(opening: Opening, commitment: str) -> Json:
    """What was committed to. Raises ReceiptWrong."""
    opened = msgspec.to_builtins(opening)
    _require(
        is_opening(opened, commitment), "what it shows is not what was recorded", "所示内容与账本承诺不符"
    )
    found: Json = orjson.loads(opening.details)
    return found


def _follows(record: Json, paper: Json) -> tuple[dict[str, str], bool]:
    """The consent's sentence, made again; and whether the record has it in other words. Raises ReceiptWrong."""
    resource, told = paper["resource"], record["said"]
    again = said(resource, record["names"])
    identity = f"{paper['consent']}/{paper['version']}"
    _require(record["record_id"] == identity, "it is about another version", "属于另一个版本")
    patient = resource["patient"]["reference"]
    _require(record["pii_principal"] == patient, "it is about another patient", "属于另一位患者")
    follows = told == again
    if record["words"] != edition():  # written by another edition of this program: its codes must still fit
        follows = without_words(told) == without_words(again)
    _require(follows, "it says other than the consent", "与同意书内容不符")
    return again["sentence"], told != again


def _events(receipt: Receipt, consent: Entry, made: Entry, vkey: str | None) -> None:
    """What the record tells of the ledger is what the entries are."""
    found = [consent]
    if receipt.taken_back:
        taken_back = _entry(receipt.taken_back.proof, vkey)
        later = taken_back.index > consent.index and taken_back.entry.patient == consent.entry.patient
        _require(
            later and taken_back.entry.type == "consent",
            "what took it back is another entry",
            "收回的条目不符",
        )
        found.append(taken_back)
    _require(all(one.index < made.index for one in found), "it was made before them", "凭证早于所列条目")
    proved = [(one.id, one.index, one.time.astimezone(CHINA).isoformat(timespec="seconds")) for one in found]
    told = [(one["entry"], one["index"], one["event_time"]) for one in receipt.record["event"]]
    _require(told == proved, "its dates are not those of the ledger", "所列时间与账本不符")
    is_over = receipt.taken_back is not None or receipt.record["said"]["status"] == "inactive"
    said_over = receipt.record["state"]["code"] == "taken-back"
    _require(is_over or not said_over, "nothing took it back", "没有收回的条目")
    _require(said_over or receipt.taken_back is None, "it was taken back", "该同意已收回")


def _require(holds: bool, en: str, zh: str) -> None:
    if not holds:
        raise ReceiptWrong(en, zh)
