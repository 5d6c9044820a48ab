"""Ask for a record, and say why one may."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from cli import output
from cli.commands.exchange.noun import exchange
from cli.errors import DoNotGoTogether, Refused
from cli.files import answer_to, hand_over
from cli.options import PATIENT_HELP, as_json, out_file
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.path.verdict import Because
    from exchange.requesting import Outcome

# exchange.path.circumstances.METHODS, without reading it for a page of help.
METHODS = ("health-card", "identity-card", "social-security-card", "code", "face", "staff")


@exchange.command()
@click.option("--patient", required=True, metavar="PATIENT", help=PATIENT_HELP)
@click.option(
    "--for",
    "purpose",
    required=True,
    metavar="PURPOSE",
    help="What for: a v3 ActReason code, e.g. TREAT.",
)
@click.option(
    "--from",
    "holder",
    default="",
    show_default=False,
    metavar="HOLDER",
    help="Who keeps the record: an organisation, a region such as 440400, or a node; else this node.",
)
@click.option(
    "--as",
    "person",
    required=True,
    metavar="PERSON",
    help="Who asks: e.g. ks-dr-001 of the registry, or Patient/ID.",
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="TYPE",
    help="Only records of this type, e.g. Observation; repeatable.",
)
@click.option(
    "--emergency", is_flag=True, help="Break the glass: an officer reviews it, the patient is told."
)
@click.option("--reason", metavar="TEXT", help="Why it is an emergency; goes on record sealed.")
@click.option(
    "--case",
    default="",
    show_default=False,
    metavar="KIND:ID",
    help="The open case, contract or document it rests on, e.g. referral:R-2026-001.",
)
@click.option(
    "--code",
    default="",
    show_default=False,
    metavar="CODE",
    help="The code the patient shows, e.g. 7K3QX-M9D2R; counts once.",
)
@click.option(
    "--recognised-by",
    "authn_method",
    type=click.Choice(METHODS),
    help="How the patient was recognised; goes on record sealed. With --code: code.",
)
@click.option(
    "--on-behalf-of",
    default="",
    show_default=False,
    metavar="PERSON",
    help="The clinician a device or an assistant asks for.",
)
@click.option(
    "--with",
    "others",
    multiple=True,
    metavar="PERSON",
    help="Somebody it is asked for as well: all of them may see it, or nobody; repeatable.",
)
@out_file
@as_json
@click.pass_obj
def request(
    terminal: Terminal,
    patient: str,
    purpose: str,
    holder: str,
    person: str,
    classes: tuple[str, ...],
    emergency: bool,
    reason: str | None,
    case: str,
    code: str,
    authn_method: str | None,
    on_behalf_of: str,
    others: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Ask for a patient's record. What consent and policy permit comes as one FHIR Bundle on standard output.

    A refusal leaves standard output empty (with --json and -o it is told there), says why and what to do next, and has
    exit code 3. Either answer is on record, for each person it was asked for. What it rests on (--case, --code) is
    looked up by whoever holds the record; kinds of case: referral, consultation, visit, contract, order, agreement.
    In an emergency the Bundle begins with allergies, current medicines, problems, devices and the newest results.

    Example:
        hutong --node kunshan exchange request --patient zh-pt-0001 --for TREAT \\
            --from 440400 --as ks-dr-001 -o record.json
    """
    from exchange.path.at_a_glance import summary
    from exchange.requesting import Ask
    from exchange.requesting import request as ask_for

    if reason is not None and not emergency:
        raise DoNotGoTogether(
            "exchange request", "--reason goes with --emergency only", "--reason 只能与 --emergency 一起使用"
        )
    if case and code:
        raise DoNotGoTogether(
            "exchange request", "--case and --code exclude each other", "--case 与 --code 只能用一个"
        )
    asked = Ask(
        patient=patient,
        purpose=purpose,
        person=person,
        holder=holder,
        classes=classes,
        emergency_reason=(reason or "") if emergency else None,
        case=case,
        code=code,
        on_behalf_of=on_behalf_of,
        others=others,
        authn_method=authn_method or "",
    )
    if as_json and out is None:
        raise DoNotGoTogether(
            "exchange request",
            "--json needs -o: the record goes there, and what became of the request to standard output",
            "--json 须与 -o 同用：记录写入文件，结果写到标准输出",
        )
    with answer_to(out) as file, terminal.open() as node:
        outcome = ask_for(node, asked, partial(hand_over, file, out))
        if not outcome.permit and as_json:
            output.document(_as_dict(outcome))
            raise Exit(Refused.exit_code)
        if not outcome.permit:
            en = "; ".join(_named(one, one.en, ": ") for one in outcome.reasons)
            zh = ";".join(_named(one, one.zh, ":") for one in outcome.reasons)
            raise Refused(
                f"refused: {en} ({outcome.code}; entry {outcome.entry_id})",
                f"已拒绝：{zh}({outcome.code}；账本条目 {outcome.entry_id})",
                hint=outcome.next_step[0],
                hint_zh=outcome.next_step[1],
            )
    if as_json:
        output.document(_as_dict(outcome) | ({"summary": _counts(outcome)} if emergency else {}))
    terminal.note(
        f"{outcome.count} records released, with the people and places they name; entry {outcome.entry_id}",
        f"已放行 {outcome.count} 条记录(含其中提到的人员和机构)；账本条目 {outcome.entry_id}",
    )
    if emergency:
        first = summary(outcome.bundle)
        terminal.note(
            "first in it: " + ", ".join(f"{one.en} {one.count}" for one in first),
            "最前面依次为：" + "，".join(f"{one.zh} {one.count} 条" for one in first),
        )


def _as_dict(outcome: "Outcome") -> dict[str, object]:
    return {
        "permit": outcome.permit,
        "code": outcome.code,
        "reasons": [
            {"code": one.code, "en": one.en, "zh": one.zh, "law": one.law, "person": one.person}
            for one in outcome.reasons
        ],
        "next_step": None if outcome.permit else dict(zip(("en", "zh"), outcome.next_step, strict=True)),
        "entry": outcome.entry_id,
        "holder": outcome.holder,
        "count": outcome.count,
        "withheld": dict(outcome.withheld),
    }


def _counts(outcome: "Outcome") -> dict[str, int]:
    """How much of each part an emergency's Bundle begins with."""
    from exchange.path.at_a_glance import summary

    return {one.name: one.count for one in summary(outcome.bundle)}


def _named(one: "Because", words: str, colon: str) -> str:
    """The reason, and whom it is about where several were asked for."""
    return f"{one.person}{colon}{words}" if one.person else words
