"""Try rules on cases: which come out as they must, which rules no case reaches, and what other rules would say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.answer import ENGINE_REASONS
from policies.cases import Case
from policies.decision import Decision, Engine
from policies.sources import Sources, Written


@dataclass(frozen=True, slots=True)
class Tried:
    """A case and what came out of it."""

    case: Case
    decision: Decision

    @property
    def passed(self) -> bool:
        """Whether the answer is the one that was written down. An engine that did not answer has not said no."""
        case = self.case
        if case.reasons is None and reasons_of(self.decision) & ENGINE_REASONS:
            return False
        return (
            self.decision.allow == case.allow
            and case.reasons in (None, reasons_of(self.decision))
            and case.obligations in (None, duties_of(self.decision))
        )


def reasons_of(decision: Decision) -> frozenset[str]:
    """The codes of a refusal."""
    return frozenset(one.code for one in decision.reasons)


def duties_of(decision: Decision) -> frozenset[str]:
    """What a permit demands, written `code` or `code:value`."""
    return frozenset(
        one.code if one.value is None else f"{one.code}:{one.value}" for one in decision.obligations
    )


def try_cases(engine: Engine, cases: Iterable[Case]) -> list[Tried]:
    """Every case with its answer."""
    return [Tried(case, engine.decide(case.question)) for case in cases]


def unreached(sources: Sources, tried: Iterable[Tried]) -> list[Written]:
    """The rules that no answer names: dropping one of them would not be noticed by these cases."""
    named = {one.partition(":")[0] for done in tried for one in _codes(done.decision)}
    return [written for code, written in sources.rules.items() if code not in named]


def differing(tried: Sequence[Tried], others: Sequence[Tried]) -> list[tuple[Tried, Tried]]:
    """The cases that two bundles answer differently: another verdict, other reasons, other obligations."""
    return [
        (one, other)
        for one, other in zip(tried, others, strict=True)
        if _answer(one.decision) != _answer(other.decision)
    ]


def _codes(decision: Decision) -> frozenset[str]:
    return reasons_of(decision) | duties_of(decision)


def _answer(decision: Decision) -> tuple[bool, frozenset[str]]:
    return decision.allow, _codes(decision)
