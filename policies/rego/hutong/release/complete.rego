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
	is_array(hutong_data.regions.outside)
	is_array(hutong_data.regions.licensed)
	is_array(hutong_data.regions.grassroots.kinds)
	is_array(hutong_data.regions.grassroots.tiers)
	is_string(hutong_data.emergency.review)
	is_string(hutong_data.emergency.limit)
}

terms_complete if {
	is_array(terms.roles)
	is_choice(terms.kinds)
	is_choice(terms.classes)
	hutong_data.labels.rank[terms.ceiling]
	terms.labels in {"any", "none"}
	terms.reach in {"anywhere", "care", "consortium", "jurisdiction"}
	is_boolean(terms.case)
	is_boolean(terms.minimum)
}

role_complete if {
	is_choice(role.kinds)
	is_choice(role.classes)
	hutong_data.labels.rank[role.ceiling]
	role.labels in {"any", "none"}
	is_array(role.never)
	is_boolean(role.content)
	is_boolean(role.person)
}

is_choice("*")

is_choice(value) if is_array(value)
