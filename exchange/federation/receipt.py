"""A permit comes with a receipt: the proof that the holder recorded it before it answered.

The proof is of an entry of its own kind, written after the intent and pointing at it: the intent itself would
tell the other region how much the patient keeps back. The asker checks it at once, offline, with the ledger key
on the holder's card; anybody can check it again later with `hutong ledger check`.
"""

from exchange.federation.card import Card
from exchange.federation.errors import PeerNotTrusted
from exchange.federation.messages import Answer, Question
from exchange.instants import to_us
from ledger import Entry
from ledger.errors import LedgerError
from ledger.proof import check


def check_receipt(answer: Answer, question: Question, holder: Card) -> None:
    """Return if the receipt of a permit is `holder`'s about this question. Raises PeerNotTrusted.

    A refusal has none. Neither has an emergency that was answered while the holder's ledger was down.
    """
    if not answer.permit or (question.emergency_reason is not None and not answer.receipt):
        return
    try:
        proved = check(answer.receipt.encode(), holder.ledger)
    except (LedgerError, UnicodeEncodeError):
        raise PeerNotTrusted(holder.id, "its receipt proves nothing", "其回执不能证明任何内容") from None
    if proved.id != answer.entry or _said_by(proved.entry) != _expected(question, holder):
        raise PeerNotTrusted(holder.id, "its receipt is of another request", "其回执属于另一请求")


def _said_by(entry: Entry) -> dict[str, object]:
    return {
        "kind": (entry.type, entry.subtype, entry.decision, entry.phase),
        "where": (entry.region, entry.node),
        "organisation": entry.organisation,
        "role": entry.role,
        "purpose": entry.purpose,
        "classes": entry.object_class,
        "break_glass": entry.break_glass,
        "asked_us": entry.claimed_us,
    }


def _expected(question: Question, holder: Card) -> dict[str, object]:
    return {
        "kind": ("access", "receipt", "permit", ""),
        "where": (holder.region, holder.id),
        "organisation": question.actor.organisation,
        "role": question.actor.role,
        "purpose": question.purpose,
        "classes": " ".join(question.classes),
        "break_glass": question.emergency_reason is not None,
        "asked_us": to_us(question.asked_at),
    }
