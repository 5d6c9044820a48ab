"""Say why the policy answers as it does, and what would have made it a yes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.asked import BUNDLE_HELP, bundle_option, question_in, rules_in
from cli.commands.policy.noun import policy
from cli.options import as_json, example
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies.explaining import Explained, Looked, Told
    from policies.otherwise import Change

REFUSED, SILENT = 3, 5
# Of one field: more is for --json.
MOST_SHOWN = 6


@policy.command()
@click.argument("file", help="A question as JSON (policies/schemas/input.json), or - for standard input.")
@bundle_option("--bundle", BUNDLE_HELP)
@example("policy-refusal.json")
@as_json
@click.pass_obj
def explain(terminal: Terminal, file: str, bundle: Path | None, as_json: bool) -> None:
    """Explain the answer to the question in FILE: each rule and law, what it looked at, what would make it a yes.

    What would have to be different is found by asking again with every single change of the question, and is
    true of this question only. With --node the rules of that node are asked. Exit code 3 when the answer is no,
    5 when there is none. Nothing is released and nothing is recorded.

    Example:
        hutong policy explain --example > question.json
        hutong policy explain question.json
    """
    from policies.answer import ENGINE_REASONS
    from policies.explaining import explain as explain_answer

    question = question_in(file)
    with rules_in(terminal, bundle) as rules:
        explained = explain_answer(rules.engine, question, rules.sources, rules.data)
    if as_json:
        output.document(_as_dict(explained))
    else:
        for line in _lines(terminal, explained):
            output.line(line)
        terminal.note(f"bundle {explained.digest}", f"策略包 {explained.digest}")
        if explained.permits:
            terminal.note(
                "a change counts only if it is true; what is claimed is looked up and recorded",
                "更改须属实才有意义；所声明的内容会被核对并记账",
            )
    silent = any(one.code in ENGINE_REASONS for one in explained.decision.reasons)
    raise click.exceptions.Exit(0 if explained.decision.allow else SILENT if silent else REFUSED)


def _lines(terminal: Terminal, explained: "Explained") -> Iterator[str]:
    number = len(explained.rules)
    rules = "1 rule" if number == 1 else f"{number} rules"
    if explained.decision.allow:
        yield terminal.told(f"allowed; {rules} demand something in return", f"允许，附带 {number} 项义务")
    else:
        yield terminal.told(f"refused by {rules}", f"拒绝，共 {number} 条规则")
    for rule in explained.rules:
        yield ""
        yield from _rule_lines(terminal, rule)
        # Of one rule alone it is the same as what follows below.
        if number > 1:
            yield from _silenced_lines(terminal, rule)
    for place, en, zh in explained.misfits:
        yield f"    {place} {terminal.told(en, zh)}"
    if not explained.decision.allow and explained.tried:
        yield ""
        yield from _yes_lines(terminal, explained)


def _rule_lines(terminal: Terminal, rule: "Told") -> Iterator[str]:
    value = "" if rule.value is None else f" {rule.value}"
    yield f"{rule.code}{value}: {terminal.told(rule.en, rule.zh)}"
    if rule.law:
        yield f"    {terminal.told('law', '依据')}: {rule.law}"
    if rule.written:
        written = rule.written.rule
        yield f"    {terminal.told('rule', '规则')}: {rule.written.package}, {written.file}: {written.title}"
        if terminal.lang == "en":
            yield f"    why: {written.description}"
    for one in rule.looked:
        yield f"    {terminal.told('looked at', '查看的字段')}: {_looked(terminal, one)}"


def _silenced_lines(terminal: Terminal, rule: "Told") -> Iterator[str]:
    for line in _changes(terminal, rule.lifted_by):
        yield f"    {terminal.told('would not say so with', '若改为以下内容，此项不再成立')}: {line}"


def _looked(terminal: Terminal, one: "Looked") -> str:
    words = terminal.told(f" ({one.en})", f"({one.zh})") if one.en else ""
    return f"{one.place}{words} = {output.compact(one.value)}"


def _yes_lines(terminal: Terminal, explained: "Explained") -> Iterator[str]:
    if not explained.permits:
        yield terminal.told(
            f"no single change makes it a yes ({explained.tried} were asked)",
            f"没有任何单项更改能使其获得允许(已试问 {explained.tried} 项)",
        )
        return
    yield terminal.told(
        f"each of these alone would make it a yes ({explained.tried} changes were asked):",
        f"以下任一项更改即可获得允许(已试问 {explained.tried} 项):",
    )
    for line in _changes(terminal, explained.permits):
        yield f"    {line}"


def _changes(terminal: Terminal, changes: "Iterable[Change]") -> Iterator[str]:
    """A line for each field: what it could be."""
    from policies.otherwise import FIELDS

    by_place: dict[str, list[str]] = {}
    for one in changes:
        by_place.setdefault(one.place, []).append(terminal.told(one.en, one.zh))
    for place, values in by_place.items():
        words = terminal.told(*FIELDS[place]) if place in FIELDS else ""
        named = terminal.told(f"{place} ({words})", f"{place}({words})") if words else place
        more = len(values) - MOST_SHOWN
        rest = terminal.told(f"; {more} more (--json)", f"；另有 {more} 项(--json)") if more > 0 else ""
        shown = terminal.told("; ", ";").join(values[:MOST_SHOWN])
        yield f"{named} = {shown}{rest}"


def _as_dict(explained: "Explained") -> dict[str, object]:
    return {
        "allow": explained.decision.allow,
        "bundle": explained.digest,
        "rules": [_rule_dict(one) for one in explained.rules],
        "misfits": [{"field": place, "en": en, "zh": zh} for place, en, zh in explained.misfits],
        "changes_asked": explained.tried,
        "changes_that_permit": [_change_dict(one) for one in explained.permits],
    }


def _rule_dict(rule: "Told") -> dict[str, object]:
    written = rule.written
    return {
        "code": rule.code,
        "value": rule.value,
        "en": rule.en,
        "zh": rule.zh,
        "law": rule.law,
        "package": written.package if written else None,
        "file": written.rule.file if written else None,
        "title": written.rule.title if written else None,
        "description": written.rule.description if written else None,
        "compares_with": [f"hutong_data.{one}" for one in written.compares] if written else [],
        "looked_at": [{"field": one.place, "value": one.value} for one in rule.looked],
        "lifted_by": [_change_dict(one) for one in rule.lifted_by],
    }


def _change_dict(change: "Change") -> dict[str, object]:
    return {"field": change.place, "en": change.en, "zh": change.zh, "sets": dict(change.sets)}
