package hutong.recognition_test

import data.hutong.recognition

potassium := {
	"at": "2026-03-09T01:00:00+00:00",
	"region": "320583",
	"result": {
		"codes": ["2823-3"],
		"status": "final",
		"performed_on": "2026-03-02",
		"region": "320500",
		"mark": "city",
	},
	"decline": null,
}

# Objects are merged, everything else is replaced.
decided(changes) := decision if {
	decision := recognition.decision with input as object.union(potassium, changes)
}

outcome(changes) := decided(changes).outcome

codes(changes) := {reason.code | some reason in decided(changes).reasons}

result(changes) := {"result": changes}

test_a_result_on_its_last_day_counts if {
	decided({}) == {"outcome": "recognised", "reasons": [], "days": 7, "age": 7, "declined": null}
}

test_a_day_later_it_does_not if {
	codes({"at": "2026-03-10T00:00:00+08:00"}) == {"RESULT_OUTSIDE_VALIDITY"}
	codes({"at": "2026-03-09T16:00:00+00:00"}) == {"RESULT_OUTSIDE_VALIDITY"}
	outcome({"at": "2026-03-09T15:59:59Z"}) == "recognised"
	outcome({"at": "2026-03-09T23:59:59+08:00"}) == "recognised"
	decided({"at": "2026-03-10T00:00:00+08:00"}).age == 8
}

test_days_are_counted_over_ends_of_months_and_years if {
	aged("2024-02-28", "2024-03-01") == 2
	aged("2023-02-28", "2023-03-01") == 1
	aged("1900-02-28", "1900-03-01") == 1
	aged("2000-02-28", "2000-03-01") == 2
	aged("2025-12-31", "2026-01-01") == 1
	aged("2026-01-01", "2026-12-31") == 364
	aged("2024-01-01", "2025-01-01") == 366
}

test_what_is_no_day_of_the_calendar_has_no_age if {
	aged("2024-02-29", "2024-03-31") == 31
	aged("2000-02-29", "2000-03-01") == 1
	aged("2026-01-31", "2026-02-01") == 1
	every day in [
		"2026-02-29", "2026-02-30", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00",
		"2026-01-32",
	] {
		aged(day, "2026-12-31") == null
	}
}

aged(performed, today) := decided({
	"at": concat("", [today, "T00:00:00+08:00"]),
	"result": {"performed_on": performed},
}).age

test_a_result_is_final_and_dated if {
	codes(result({"status": "preliminary"})) == {"RESULT_NOT_FINAL"}
	outcome(result({"status": "amended"})) == "recognised"
	codes(result({"performed_on": null})) == {"RESULT_NOT_DATED"}
	codes(result({"performed_on": "2026-03-10"})) == {"RESULT_NOT_DATED"}
}

test_a_mark_counts_where_it_says if {
	codes(result({"mark": null})) == {"RESULT_WITHOUT_MARK"}
	codes(result({"region": "320100"})) == {"MARK_NOT_HERE"}
	outcome(result({"region": "320100", "mark": "province"})) == "recognised"
	codes(result({"region": "310101", "mark": "province"})) == {"MARK_NOT_HERE"}
	outcome(result({"region": "310101", "mark": "consortium"})) == "recognised"
	codes(result({"region": "440400", "mark": "consortium"})) == {"MARK_NOT_HERE"}
	outcome(result({"region": "440400", "mark": "national"})) == "recognised"
	codes(result({"mark": "galactic"})) == {"MARK_NOT_HERE"}
}

test_a_kind_without_validity_does_not_count if {
	codes(result({"codes": ["0000-0"]})) == {"NO_VALIDITY_FOR_KIND"}
	codes(result({"codes": []})) == {"NO_VALIDITY_FOR_KIND"}
	decided(result({"codes": ["4548-4", "0000-0"]})).days == 60
	decided(result({"codes": ["4548-4", "2823-3"]})).days == 7
}

test_a_decline_has_a_reason if {
	outcome({"decline": {"reason": "emergency"}}) == "declined"
	decided({"decline": {"reason": "emergency"}}).declined.code == "emergency"
	outcome({"decline": {"reason": null}}) == "decline-refused"
	codes({"decline": {"reason": null}}) == {"DECLINE_WITHOUT_REASON"}
	codes({"decline": {"reason": "income"}}) == {"DECLINE_REASON_UNKNOWN"}
}

test_what_does_not_count_cannot_be_declined if {
	outcome({"decline": {"reason": "emergency"}, "result": {"mark": null}}) == "not-recognised"
}

test_every_reason_speaks_both_languages if {
	every reason in decided(result({"mark": null, "status": "", "performed_on": null, "codes": []})).reasons {
		reason.zh != reason.en
		reason.law != ""
	}
}

test_what_is_not_well_formed_is_recognised_by_nobody if {
	malformed({})
	malformed("potassium")
	malformed(object.union(potassium, {"until": "2027"}))
	malformed(object.remove(potassium, ["decline"]))
	malformed(object.union(potassium, {"at": "soon"}))
	malformed(object.union(potassium, {"region": "32"}))
	malformed(object.union(potassium, {"decline": "no"}))
	malformed(object.union(potassium, {"decline": {"reason": 1}}))
	malformed(object.union(potassium, result({"codes": "2823-3"})))
	malformed(object.union(potassium, result({"performed_on": "yesterday"})))
}

malformed(question) if {
	decision := recognition.decision with input as question
	{reason.code | some reason in decision.reasons} == {"QUESTION_MALFORMED"}
	decision.outcome == "not-recognised"
}

test_data_with_a_word_missing_recognise_nothing if {
	broken := {"zh": "电解质", "en": "electrolytes", "days": "7"}
	decision := recognition.decision with input as potassium
		with data.hutong_data.recognition.kinds.electrolytes as broken
	decision.outcome == "not-recognised"
	decision.reasons[0].code == "NO_VALIDITY_FOR_KIND"
}
