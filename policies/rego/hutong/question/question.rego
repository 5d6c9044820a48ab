# METADATA
# title: Question
# description: |
#   The only file that reads the input. Everything else reads these names, each of which always has a value:
#   what is missing or of the wrong type becomes the value that permits least.
# schemas:
#   - input: schema.input
package hutong.question

default purpose := ""

purpose := input.request.purpose if is_string(input.request.purpose)

default action := ""

action := input.request.action if is_string(input.request.action)

default at := ""

at := input.request.at if is_string(input.request.at)

default emergency_declared := false

emergency_declared := input.request.emergency.declared if is_boolean(input.request.emergency.declared)

default emergency_reason_given := false

emergency_reason_given := input.request.emergency.reason_given if {
	is_boolean(input.request.emergency.reason_given)
}

default cross_region := true

cross_region := input.request.cross_region if is_boolean(input.request.cross_region)

default cross_border := true

cross_border := input.request.cross_border if is_boolean(input.request.cross_border)

evidence_named if is_object(input.request.based_on)

default evidence := ""

evidence := input.request.based_on.kind if is_string(input.request.based_on.kind)

# METADATA
# title: Evidence holds
# scope: document
# description: It has a number of its own and was found valid at this moment.
default evidence_holds := false

evidence_holds if {
	input.request.based_on.open == true
	is_string(input.request.based_on.id)
	input.request.based_on.id != ""
}

default role := ""

role := input.requester.role if is_string(input.requester.role)

default organisation := ""

organisation := input.requester.organisation if is_string(input.requester.organisation)

default kind := ""

kind := input.requester.kind if is_string(input.requester.kind)

default tier := ""

tier := input.requester.tier if is_string(input.requester.tier)

default region := ""

region := input.requester.region if is_string(input.requester.region)

default standing := ""

standing := input.requester.standing if is_string(input.requester.standing)

default relationship := ""

relationship := input.requester.relationship if is_string(input.requester.relationship)

default on_behalf_of := ""

on_behalf_of := input.requester.on_behalf_of if is_string(input.requester.on_behalf_of)

default person_role := ""

person_role := input.requester.on_behalf_of_role if is_string(input.requester.on_behalf_of_role)

default custodian := ""

custodian := input.custodian.organisation if is_string(input.custodian.organisation)

default custodian_region := ""

custodian_region := input.custodian.region if is_string(input.custodian.region)

default consent_decision := "deny"

consent_decision := input.consent.decision if is_string(input.consent.decision)

default consent_reason := ""

consent_reason := input.consent.reason if is_string(input.consent.reason)

# METADATA
# title: Level
# scope: document
# description: The confidentiality of the item; an item without such a label counts as the data say.
default level := "V"

level := input.data.confidentiality if is_string(input.data.confidentiality)

level := data.hutong_data.labels.unlabelled if {
	is_null(input.data.confidentiality)
	count(labels) == 0
}

level := data.hutong_data.labels.sensitive if {
	is_null(input.data.confidentiality)
	count(labels) > 0
}

labels contains label if some label in input.data.sensitivities

# METADATA
# title: Item classes
# description: The FHIR class of the item; the classes asked for when there is no item (see hutong.release.what).
item_classes contains class if some class in input.data.classes

asked_classes contains class if some class in input.request.classes

default author := ""

author := input.data.author if is_string(input.data.author)

default research := null

research := input.research if is_object(input.research)
