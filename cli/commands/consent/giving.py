"""Granting, revoking, and bringing in signed forms."""

from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.consent.noun import CONSENT_HELP, consent, sentence_of
from cli.files import STANDARD, standard_input
from cli.options import as_json, patient, person
from cli.problems import Problems
from cli.terminal import Terminal
from cli.wishes import grantor_of, wish_of, wish_options

if TYPE_CHECKING:
    from exchange.node.node import Node

IMPORTED = (("new", "新增"), ("changed", "更新"), ("unchanged", "未变"), ("rejected", "未收"))


@consent.command()
@patient
@wish_options
@as_json
@click.pass_obj
def grant(terminal: Terminal, /, patient: str, as_json: bool, **said: Any) -> None:
    """Record what PATIENT allows, or with --refuse forbids, from now on. It stands until taken back or ended.

    What is said in one command holds together: these people, for these purposes, these data, this period.

    Example:
        hutong --node kunshan consent grant ks-pt-0001 --to zh-first-hospital --for TREAT \\
            --class Condition --class MedicationRequest --until 2027-06-30 \\
            --confirm third-party --evidence signed.pdf
    """
    from exchange.consenting import grant as grant_consent

    with terminal.open() as node:
        wish = wish_of(node.directory, said)
        granted = grant_consent(node, patient, wish, by=_who(node, patient, said["by"]))
        sentence = sentence_of(terminal, node, granted.resource)
    if as_json:
        output.document(
            {
                "consent": granted.consent_id,
                "version": granted.version,
                "entry": granted.entry.id,
                "resource": granted.resource,
                "warnings": [{"en": en, "zh": zh} for en, zh in granted.warnings],
            }
        )
    else:
        output.line(sentence)
        terminal.say(
            f"recorded as {granted.consent_id}; entry {granted.entry.id}",
            f"已记录为 {granted.consent_id};账本条目 {granted.entry.id}",
        )
    for en, zh in granted.warnings:
        terminal.note(f"it does not permit everything yet: {en}", f"尚不能完全生效:{zh}")


@consent.command()
@patient
@click.argument("consent_id", help=CONSENT_HELP)
@click.option(
    "--reason", default="", show_default=False, help="Why, if the patient wants to say; kept sealed."
)
@click.option("--by", metavar="WHO", help="Who takes it back for the patient, if not the patient.")
@as_json
@click.pass_obj
def revoke(
    terminal: Terminal, patient: str, consent_id: str, reason: str, by: str | None, as_json: bool
) -> None:
    """Take a consent back, from this moment. Says who had seen the record under it before.

    Example:
        hutong --node kunshan consent revoke ks-pt-0001 c-0123456789
    """
    from exchange.consenting import revoke as revoke_consent

    with terminal.open() as node:
        revoked = revoke_consent(node, patient, consent_id, by=_who(node, patient, by), reason=reason)
    seen = revoked.already_seen_by
    if as_json:
        output.document(
            {
                "consent": revoked.consent_id,
                "version": revoked.version,
                "entry": revoked.entry.id,
                "already_seen_by": [
                    {"time": one.time, "en": one.en, "zh": one.zh, "entry": one.entry_id} for one in seen
                ],
            }
        )
        return
    terminal.say(
        f"stopped: {revoked.consent_id} does not count any more; entry {revoked.entry.id}",
        f"已停止:{revoked.consent_id} 不再有效;账本条目 {revoked.entry.id}",
    )
    if seen:
        terminal.say("seen under it before, and not to be called back:", "此前已据此查看过,无法收回:")
    for one in seen:
        terminal.say(f"  {one.en}", f"  {one.zh}")


@consent.command("import")
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    help="Files (.json .ndjson, also .gz), folders of them, or -.",
)
@person
@as_json
@click.pass_obj
def import_forms(terminal: Terminal, paths: tuple[str, ...], by: str, as_json: bool) -> None:
    """Bring in consents signed elsewhere, as FHIR R4. What cannot be used is named and set aside.

    The same file a second time changes nothing. Exit code 6 when anything was set aside.

    Example:
        hutong --node kunshan consent import people/consents/320583.ndjson --by ks-so-001
    """
    from exchange.consenting import import_consents

    problems = Problems(terminal)
    with terminal.open() as node:
        stdin = standard_input() if STANDARD in paths else None
        report = import_consents(node, paths, by=by, stdin=stdin, on_problem=problems.told)
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "rejected")}
    if as_json:
        output.document(
            counts | {"entries": [one.id for one in report.entries], "reject_file": report.reject_file}
        )
    else:
        terminal.table(IMPORTED, [[str(number) for number in counts.values()]], right=range(len(IMPORTED)))
    problems.require_none(report.reject_file)


def _who(node: "Node", patient: str, by: str | None) -> str:
    """Who says it: whoever was named, else the patient."""
    return grantor_of(by) if by else f"Patient/{node.records.patient(patient)}"
