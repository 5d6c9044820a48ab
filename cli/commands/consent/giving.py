"""Granting, and bringing in signed forms."""

from typing import Any

import click

from cli import output
from cli.commands.consent.noun import consent, sentence_of, who
from cli.files import STANDARD, standard_input
from cli.options import as_json, fhir_files, patient, person
from cli.problems import Problems
from cli.terminal import Terminal
from cli.wishes import wish_of, wish_options

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
            --confirm sensitive --confirm third-party \\
            --evidence signed.pdf
    """
    from exchange.consenting import grant as grant_consent

    with terminal.open() as node:
        wish = wish_of(node.directory, said)
        granted = grant_consent(node, patient, wish, by=who(node, patient, said["by"]))
        sentence = sentence_of(terminal, node, granted.resource)
    if as_json:
        output.document(
            {
                "consent": granted.consent_id,
                "version": granted.version,
                "entry": granted.entry.id,
                "resource": granted.resource,
                "warnings": [{"en": en, "zh": zh} for en, zh in granted.warnings],
                "taken_back": [one.entry for one in granted.taken_back],
            }
        )
    else:
        output.line(sentence)
        terminal.say(
            f"recorded as {granted.consent_id}; entry {granted.entry.id}",
            f"已记录为 {granted.consent_id}；账本条目 {granted.entry.id}",
        )
    if granted.taken_back:
        terminal.note(
            f"narrower than before: {len(granted.taken_back)} earlier disclosures are no longer covered;"
            f" their recipients are told (hutong consent reach PATIENT {granted.consent_id})",
            f"比以前收窄：{len(granted.taken_back)} 次此前的提供不再被允许，将告知接收方"
            f"(hutong consent reach PATIENT {granted.consent_id})",
        )
    for en, zh in granted.warnings:
        terminal.note(f"it does not permit everything yet: {en}", f"尚不能完全生效：{zh}")


@consent.command("import")
@fhir_files
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
            counts
            | {"entries": [one.id for one in report.entries], "reject_file": report.reject_file}
            | {"changes": [{"place": place, "en": en, "zh": zh} for place, en, zh in report.changes]}
        )
    else:
        terminal.table(IMPORTED, [[str(number) for number in counts.values()]], right=range(len(IMPORTED)))
        for place, en, zh in report.changes:
            terminal.say(f"{place}: {en}", f"{place}：{zh}")
    problems.require_none(report.reject_file)
