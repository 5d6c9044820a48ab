"""The kinds of things that come due, in words: what it is, what somebody at the counter does, what is told to whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `tell_*` is the notice to whom it concerns, "" where only the counter can do something.

    `occasion` is what two kinds share that are one and the same event, so that it is told once.
    """

    en: str
    zh: str
    do_en: str
    do_zh: str
    tell_en: str = ""
    tell_zh: str = ""
    occasion: str = ""

    @property
    def is_told(self) -> bool:
        return bool(self.tell_en)


KINDS: dict[str, Kind] = {
    "not-computable": Kind(
        en="cannot be understood with certainty, and blocks all release",
        zh="无法确切理解，并阻止一切放行",
        do_en="write it down anew with the patient, then take this one back",
        do_zh="与患者重新登记，再收回这一份",
    ),
    "birth-date": Kind(
        en="the patient's dates on record cannot be read, so nothing can be decided",
        zh="档案中患者的日期无法读取，因此无法判定",
        do_en="have the record corrected and import it again",
        do_zh="请更正档案后重新导入",
    ),
    "guardian-missing": Kind(
        en="a child signed alone",
        zh="由儿童单独签署",
        do_en="ask a guardian to agree",
        do_zh="请监护人签署同意",
    ),
    "guardian-lapsed": Kind(
        en="of age since then: the guardian's permit counts no more",
        zh="自该日起已成年：监护人的同意不再有效",
        do_en="ask the patient, who decides alone now",
        do_zh="请患者本人自行决定",
        tell_en="You are of age. What your guardian allowed for you counts no more; what they refused stands"
        " until you say otherwise. You decide for yourself now.",
        tell_zh="您已成年。监护人替您作出的同意不再有效；其拒绝在您另作表示之前继续有效。现在由您自己决定。",
    ),
    "guardian-lapses": Kind(
        en="the patient comes of age: the guardian's permit ends with that day",
        zh="患者成年：监护人的同意自该日起失效",
        do_en="prepare to ask the patient for a consent of their own",
        do_zh="请准备征求患者本人的意见",
    ),
    "refusal-stands": Kind(
        en="of age since then: the guardian's refusal stands until the patient speaks",
        zh="自该日起已成年：监护人的拒绝在本人表示之前继续有效",
        do_en="ask the patient whether it should stand",
        do_zh="询问患者是否维持",
        tell_en="You are of age. Your guardian refused something for you; it stands until you say otherwise.",
        tell_zh="您已成年。监护人曾替您拒绝；在您另作表示之前继续有效。",
    ),
    "own-say": Kind(
        en="old enough to agree alone; the guardian's permit still counts",
        zh="已到可自行同意的年龄；监护人的同意仍然有效",
        do_en="ask the child too, at the next visit",
        do_zh="请在下次就诊时也征求其本人的意见",
        tell_en="From this day the child may agree to uses of the record in their own name. What the guardian"
        " allowed still counts.",
        tell_zh="自该日起，本人可以以自己的名义同意使用健康档案。监护人已作出的同意仍然有效。",
    ),
    "delegation-missing": Kind(
        en="somebody else signed without proof of acting for the patient",
        zh="由他人签署，没有替患者做主的证明",
        do_en="take in the proof, or ask the patient",
        do_zh="请补交证明，或由患者本人同意",
    ),
    "evidence-missing": Kind(
        en="what was signed is missing",
        zh="缺少签署依据",
        do_en="take in the signed form, or ask again",
        do_zh="请补交签署的同意书，或重新征得同意",
    ),
    "terms-changed": Kind(
        en="the terms have changed since it was signed",
        zh="签署之后条款已更新",
        do_en="show the new terms and ask again",
        do_zh="请出示新条款并重新征得同意",
        tell_en="The terms you agreed to have changed. Until you agree to the new ones, your consent counts no more.",
        tell_zh="您同意过的条款已更新。在您同意新条款之前，原同意不再有效。",
    ),
    "not-begun": Kind(
        en="does not count yet; it begins on that day",
        zh="尚未生效，自该日起有效",
        do_en="nothing, if that is meant; else ask again",
        do_zh="如确系此意则无须处理，否则请重新征得同意",
    ),
    "ends": Kind(
        en="ends; that is its last day",
        zh="即将到期，该日为最后一天",
        do_en="ask whether it should go on",
        do_zh="询问是否继续",
        tell_en="A consent of yours ends. If you want it to go on, agree again.",
        tell_zh="您的一份同意即将到期。如愿继续，请重新同意。",
        occasion="end",
    ),
    "ended": Kind(
        en="has ended; that was its last day",
        zh="已到期，该日为最后一天",
        do_en="ask whether it should be given anew",
        do_zh="询问是否重新同意",
        tell_en="A consent of yours has ended. If you still want it, agree again.",
        tell_zh="您的一份同意已到期。如仍愿意，请重新同意。",
        occasion="end",
    ),
    "refusal-ends": Kind(
        en="a refusal ends; that is its last day, and what else was allowed counts again after it",
        zh="拒绝即将到期，该日为最后一天，此后其他同意重新有效",
        do_en="ask whether it should go on",
        do_zh="询问是否继续",
        tell_en="A refusal of yours ends. If it should go on, say so again.",
        tell_zh="您的一份拒绝即将到期。如要继续，请重新表示。",
        occasion="end",
    ),
    "refusal-ended": Kind(
        en="a refusal has ended; that was its last day",
        zh="拒绝已到期，该日为最后一天",
        do_en="ask whether it should be given anew",
        do_zh="询问是否重新表示拒绝",
        tell_en="A refusal of yours has ended. If it should go on, say so again.",
        tell_zh="您的一份拒绝已到期。如要继续，请重新表示。",
        occasion="end",
    ),
    "yearly": Kind(
        en="long-standing: time to bring it to mind",
        zh="长期有效：应当再次提醒",
        do_en="tell the patient what it allows, and that it can be taken back",
        do_zh="告知患者其内容，以及可以随时收回",
        tell_en="This consent of yours is still in force. You can take it back at any time.",
        tell_zh="您的这份同意仍然有效。您可以随时收回。",
    ),
}

# What the decision's reasons are called here.
OF_REASON = {
    "NON_COMPUTABLE_CONSENT": "not-computable",
    "GUARDIAN_CONSENT_REQUIRED": "guardian-missing",
    "GUARDIAN_CONSENT_LAPSED": "guardian-lapsed",
    "DELEGATION_NOT_PROVEN": "delegation-missing",
    "CONSENT_EVIDENCE_MISSING": "evidence-missing",
    "RECONSENT_REQUIRED": "terms-changed",
    "CONSENT_NOT_YET_VALID": "not-begun",
    "CONSENT_EXPIRED": "ended",
}
