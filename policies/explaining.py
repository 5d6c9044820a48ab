"""Explain an answer of the policy: which rule, which law, what it looked at, and what would have made it a yes.

What would have to be different is not read out of the rules: the engine is asked again, once for every single
change (policies/otherwise.py), so it is as true as the answer itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from policies.answer import ENGINE_REASONS
from policies.bundle import DATA_ROOT
from policies.decision import Decision, Engine
from policies.form import misfits
from policies.otherwise import FIELDS, Change, changes, look_up
from policies.sources import Sources, Written

MALFORMED = "QUESTION_MALFORMED"
# These name a person or a case; that they are given is all a rule can see in them.
_NAMES = frozenset(("requester.on_behalf_of", "request.based_on.id", "research.project"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A field of the question a rule looked at. `value` is a code, a yes or no, or "given" for a name."""

    place: str
    en: str
    zh: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A rule that said no, or that demands something of a yes. `lifted_by`: the single changes that silence it.

    `written` is None for a code no rule of the bundle has: the engine's own (POLICY_TIMEOUT ...).
    """

    code: str
    value: str | int | None
    en: str
    zh: str
    law: str
    written: Written | None
    looked: tuple[Looked, ...]
    lifted_by: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An answer with what is needed to tell it. `permits`: single changes of a refused question that are permitted.

    `misfits` are the places of a malformed question, (place, en, zh); `tried` is how many changes were asked.
    """

    decision: Decision
    digest: str
    rules: tuple[Told, ...]
    permits: tuple[Change, ...]
    misfits: tuple[tuple[str, str, str], ...]
    tried: int


def explain(engine: Engine, question: Mapping[str, Any], sources: Sources, data: bytes) -> Explained:
    """Ask `engine`, and ask again with every single change. `sources` and `data` are of the bundle it answers from."""
    decision = engine.decide(question)
    codes = {one.code for one in decision.reasons}
    malformed = MALFORMED in codes
    # An engine that is down or slow would be so for every change too.
    tried = [] if decision.allow or malformed or codes & ENGINE_REASONS else changes(question, _data(data))
    answers = [(change, engine.decide(change.applied_to(question))) for change in tried]
    return Explained(
        decision=decision,
        digest=engine.digest,
        rules=tuple(_told(decision, question, sources, answers)),
        permits=tuple(change for change, answer in answers if answer.allow),
        misfits=tuple(misfits(question)) if malformed else (),
        tried=len(answers),
    )


def _data(data: bytes) -> Mapping[str, Any]:
    below: Mapping[str, Any] = msgspec.json.decode(data)[DATA_ROOT]
    return below


def _told(
    decision: Decision, question: Mapping[str, Any], sources: Sources, answers: list[tuple[Change, Decision]]
) -> list[Told]:
    refused = [
        _rule(
            one.code,
            None,
            (one.en, one.zh, one.law),
            question,
            sources,
            [change for change, answer in answers if not _says(answer, one.code)],
        )
        for one in decision.reasons
    ]
    demanded = [_rule(one.code, one.value, None, question, sources, []) for one in decision.obligations]
    return refused + demanded


def _says(answer: Decision, code: str) -> bool:
    """Whether the answer gives this reason, or one that comes before the rules: then nobody knows."""
    codes = {reason.code for reason in answer.reasons}
    return code in codes or MALFORMED in codes or bool(codes & ENGINE_REASONS)


def _rule(
    code: str,
    value: str | int | None,
    words: tuple[str, str, str] | None,
    question: Mapping[str, Any],
    sources: Sources,
    lifted: list[Change],
) -> Told:
    written = sources.rules.get(code)
    en, zh, law = words or (
        (written.rule.en, written.rule.zh, written.rule.law) if written else (code, code, "")
    )
    return Told(
        code=code,
        value=value,
        en=en,
        zh=zh,
        law=law,
        written=written,
        looked=tuple(_looked(question, written.reads if written else ())),
        lifted_by=tuple(lifted),
    )


def _looked(question: Mapping[str, Any], reads: tuple[str, ...]) -> list[Looked]:
    places = dict.fromkeys(_shown(question, place) for place in reads if place)
    return [
        Looked(
            place=place,
            en=FIELDS.get(place, ("", ""))[0],
            zh=FIELDS.get(place, ("", ""))[1],
            value=_value(question, place),
        )
        for place in places
    ]


def _shown(question: Mapping[str, Any], place: str) -> str:
    """The place itself, or what is null above it: a rule that looks for a case sees that there is none."""
    above = place.rpartition(".")[0]
    return above if "." in above and look_up(question, above) is None else place


def _value(question: Mapping[str, Any], place: str) -> object:
    return _unnamed(look_up(question, place), place)


def _unnamed(value: object, place: str) -> object:
    if isinstance(value, Mapping):
        return {name: _unnamed(inner, f"{place}.{name}") for name, inner in value.items()}
    return "given" if place in _NAMES and isinstance(value, str) and value else value
