"""Write the page about the rules from what the rules say about themselves.

python -m policies.rules_page docs/reference/policy-rules.md
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from policies.bundle import DATA_ROOT, read_bundle
from policies.metadata import Rule, rules

_HEAD = """\
# Policy rules · 策略规则

Made from the METADATA of `policies/rego` and the data of the bundle; do not edit it here. How the rules
work: [policies](../explanation/policies.md). The laws named are what a rule was written for; this is no legal
advice.

由 `policies/rego` 的 METADATA 和策略包数据生成，请勿直接修改。原理见[策略](../explanation/policies.md)。
所列法规为规则的出处，不构成法律意见。
"""
_REACH = {
    "anywhere": "anywhere · 不限",
    "care": "anywhere; some with evidence only · 不限(部分机构须有凭据)",
    "consortium": "own province and its consortium · 本省及互通区域",
    "jurisdiction": "own jurisdiction · 辖区",
}

_EVIDENCE = {
    "none": "",
    "case": "open referral or consultation · 转诊单、会诊单",
    "agreement": "processing agreement · 委托处理协议",
    "order": "order of an authority · 应急决定",
}
_BASIS = {
    "consent": "consent · 患者同意",
    "statutory-duty": "statutory duty · 法定职责",
    "contract": "contract of insurance · 保险合同",
}


def page() -> str:
    """The page, in Markdown."""
    told = rules()
    data = msgspec.json.decode(read_bundle().data)[DATA_ROOT]
    return "\n".join(
        (
            _HEAD,
            "## Why the answer is no · 为什么不放行\n",
            *_table(("code", "why · 原因", "rule · 规则", "law · 依据"), map(_refusal, _of(told, "code"))),
            "",
            "## What a yes asks for · 放行时的义务\n",
            *_table(
                ("code", "what · 内容", "when · 何时", "law · 依据"), map(_refusal, _of(told, "obligation"))
            ),
            "",
            "## When a result of elsewhere is not recognised · 外院结果何时不予互认\n",
            *_table(
                ("code", "why · 原因", "rule · 规则", "law · 依据"), map(_refusal, _of(told, "recognition"))
            ),
            "",
            *_table(("result · 项目", "counts for days · 有效天数"), _validity(data)),
            "",
            "## The six applications · 六大业务应用\n",
            *_table(
                ("application · 业务应用", "purposes · 用途", "usually rests on · 通常依据"),
                _applications(data),
            ),
            "",
            "## Who may ask for what · 谁能为什么用途调阅\n",
            *_table(
                (
                    "purpose · 用途",
                    "roles · 角色",
                    "up to · 最高级别",
                    "sensitive · 敏感",
                    "reach · 范围",
                    "evidence · 凭据",
                    "profile",
                ),
                _purposes(data),
            ),
            "",
        )
    )


def _of(told: Iterable[Rule], kind: str) -> Iterator[Rule]:
    return (rule for rule in told if rule.kind == kind)


def _refusal(rule: Rule) -> tuple[str, ...]:
    return f"`{rule.code}`", f"{rule.en}<br>{rule.zh}", rule.description, rule.law


def _purposes(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for code, purpose in data["purposes"].items():
        terms = data["families"][purpose["family"]]
        if purpose["family"] == "closed":
            yield f"`{code}` {purpose['en']} · {purpose['zh']}", "nobody · 无", "", "", "", "", ""
            continue
        yield (
            f"`{code}` {purpose['en']} · {purpose['zh']}",
            ", ".join(terms["roles"]),
            terms["ceiling"],
            "yes · 可" if terms["labels"] == "any" else "no · 否",
            _REACH[terms["reach"]],
            _EVIDENCE[terms["needs"]],
            terms["profile"],
        )


def _validity(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for kind in data["recognition"]["kinds"].values():
        yield f"{kind['en']} · {kind['zh']}", str(kind["days"])


def _applications(data: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for one in data["applications"].values():
        yield f"{one['en']} · {one['zh']}", ", ".join(one["purposes"]), _BASIS[one["basis"]]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
