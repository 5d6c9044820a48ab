package hutong.question

fields := {
	"": {"request", "requester", "custodian", "consent", "data", "research"},
	"request": {
		"purpose", "action", "at", "classes",
		"emergency", "cross_region", "cross_border", "based_on",
	},
	"emergency": {"declared", "reason_given"},
	"based_on": {"kind", "id", "open"},
	"requester": {
		"role", "organisation", "kind", "tier",
		"region", "standing", "relationship", "on_behalf_of", "on_behalf_of_role",
	},
	"custodian": {"organisation", "kind", "tier", "region"},
	"consent": {"decision", "reason"},
	"data": {"confidentiality", "sensitivities", "classes", "author"},
	"research": {"project", "approved", "approved_until", "profile", "identified"},
}

# METADATA
# title: Well formed
# scope: document
# description: |
#   Every field is there, of its type, and no other (schemas/input.json). A field nobody knows may be a limit
#   somebody meant, so it is not ignored.
default well_formed := false

well_formed if {
	has_fields(input, "")
	request_formed
	requester_formed
	custodian_formed
	data_formed
	research_formed
}

request_formed if {
	has_fields(input.request, "request")
	is_string(input.request.purpose)
	is_string(input.request.action)
	is_instant(input.request.at)
	is_list_of_words(input.request.classes)
	has_fields(input.request.emergency, "emergency")
	is_boolean(input.request.emergency.declared)
	is_boolean(input.request.emergency.reason_given)
	is_boolean(input.request.cross_region)
	is_boolean(input.request.cross_border)
	case_formed
}

case_formed if is_null(input.request.based_on)

case_formed if {
	has_fields(input.request.based_on, "based_on")
	is_string(input.request.based_on.kind)
	is_string(input.request.based_on.id)
	is_boolean(input.request.based_on.open)
}

requester_formed if {
	has_fields(input.requester, "requester")
	is_string(input.requester.role)
	is_name(input.requester.organisation)
	is_string(input.requester.kind)
	is_string(input.requester.tier)
	is_region(input.requester.region)
	is_string(input.requester.standing)
	is_string_or_null(input.requester.relationship)
	is_string_or_null(input.requester.on_behalf_of)
	is_string_or_null(input.requester.on_behalf_of_role)
}

custodian_formed if {
	has_fields(input.custodian, "custodian")
	is_name(input.custodian.organisation)
	is_string(input.custodian.kind)
	is_string(input.custodian.tier)
	is_region(input.custodian.region)
	has_fields(input.consent, "consent")
	is_string(input.consent.decision)
	is_string(input.consent.reason)
}

data_formed if {
	has_fields(input.data, "data")
	is_string_or_null(input.data.confidentiality)
	is_list_of_words(input.data.sensitivities)
	is_list_of_words(input.data.classes)
	is_string_or_null(input.data.author)
}

research_formed if is_null(input.research)

research_formed if {
	has_fields(input.research, "research")
	is_name(input.research.project)
	is_boolean(input.research.approved)
	is_day_or_null(input.research.approved_until)
	input.research.profile in {"research", "statistics"}
	is_boolean(input.research.identified)
}

has_fields(value, name) if {
	is_object(value)
	object.keys(value) == fields[name]
}

is_name(value) if {
	is_string(value)
	value != ""
}

is_string_or_null(value) if is_string(value)

is_string_or_null(value) if is_null(value)

is_list_of_words(value) if {
	is_array(value)
	every word in value {
		is_name(word)
	}
}

is_region(value) if {
	is_string(value)
	regex.match(`^[0-9]{6}$`, value)
}

# Two offsets only: an approval ends with a day in China, and that must be told from the instant by reading it.
is_instant(value) if {
	is_string(value)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|\+00:00|\+08:00)$`, value)
}

is_day_or_null(value) if is_null(value)

is_day_or_null(value) if {
	is_string(value)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, value)
}
