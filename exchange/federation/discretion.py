"""What another region hears of a decision: nothing it could not also hear about somebody nobody knows here.

The whole reason stays in the ledger. That a consent has ended is told to those it named: they knew of it.
"""

from collections.abc import Sequence

from consent.document import Document
from consent.reasons import OBSTACLES, OTHER_REFUSALS
from exchange.path.calling import names_of
from exchange.path.office import Office
from exchange.path.panel import refusal_of
from exchange.path.release import Refused, heard_of_nobody
from exchange.path.request import Actor, Request
from exchange.path.verdict import Because
from exchange.path.wording import because_consent

# Of all that consent may say, these depend on nothing but the request.
_OF_THE_REQUEST = frozenset(
    ("NO_CONSENT", "BREAK_GLASS_NOT_AUTHORIZED", "BREAK_GLASS_REASON_REQUIRED", "INCOMPLETE_REQUEST")
)
_ENDED = frozenset(("CONSENT_WITHDRAWN", "CONSENT_EXPIRED"))
_OF_CONSENT = OBSTACLES.keys() | OTHER_REFUSALS.keys()


def told(code: str) -> str:
    """The code of a permit as another region may know it: not that something was kept back."""
    return "CONSENT_PERMIT" if code == "CONSENT_PERMIT_PARTIAL" else code


def told_yes(reasons: Sequence[Because]) -> tuple[Because, ...]:
    """The reasons of a permit as another region may know them."""
    return tuple(one if one.code == told(one.code) else because_consent(told(one.code)) for one in reasons)


def told_no(refused: Refused, request: Request, office: Office) -> tuple[Because, ...]:
    """The reasons of a refusal as another region may know them: in place of others, what it hears of a stranger."""
    of_strangers = {one.person: one for one in refusal_of(heard_of_nobody(request, office)).reasons}
    actors = {"": request.actor} | {one.id: one for one in (request.actor, *request.others)}
    reasons = refused.verdict.reasons
    return tuple(
        dict.fromkeys(
            one if _may_be_told(one, request, actors[one.person], office) else of_strangers[one.person]
            for one in reasons
        )
    )


def _may_be_told(reason: Because, request: Request, actor: Actor, office: Office) -> bool:
    if reason.code in _ENDED:
        return _was_named(request, actor, office)
    return reason.code in _OF_THE_REQUEST or reason.code not in _OF_CONSENT


def _was_named(request: Request, actor: Actor, office: Office) -> bool:
    """Whether a consent of the patient's permits, or did, something to the asker or its organisation by name."""
    keys = office.vault.key_of(office.records.patient(request.patient))
    on_file = office.consents.on_file(keys, office.consent_config.tz_hours)
    own = names_of(actor, node=office.desk.node, directory=office.directory)[0]
    names = {own, actor.organisation.reference}
    return any(names & _permitted_by_name(document) for document in on_file.documents)


def _permitted_by_name(document: Document) -> set[str]:
    rules = document.root.walk() if document.root else ()
    return {one.reference for rule in rules if rule.permits for one in rule.own.recipients or ()}
