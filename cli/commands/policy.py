"""The policy on its own: ask it, see it."""

from contextlib import closing

import click

from cli import output
from cli.errors import CannotRead
from cli.files import named, read_bytes
from cli.kinds import Noun
from cli.options import as_json
from cli.terminal import Terminal

REFUSED = 3
HEAD = (("kind", "种类"), ("code", "代码"), ("what it says", "含义"), ("law", "依据"))
KINDS = {"code": ("refuses", "拒绝"), "obligation": ("demands", "义务")}


@click.group(cls=Noun)
def policy() -> None:
    """Try what the rules would say, without any record."""


@policy.command("eval")
@click.argument("file", help="A question as JSON (policies/schemas/input.json), or - for standard input.")
@as_json
@click.pass_obj
def evaluate(terminal: Terminal, file: str, as_json: bool) -> None:
    """Ask the policy the question in FILE: allowed or not, why, and what is demanded in return.

    Exit code 3 when it says no. Nothing is released and nothing is recorded.

    Example:
        hutong policy eval question.json --json
    """
    import orjson

    from policies.wasm import load

    try:
        question = orjson.loads(read_bytes(file))
    except orjson.JSONDecodeError as error:
        raise CannotRead(
            named(file), f"line {error.lineno} is not JSON", f"第 {error.lineno} 行不是 JSON"
        ) from None
    if not isinstance(question, dict):
        raise CannotRead(named(file), "is JSON but not an object", "是 JSON 但不是对象")
    with closing(load()) as engine:
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
            terminal.say(f"  demanded: {duty.code}{value}", f"  附带义务:{duty.code}{value}")
    raise click.exceptions.Exit(0 if decision.allow else REFUSED)


@policy.command()
@as_json
@click.pass_obj
def show(terminal: Terminal, as_json: bool) -> None:
    """List the rules in force, with the law each rests on, and the digest every decision in the ledger names.

    Example:
        hutong policy show
    """
    from policies.bundle import read_bundle
    from policies.metadata import rules

    digest = read_bundle().digest
    found = rules()
    if as_json:
        told = [
            {"kind": one.kind, "code": one.code, "law": one.law, "en": one.en, "zh": one.zh} for one in found
        ]
        output.document({"digest": digest, "rules": told})
        return
    terminal.table(
        HEAD,
        [
            (terminal.told(*KINDS[one.kind]), one.code, terminal.told(one.en, one.zh), one.law)
            for one in found
        ],
    )
    terminal.note(f"bundle {digest}", f"策略包 {digest}")
