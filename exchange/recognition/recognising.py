"""Ask the rules whether a result counts here, and put the answer on record with whoever gave it."""

from dataclasses import dataclass
from typing import cast

from exchange.asker import actor_of
from exchange.directory import RESPONSIBLE
from exchange.errors import ExchangeError
from exchange.instants import to_us
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.path.request import Actor
from exchange.recognition.result import Result, result_in
from exchange.recognition.whose import Whose, whose
from ledger import Entry, Recorded
from policies.recognition import Asked, Recognition, recognise


class NotAClinician(ExchangeError):
    """Whoever relies on a result answers for it."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "only a clinician recognises or declines a result",
            "只有医务人员可以认可或不认可检查检验结果",
            hint="--by names a clinician of registry.toml, e.g. ks-dr-001",
            hint_zh="--by 须为 registry.toml 中的医务人员，例如 ks-dr-001",
        )


class CannotAskRules(ExchangeError):
    """The engine of this node answers about releases only."""

    exit_code = 5

    def __init__(self) -> None:
        super().__init__(
            "the engine this node uses cannot be asked about results",
            "本节点所用的策略引擎不能判断结果互认",
            hint="the built-in engine and an OPA server can: see policy.engine in hutong config show",
            hint_zh="内置引擎和 OPA 服务器均可判断：见 hutong config show 中的 policy.engine",
        )


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the rules said of a result, and the entry about it. `origin` is the node that gave it, or UNSAID."""

    answer: Recognition
    entry: Recorded
    origin: str

    @property
    def is_settled(self) -> bool:
        """Whether it can be acted upon: the result counts, or was declined for a reason that is one."""
        return self.answer.outcome in ("recognised", "declined")


def recognise_result(
    node: Node,
    bundle: bytes,
    reference: str,
    *,
    by: str,
    decline: str | None = None,
    performed_at: str = "",
    origin: str = "",
) -> Recognised:
    """Rely on the result `reference` of `bundle`, or decline it for the reason `decline` ("" is none given).

    `origin`: the node, region or organisation the Bundle is from, where no request of this node brought it. Either
    is recorded. Raises NotInDirectory, NotAClinician, NoSuchResult, PlaceUnknown, PlaceDiffers, CannotAskRules,
    UnknownHolder, UnknownPatient; then nothing is.
    """
    office = node.office
    actor = actor_of(node, by)
    if actor.role not in RESPONSIBLE:
        raise NotAClinician
    result = result_in(bundle, reference, node.directory, performed_at=performed_at)
    question: dict[str, object] = {
        "at": office.clock().isoformat(timespec="seconds"),
        "region": actor.organisation.region,
        "result": result.as_question(),
        "decline": None if decline is None else {"reason": decline or None},
    }
    answer = recognise(_rules(office), question)
    about = whose(node, result, origin)
    return Recognised(answer, _record(office, actor, result, about, question, answer), about.origin)


def _rules(office: Office) -> Asked:
    engine = office.policy()
    if not callable(getattr(engine, "evaluate", None)):
        raise CannotAskRules
    return cast(Asked, engine)


def _record(
    office: Office,
    actor: Actor,
    result: Result,
    about: Whose,
    question: dict[str, object],
    answer: Recognition,
) -> Recorded:
    reasons = [one.code for one in answer.reasons] or [answer.declined.code if answer.declined else ""]
    entry = Entry(
        type="recognition",
        subtype=answer.outcome,
        action="E",
        outcome="0" if answer.outcome in ("recognised", "declined") else "8",
        region=office.desk.region,
        node=office.desk.node,
        source="exchange",
        actor=office.desk.actor_named(actor.id),
        role=actor.role,
        organisation=actor.organisation.id,
        why=reasons[0],
        policy=office.policy().digest,
        patient=about.key.pseudonym,
        object_class=result.reference.partition("/")[0],
        count=1,
        claimed_us=to_us(office.clock()),
    )
    told = {
        "result": result.reference,
        "bundle": result.bundle,
        "origin": about.origin,
        "by": actor.id,
        "question": question,
        "outcome": answer.outcome,
        "reasons": reasons,
        "days": answer.days,
        "age": answer.age,
    }
    return office.desk.write(entry, told, key=about.key.key)
