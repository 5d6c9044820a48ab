"""The asker's side: send a question, check everything about what comes back, record both.

Recorded before it is sent and again when it is answered: the ledgers of both sides tell the same story.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from exchange.elsewhere import elsewhere
from exchange.federation.card import Card
from exchange.federation.envelope import open_answer, sealed_question
from exchange.federation.errors import FederationError, PeerNotTrusted
from exchange.federation.keys import NodeKeys
from exchange.federation.line import Line, line_by, require_safe, sent
from exchange.federation.messages import Answer, NotAMessage, Question, encode, question_of, read_answer
from exchange.federation.receipt import check_receipt
from exchange.node.settings import Settings
from exchange.node.vault import Vault
from exchange.path.recording import Desk
from exchange.path.request import Request
from exchange.path.verdict import Because
from ledger import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer that is provably `peer`'s. `evidence` and `words` show it to others later (evidence.py)."""

    answer: Answer
    evidence: Mapping[str, str] = field(repr=False)
    words: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer and the two entries of our own ledger about it. A refusal is an answer too."""

    answer: Answer
    intent: Recorded
    outcome: Recorded

    @property
    def permit(self) -> bool:
        return self.answer.permit

    @property
    def code(self) -> str:
        return self.answer.code

    @property
    def because(self) -> tuple[Because, ...]:
        return tuple(
            Because(code=r.code, en=r.en, zh=r.zh, law=r.law, person=r.person) for r in self.answer.reasons
        )

    @property
    def bundle(self) -> bytes:
        """The record as FHIR JSON; empty when nothing was released."""
        return self.answer.record or b""

    @property
    def count(self) -> int:
        return self.answer.count

    @property
    def entry(self) -> str:
        """Id of the entry in our own ledger that says what came back."""
        return self.outcome.id

    @property
    def withheld(self) -> Mapping[str, int]:
        """Always empty: how much a patient keeps from another region is not told to it."""
        return {}


class CannotAsk(FederationError):
    """The question has no words on the wire."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            "this question cannot be put to another node: a role, code or length it does not take",
            "该请求无法向其他节点提出：角色、代码或长度不被接受",
            hint="patients and next of kin ask the node that holds the record; classes are FHIR R4 types",
            hint_zh="患者及其亲属请直接向持有档案的节点查询；数据类别须为 FHIR R4 资源类型",
        )


def request_from(
    peer: Card,
    request: Request,
    desk: Desk,
    vault: Vault,
    keys: NodeKeys,
    clock: Callable[[], datetime],
    settings: Settings,
) -> Asked:
    """Ask `peer` for what `request` says, as this node's settings have it: see `request_over`."""
    line = line_by(settings, desk, keys, clock)
    return request_over(line, peer, request, desk, vault)


def request_over(line: Line, peer: Card, request: Request, desk: Desk, vault: Vault) -> Asked:
    """Ask `peer` for what `request` says. A refusal is an answer; whether it was one is `permit`.

    Raises CannotAsk, InsecureAddress, CardExpired (nothing sent, nothing recorded), and after recording the
    attempt and its end PeerUnreachable, PeerRejected, PeerNotTrusted, AnswerTooLarge.
    """
    try:
        question = question_of(request, holder=peer.id, entropy=line.entropy)
    except NotAMessage:
        raise CannotAsk from None
    require_safe(peer, line)
    patient = vault.key_of(elsewhere(peer.id, request.patient))
    intents = [desk.asking(one, patient, peer.id) for one in request.each()]
    try:
        told = ask(question, peer, line)
    except FederationError as error:
        for intent in intents:
            desk.answered(
                intent, patient, permitted=False, why=error.why, count=0, told={"failed": error.why}
            )
        raise
    answer = told.answer
    outcomes = [
        desk.answered(
            intent, patient, permitted=answer.permit, why=answer.code, count=answer.count, told=_kept(told)
        )
        for intent in intents
    ]
    return Asked(answer=answer, intent=intents[0], outcome=outcomes[0])


def ask(question: Question, peer: Card, line: Line) -> Told:
    """Send `question` and give back the answer, checked to be `peer`'s, to this question, with its receipt.

    Raises PeerUnreachable, PeerRejected, PeerNotTrusted, AnswerTooLarge, InsecureAddress, CardExpired.
    """
    require_safe(peer, line)
    request = sealed_question(
        encode(question),
        keys=line.keys,
        asker=line.node,
        holder=peer,
        now=line.clock(),
        entropy=line.entropy,
    )
    response = sent(request, peer, line)
    words, evidence = open_answer(response, keys=line.keys, holder=peer, now=line.clock())
    try:
        answer = read_answer(words)
    except NotAMessage:
        raise PeerNotTrusted(peer.id, "it is not an answer that can be read", "应答内容无法读取") from None
    if (answer.request, answer.asker, answer.holder) != (question.id, question.asker, question.holder):
        raise PeerNotTrusted(peer.id, "it answers another question", "应答对应的是另一请求")
    check_receipt(answer, question, peer)
    return Told(answer=answer, evidence=evidence, words=words)


def _kept(told: Told) -> dict[str, object]:
    """What the entry about the answer keeps: everything of it but the record itself, which lies elsewhere."""
    answer = msgspec.structs.replace(told.answer, bundle=msgspec.Raw(b"null"))
    return {"answer": msgspec.json.encode(answer).decode(), "signature": dict(told.evidence)}
