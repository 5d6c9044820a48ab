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
    zh="策略无法执行，或其结论无法识别",
)
# What can be wrong with a policy server, each with its own name: an operator mends them in different places.
UNREACHABLE = Reason(
    code="POLICY_UNREACHABLE",
    en="the policy server cannot be reached",
    zh="无法连接策略服务器",
)
TLS = Reason(
    code="POLICY_TLS",
    en="the policy server's certificate is not trusted, or no safe connection came about",
    zh="策略服务器的证书不受信任，或未能建立安全连接",
)
NO_ACCESS = Reason(
    code="POLICY_NO_ACCESS",
    en="the policy server does not accept this node's token",
    zh="策略服务器不接受本节点的令牌",
)
REJECTED = Reason(
    code="POLICY_REJECTED",
    en="the policy server did not take the question (4xx)",
    zh="策略服务器没有接受该问题(4xx)",
)
FAILED = Reason(
    code="POLICY_FAILED",
    en="the policy server failed over the question (5xx)",
    zh="策略服务器处理该问题时出错(5xx)",
)
NOT_READY = Reason(
    code="POLICY_NOT_READY",
    en="the policy server is not ready, or does not decide as it must",
    zh="策略服务器尚未就绪，或不能作出应有的判断",
)
OTHER_REVISION = Reason(
    code="POLICY_OTHER_REVISION",
    en="the policy server has other rules than this node",
    zh="策略服务器上的规则与本节点不一致",
)

# The codes an engine says in place of the rules: no rule has one of them.
ENGINE_REASONS = frozenset(
    one.code
    for one in (
        UNDEFINED,
        TIMEOUT,
        ERROR,
        UNREACHABLE,
        TLS,
        NO_ACCESS,
        REJECTED,
        FAILED,
        NOT_READY,
        OTHER_REVISION,
    )
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
