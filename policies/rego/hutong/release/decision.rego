# METADATA
# title: Release
# description: |
#   May this kind of item leave, to this requester, for this purpose? No is the starting point; every rule that
#   says no adds its code, and yes is what is left when none does and the data are complete.
package hutong.release

import data.hutong.question
import data.hutong_data

# METADATA
# title: No rule permits it
# description: Nothing refused, yet the data of this purpose or role are not complete.
# scope: document
# entrypoint: true
# custom:
#   code: NO_RULE_PERMITS
#   zh: 没有规则允许放行
#   en: no rule permits this release
#   law: 《个人信息保护法》第六条 · PIPL art. 6
default decision := {
	"allow": false,
	"reasons": [{
		"code": "NO_RULE_PERMITS",
		"en": "no rule permits this release",
		"law": "《个人信息保护法》第六条 · PIPL art. 6",
		"zh": "没有规则允许放行",
	}],
	"obligations": [],
}

decision := {"allow": true, "reasons": [], "obligations": sort(obligations)} if {
	question.well_formed
	count(refusals) == 0
	complete
}

decision := refused(refusals) if {
	question.well_formed
	count(refusals) > 0
}

# METADATA
# title: Question malformed
# description: A field is missing, unknown or of the wrong type. The other rules would be guessing.
# scope: rule
# custom:
#   code: QUESTION_MALFORMED
#   zh: 请求格式不符合要求，无法判断
#   en: the request is not in the form the rules need, so they cannot judge it
#   law: 《个人信息保护法》第九条 · PIPL art. 9
decision := refused({"QUESTION_MALFORMED"}) if not question.well_formed

refused(codes) := {
	"allow": false,
	"reasons": [because(code) | some code in sort(codes)],
	"obligations": [],
}

# METADATA
# title: Because
# description: |
#   The words of a code. They come from the metadata of the rules, as data made at build time; a code without words
#   is still a refusal.
because(code) := object.union({"code": code, "en": code, "law": "", "zh": code}, words) if {
	words := object.get(hutong_data.reasons, code, {})
}
