"""Ask for a record."""

from pathlib import Path

import click

from cli.errors import DoNotGoTogether, Refused
from cli.files import answer_to
from cli.kinds import Noun
from cli.options import PATIENT_HELP, out_file
from cli.terminal import Terminal


@click.group(cls=Noun)
def exchange() -> None:
    """Ask for a patient's record, here or in another region."""


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
    help="The open case it belongs to, e.g. referral:R-2026-001.",
)
@click.option(
    "--on-behalf-of",
    default="",
    show_default=False,
    metavar="PERSON",
    help="Whom a device or an assistant asks for.",
)
@out_file
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
    on_behalf_of: str,
    out: Path | None,
) -> None:
    """Ask for a patient's record. What consent and policy permit comes as one FHIR Bundle on standard output.

    A refusal leaves standard output empty, says why and what to do next, and has exit code 3. Either answer
    is on record.

    Example:
        hutong --node kunshan exchange request --patient zh-pt-0001 --for TREAT \\
            --from 440400 --as ks-dr-001 -o record.json
    """
    from exchange.requesting import Ask
    from exchange.requesting import request as ask_for

    if reason is not None and not emergency:
        raise DoNotGoTogether(
            "exchange request", "--reason goes with --emergency only", "--reason 只能与 --emergency 一起使用"
        )
    asked = Ask(
        patient=patient,
        purpose=purpose,
        person=person,
        holder=holder,
        classes=classes,
        emergency_reason=(reason or "") if emergency else None,
        case=case,
        on_behalf_of=on_behalf_of,
    )
    with answer_to(out) as file, terminal.open() as node:
        outcome = ask_for(node, asked)
        if not outcome.permit:
            en, zh = (
                sep.join(getattr(r, lang) for r in outcome.reasons)
                for sep, lang in (("; ", "en"), (";", "zh"))
            )
            raise Refused(
                f"refused: {en} ({outcome.code}; entry {outcome.entry_id})",
                f"已拒绝:{zh}({outcome.code};账本条目 {outcome.entry_id})",
                hint=outcome.next_step[0],
                hint_zh=outcome.next_step[1],
            )
        file.write(outcome.bundle)
    terminal.note(
        f"{outcome.count} records released; entry {outcome.entry_id}",
        f"已放行 {outcome.count} 条记录;账本条目 {outcome.entry_id}",
    )
