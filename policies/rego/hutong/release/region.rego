package hutong.release

import data.hutong.question
import data.hutong_data

province(region) := substring(region, 0, 2)

prefecture(region) := substring(region, 0, 4)

# METADATA
# title: Together
# scope: document
# description: Both lie in one province, or in two of one consortium.
together if province(question.region) == province(question.custodian_region)

together if {
	some consortium in hutong_data.regions.consortia
	province(question.region) in consortium.provinces
	province(question.custodian_region) in consortium.provinces
}

# METADATA
# title: In jurisdiction
# description: The custodian lies in the area the requester's tier answers for (its region code, cut to that tier).
in_jurisdiction if {
	digits := hutong_data.regions.tiers[question.tier]
	startswith(question.custodian_region, substring(question.region, 0, digits))
}

grassroots if question.kind in hutong_data.regions.grassroots.kinds

grassroots if question.tier in hutong_data.regions.grassroots.tiers

away if question.cross_region

away if prefecture(question.region) != prefecture(question.custodian_region)

abroad if question.cross_border

abroad if {
	province(question.region) != province(question.custodian_region)
	some region in {question.region, question.custodian_region}
	province(region) in hutong_data.regions.outside
}

# METADATA
# title: Licence ends at region
# description: |
#   Internet hospitals and pharmacies are licensed by a province and do not see the patient; outside their consortium
#   an open referral or consultation, or the code the patient shows, proves that there is one.
# custom:
#   code: LICENCE_ENDS_AT_REGION
#   zh: 互联网医院和药店跨区域调阅需要转诊单、会诊单或患者出示的健康码
#   en: an internet hospital or pharmacy needs a referral, a consultation or the patient's code outside its region
#   law: 《互联网医院管理办法(试行)》 · Internet Hospital Measures 2018
refusals contains "LICENCE_ENDS_AT_REGION" if {
	terms.reach == "care"
	question.kind in hutong_data.regions.licensed.kinds
	not together
	not in_hand in hutong_data.regions.licensed.evidence
}

# METADATA
# title: Grassroots needs referral
# description: |
#   Township centres and village clinics look outside their own prefecture or node with an open case, visit or
#   contract, or the code the patient shows.
# custom:
#   code: GRASSROOTS_NEEDS_REFERRAL
#   zh: 乡镇和村级机构跨地区调阅需要转诊单、会诊单、就诊、签约或患者出示的健康码
#   en: a township or village clinic needs a case, visit, contract or code to look into another region
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "GRASSROOTS_NEEDS_REFERRAL" if {
	terms.reach == "care"
	grassroots
	away
	not in_hand in hutong_data.regions.grassroots.evidence
}

# METADATA
# title: Outside consortium
# description: Follow-up and quality work happen where the patient lives.
# custom:
#   code: OUTSIDE_CONSORTIUM
#   zh: 此用途仅限本省(市)及其互通区域
#   en: this purpose ends at the border of the province and its consortium
#   law: 《个人信息保护法》第六条 · PIPL art. 6
refusals contains "OUTSIDE_CONSORTIUM" if {
	purpose_open
	terms.reach == "consortium"
	not together
}

# METADATA
# title: Outside jurisdiction
# description: A public body answers for its own area, which is its region code cut to its tier.
# custom:
#   code: OUTSIDE_JURISDICTION
#   zh: 超出申请机构的管辖区域
#   en: the record lies outside the area the requesting body answers for
#   law: 《个人信息保护法》第三十四条 · PIPL art. 34
refusals contains "OUTSIDE_JURISDICTION" if {
	terms.reach == "jurisdiction"
	tier_known
	not in_jurisdiction
}

# METADATA
# title: Cross-border closed
# description: |
#   Giving a record abroad (Hong Kong, Macao and Taiwan included) needs a mechanism the question cannot carry, so it
#   is refused, emergencies included.
# custom:
#   code: CROSS_BORDER_CLOSED
#   zh: 尚未开通向境外提供
#   en: giving records abroad is not open
#   law: 《个人信息保护法》第三十八条、第三十九条 · PIPL art. 38, 39
refusals contains "CROSS_BORDER_CLOSED" if abroad
