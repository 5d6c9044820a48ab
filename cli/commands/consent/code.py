"""A code the patient shows: that they are here, with this organisation, for this, now."""

from io import StringIO

import click

from cli import output
from cli.commands.consent.noun import consent
from cli.options import as_json, patient
from cli.terminal import Terminal
from cli.wishes import grantor_of


@consent.command()
@patient
@click.option(
    "--to", "organisation", required=True, metavar="ORG", help="Who will be shown it, e.g. zh-first-hospital."
)
@click.option(
    "--for", "purpose", required=True, metavar="PURPOSE", help="What for: a v3 ActReason code, e.g. TREAT."
)
@click.option(
    "--minutes",
    type=click.IntRange(1, 60),
    default=10,
    metavar="N",
    help="How long it can be used, 1 to 60 minutes.",
)
@click.option("--by", metavar="WHO", help="Who asks for it on the patient's behalf, if not the patient.")
@click.option("--qr", is_flag=True, help="Draw it as a QR code as well.")
@as_json
@click.pass_obj
def code(
    terminal: Terminal,
    patient: str,
    organisation: str,
    purpose: str,
    minutes: int,
    by: str | None,
    qr: bool,
    as_json: bool,
) -> None:
    """Make a code PATIENT shows to ORG: good for one look, for one purpose, for some minutes.

    It shows that the patient is there. What may be seen is decided by consent and policy as ever. The code is
    told once and kept nowhere.

    Example:
        hutong --node kunshan consent code ks-pt-0001 --to zh-first-hospital --for TREAT --minutes 10
    """
    from exchange.evidence.giving import give_code

    with terminal.open() as node:
        who = grantor_of(by) if by else f"Patient/{node.records.patient(patient)}"
        given = give_code(node, patient, organisation=organisation, purpose=purpose, minutes=minutes, by=who)
    if as_json:
        output.document({"code": given.code, "until": given.until, "entry": given.entry.id})
        return
    output.line(given.code)
    if qr:
        output.page(_drawn(given.code))
    until = terminal.time(given.until)
    terminal.note(
        f"good for one look until {until}; entry {given.entry.id}",
        f"可使用一次，有效至 {until}；账本条目 {given.entry.id}",
    )


def _drawn(text: str) -> str:
    """`text` as a QR code (ISO/IEC 18004) in half blocks, light on the dark of a terminal."""
    import segno

    drawn = StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")
