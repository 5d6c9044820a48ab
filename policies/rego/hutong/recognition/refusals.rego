package hutong.recognition

import data.hutong_data

# A result with codes of several kinds counts for as long as the shortest-lived.
kinds contains kind if {
	some code in input.result.codes
	name := hutong_data.recognition.codes[code]
	kind := hutong_data.recognition.kinds[name]
	is_number(kind.days)
}

default days := null

days := min({kind.days | some kind in kinds}) if count(kinds) > 0

default age := null

age := today - day_number(input.result.performed_on) if is_string(input.result.performed_on)

today := day_number(input.at) if not past_midnight_in_china

today := day_number(input.at) + 1 if past_midnight_in_china

# 16:00 UTC is midnight in China.
past_midnight_in_china if {
	not endswith(input.at, "+08:00")
	substring(input.at, 11, 2) >= "16"
}

# METADATA
# title: Day number
# description: |
#   Days since the first of March of the year 0 (proleptic Gregorian), so that February ends the year and its length
#   does not matter. Undefined for what is no day. WebAssembly has no calendar of its own.
day_number(text) := sum([365 * year, floor(year / 4), 0 - floor(year / 100), floor(year / 400), before, day]) if {
	is_day(text)
	month := to_number(substring(text, 5, 2))
	day := to_number(substring(text, 8, 2))
	last_year := floor((14 - month) / 12)
	year := to_number(substring(text, 0, 4)) - last_year
	before := floor(((153 * ((month + (12 * last_year)) - 3)) + 2) / 5)
}

is_day(text) if regex.match(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`, text)

is_day(text) if regex.match(`^[0-9]{4}-((0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)`, text)

is_day(text) if {
	substring(text, 4, 6) == "-02-29"
	year := to_number(substring(text, 0, 4))
	is_leap(year)
}

is_leap(year) if year % 400 == 0

is_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

dated if age >= 0

same_place(digits) if startswith(input.region, substring(input.result.region, 0, digits))

mark_counts if same_place(hutong_data.recognition.scopes[input.result.mark])

mark_counts if {
	input.result.mark == "consortium"
	some consortium in hutong_data.regions.consortia
	substring(input.region, 0, 2) in consortium.provinces
	substring(input.result.region, 0, 2) in consortium.provinces
}

# METADATA
# title: Result not final
# description: A result still to be confirmed, or entered in error, is nothing to rely on.
# custom:
#   recognition: RESULT_NOT_FINAL
#   zh: 该结果尚未定稿或已作废
#   en: the result is not final
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "RESULT_NOT_FINAL" if not input.result.status in {"final", "amended", "corrected"}

# METADATA
# title: Result without mark
# description: Quality control stands behind a mark, and behind nothing else.
# custom:
#   recognition: RESULT_WITHOUT_MARK
#   zh: 该结果没有互认标识
#   en: the result carries no mark of mutual recognition
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "RESULT_WITHOUT_MARK" if is_null(input.result.mark)

# METADATA
# title: Mark not here
# description: A city's mark counts in that city, a province's in that province, a consortium's among its provinces.
# custom:
#   recognition: MARK_NOT_HERE
#   zh: 互认标识在本地区不适用
#   en: the mark of mutual recognition does not count in this region
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "MARK_NOT_HERE" if {
	is_string(input.result.mark)
	not mark_counts
}

# METADATA
# title: No validity for kind
# description: Results of this kind are on no validity list, so nobody can be told how long they count.
# custom:
#   recognition: NO_VALIDITY_FOR_KIND
#   zh: 该项目不在互认时限表中
#   en: results of this kind are on no validity list
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "NO_VALIDITY_FOR_KIND" if is_null(days)

# METADATA
# title: Result not dated
# description: The day it was performed is missing, is no day, or lies in the future.
# custom:
#   recognition: RESULT_NOT_DATED
#   zh: 该结果没有可用的检查日期
#   en: the result has no day that can be relied on
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "RESULT_NOT_DATED" if not dated

# METADATA
# title: Result outside validity
# description: The last day counts; electrolytes are good for 7 days after the day they were measured.
# custom:
#   recognition: RESULT_OUTSIDE_VALIDITY
#   zh: 该结果已超过互认时限
#   en: the result is older than results of its kind count
#   law: 《医疗机构检查检验结果互认管理办法》 · Mutual Recognition Measures 2022
refusals contains "RESULT_OUTSIDE_VALIDITY" if {
	dated
	is_number(days)
	age > days
}
