"""Reason codes of the decision point in plain words, and which one is named when several stand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same in English and Chinese."""

    en: str
    zh: str


# Why something is permitted; the first that served for any item names the whole answer.
PERMITS = {
    "EMERGENCY_OVERRIDE": Words(
        "it was opened in an emergency that was declared with a reason",
        "已声明紧急情况并说明原因，抢救时查看",
    ),
    "INTERNAL_CARE": Words(
        "the organisation that holds the record is treating its own patient", "保管病历的医院为自己的患者看病"
    ),
    "SUBJECT_ACCESS": Words("people may always see their own record", "本人随时可以查看自己的记录"),
    "STATUTORY_DUTY": Words(
        "the law requires this organisation to receive it", "依法必须上报，该机构有法定职责"
    ),
    "DECEASED_NEXT_OF_KIN": Words(
        "next of kin may see the record of someone who has died", "近亲属可以查看逝者的记录"
    ),
    "CONSENT_PERMIT": Words("the patient allowed it", "患者同意"),
    "CONSENT_PERMIT_PARTIAL": Words("the patient allowed part of it", "患者同意其中一部分"),
}

# Why something is refused, the most telling reason first.
OBSTACLES = {
    "CONSENT_DENY": Words("the patient does not allow it", "患者不同意"),
    "NON_COMPUTABLE_CONSENT": Words(
        "a consent on file cannot be understood with certainty, so nothing is released",
        "有一份同意书无法确切理解，因此不放行",
    ),
    "UNLABELED_DATA": Words(
        "it is not marked how private this is, and the patient set limits by that",
        "这些内容没有标明私密程度，而患者对此设了限制",
    ),
    "HGR_FILING_REQUIRED": Words(
        "genetic information for a foreign or foreign-controlled body must be filed first",
        "向外方提供人类遗传资源信息须先备案",
    ),
    "CROSS_BORDER_CONSENT_REQUIRED": Words(
        "the patient has not agreed separately to the record being sent abroad", "患者没有单独同意传到国外"
    ),
    "CROSS_BORDER_MECHANISM_REQUIRED": Words(
        "sending it abroad needs a security assessment, a standard contract or a certification",
        "传到国外须通过安全评估、订立标准合同或取得认证",
    ),
    "ONWARD_SHARING_NOT_PERMITTED": Words(
        "the patient did not agree to it being passed on", "患者没有同意转给别人"
    ),
    "DEIDENTIFICATION_REQUIRED": Words(
        "the patient agreed only to details with the name removed", "患者只同意提供去掉身份的信息"
    ),
    "RESEARCH_USE_NOT_COVERED": Words(
        "the patient did not agree to this kind of research", "患者没有同意这类研究"
    ),
    "NON_PROFIT_ONLY": Words("the patient agreed to non-profit research only", "患者只同意非营利研究"),
    "ETHICS_APPROVAL_REQUIRED": Words("the study has no ethics approval", "该研究没有伦理批准"),
    "PROJECT_NOT_COVERED": Words(
        "the patient agreed to another study, not to this one", "患者同意的是另一项研究"
    ),
    "GEOGRAPHIC_RESTRICTION": Words(
        "the patient did not agree to research in this place", "患者没有同意在该地区开展的研究"
    ),
    "ETHICS_REVIEW_REQUIRED": Words(
        "only an ethics committee can say whether the patient's consent covers this study",
        "该研究是否在患者同意的范围内，须由伦理委员会判断",
    ),
    "RECIPIENT_NOT_NAMED": Words(
        "the patient's consent does not name who sees it", "患者的同意没有写明由谁查看"
    ),
    "SEPARATE_CONSENT_REQUIRED": Words(
        "extra-private information for another organisation needs to be agreed to separately",
        "向其他机构提供特别私密的信息须单独确认一次",
    ),
    "GUARDIAN_CONSENT_REQUIRED": Words(
        "a child signed alone; a guardian must agree", "由儿童单独签署，须监护人同意"
    ),
    "GUARDIAN_CONSENT_LAPSED": Words(
        "the patient is grown up now; the guardian's consent no longer counts",
        "患者已成年，监护人的同意不再有效",
    ),
    "DELEGATION_NOT_PROVEN": Words(
        "somebody else signed without proof of acting for the patient", "由他人签署，没有替患者做主的证明"
    ),
    "CONSENT_EVIDENCE_MISSING": Words("the signed source of the consent is missing", "缺少患者签署的依据"),
    "RECONSENT_REQUIRED": Words(
        "the terms have changed since the patient agreed; the patient must be asked again",
        "条款已经更新，须重新征得患者同意",
    ),
    "CONSENT_WITHDRAWN": Words("the patient took the consent back", "患者已收回同意"),
    "CONSENT_EXPIRED": Words("the consent has ended", "同意已到期"),
    "CONSENT_NOT_YET_VALID": Words("the consent has not begun yet", "同意尚未生效"),
    "NOT_COVERED": Words("the patient's consent does not cover this", "不在患者同意的范围内"),
    "NO_CONSENT": Words("the patient has not agreed to it", "患者没有同意"),
}

# Refusals that no consent is asked about.
OTHER_REFUSALS = {
    "INCOMPLETE_REQUEST": Words(
        "the request does not say who asks, from where, for whose record, for what and when",
        "请求没有写全由谁、哪个机构、为什么、在何时查看谁的记录",
    ),
    "LEGAL_BASIS_NOT_ESTABLISHED": Words(
        "the organisation has no legal duty for this purpose on record", "没有登记该机构对此目的负有法定职责"
    ),
    "DECEASED_CONSENT_LAPSED": Words(
        "the patient has died; the consent has ended with it", "患者已去世，同意随之终止"
    ),
    "DECEASED_PRIOR_ARRANGEMENT": Words(
        "the patient settled while alive that this stays closed", "患者生前已作安排，不予公开"
    ),
    "BREAK_GLASS_NOT_AUTHORIZED": Words("this person may not declare an emergency", "此人无权声明紧急情况"),
    "BREAK_GLASS_REASON_REQUIRED": Words("an emergency needs a reason", "紧急查看必须说明原因"),
    "EMERGENCY_ACCESS_REFUSED": Words(
        "the patient refused this even in an emergency", "患者明确表示抢救时也不同意查看"
    ),
}

ALL_WORDS = {**PERMITS, **OBSTACLES, **OTHER_REFUSALS}
_RANK = {code: rank for rank, code in enumerate((*OBSTACLES, *OTHER_REFUSALS))}


def reason_words(code: str) -> Words:
    """A reason code in words; a code nobody knows is shown as it is."""
    return ALL_WORDS.get(code, Words(code, code))


def rank(code: str) -> int:
    """Smaller is named first when several reasons stand."""
    return _RANK[code]
