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

class_limits contains role.classes

class_limits contains person_behind.classes

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
# description: |
#   A pharmacist sees prescriptions only, a radiologist images and their reports, a courier where to deliver. A device
#   sees no other class than the person it acts for.
# custom:
#   code: CLASS_NOT_FOR_ROLE
#   zh: 此类记录不向该角色提供
#   en: records of this class are not for somebody of this role
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "CLASS_NOT_FOR_ROLE" if {
	sees_content
	some choices in class_limits
	not class_fits(choices)
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

# METADATA
# title: Class unknown
# description: |
#   A class of none of the three databases (population, health archive, medical record) is one nobody has thought
#   about yet.
# custom:
#   code: CLASS_UNKNOWN
#   zh: 此类记录未归入全员人口、健康档案、电子病历三库
#   en: records of this class belong to none of the three databases
#   law: 《数据安全法》第二十一条 · Data Security Law art. 21; GB/T 39725-2020
refusals contains "CLASS_UNKNOWN" if {
	some class in question.item_classes
	not hutong_data.datasets[class]
}

# METADATA
# title: Dataset not for purpose
# description: Teaching, quality work and processors look at care that was given, not at the archive of a life.
# custom:
#   code: DATASET_NOT_FOR_PURPOSE
#   zh: 此用途不需要该数据库的内容
#   en: this purpose does not need the database this record belongs to
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "DATASET_NOT_FOR_PURPOSE" if {
	purpose_open
	some class in question.item_classes
	dataset := hutong_data.datasets[class]
	not dataset in terms.datasets
}

# METADATA
# title: Self-reported not for purpose
# description: What patients and their devices write down is for their care; an insurer reads what the clinic wrote.
# custom:
#   code: SELF_REPORTED_NOT_FOR_PURPOSE
#   zh: 患者自报或设备自测的内容不得用于此用途
#   en: what the patient or their device wrote down may not be used for this purpose
#   law: 《个人信息保护法》第六条、第二十八条 · PIPL art. 6, 28
refusals contains "SELF_REPORTED_NOT_FOR_PURPOSE" if {
	terms.authors == "professional"
	not question.author in {"", "professional"}
}
