package hutong.question_test

import data.hutong.question

# Nothing was asked: every name still has a value, and it is the one that permits least.
test_what_is_missing_permits_least if {
	question.purpose == "" with input as {}
	question.action == "" with input as {}
	question.cross_region with input as {}
	question.cross_border with input as {}
	not question.emergency_reason_given with input as {}
	not question.evidence_named with input as {}
	not question.evidence_holds with input as {}
	question.at == "" with input as {}
	question.consent_decision == "deny" with input as {}
	question.level == "V" with input as {}
	question.research == null with input as {}
	not question.well_formed with input as {}
}

test_a_missing_name_is_empty if {
	every name in [
		question.role, question.organisation, question.kind, question.tier, question.region, question.standing,
		question.relationship, question.on_behalf_of, question.custodian, question.custodian_region,
		question.consent_reason, question.evidence, question.person_role, question.author,
	] {
		name == ""
	}
}

test_what_is_of_the_wrong_type_counts_as_missing if {
	question.purpose == "" with input as {"request": {"purpose": ["TREAT"]}}
	question.standing == "" with input as {"requester": {"standing": true}}
	question.consent_decision == "deny" with input as {"consent": {"decision": 1}}
	not question.emergency_declared with input as {"request": {"emergency": {"declared": "yes"}}}
	question.emergency_declared with input as {"request": {"emergency": {"declared": true}}}
	question.level == "V" with input as {"data": {"confidentiality": 0}}
	not question.well_formed with input as "TREAT"
}

test_evidence_holds_only_with_a_number if {
	opened := {"kind": "referral", "id": "r-1", "open": true}
	question.evidence_holds with input as {"request": {"based_on": opened}}
	question.evidence_named with input as {"request": {"based_on": object.union(opened, {"open": false})}}
	not question.evidence_holds with input as {"request": {"based_on": object.union(opened, {"id": ""})}}
	not question.evidence_holds with input as {"request": {"based_on": object.union(opened, {"id": 1})}}
	not question.evidence_holds with input as {"request": {"based_on": object.union(opened, {"open": "yes"})}}
}

test_an_item_without_label_is_normal_and_with_a_sensitivity_restricted if {
	question.level == "N" with input as {"data": {"confidentiality": null, "sensitivities": []}}
	question.level == "R" with input as {"data": {"confidentiality": null, "sensitivities": ["HIV"]}}
	question.level == "L" with input as {"data": {"confidentiality": "L", "sensitivities": ["HIV"]}}
}
