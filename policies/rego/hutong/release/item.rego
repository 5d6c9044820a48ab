package hutong.release

import data.hutong.question
import data.hutong_data

# A label nobody knows ranks above all that are known.
default level_rank := 6

level_rank := hutong_data.labels.rank[question.level]

# Without an item the classes asked for are judged, so that the refusal of a class does not tell whether there is one.
class_fits("*")

class_fits(choices) if {
	count(question.item_classes) > 0
	every class in question.item_classes {
		class in choices
	}
}

class_fits(_) if {
	count(question.item_classes) == 0
	count(question.asked_classes) == 0
}

class_fits(choices) if {
	count(question.item_classes) == 0
	some class in question.asked_classes
	class in choices
}

labelled if count(question.labels) > 0

label_closed_to_role if {
	role.labels == "none"
	labelled
}

label_closed_to_role if {
	some label in question.labels
	label in role.never
}

# METADATA
# title: Confidentiality above role
# description: Very restricted items are for the physician, restricted ones for those named in the data.
# custom:
#   code: CONFIDENTIALITY_ABOVE_ROLE
#   zh: 该内容的保密级别超出申请人角色的权限
#   en: the item is more confidential than somebody of this role may see
#   law: 《个人信息保护法》第二十八条、第五十一条 · PIPL art. 28, 51; GB/T 39725-2020
refusals contains "CONFIDENTIALITY_ABOVE_ROLE" if {
	sees_content
	level_rank > hutong_data.labels.rank[role.ceiling]
}

# METADATA
# title: Confidentiality above purpose
# description: Each purpose has a ceiling; only treatment and the patient reach very restricted items.
# custom:
#   code: CONFIDENTIALITY_ABOVE_PURPOSE
#   zh: 该内容的保密级别超出此用途的范围
#   en: the item is more confidential than this purpose allows
#   law: 《个人信息保护法》第六条、第二十八条 · PIPL art. 6, 28; GB/T 39725-2020
refusals contains "CONFIDENTIALITY_ABOVE_PURPOSE" if {
	purpose_open
	level_rank > hutong_data.labels.rank[terms.ceiling]
}

# METADATA
# title: Label not for role
# description: Items labelled as sensitive (HIV, mental health, genetics ...) are not for every role; any label counts.
# custom:
#   code: LABEL_NOT_FOR_ROLE
#   zh: 带敏感标记的内容不向此角色提供
#   en: items with this sensitivity label are not for somebody of this role
#   law: 《艾滋病防治条例》第三十九条、《精神卫生法》第四条 · AIDS Regulation art. 39, Mental Health Law art. 4
refusals contains "LABEL_NOT_FOR_ROLE" if {
	sees_content
	label_closed_to_role
}

# METADATA
# title: Label not for purpose
# description: Paying, teaching and quality work do without items labelled as sensitive; any label counts.
# custom:
#   code: LABEL_NOT_FOR_PURPOSE
#   zh: 带敏感标记的内容不得用于此用途
#   en: items with a sensitivity label may not be used for this purpose
#   law: 《艾滋病防治条例》第三十九条、《精神卫生法》第四条 · AIDS Regulation art. 39, Mental Health Law art. 4
refusals contains "LABEL_NOT_FOR_PURPOSE" if {
	purpose_open
	terms.labels == "none"
	labelled
}

# METADATA
# title: Class not for role
# description: A pharmacist dispenses from the prescription and sees prescriptions only.
# custom:
#   code: CLASS_NOT_FOR_ROLE
#   zh: 此类记录不向该角色提供
#   en: records of this class are not for somebody of this role
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "CLASS_NOT_FOR_ROLE" if {
	sees_content
	not class_fits(role.classes)
}

# METADATA
# title: Class not for purpose
# description: A bill is settled without measurements and wearables, an appointment without anything clinical.
# custom:
#   code: CLASS_NOT_FOR_PURPOSE
#   zh: 此类记录不属于该用途所需的最小范围
#   en: records of this class are more than this purpose needs
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "CLASS_NOT_FOR_PURPOSE" if {
	purpose_open
	not class_fits(terms.classes)
}
