package hutong.recognition

import data.hutong.question

# METADATA
# title: Well formed
# scope: document
# description: Every field is there, of its type, and no other (schemas/recognition.json).
default well_formed := false

well_formed if {
	has_exactly(input, {"at", "region", "result", "decline"})
	question.is_instant(input.at)
	question.is_region(input.region)
	has_exactly(input.result, {"codes", "status", "performed_on", "region", "mark"})
	question.is_list_of_words(input.result.codes)
	is_string(input.result.status)
	question.is_day_or_null(input.result.performed_on)
	question.is_region(input.result.region)
	question.is_string_or_null(input.result.mark)
	decline_formed
}

decline_formed if is_null(input.decline)

decline_formed if {
	has_exactly(input.decline, {"reason"})
	question.is_string_or_null(input.decline.reason)
}

has_exactly(value, names) if {
	is_object(value)
	object.keys(value) == names
}
