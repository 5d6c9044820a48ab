"""Read what an engine answered. Only a complete yes is a yes; everything else is a no with a reason."""

import msgspec

from policies.decision import Decision, Reason

UNDEFINED = Reason(
    code="POLICY_UNDEFINED",
    en="the policy gave no answer",
    zh="策略没有给出结论",
)
TIMEOUT = Reason(
    code="POLICY_TIMEOUT",
    en="the policy did not answer in time",
    zh="策略未能在规定时间内作出判断",
)
ERROR = Reason(
    code="POLICY_ERROR",
    en="the policy could not be evaluated, or its answer could not be read",
    zh="策略无法执行,或其结论无法识别",
)


def refusal(reason: Reason) -> Decision:
    """A no that the engine itself gives, because the rules did not."""
    return Decision(allow=False, reasons=(reason,))


def decision_from(answer: object) -> Decision:
    """`answer` as a Decision.

    A permit must be free of reasons and ask for exactly one de-identification profile; a refusal must say why
    and ask for nothing. Anything else is refused as POLICY_ERROR.
    """
    try:
        decision = msgspec.convert(answer, Decision, strict=True)
    except (msgspec.ValidationError, RecursionError):
        return refusal(ERROR)
    if decision.allow:
        profiles = sum(one.code == "deidentify" for one in decision.obligations)
        return decision if profiles == 1 and not decision.reasons else refusal(ERROR)
    return decision if decision.reasons and not decision.obligations else refusal(ERROR)
