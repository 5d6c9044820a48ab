"""Ask the policy one question."""

import click

from cli import output
from cli.commands.policy.asked import question_in
from cli.commands.policy.in_force import engine_of
from cli.commands.policy.noun import policy
from cli.options import as_json, example
from cli.terminal import Terminal

REFUSED, SILENT = 3, 5


@policy.command("eval")
@click.argument("file", help="A question as JSON (policies/schemas/input.json), or - for standard input.")
@example("policy-question.json")
@as_json
@click.pass_obj
def evaluate(terminal: Terminal, file: str, as_json: bool) -> None:
    """Ask the policy the question in FILE: allowed or not, why, and what is demanded in return.

    With --node the rules of that node are asked, as it asks them. Exit code 3 when the answer is no, 5 when there is
    none. Nothing is released and nothing is recorded.

    Example:
        hutong policy eval --example > question.json
        hutong policy eval question.json --json
    """
    from policies.answer import ENGINE_REASONS

    question = question_in(file)
    with engine_of(terminal) as engine:
        decision = engine.decide(question)
    if as_json:
        output.document(
            {
                "allow": decision.allow,
                "reasons": [
                    {"code": one.code, "en": one.en, "zh": one.zh, "law": one.law} for one in decision.reasons
                ],
                "obligations": [{"code": one.code, "value": one.value} for one in decision.obligations],
            }
        )
    else:
        terminal.say(*(("allowed", "允许") if decision.allow else ("refused", "拒绝")))
        for reason in decision.reasons:
            law = f" [{reason.law}]" if reason.law else ""
            output.line(f"  {reason.code}: {terminal.told(reason.en, reason.zh)}{law}")
        for duty in decision.obligations:
            value = "" if duty.value is None else f" {duty.value}"
            terminal.say(f"  demanded: {duty.code}{value}", f"  附带义务：{duty.code}{value}")
    silent = any(one.code in ENGINE_REASONS for one in decision.reasons)
    raise click.exceptions.Exit(0 if decision.allow else SILENT if silent else REFUSED)
