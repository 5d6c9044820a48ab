"""Reasons in words: what a refused clinician reads, and what to do next. Never what was hidden."""

from consent import reason_words
from exchange.path.verdict import Because

# What a requester can do next, by reason. What is not here has no next step but to ask the patient.
NEXT_STEPS: dict[str, tuple[str, str]] = {
    "NO_CONSENT": (
        "ask the patient to allow it (hutong consent grant), or declare an emergency if there is one",
        "请患者本人同意(hutong consent grant);确属紧急情况可声明紧急调阅",
    ),
    "CONSENT_DENY": (
        "the patient has refused this; only the patient can change that",
        "患者已明确拒绝,只有患者本人可以更改",
    ),
    "CONSENT_WITHDRAWN": (
        "the patient took the consent back; ask the patient, or declare an emergency if there is one",
        "患者已收回同意;请与患者沟通,确属紧急情况可声明紧急调阅",
    ),
    "CONSENT_EXPIRED": ("ask the patient to agree again", "请患者重新同意"),
    "BREAK_GLASS_REASON_REQUIRED": ("give the reason with --reason", "请用 --reason 说明原因"),
    "BREAK_GLASS_NOT_AUTHORIZED": (
        "only clinicians of an organisation with an emergency service may declare an emergency",
        "只有设有急救服务的机构的医务人员可以声明紧急调阅",
    ),
    "ETHICS_APPROVAL_REQUIRED": ("the project needs an approval in force", "项目需要在有效期内的伦理批准"),
}
DEFAULT_STEP = (
    "the refusal is on record with its reason; ask the patient or the node's security officer",
    "原因已记录在案;请联系患者或节点的安全负责人",
)


def because_consent(code: str) -> Because:
    """A consent reason code in plain words."""
    words = reason_words(code)
    return Because(code=code, en=words.en, zh=words.zh)


def because_duty(code: str) -> Because:
    """An obligation of the policy that this node cannot keep."""
    return Because(
        code="POLICY_UNKNOWN_OBLIGATION",
        en=f"the policy demands something this node cannot do: {code}",
        zh=f"策略要求了本节点做不到的事:{code}",
    )


def next_step(code: str) -> tuple[str, str]:
    """What the requester can do about a refusal: (en, zh)."""
    return NEXT_STEPS.get(code, DEFAULT_STEP)
