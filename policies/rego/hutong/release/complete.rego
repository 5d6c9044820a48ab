package hutong.release

import data.hutong_data

# METADATA
# title: Complete
# description: |
#   The data of this purpose and this role say everything the rules ask them. A rule that finds nothing to compare
#   with stays silent, so without this a word forgotten or misspelt in the data would permit.
complete if {
	profile_known
	terms_complete
	role_complete
	person_complete
	is_array(hutong_data.regions.outside)
	is_array(hutong_data.regions.licensed.kinds)
	is_array(hutong_data.regions.licensed.evidence)
	is_array(hutong_data.regions.grassroots.kinds)
	is_array(hutong_data.regions.grassroots.evidence)
	is_array(hutong_data.regions.grassroots.tiers)
	is_string(hutong_data.emergency.review)
	is_string(hutong_data.emergency.limit)
	is_number(hutong_data.figures.smallest)
}

terms_complete if {
	is_array(terms.roles)
	is_choice(terms.kinds)
	is_choice(terms.classes)
	hutong_data.labels.rank[terms.ceiling]
	terms.labels in {"any", "none"}
	terms.reach in {"anywhere", "care", "consortium", "jurisdiction"}
	is_evidence_or_none(terms.needs)
	is_array(terms.datasets)
	terms.authors in {"any", "professional"}
	is_boolean(terms.minimum)
	is_boolean(terms.notify)
}

role_complete if {
	is_choice(role.kinds)
	is_choice(role.classes)
	hutong_data.labels.rank[role.ceiling]
	role.labels in {"any", "none"}
	is_array(role.never)
	is_boolean(role.content)
	is_boolean(role.own_house)
	is_array(role.acts_for)
	are_codes(role.codes)
	is_list_of_elements(role.elements)
	is_object(role.needs)
	every proof in role.needs {
		is_evidence_or_none(proof)
	}
}

person_complete if count(role.acts_for) == 0

person_complete if {
	is_choice(person_behind.classes)
	are_codes(person_behind.codes)
}

is_evidence_or_none("none")

is_evidence_or_none(value) if {
	some proof in hutong_data.registry.evidence
	value == proof
}

is_choice("*")

is_choice(value) if is_array(value)

are_codes(value) if {
	is_object(value)
	every class, codes in value {
		is_string(class)
		is_array(codes)
		count(codes) > 0
		every code in codes {
			regex.match(`^[^ |]+\|[^ |]+$`, code)
		}
	}
}

is_list_of_elements("")

is_list_of_elements(value) if {
	is_string(value)
	regex.match(`^[A-Z][A-Za-z]*\.[a-z][A-Za-z]*( [A-Z][A-Za-z]*\.[a-z][A-Za-z]*)*$`, value)
}
