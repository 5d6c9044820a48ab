"""To the patient: why it was not allowed, and what can be done about it. Never a word of what was hidden.

`reasons.py` says the same of the patient, to everybody else. Of somebody who has died, the words there are used.
"""

from consent.reasons import Words, reason_words

_ANEW = Words(
    "if you want it to be seen, allow it in a consent of its own", "如果您愿意让对方看，可以为此另外同意"
)
_AGAIN = Words("if you still want it to be seen, agree again", "如果您仍愿意让对方看，可以重新同意")
_STUDY = Words("if you want to take part, agree to this study", "如果您愿意参加，可以另外同意这项研究")
_YOURS = Words("only you can change that", "只有您本人可以更改")

# Why, to the patient: where the words for others speak of "the patient".
_WHY = {
    "CONSENT_PERMIT": Words("you allowed it", "您已同意"),
    "CONSENT_PERMIT_PARTIAL": Words("you allowed part of it", "您已同意其中一部分"),
    "CONSENT_DENY": Words("you do not allow it", "您不同意"),
    "UNLABELED_DATA": Words(
        "it is not marked how private this is, and you set limits by that",
        "这些内容没有标明私密程度，而您对此设了限制",
    ),
    "CROSS_BORDER_CONSENT_REQUIRED": Words(
        "you have not agreed separately to it being sent abroad", "您没有单独同意传到国外"
    ),
    "ONWARD_SHARING_NOT_PERMITTED": Words("you did not agree to it being passed on", "您没有同意转给别人"),
    "DEIDENTIFICATION_REQUIRED": Words(
        "you agreed only to details with your name removed", "您只同意提供去掉身份的信息"
    ),
    "RESEARCH_USE_NOT_COVERED": Words("you did not agree to this kind of research", "您没有同意这类研究"),
    "NON_PROFIT_ONLY": Words("you agreed to non-profit research only", "您只同意非营利研究"),
    "PROJECT_NOT_COVERED": Words("you agreed to another study, not to this one", "您同意的是另一项研究"),
    "GEOGRAPHIC_RESTRICTION": Words(
        "you did not agree to research in this place", "您没有同意在该地区开展的研究"
    ),
    "ETHICS_REVIEW_REQUIRED": Words(
        "only an ethics committee can say whether your consent covers this study",
        "该研究是否在您同意的范围内，须由伦理委员会判断",
    ),
    "RECIPIENT_NOT_NAMED": Words("your consent does not name who sees it", "您的同意没有写明由谁查看"),
    "GUARDIAN_CONSENT_LAPSED": Words(
        "you are grown up now and your guardian's consent no longer counts", "您已成年，监护人的同意不再有效"
    ),
    "DELEGATION_NOT_PROVEN": Words(
        "somebody else signed without proof of acting for you", "由他人签署，没有替您做主的证明"
    ),
    "CONSENT_EVIDENCE_MISSING": Words("what you signed is missing", "缺少您签署的依据"),
    "RECONSENT_REQUIRED": Words(
        "the terms have changed since you agreed; you must be asked again", "条款已经更新，须重新征得您的同意"
    ),
    "CONSENT_WITHDRAWN": Words("you took it back", "您已收回同意"),
    "NOT_COVERED": Words("your consent does not cover this", "不在您同意的范围内"),
    "NO_CONSENT": Words("you have not agreed to it", "您没有同意"),
    "EMERGENCY_ACCESS_REFUSED": Words(
        "you refused this even in an emergency", "您明确表示抢救时也不同意查看"
    ),
}

_NEXT = {
    "EMERGENCY_OVERRIDE": Words(
        "it is reviewed afterwards, and you are told of it", "事后会有人复核，并会告知您"
    ),
    "CONSENT_DENY": _YOURS,
    "EMERGENCY_ACCESS_REFUSED": _YOURS,
    "NON_COMPUTABLE_CONSENT": Words(
        "whoever keeps the record can write this consent down anew with you",
        "可请保管机构与您重新登记这份同意",
    ),
    "UNLABELED_DATA": Words(
        "whoever keeps the record can mark how private it is", "可请保管机构标明私密程度"
    ),
    "HGR_FILING_REQUIRED": Words("whoever asks must file it first", "须由对方先办理备案"),
    "CROSS_BORDER_CONSENT_REQUIRED": Words(
        "if you want it to be sent abroad, confirm that separately", "如果您愿意，须就传到国外单独确认一次"
    ),
    "CROSS_BORDER_MECHANISM_REQUIRED": Words(
        "whoever sends it must arrange that first", "须由提供方先行办理"
    ),
    "DEIDENTIFICATION_REQUIRED": Words(
        "they can ask for details without your name", "对方可以改为申请去掉身份的信息"
    ),
    "RESEARCH_USE_NOT_COVERED": _STUDY,
    "NON_PROFIT_ONLY": _STUDY,
    "PROJECT_NOT_COVERED": _STUDY,
    "GEOGRAPHIC_RESTRICTION": _STUDY,
    "ETHICS_APPROVAL_REQUIRED": Words("the study must be approved first", "须先取得伦理批准"),
    "ETHICS_REVIEW_REQUIRED": Words("the committee decides first", "须等待伦理委员会的判断"),
    "RECIPIENT_NOT_NAMED": Words(
        "if you want them to see it, agree again and name them", "如果您愿意，请写明由谁查看，重新同意"
    ),
    "SEPARATE_CONSENT_REQUIRED": Words(
        "if you want them to see it, confirm that separately", "如果您愿意，须单独确认一次"
    ),
    "GUARDIAN_CONSENT_REQUIRED": Words("a guardian can agree", "可由监护人同意"),
    "GUARDIAN_CONSENT_LAPSED": Words("you can decide for yourself now", "现在可以由您自己决定"),
    "DELEGATION_NOT_PROVEN": Words(
        "whoever signed can hand in the proof, or you can agree yourself",
        "签署人可以补交证明，也可由您本人同意",
    ),
    "CONSENT_EVIDENCE_MISSING": Words(
        "hand in the signed form, or agree again", "请补交签署的同意书，或重新同意"
    ),
    "RECONSENT_REQUIRED": Words("read the new terms and decide again", "请看过新的条款后重新决定"),
    "CONSENT_WITHDRAWN": _AGAIN,
    "CONSENT_EXPIRED": _AGAIN,
    "CONSENT_NOT_YET_VALID": Words("it counts from the day it begins", "到开始之日起有效"),
    "INCOMPLETE_REQUEST": Words("whoever asks can ask again and say all of it", "对方可以补全后重新请求"),
    "LEGAL_BASIS_NOT_ESTABLISHED": Words(
        "whoever claims a duty has it put on record first", "主张法定职责的机构须先登记"
    ),
    "DECEASED_CONSENT_LAPSED": Words(
        "next of kin may ask, with proof of kinship", "近亲属可凭关系证明提出申请"
    ),
    "DECEASED_PRIOR_ARRANGEMENT": Words("nobody can change that any more", "现在已无人可以更改"),
    "BREAK_GLASS_NOT_AUTHORIZED": Words(
        "a clinician of an emergency service can declare it", "可由急救服务机构的医务人员声明"
    ),
    "BREAK_GLASS_REASON_REQUIRED": Words(
        "whoever asks can ask again and say why", "对方可以说明原因后重新请求"
    ),
}


def to_the_patient(code: str) -> Words:
    """The reason in words that speak to the patient."""
    return _WHY.get(code) or reason_words(code)


def next_step(code: str, *, permits: bool) -> Words | None:
    """What can be done; None where there is nothing to be done about it."""
    return _NEXT.get(code) or (None if permits else _ANEW)
