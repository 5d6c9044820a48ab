package hutong.release

import data.hutong.question
import data.hutong_data

role := hutong_data.roles[question.role]

kind_known if question.kind in hutong_data.registry.kinds

tier_known if hutong_data.regions.tiers[question.tier]

# The general rules about roles stay silent where a plainer reason is given, so that a refusal says one thing once.
sees_content if {
	role.content
	question.kind != "supervisor"
}

among(_, "*")

among(value, choices) if value in choices

# METADATA
# title: Role unknown
# description: The role is none of the roles in the data.
# custom:
#   code: ROLE_UNKNOWN
#   zh: 申请人的角色无法识别
#   en: the role of the requester is not known here
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "ROLE_UNKNOWN" if not role

# METADATA
# title: Kind unknown
# description: The kind of organisation is none of the kinds in the data.
# custom:
#   code: KIND_UNKNOWN
#   zh: 申请机构的类型无法识别
#   en: the kind of the requesting organisation is not known here
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "KIND_UNKNOWN" if not kind_known

# METADATA
# title: Tier unknown
# description: The tier of the organisation is none of the tiers in the data.
# custom:
#   code: TIER_UNKNOWN
#   zh: 申请机构的层级无法识别
#   en: the tier of the requesting organisation is not known here
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "TIER_UNKNOWN" if not tier_known

# METADATA
# title: Organisation not active
# description: Anything but active in the registry is refused, even in an emergency.
# custom:
#   code: ORGANISATION_NOT_ACTIVE
#   zh: 申请机构当前不在正常执业状态
#   en: the requesting organisation is not in active standing
#   law: 《基本医疗卫生与健康促进法》第九十二条 · Basic Healthcare Law art. 92
refusals contains "ORGANISATION_NOT_ACTIVE" if question.standing != "active"

# METADATA
# title: Officer sees no content
# description: A security officer sees that records were exchanged and why, never what was in them.
# custom:
#   code: OFFICER_SEES_NO_CONTENT
#   zh: 安全管理员只能查看调阅情况，不能查看记录内容
#   en: a security officer sees that records were exchanged, not what is in them
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "OFFICER_SEES_NO_CONTENT" if role.content == false

# METADATA
# title: Supervisor sees no content
# description: Supervision counts and verifies exchanges in the ledger; it needs nobody's record.
# custom:
#   code: SUPERVISOR_SEES_NO_CONTENT
#   zh: 监管机构只能查看调阅情况，不能查看记录内容
#   en: a supervising body sees that records were exchanged, not what is in them
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "SUPERVISOR_SEES_NO_CONTENT" if question.kind == "supervisor"

# METADATA
# title: Role not for purpose
# description: Somebody of this role has no task that needs records for this purpose.
# custom:
#   code: ROLE_NOT_FOR_PURPOSE
#   zh: 申请人的角色不能为此用途调阅
#   en: somebody of this role may not ask for this purpose
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "ROLE_NOT_FOR_PURPOSE" if {
	purpose_open
	sees_content
	not question.role in terms.roles
}

# METADATA
# title: Kind not for purpose
# description: An organisation of this kind has no task that needs records for this purpose.
# custom:
#   code: KIND_NOT_FOR_PURPOSE
#   zh: 此类机构不能为此用途调阅
#   en: an organisation of this kind may not ask for this purpose
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "KIND_NOT_FOR_PURPOSE" if {
	purpose_open
	sees_content
	kind_known
	not among(question.kind, terms.kinds)
}

# METADATA
# title: Role not at kind
# description: Nobody of this role works at an organisation of this kind; the registry or the claim is wrong.
# custom:
#   code: ROLE_NOT_AT_KIND
#   zh: 此类机构没有这一角色的人员
#   en: nobody of this role works at an organisation of this kind
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "ROLE_NOT_AT_KIND" if {
	sees_content
	kind_known
	not among(question.kind, role.kinds)
}

# METADATA
# title: Relationship not shown
# description: Patients and their next of kin are asked for the relationship the node has verified.
# custom:
#   code: RELATIONSHIP_NOT_SHOWN
#   zh: 未核实申请人与患者的关系
#   en: the requester's relationship to the patient has not been verified
#   law: 《个人信息保护法》第四十五条、第四十九条 · PIPL art. 45, 49
refusals contains "RELATIONSHIP_NOT_SHOWN" if {
	question.role in {"patient", "next-of-kin"}
	question.relationship != question.role
}

# METADATA
# title: Outside own house
# description: Whoever manages a house sees the figures of that house.
# custom:
#   code: OUTSIDE_OWN_HOUSE
#   zh: 管理人员只能统计本机构的记录
#   en: a manager sees the figures of their own organisation only
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
refusals contains "OUTSIDE_OWN_HOUSE" if {
	role.own_house
	question.organisation != question.custodian
}
