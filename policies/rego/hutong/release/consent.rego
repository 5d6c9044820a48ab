package hutong.release

import data.hutong.question

permitted_by_consent if question.consent_decision == "permit"

asks_as_patient if question.role == "patient"

asks_as_patient if {
	question.person_role == "patient"
	"patient" in role.acts_for
}

# METADATA
# title: Ground fits
# scope: document
# description: Yes to a patient, to own staff, by statute or in an emergency is a yes to nobody else.
ground_fits if {
	question.consent_reason in {"CONSENT_PERMIT", "CONSENT_PERMIT_PARTIAL"}
}

ground_fits if {
	question.consent_reason == "SUBJECT_ACCESS"
	asks_as_patient
	family == "self"
}

ground_fits if {
	question.consent_reason == "DECEASED_NEXT_OF_KIN"
	question.role == "next-of-kin"
	family == "kin"
}

ground_fits if {
	question.consent_reason == "INTERNAL_CARE"
	question.organisation == question.custodian
}

ground_fits if {
	question.consent_reason == "STATUTORY_DUTY"
	family in {"public-health", "public-emergency", "statistics"}
}

ground_fits if {
	question.consent_reason == "EMERGENCY_OVERRIDE"
	question.emergency_declared
}

# METADATA
# title: Consent not permitted
# description: Consent is decided before and elsewhere; no rule here turns its no into a yes.
# custom:
#   code: CONSENT_NOT_PERMITTED
#   zh: 患者的同意不包括此次调阅
#   en: what the patient agreed to does not include this
#   law: 《个人信息保护法》第十三条、第二十九条 · PIPL art. 13, 29
refusals contains "CONSENT_NOT_PERMITTED" if not permitted_by_consent

# METADATA
# title: Consent ground unfit
# description: The ground on which consent said yes does not fit this requester and purpose.
# custom:
#   code: CONSENT_GROUND_UNFIT
#   zh: 放行依据与本次申请不相符
#   en: the ground on which it was permitted does not fit this request
#   law: 《个人信息保护法》第十三条 · PIPL art. 13
refusals contains "CONSENT_GROUND_UNFIT" if {
	permitted_by_consent
	not ground_fits
}

# METADATA
# title: Not the patient
# description: Somebody in the role of a patient is given their own record, nobody else's; so is a kiosk they stand at.
# custom:
#   code: NOT_THE_PATIENT
#   zh: 患者只能查询本人的记录
#   en: a patient is given their own record only
#   law: 《个人信息保护法》第四十五条 · PIPL art. 45
refusals contains "NOT_THE_PATIENT" if {
	permitted_by_consent
	asks_as_patient
	question.consent_reason != "SUBJECT_ACCESS"
}
