# METADATA
# description: What the table in tests/policies cannot reach from outside, and each rule once, close to its text.
package hutong.release_test

import data.hutong.release

asked := {
	"request": {
		"purpose": "TREAT",
		"action": "disclose",
		"at": "2026-03-02T01:00:00+00:00",
		"classes": [],
		"emergency": {"declared": false, "reason_given": false},
		"cross_region": true,
		"cross_border": false,
		"based_on": null,
	},
	"requester": {
		"role": "physician",
		"organisation": "sh-hospital",
		"kind": "hospital",
		"tier": "provincial",
		"region": "310101",
		"standing": "active",
		"relationship": null,
		"on_behalf_of": null,
		"on_behalf_of_role": null,
	},
	"custodian": {"organisation": "ks-hospital", "kind": "hospital", "tier": "county", "region": "320583"},
	"consent": {"decision": "permit", "reason": "CONSENT_PERMIT"},
	"data": {"confidentiality": "N", "sensitivities": [], "classes": ["Condition"], "author": null},
	"research": null,
}

project := {
	"project": "p-1",
	"approved": true,
	"approved_until": "2026-12-31",
	"profile": "research",
	"identified": false,
}

open_case := {"kind": "referral", "id": "r-1", "open": true}

researcher := {"role": "researcher", "kind": "research-institute"}

# Objects are merged, everything else is replaced.
decided(changes) := decision if {
	decision := release.decision with input as object.union(asked, changes)
}

codes(changes) := {reason.code | some reason in decided(changes).reasons}

duties(changes) := {[one.code, one.value] | some one in decided(changes).obligations}

test_treatment_with_consent_is_permitted if {
	decided({}).allow
	duties({}) == {["deidentify", "care"], ["seal", null]}
}

test_own_staff_need_no_seal if {
	changes := {
		"request": {"cross_region": false},
		"requester": {"organisation": "ks-hospital", "region": "320583"},
		"consent": {"reason": "INTERNAL_CARE"},
	}
	duties(changes) == {["deidentify", "care"]}
}

test_nothing_at_all_is_malformed if {
	reasons := release.decision.reasons with input as {}
	{reason.code | some reason in reasons} == {"QUESTION_MALFORMED"}
}

test_data_without_a_profile_permit_nothing if {
	broken := object.union(data.hutong_data.families.care, {"profile": "none"})
	decision := release.decision with input as asked with data.hutong_data.families.care as broken
	not decision.allow
	decision.reasons[0].code == "NO_RULE_PERMITS"
}

test_terms_with_a_word_missing_or_misspelt_permit_nothing if {
	every name, _ in data.hutong_data.families.care {
		missing := object.remove(data.hutong_data.families.care, [name])
		misspelt := object.union(missing, {name: "anywere"})
		not release.decision.allow with input as asked with data.hutong_data.families.care as missing
		not release.decision.allow with input as asked with data.hutong_data.families.care as misspelt
	}
}

test_a_role_with_a_word_missing_or_misspelt_permits_nothing if {
	every name, _ in data.hutong_data.roles.physician {
		missing := object.remove(data.hutong_data.roles.physician, [name])
		misspelt := object.union(missing, {name: "anny"})
		not release.decision.allow with input as asked with data.hutong_data.roles.physician as missing
		not release.decision.allow with input as asked with data.hutong_data.roles.physician as misspelt
	}
}

test_a_device_whose_person_lacks_a_word_is_permitted_nothing if {
	device := {"role": "ai-device", "on_behalf_of": "dr-1", "on_behalf_of_role": "pharmacist"}
	question := object.union(asked, {"requester": device, "data": {"classes": ["Condition"]}})
	broken := object.remove(data.hutong_data.roles.pharmacist, ["classes"])
	decision := release.decision with input as question with data.hutong_data.roles.pharmacist as broken
	not decision.allow
}

test_regions_and_emergencies_without_their_words_permit_nothing if {
	not release.decision.allow with input as asked with data.hutong_data.regions.outside as null
	not release.decision.allow with input as asked with data.hutong_data.regions.licensed as ["pharmacy"]
	not release.decision.allow with input as asked with data.hutong_data.figures.smallest as "11"
	not release.decision.allow with input as asked with data.hutong_data.regions.grassroots as {}
	not release.decision.allow with input as asked with data.hutong_data.emergency.review as 24
	not release.decision.allow with input as asked with data.hutong_data.emergency.limit as null
}

test_a_code_without_words_is_still_a_refusal if {
	decision := release.decision with input as object.union(asked, {"requester": {"standing": "suspended"}})
		with data.hutong_data.reasons as {}
	not decision.allow
	decision.reasons[0].code == "ORGANISATION_NOT_ACTIVE"
}

test_every_reason_speaks_both_languages if {
	every reason in decided({"consent": {"decision": "deny"}, "requester": {"standing": "suspended"}}).reasons {
		reason.zh != reason.en
	}
}

test_purposes if {
	codes({"request": {"purpose": "NOSUCH"}}) == {"PURPOSE_UNKNOWN"}
	codes({"request": {"purpose": "HMARKT"}}) == {"PURPOSE_CLOSED"}
	codes({"request": {"action": "correct"}}) == {"ACTION_UNKNOWN"}
	codes({"request": {"purpose": "COC"}}) == {"CASE_NOT_OPEN"}
	codes({"request": {"purpose": "COC", "based_on": open_case}}) == set()
	codes({"request": {"purpose": "COC", "based_on": object.union(open_case, {"open": false})}}) == {"CASE_NOT_OPEN"}
}

held(kind) := {"kind": kind, "id": "e-1", "open": true}

ended(kind) := {"kind": kind, "id": "e-1", "open": false}

test_evidence if {
	codes({"request": {"based_on": held("favour")}}) == {"EVIDENCE_UNKNOWN"}
	codes({"request": {"based_on": ended("visit")}}) == {"CASE_NOT_OPEN"}
	codes({"request": {"based_on": ended("code")}}) == {"CODE_NOT_VALID"}
	codes({"request": {"based_on": held("code")}}) == set()
	codes({"request": {"purpose": "ETREAT", "based_on": ended("code")}}) == set()
}

test_contracts if {
	follow_up := {"request": {"purpose": "CAREMGT"}, "requester": {"role": "family-doctor"}}
	codes(follow_up) == {"CONTRACT_NOT_OPEN"}
	codes(object.union(follow_up, {"request": {"based_on": held("contract")}})) == set()
}

test_agreements if {
	processing := {
		"request": {"purpose": "RECORDMGT"},
		"requester": {"role": "data-processor", "kind": "processor"},
	}
	codes(processing) == {"AGREEMENT_NOT_IN_FORCE"}
	codes(object.union(processing, {"request": {"based_on": held("agreement")}})) == set()
}

test_orders if {
	threat := {
		"request": {"purpose": "THREAT"},
		"requester": {"role": "public-health-officer", "kind": "cdc", "region": "320500", "tier": "prefecture"},
		"consent": {"reason": "STATUTORY_DUTY"},
	}
	codes(threat) == {"ORDER_NOT_IN_FORCE"}
	["notify-patient", null] in duties(object.union(threat, {"request": {"based_on": held("order")}}))
}

test_devices if {
	device := {"requester": {"role": "ai-device", "on_behalf_of": "dr-1", "on_behalf_of_role": "physician"}}
	codes(device) == set()
	codes(object.union(device, {"requester": {"on_behalf_of_role": null}})) == {"DEVICE_PERSON_UNFIT"}
	codes(object.union(device, {"requester": {"on_behalf_of_role": "pharmacist"}})) == {"CLASS_NOT_FOR_ROLE"}

	kiosk := {
		"request": {"purpose": "PATRQT", "based_on": held("code")},
		"requester": {"role": "kiosk", "on_behalf_of": "p-1", "on_behalf_of_role": "patient"},
		"consent": {"reason": "SUBJECT_ACCESS"},
	}
	codes(kiosk) == set()
	codes(object.union(kiosk, {"request": {"based_on": null}})) == {"CODE_NOT_VALID"}
	codes(object.union(kiosk, {"consent": {"reason": "CONSENT_PERMIT"}})) == {"NOT_THE_PATIENT"}
}

test_figures if {
	counting := {
		"request": {"purpose": "HPRGRP", "action": "count"},
		"requester": {"role": "manager", "organisation": "ks-hospital", "region": "320583"},
	}
	["small-cell", 11] in duties(counting)
	codes(object.union(counting, {"request": {"action": "disclose"}})) == {"AGGREGATES_ONLY"}
	codes(object.union(counting, {"requester": {"organisation": "ks-other"}})) == {"OUTSIDE_OWN_HOUSE"}
}

test_elements if {
	courier := {
		"request": {"purpose": "PATADMIN"},
		"requester": {"role": "courier", "kind": "courier"},
		"data": {"classes": ["Patient"]},
	}
	["only-elements", "Patient.address Patient.telecom"] in duties(courier)
}

test_codes if {
	ecg := {
		"requester": {"role": "ecg-physician"},
		"data": {"classes": ["Observation"]},
	}
	only_ecg := ["only-codes", "DiagnosticReport http://loinc.org|11524-6 Observation http://loinc.org|11524-6"]
	only_ecg in duties(ecg)
	device := {
		"requester": {"role": "ai-device", "on_behalf_of": "dr-1", "on_behalf_of_role": "ecg-physician"},
		"data": {"classes": ["Observation"]},
	}
	only_ecg in duties(device)
	not only_ecg in duties({"data": {"classes": ["Observation"]}})
}

test_datasets_and_authors if {
	codes({"data": {"classes": ["Weather"]}}) == {"CLASS_UNKNOWN"}
	codes({"request": {"purpose": "TRAIN"}, "data": {"classes": ["CarePlan"]}}) == {"DATASET_NOT_FOR_PURPOSE"}
	codes({
		"requester": {"role": "insurance-clerk", "kind": "insurer"},
		"request": {"purpose": "HPAYMT"},
		"data": {"author": "device"},
	}) == {"SELF_REPORTED_NOT_FOR_PURPOSE"}
}

test_requesters if {
	codes({"requester": {"role": "astrologer"}}) == {"ROLE_UNKNOWN"}
	codes({"requester": {"kind": "spa"}}) == {"KIND_UNKNOWN"}
	codes({"requester": {"tier": "cosmic"}}) == {"TIER_UNKNOWN"}
	codes({"requester": {"standing": "suspended"}}) == {"ORGANISATION_NOT_ACTIVE"}
	codes({"requester": {"role": "security-officer"}}) == {"OFFICER_SEES_NO_CONTENT"}
	codes({"requester": {"kind": "supervisor"}}) == {"SUPERVISOR_SEES_NO_CONTENT"}
	codes({"requester": {"role": "researcher"}}) == {"ROLE_NOT_FOR_PURPOSE"}
	codes({"request": {"purpose": "ETREAT"}, "requester": {"kind": "internet-hospital"}}) == {"KIND_NOT_FOR_PURPOSE"}
	codes({"requester": {"kind": "pharmacy"}}) == {"ROLE_NOT_AT_KIND"}
	codes({"requester": {"role": "pharmacist", "kind": "emergency-centre"}}) == {"ROLE_NOT_AT_KIND", "CLASS_NOT_FOR_ROLE"}
	codes({"requester": {"role": "ai-device"}}) == {"DEVICE_WITHOUT_PERSON"}
}

test_patients_and_their_kin if {
	self := {
		"request": {"purpose": "PATRQT"},
		"requester": {"role": "patient", "relationship": "patient"},
		"consent": {"reason": "SUBJECT_ACCESS"},
	}
	codes(self) == set()
	codes(object.union(self, {"requester": {"relationship": null}})) == {"RELATIONSHIP_NOT_SHOWN"}
	codes(object.union(self, {"consent": {"reason": "CONSENT_PERMIT"}})) == {"NOT_THE_PATIENT"}

	kin := {
		"request": {"purpose": "FAMRQT"},
		"requester": {"role": "next-of-kin", "relationship": "next-of-kin"},
		"consent": {"reason": "DECEASED_NEXT_OF_KIN"},
	}
	codes(kin) == set()
	codes(object.union(kin, {"data": {"sensitivities": ["SDV"]}})) == {"LABEL_NOT_FOR_ROLE"}
}

test_items if {
	codes({"data": {"confidentiality": "V"}}) == set()
	codes({"data": {"confidentiality": "X"}}) == {"CONFIDENTIALITY_ABOVE_ROLE", "CONFIDENTIALITY_ABOVE_PURPOSE"}
	codes({"data": {"confidentiality": "V"}, "requester": {"role": "nurse"}}) == {"CONFIDENTIALITY_ABOVE_ROLE"}
	codes({"data": {"confidentiality": null, "sensitivities": ["HIV"]}, "requester": {
		"role": "ai-device",
		"on_behalf_of": "dr-1",
		"on_behalf_of_role": "physician",
	}}) == {"CONFIDENTIALITY_ABOVE_ROLE", "LABEL_NOT_FOR_ROLE"}
	codes({"request": {"purpose": "HQUALIMP"}, "data": {"sensitivities": ["HIV"]}, "requester": {
		"region": "320100",
		"tier": "prefecture",
	}}) == {"LABEL_NOT_FOR_PURPOSE"}
	codes({"requester": {"role": "pharmacist"}}) == {"CLASS_NOT_FOR_ROLE"}
	codes({"requester": {"role": "pharmacist"}, "data": {"classes": []}}) == set()
	codes({
		"requester": {"role": "pharmacist"},
		"data": {"classes": []},
		"request": {"classes": ["MedicationRequest", "Condition"]},
	}) == set()
	codes({
		"requester": {"role": "insurance-clerk", "kind": "insurer"},
		"request": {"purpose": "HPAYMT"},
		"data": {"classes": ["Observation"]},
	}) == {"CLASS_NOT_FOR_PURPOSE"}
	codes({
		"requester": {"role": "pharmacist"},
		"data": {"classes": []},
		"request": {"classes": ["Condition"]},
	}) == {"CLASS_NOT_FOR_ROLE"}
}

test_regions if {
	codes({"requester": {"region": "440400"}}) == set()
	codes({"requester": {"region": "440400", "kind": "internet-hospital"}}) == {"LICENCE_ENDS_AT_REGION"}
	codes({"requester": {"region": "330100", "kind": "internet-hospital"}}) == set()
	codes({
		"requester": {"region": "440400", "kind": "internet-hospital"},
		"request": {"based_on": open_case},
	}) == set()
	codes({"requester": {"kind": "township-centre"}}) == {"GRASSROOTS_NEEDS_REFERRAL"}
	codes({"requester": {"tier": "village", "region": "320583"}, "request": {"cross_region": false}}) == set()
	codes({
		"requester": {"tier": "village", "region": "320102"},
		"request": {"cross_region": false},
	}) == {"GRASSROOTS_NEEDS_REFERRAL"}
	codes({"request": {"purpose": "CAREMGT"}, "requester": {"region": "440400"}}) == {"OUTSIDE_CONSORTIUM"}
	codes({
		"request": {"purpose": "PUBHLTH"},
		"requester": {"role": "public-health-officer", "kind": "cdc"},
	}) == {"OUTSIDE_JURISDICTION"}
	codes({
		"request": {"purpose": "PUBHLTH"},
		"requester": {"role": "public-health-officer", "kind": "cdc", "region": "320500", "tier": "prefecture"},
		"consent": {"reason": "STATUTORY_DUTY"},
	}) == set()
	codes({"request": {"cross_border": true}}) == {"CROSS_BORDER_CLOSED"}
	codes({"requester": {"region": "810000"}, "custodian": {"region": "440300"}}) == {"CROSS_BORDER_CLOSED"}
	codes({"requester": {"region": "810000"}, "custodian": {"region": "820000"}}) == {"CROSS_BORDER_CLOSED"}
	codes({"requester": {"region": "810000"}, "custodian": {"region": "810000"}}) == set()
}

test_emergencies if {
	declared := {
		"request": {"purpose": "BTG", "emergency": {"declared": true, "reason_given": true}},
		"consent": {"reason": "EMERGENCY_OVERRIDE"},
	}
	duties(declared) == {
		["deidentify", "care"],
		["notify-patient", null],
		["review", "PT24H"],
		["seal", null],
		["time-limit", "PT4H"],
	}
	codes(object.union(declared, {"request": {"purpose": "TREAT"}})) == {"BREAK_GLASS_ONLY_FOR_EMERGENCY"}
	codes(object.union(declared, {"request": {"emergency": {"reason_given": false}}})) == {"BREAK_GLASS_REASON_REQUIRED"}
	codes(object.union(declared, {"requester": {"role": "family-doctor"}})) == {"BREAK_GLASS_NOT_AUTHORIZED"}
	codes({"request": {"purpose": "BTG"}}) == {"BREAK_GLASS_NOT_DECLARED"}
}

test_consent if {
	codes({"consent": {"decision": "deny"}}) == {"CONSENT_NOT_PERMITTED"}
	codes({"consent": {"reason": "INTERNAL_CARE"}}) == {"CONSENT_GROUND_UNFIT"}
	codes({"consent": {"reason": "CONSENT_PERMIT_PARTIAL"}}) == set()
	codes({"consent": {"reason": "BECAUSE"}}) == {"CONSENT_GROUND_UNFIT"}
}

test_research if {
	study := {"request": {"purpose": "CLINTRCH"}, "requester": researcher, "research": project}
	duties(study) == {["deidentify", "research"], ["minimum-necessary", null], ["seal", null]}
	codes(object.union(study, {"research": null})) == {"RESEARCH_PROJECT_REQUIRED"}
	codes(object.union(study, {"research": {"approved": false}})) == {"ETHICS_APPROVAL_REQUIRED"}
	codes(object.union(study, {"research": {"approved_until": "2026-03-01"}})) == {"ETHICS_APPROVAL_ENDED"}
	codes(object.union(study, {"research": {"identified": true}})) == {"RESEARCH_IDENTIFIED"}
	codes({"research": project}) == {"RESEARCH_UNDER_OTHER_PURPOSE"}
}

test_an_approval_ends_with_the_day_in_china if {
	study := {"request": {"purpose": "CLINTRCH"}, "requester": researcher, "research": project}
	codes(object.union(study, {"request": {"at": "2026-12-31T15:59:59+00:00"}})) == set()
	codes(object.union(study, {"request": {"at": "2026-12-31T16:00:00Z"}})) == {"ETHICS_APPROVAL_ENDED"}
	codes(object.union(study, {"request": {"at": "2026-12-31T23:59:59+08:00"}})) == set()
	codes(object.union(study, {"request": {"at": "2027-01-01T00:00:00+08:00"}})) == {"ETHICS_APPROVAL_ENDED"}
}
