# METADATA
# title: Recognition
# description: |
#   Does a result of elsewhere count here, so that nobody is examined twice? It counts when no rule is against it. A
#   clinician may examine again all the same, for one of the reasons in the data, and says which.
# schemas:
#   - input: schema.recognition
package hutong.recognition

import data.hutong_data

# METADATA
# title: Not recognised
# description: The question is not in the form the rules need, so they cannot judge it.
# scope: document
# entrypoint: true
default decision := {
	"outcome": "not-recognised",
	"reasons": [{
		"code": "QUESTION_MALFORMED",
		"en": "the request is not in the form the rules need, so they cannot judge it",
		"law": "《个人信息保护法》第九条 · PIPL art. 9",
		"zh": "请求格式不符合要求，无法判断",
	}],
	"days": null,
	"age": null,
	"declined": null,
}

decision := answer("not-recognised", refusals) if {
	well_formed
	count(refusals) > 0
}

decision := answer("recognised", set()) if {
	counts
	is_null(input.decline)
}

decision := answer("declined", set()) if {
	counts
	is_object(input.decline)
	count(objections) == 0
}

decision := answer("decline-refused", objections) if {
	counts
	is_object(input.decline)
	count(objections) > 0
}

# METADATA
# title: Counts
# scope: document
# description: Nothing is against it, and how long it counts is known.
default counts := false

counts if {
	well_formed
	count(refusals) == 0
}

answer(outcome, codes) := object.union(known, {"outcome": outcome, "reasons": reasons}) if {
	reasons := [because(code) | some code in sort(codes)]
}

known := {"days": days, "age": age, "declined": declined}

because(code) := object.union({"code": code, "en": code, "law": "", "zh": code}, words) if {
	words := object.get(hutong_data.reasons, code, {})
}

default declined := null

declined := object.union({"code": input.decline.reason}, words) if {
	words := hutong_data.recognition.declines[input.decline.reason]
}

# METADATA
# title: Decline without reason
# description: Whoever examines again says why, to the patient and in the record.
# custom:
#   recognition: DECLINE_WITHOUT_REASON
#   zh: 不予互认须说明原因
#   en: a result is declined for a reason
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
objections contains "DECLINE_WITHOUT_REASON" if is_null(input.decline.reason)

# METADATA
# title: Decline reason unknown
# description: The reason is none of those for which a result may be declined.
# custom:
#   recognition: DECLINE_REASON_UNKNOWN
#   zh: 该原因不属于可以不予互认的情形
#   en: the reason is none of those for which a result may be declined
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
objections contains "DECLINE_REASON_UNKNOWN" if {
	is_string(input.decline.reason)
	is_null(declined)
}
