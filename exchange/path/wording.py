"""Reasons in words: what a refused clinician reads, and what to do next. Never what was hidden."""

from consent import reason_words
from exchange.path.verdict import Because
from policies.answer import ENGINE_REASONS

# What a requester can do next, by reason. What is not here has no next step but to ask the patient.
NEXT_STEPS: dict[str, tuple[str, str]] = {
    "NO_CONSENT": (
        "ask the patient to allow it (hutong consent grant), or declare an emergency if there is one",
        "请患者本人同意(hutong consent grant)；确属紧急情况可声明紧急调阅",
    ),
    "CONSENT_DENY": (
        "the patient has refused this; only the patient can change that",
        "患者已明确拒绝，只有患者本人可以更改",
    ),
    "CONSENT_WITHDRAWN": (
        "the patient took the consent back; ask the patient, or declare an emergency if there is one",
        "患者已收回同意；请与患者沟通，确属紧急情况可声明紧急调阅",
    ),
    "CONSENT_EXPIRED": ("ask the patient to agree again", "请患者重新同意"),
    "BREAK_GLASS_REASON_REQUIRED": ("give the reason with --reason", "请用 --reason 说明原因"),
    "BREAK_GLASS_NOT_AUTHORIZED": (
        "only clinicians of an organisation with an emergency service may declare an emergency",
        "只有设有急救服务的机构的医务人员可以声明紧急调阅",
    ),
    "CODE_NOT_VALID": (
        "ask the patient for a new code (hutong consent code); it is for one organisation, purpose and use",
        "请患者重新出示健康码(hutong consent code)；每个只供一个机构、一个目的使用一次",
    ),
    "CASE_NOT_OPEN": (
        "name a case with --case KIND:ID that the holder has, that is under way and names your organisation",
        "请用 --case KIND:ID 指明保管方持有、仍在进行且写明贵机构的转诊、会诊或就诊",
    ),
    "CONTRACT_NOT_OPEN": (
        "the patient signs again with the team; until then ask for care the usual way",
        "请患者与团队续签；在此之前请按一般诊疗请求",
    ),
    "GRASSROOTS_NEEDS_REFERRAL": (
        "name the referral with --case, or let the patient show a code: hutong consent code, then --code",
        "请用 --case 指明转诊，或由患者出示健康码(hutong consent code)后用 --code",
    ),
    "LICENCE_ENDS_AT_REGION": (
        "name the referral with --case, or let the patient show a code: hutong consent code, then --code",
        "请用 --case 指明转诊，或由患者出示健康码(hutong consent code)后用 --code",
    ),
    "AGREEMENT_NOT_IN_FORCE": (
        "name the agreement with --case agreement:ID; whoever runs the holder's node keeps it in orders.toml",
        "请用 --case agreement:ID 指明委托处理协议；由保管方节点登记在 orders.toml",
    ),
    "ORDER_NOT_IN_FORCE": (
        "name the order with --case order:ID; whoever runs the holder's node keeps it in orders.toml",
        "请用 --case order:ID 指明应急决定；由保管方节点登记在 orders.toml",
    ),
    "DEVICE_PERSON_UNFIT": (
        "name the clinician the device acts for: --on-behalf-of PERSON",
        "请指明设备所代表的医务人员：--on-behalf-of 人员",
    ),
    "AGGREGATES_ONLY": (
        "ask for figures; single records are not given for this",
        "请申请汇总数字；此用途不提供个案记录",
    ),
    "EVIDENCE_DOES_NOT_HOLD": (
        "check its number and its dates with whoever holds the record",
        "请与档案保管方核对编号和期限",
    ),
    "PANEL_INCOMPLETE": (
        "ask again with those who may see it only (--with)",
        "请只为获准的人员重新请求(--with)",
    ),
    "OVERTAKEN": (
        "ask again in a moment; where it stays like that, the security officer of the holder's node sees why",
        "请稍后重新请求；如仍如此，可由保管方节点的安全负责人查看原因",
    ),
    "ETHICS_APPROVAL_REQUIRED": ("the project needs an approval in force", "项目需要在有效期内的伦理批准"),
}
DEFAULT_STEP = (
    "the refusal is on record with its reason; ask the patient or the node's security officer",
    "原因已记录在案；请联系患者或节点的安全负责人",
)


# One reason for all that can be wrong with it: which one it was would tell what exists here.
EVIDENCE_DOES_NOT_HOLD = Because(
    code="EVIDENCE_DOES_NOT_HOLD",
    en="what the request rests on does not hold here, now, for this organisation and purpose",
    zh="请求所依据的转诊、会诊、签约、健康码或文件，目前对该机构和目的不成立",
    law="《个人信息保护法》第六条 · PIPL art. 6",
)
# What the duty `only-codes` keeps back.
CODE_KEPT_BACK = Because(
    code="CODE_NOT_FOR_ROLE",
    en="records of this class are for somebody of this role only with certain codes, and these have others",
    zh="该角色只能查看此类记录中带特定编码的内容，所请求的不在其中",
    law="《个人信息保护法》第六条 · PIPL art. 6",
)
PANEL_INCOMPLETE = Because(
    code="PANEL_INCOMPLETE",
    en="somebody else who was named with them may not see it",
    zh="同时列出的其他人员未获准",
)
OVERTAKEN = Because(
    code="OVERTAKEN",
    en="what the decision rests on changed each time before it could be put on record",
    zh="每次判定在记账之前，其依据都又有变化",
)
# The rules were not heard: that is nothing a requester or a patient can mend.
ENGINE_STEP = (
    "nothing is wrong with the request; whoever runs the node that keeps the record sees why: hutong policy status",
    "请求本身没有问题；保管档案的节点的运维人员可查看原因：hutong policy status",
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
        zh=f"策略要求了本节点做不到的事：{code}",
    )


def next_step(code: str) -> tuple[str, str]:
    """What the requester can do about a refusal: (en, zh)."""
    if code in ENGINE_REASONS:
        return ENGINE_STEP
    return NEXT_STEPS.get(code, DEFAULT_STEP)
