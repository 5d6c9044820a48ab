package hutong.release

import data.hutong.question
import data.hutong_data

# METADATA
# title: Family
# scope: document
# description: The family of purposes the purpose belongs to; "" for a purpose nobody knows.
default family := ""

family := hutong_data.purposes[question.purpose].family

# METADATA
# title: Terms
# description: What that family allows. Undefined for an unknown purpose, which is refused for that alone.
terms := hutong_data.families[family]

action_known if question.action in hutong_data.registry.actions

purpose_open if {
	family != ""
	family != "closed"
}

# METADATA
# title: Purpose unknown
# description: The purpose is none of the purposes in the data.
# custom:
#   code: PURPOSE_UNKNOWN
#   zh: 用途代码无法识别
#   en: the purpose is not one that is known here
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "PURPOSE_UNKNOWN" if family == ""

# METADATA
# title: Purpose closed
# description: System development and marketing get nobody's record, whatever the patient agreed to elsewhere.
# custom:
#   code: PURPOSE_CLOSED
#   zh: 不得为此用途提供患者的记录
#   en: no patient's record is given for this purpose
#   law: 《个人信息保护法》第六条、第二十八条 · PIPL art. 6, 28
refusals contains "PURPOSE_CLOSED" if family == "closed"

# METADATA
# title: Action unknown
# description: Access, use, disclosure and counting are releases; correcting or collecting goes another way.
# custom:
#   code: ACTION_UNKNOWN
#   zh: 该操作不属于调阅、使用、提供或计数
#   en: the action is not access, use, disclosure or counting
#   law: 《个人信息保护法》第四条 · PIPL art. 4
refusals contains "ACTION_UNKNOWN" if not action_known

# METADATA
# title: Aggregates only
# description: Administration and management work with figures; the record of one patient is no figure.
# custom:
#   code: AGGREGATES_ONLY
#   zh: 此用途只能得到汇总数字，不能查看某一患者的记录
#   en: this purpose is given figures only, never the record of one patient
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "AGGREGATES_ONLY" if {
	terms.profile == "statistics"
	purpose_open
	question.action != "count"
}
