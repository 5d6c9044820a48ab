"""Words that stand on both pages, or for a code: (en, zh), as `told` takes them."""

from collections.abc import Mapping

Pair = tuple[str, str]

NOTHING: Pair = ("none in this month", "本月没有")
WEEKDAYS: tuple[Pair, ...] = (
    ("Mon", "一"),
    ("Tue", "二"),
    ("Wed", "三"),
    ("Thu", "四"),
    ("Fri", "五"),
    ("Sat", "六"),
    ("Sun", "日"),
)
# exchange.audit.report.reviewed.STATES
STATES: Mapping[str, Pair] = {
    "in-time": ("reviewed in time", "按时复核"),
    "late": ("reviewed late", "逾期后复核"),
    "waiting": ("open, not yet due", "待复核，未到期"),
    "overdue": ("open and overdue", "逾期未复核"),
}
# exchange.audit.report.counted.CONSENTS
CONSENT_EVENTS: Mapping[str, Pair] = {
    "grant": ("patients agreed", "患者同意"),
    "refuse": ("patients refused beforehand", "患者事先拒绝"),
    "change": ("consents changed", "同意书更改"),
    "revoke": ("consents taken back", "收回同意"),
    "brought": ("versions taken on another machine of the region", "本地区另一节点登记的版本"),
}
