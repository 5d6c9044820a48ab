package hutong.release

import data.hutong.question
import data.hutong_data

# METADATA
# title: Named
# description: What the named evidence is good for. Undefined where none is named, and for a kind nobody knows.
named := hutong_data.registry.evidence[question.evidence]

# METADATA
# title: In hand
# scope: document
# description: The sort of evidence that holds at this moment; "none" for anything less.
default in_hand := "none"

in_hand := named if question.evidence_holds

# METADATA
# title: Lacking
# scope: document
# description: |
#   The sorts of evidence that are needed and not in hand, and the one that was named and does not hold: what the
#   records contradict is no better than nothing said. An emergency rests on none, so none stands in its way.
lacking contains named if {
	not question.evidence_holds
	family != "emergency"
}

lacking contains terms.needs if {
	purpose_open
	not terms.needs in {"none", in_hand}
}

lacking contains proof if {
	some purposes, proof in role.needs
	purposes == family
	proof != in_hand
}

# METADATA
# title: Evidence unknown
# description: The kind of evidence is none of the kinds in the data.
# custom:
#   code: EVIDENCE_UNKNOWN
#   zh: 所凭依据的类型无法识别
#   en: the kind of evidence is not known here
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "EVIDENCE_UNKNOWN" if {
	question.evidence_named
	not named
}

# METADATA
# title: Case not open
# description: |
#   Coordination is claimed about a patient one need not have seen; an open case is the evidence. A case that was
#   named and is not open counts against any purpose.
# custom:
#   code: CASE_NOT_OPEN
#   zh: 所指个案在此处并非进行中，或该用途需要进行中的转诊、会诊或就诊
#   en: the case that is named is not open here, or this purpose needs an open referral, consultation or visit
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "CASE_NOT_OPEN" if {
	some proof in lacking
	proof in {"case", "visit"}
}

# METADATA
# title: Code not valid
# description: The code a patient shows is for one recipient, one purpose and a few minutes, and for one use.
# custom:
#   code: CODE_NOT_VALID
#   zh: 缺少患者出示的有效健康码，或该码已使用、已过期
#   en: the patient's code is missing, used or expired
#   law: 《个人信息保护法》第六条、第十四条 · PIPL art. 6, 14
refusals contains "CODE_NOT_VALID" if "code" in lacking

# METADATA
# title: Contract not open
# description: A family doctor looks after those who signed up with the team, for as long as they have.
# custom:
#   code: CONTRACT_NOT_OPEN
#   zh: 没有有效的家庭医生签约，或签约已到期
#   en: there is no family-doctor contract in force
#   law: 《关于规范家庭医生签约服务管理的指导意见》 · Guiding Opinions on Family Doctor Contracts 2018
refusals contains "CONTRACT_NOT_OPEN" if "contract" in lacking

# METADATA
# title: Agreement not in force
# description: Whoever processes records for somebody else does so under an agreement, and until it ends.
# custom:
#   code: AGREEMENT_NOT_IN_FORCE
#   zh: 没有有效的委托处理协议
#   en: there is no processing agreement in force
#   law: 《个人信息保护法》第二十一条 · PIPL art. 21
refusals contains "AGREEMENT_NOT_IN_FORCE" if "agreement" in lacking

# METADATA
# title: Order not in force
# description: A public emergency is one by order of an authority, and ends with the order.
# custom:
#   code: ORDER_NOT_IN_FORCE
#   zh: 没有有效的突发公共卫生事件应急决定
#   en: there is no public emergency order in force
#   law: 《个人信息保护法》第十三条第一款第四项、《突发公共卫生事件应急条例》 · PIPL art. 13(1)(4), Public Health Emergency Regulation
refusals contains "ORDER_NOT_IN_FORCE" if "order" in lacking
