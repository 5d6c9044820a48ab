package hutong.release

import data.hutong.question
import data.hutong_data

# METADATA
# title: Person behind
# description: The role of the person a device acts for. Undefined where there is none, and for a role nobody knows.
person_behind := hutong_data.roles[question.person_role] if is_device

is_device if count(role.acts_for) > 0

person_fits if {
	question.person_role in role.acts_for
	question.person_role in terms.roles
}

# METADATA
# title: Device without person
# description: A device is a tool of somebody; without that person nobody answers for the look.
# custom:
#   code: DEVICE_WITHOUT_PERSON
#   zh: 设备须代表某个人调阅
#   en: a device may ask only on behalf of a person
#   law: 《个人信息保护法》第二十四条 · PIPL art. 24
refusals contains "DEVICE_WITHOUT_PERSON" if {
	is_device
	question.on_behalf_of == ""
}

# METADATA
# title: Device person unfit
# description: A device gets what the person it acts for could have asked for, so that person's role must be known.
# custom:
#   code: DEVICE_PERSON_UNFIT
#   zh: 设备所代表的人员不能为此用途调阅，或其角色未经核实
#   en: the person the device acts for may not ask for this purpose, or their role was not looked up
#   law: 《个人信息保护法》第二十四条、第五十一条 · PIPL art. 24, 51
refusals contains "DEVICE_PERSON_UNFIT" if {
	is_device
	purpose_open
	question.on_behalf_of != ""
	not person_fits
}
