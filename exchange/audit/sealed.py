"""What is sealed beside an entry, line by line: names of fields and codes in words, the rest as it was sealed."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from exchange.audit import words
from exchange.audit.words import COLON, Table

# Fields an officer meets in a decision. What is not here keeps the name it was sealed under.
FIELDS: Mapping[str, tuple[str, str]] = {
    "actor": ("申请人", "requester"),
    "allow": ("允许", "allowed"),
    "asked_at": ("申请时间", "asked at"),
    "basis": ("所依据的同意", "consents it rests on"),
    "because": ("原因", "because"),
    "authn_method": ("患者身份核验", "how the patient was recognised"),
    "based_on": ("所凭依据", "evidence"),
    "by": ("经办人", "by"),
    "classes": ("数据类别", "kinds of record"),
    "consent": ("同意", "consent"),
    "counted": ("统计内容", "counted"),
    "custodian": ("保管机构", "who keeps the records"),
    "decision": ("决定", "decision"),
    "deny": ("拒绝", "refused"),
    "digest": ("请求摘要", "digest of the request"),
    "emergency_reason": ("紧急调阅的原因", "reason of the emergency"),
    "grouped_by": ("分行方式", "rows by"),
    "holder": ("保管方节点", "node that holds the record"),
    "items": ("项数", "items"),
    "judged": ("判定摘要", "digest of what was decided"),
    "kept_back": ("保留的内容", "kept back"),
    "law": ("法律依据", "law"),
    "name": ("姓名", "name"),
    "on_behalf_of": ("代表", "on behalf of"),
    "on_behalf_of_name": ("所代表者姓名", "name of who is behind it"),
    "organisation": ("机构", "organisation"),
    "patient": ("患者编号", "patient's id"),
    "policy": ("规则", "rules"),
    "project": ("科研项目", "project"),
    "purpose": ("目的", "purpose"),
    "questions": ("询问次数", "times asked"),
    "reason": ("原因", "reason"),
    "request": ("请求", "request"),
    "role": ("角色", "role"),
    "rule": ("起决定作用的条款", "provision that decided"),
    "version": ("版本", "version"),
    "versions": ("当时登记的同意版本", "versions on record then"),
    "told": ("给出的数字", "told"),
    "what": ("内容", "what"),
    "vouched_by": ("身份担保节点", "node that vouches for them"),
    "withheld": ("未放行", "withheld"),
    "zone": ("来自网络", "network it came from"),
}
_WORDS = {
    "authn_method": words.authn_method,
    "decision": words.decision,
    "purpose": words.purpose,
    "role": words.role,
    "zone": words.zone,
}
_OTHER = {"zh": "en", "en": "zh"}


def tree(told: Mapping[str, Any], lang: str, rules: Table, depth: int = 2) -> Iterator[str]:
    """The lines, indented. `rules` are the reasons of the rules in force."""
    pad, colon = "  " * depth, COLON[lang]
    for name, value in told.items():
        if value in (None, "", [], {}) or (name == _OTHER[lang] and lang in told):
            continue
        if isinstance(value, Mapping):
            yield f"{pad}{_field(name, lang, rules)}{colon.rstrip()}"
            yield from tree(value, lang, rules, depth + 1)
        else:
            yield f"{pad}{_field(name, lang, rules)}{colon}{_value(name, value, lang, rules)}"


def _field(name: str, lang: str, rules: Table) -> str:
    if name in FIELDS:
        zh, en = FIELDS[name]
        return zh if lang == "zh" else en
    # What was withheld is counted by the code of the reason.
    return words.reason(name, lang, rules) if name.isupper() else name


def _value(name: str, value: object, lang: str, rules: Table) -> str:
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    if name in _WORDS:
        return words.with_code(_WORDS[name](value, lang), value, lang)
    return words.reason(value, lang, rules) if name == "reason" and value.isupper() else value
