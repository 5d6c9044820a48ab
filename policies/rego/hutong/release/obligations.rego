package hutong.release

import data.hutong.question
import data.hutong_data

# METADATA
# title: Profile
# scope: document
# description: The de-identification profile, either the purpose's own or the one the research project was approved for.
profile := terms.profile if terms.profile != "project"

profile := project.profile if terms.profile == "project"

profile_known if {
	profile in {"care", "research", "statistics"}
}

leaves_the_house if question.organisation != question.custodian

leaves_the_house if question.cross_region

to_be_told if question.emergency_declared

to_be_told if terms.notify

# METADATA
# title: Code limits
# scope: document
# description: |
#   A class and the codes of it that may be seen, one text each, of the role and of the person a device acts for. A
#   class that is there twice is limited twice.
code_limits contains limit_of(class, codes) if some class, codes in role.codes

code_limits contains limit_of(class, codes) if some class, codes in person_behind.codes

limit_of(class, codes) := concat(" ", array.concat([class], codes))

# METADATA
# title: De-identify
# description: Always, and with exactly one profile.
# custom:
#   obligation: deidentify
#   zh: 按用途去标识化(care 诊疗、research 科研、statistics 统计)
#   en: de-identify with the profile of the purpose (care, research, statistics)
#   law: 《个人信息保护法》第五十一条 · PIPL art. 51
obligations contains {"code": "deidentify", "value": profile}

# METADATA
# title: Minimum necessary
# description: Where the purpose needs part of a record.
# custom:
#   obligation: minimum-necessary
#   zh: 只提供用途所需的最小范围
#   en: give only what the purpose needs
#   law: 《个人信息保护法》第六条 · PIPL art. 6
obligations contains {"code": "minimum-necessary", "value": null} if terms.minimum

# METADATA
# title: Only elements
# description: For a role that needs to know where somebody lives, not how they are.
# custom:
#   obligation: only-elements
#   zh: 只提供所列的字段
#   en: give these elements and no others
#   law: 《个人信息保护法》第六条 · PIPL art. 6
obligations contains {"code": "only-elements", "value": role.elements} if role.elements != ""

# METADATA
# title: Only codes
# description: |
#   For a role that reads one kind of record where its class holds many: an ECG, and no laboratory result. A device
#   gets no other than the person it acts for.
# custom:
#   obligation: only-codes
#   zh: 所列类型的记录只提供带其后编码的
#   en: of each of these classes give records with the codes after it and no others
#   law: 《个人信息保护法》第六条 · PIPL art. 6
obligations contains {"code": "only-codes", "value": concat(" ", sort(code_limits))} if count(code_limits) > 0

# METADATA
# title: Small cell
# description: Where records are counted.
# custom:
#   obligation: small-cell
#   zh: 小于此数的计数不公布
#   en: counts below this number are not told
#   law: 《个人信息保护法》第七十三条 · PIPL art. 73; GB/T 37964-2019
obligations contains {"code": "small-cell", "value": hutong_data.figures.smallest} if question.action == "count"

# METADATA
# title: Seal
# description: Whenever the record goes to another organisation or node.
# custom:
#   obligation: seal
#   zh: 加密封装，只有接收方能打开
#   en: seal it so that only the recipient can open it
#   law: 《个人信息保护法》第五十一条、《数据安全法》第二十七条 · PIPL art. 51, Data Security Law art. 27
obligations contains {"code": "seal", "value": null} if leaves_the_house

# METADATA
# title: Notify the patient
# description: After a declared emergency, and after a record was given under a public emergency order.
# custom:
#   obligation: notify-patient
#   zh: 事后告知患者
#   en: tell the patient afterwards
#   law: 《个人信息保护法》第十八条 · PIPL art. 18
obligations contains {"code": "notify-patient", "value": null} if to_be_told

# METADATA
# title: Review
# description: After a declared emergency, by the security officer.
# custom:
#   obligation: review
#   zh: 安全管理员在期限内复核
#   en: reviewed by the security officer within this time
#   law: 《个人信息保护法》第五十四条 · PIPL art. 54
obligations contains {"code": "review", "value": hutong_data.emergency.review} if question.emergency_declared

# METADATA
# title: Time limit
# description: What was opened in an emergency closes again.
# custom:
#   obligation: time-limit
#   zh: 限时有效，到期关闭
#   en: valid for this time, then closed again
#   law: 《个人信息保护法》第十九条 · PIPL art. 19
obligations contains {"code": "time-limit", "value": hutong_data.emergency.limit} if question.emergency_declared
