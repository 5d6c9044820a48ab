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

由 `policies/rego` 的 METADATA 和策略包数据生成,请勿直接修改。原理见[策略](../explanation/policies.md)。
所列法规为规则的出处,不构成法律意见。
"""
_REACH = {
    "anywhere": "anywhere · 不限",
    "care": "anywhere; some with an open case only · 不限(部分机构凭转诊单)",
    "consortium": "own province and its consortium · 本省及互通区域",
    "jurisdiction": "own jurisdiction · 辖区",
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
            "## Who may ask for what · 谁能为什么用途调阅\n",
            *_table(
                (
                    "purpose · 用途",
                    "roles · 角色",
                    "up to · 最高级别",
                    "sensitive · 敏感",
                    "reach · 范围",
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
            yield f"`{code}` {purpose['en']} · {purpose['zh']}", "nobody · 无", "", "", "", ""
            continue
        yield (
            f"`{code}` {purpose['en']} · {purpose['zh']}",
            ", ".join(terms["roles"]),
            terms["ceiling"],
            "yes · 可" if terms["labels"] == "any" else "no · 否",
            _REACH[terms["reach"]] + (" + open case · 须有转诊单" if terms["case"] else ""),
            terms["profile"],
        )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8")
