"""Rely on a result that came from elsewhere, or say why not."""

from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from cli import output
from cli.commands.exchange.noun import exchange
from cli.errors import Refused
from cli.files import read_bytes
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies.recognition import Recognition

OUTCOMES = {
    "recognised": ("recognised", "互认"),
    "not-recognised": ("not recognised", "不予互认"),
    "declined": ("declined", "不采用"),
    "decline-refused": ("not declined: it counts", "不能不采用：该结果有效"),
}


@exchange.command()
@click.argument("bundle", metavar="BUNDLE|-", help="The Bundle the result came in, as JSON, or -.")
@click.option(
    "--result", required=True, metavar="TYPE/ID", help="The result in it, e.g. Observation/ks-obs-000001."
)
@click.option("--by", required=True, metavar="PERSON", help="The clinician who relies on it, e.g. ks-dr-001.")
@click.option(
    "--decline",
    metavar="REASON",
    help="Examine again all the same: condition-changed, fast-changing, before-major-measure, emergency, forensic"
    " or other.",
)
@click.option(
    "--performed-at",
    default="",
    show_default=False,
    metavar="ORG",
    help="Where it was performed, if it does not say so; another place than it says is refused.",
)
@click.option(
    "--from",
    "origin",
    default="",
    show_default=False,
    metavar="HOLDER",
    help="Who gave the Bundle, if no request of this node brought it: an organisation, a region or a node.",
)
@as_json
@click.pass_obj
def recognise(
    terminal: Terminal,
    bundle: str,
    result: str,
    by: str,
    decline: str | None,
    performed_at: str,
    origin: str,
    as_json: bool,
) -> None:
    """Say whether a result of elsewhere counts here, so that nobody is examined twice; either way on record.

    It counts if its mark does in this region and it is not older than results of its kind may be. Exit code 3
    when it does not count, or when it does and --decline gives no reason for which one may.

    It is on record for the patient the Bundle was asked for. Of a Bundle this node did not ask for, say with --from
    who gave it: an id alone may be that of somebody else here.

    Example:
        hutong --node kunshan exchange recognise record.json --result Observation/zh-obs-000001 --by ks-dr-001
    """
    from exchange.recognition.recognising import recognise_result

    raw = read_bytes(bundle)
    with terminal.open() as node:
        found = recognise_result(
            node, raw, result, by=by, decline=decline, performed_at=performed_at, origin=origin
        )
    answer = found.answer
    if as_json:
        output.document(
            {
                "outcome": answer.outcome,
                "reasons": [
                    {"code": one.code, "en": one.en, "zh": one.zh, "law": one.law} for one in answer.reasons
                ],
                "days": answer.days,
                "age": answer.age,
                "declined": answer.declined.code if answer.declined else None,
                "from": found.origin or None,
                "entry": found.entry.id,
            }
        )
    else:
        terminal.say(_told(answer, "en"), _told(answer, "zh"))
        terminal.note(f"entry {found.entry.id}", f"账本条目 {found.entry.id}")
    if not found.origin:
        terminal.note(
            "no request of this node brought it: on record apart from the patients here; --from says who gave it",
            "该 Bundle 不是本节点请求所得：与本节点患者分开记账；可用 --from 指明提供方",
        )
    if not found.is_settled:
        raise Exit(Refused.exit_code)


def _told(answer: "Recognition", lang: str) -> str:
    zh = lang == "zh"
    said = OUTCOMES[answer.outcome][zh]
    reasons = [one.zh if zh else one.en for one in answer.reasons]
    if answer.declined:
        reasons.append(answer.declined.zh if zh else answer.declined.en)
    if answer.age is not None and answer.days is not None:
        reasons.append(_age(answer.age, answer.days, zh=zh))
    if not reasons:
        return said
    return f"{said}：{'；'.join(reasons)}" if zh else f"{said}: {'; '.join(reasons)}"


def _age(age: int, days: int, *, zh: bool) -> str:
    if age > days:
        return f"超出 {days} 天(已 {age} 天)" if zh else f"outside {days} days ({age} have gone)"
    return f"第 {age} 天，时限 {days} 天" if zh else f"day {age} of {days}"
