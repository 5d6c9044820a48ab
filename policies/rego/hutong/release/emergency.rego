package hutong.release

import data.hutong.question
import data.hutong_data

may_declare if {
	question.role in hutong_data.emergency.roles
	question.kind in hutong_data.emergency.kinds
}

# METADATA
# title: Break-glass only for emergency
# description: An emergency is declared for emergency treatment; declared for anything else it is a pretext.
# custom:
#   code: BREAK_GLASS_ONLY_FOR_EMERGENCY
#   zh: 紧急调阅只能用于急诊救治
#   en: an emergency may be declared for emergency treatment only
#   law: 《个人信息保护法》第十三条第一款第四项 · PIPL art. 13(1)(4)
refusals contains "BREAK_GLASS_ONLY_FOR_EMERGENCY" if {
	question.emergency_declared
	family != "emergency"
}

# METADATA
# title: Break-glass not declared
# description: Breaking the glass is said aloud, never implied by a purpose code.
# custom:
#   code: BREAK_GLASS_NOT_DECLARED
#   zh: 紧急调阅须先声明
#   en: breaking the glass must be declared
#   law: 《个人信息保护法》第十三条第一款第四项 · PIPL art. 13(1)(4)
refusals contains "BREAK_GLASS_NOT_DECLARED" if {
	question.purpose == "BTG"
	not question.emergency_declared
}

# METADATA
# title: Break-glass reason required
# description: Whoever reviews it within a day needs the reason given at the time.
# custom:
#   code: BREAK_GLASS_REASON_REQUIRED
#   zh: 紧急调阅须说明原因
#   en: a declared emergency needs a reason
#   law: 《民法典》第一千二百二十条 · Civil Code art. 1220
refusals contains "BREAK_GLASS_REASON_REQUIRED" if {
	question.emergency_declared
	not question.emergency_reason_given
}

# METADATA
# title: Break-glass not authorized
# description: Physicians and nurses of organisations that take in emergencies.
# custom:
#   code: BREAK_GLASS_NOT_AUTHORIZED
#   zh: 该角色或机构不能声明紧急调阅
#   en: this role or organisation may not declare an emergency
#   law: 《民法典》第一千二百二十条 · Civil Code art. 1220
refusals contains "BREAK_GLASS_NOT_AUTHORIZED" if {
	question.emergency_declared
	not may_declare
}
