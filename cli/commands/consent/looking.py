"""What a patient has agreed to, as a list and one by one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.consent.noun import CONSENT_HELP, consent, sentence_of
from cli.erased import tell_erased
from cli.options import as_json, patient
from cli.terminal import Terminal

if TYPE_CHECKING:
    from consent import StoredConsent
    from exchange.node.node import Node

HEAD = (
    ("consent", "同意"),
    ("version", "版本"),
    ("state", "状态"),
    ("since", "自"),
    ("what it says", "内容"),
)
CODES = {"active": "in-force", "inactive": "taken-back"}
STATES = {"active": ("in force", "有效"), "inactive": ("taken back", "已收回")}


@consent.command("list")
@patient
@click.option("--all", "everything", is_flag=True, help="Every version, not only the newest of each.")
@as_json
@click.pass_obj
def list_consents(terminal: Terminal, patient: str, everything: bool, as_json: bool) -> None:
    """List what PATIENT has agreed to or refused, each in a sentence.

    Example:
        hutong --node kunshan consent list ks-pt-0001
    """
    from exchange.consenting import consents_of

    with terminal.open() as node:
        found = consents_of(node, patient, all_versions=everything)
        if node.vault.was_erased(node.records.patient(patient)):
            tell_erased(terminal)
        newest = {one.consent_id: one.version for one in found}
        rows = [_row(terminal, node, one, newest[one.consent_id]) for one in found]
        _tell_shortfalls(terminal, node, patient, list({one.consent_id: one for one in found}.values()))
    if as_json:
        output.document([_as_dict(one, newest[one.consent_id]) for one in found])
    else:
        terminal.table(HEAD, rows, right=(1,))


@consent.command()
@patient
@click.argument("consent_id", help=CONSENT_HELP)
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="This version; else the newest.")
@click.option("--fhir", is_flag=True, help="Print the FHIR R4 Consent itself.")
@as_json
@click.pass_obj
def show(
    terminal: Terminal, patient: str, consent_id: str, version: int | None, fhir: bool, as_json: bool
) -> None:
    """Show one consent: the sentence the decision is made by, since when it counts, and its ledger entry.

    Example:
        hutong --node kunshan consent show ks-pt-0001 c-0123456789 --fhir
    """
    from exchange.consenting import NoSuchConsent, consents_of

    with terminal.open() as node:
        versions = [
            one for one in consents_of(node, patient, all_versions=True) if one.consent_id == consent_id
        ]
        wanted = [one for one in versions if version in (None, one.version)]
        if not wanted:
            raise NoSuchConsent
        one = wanted[-1]
        sentence = sentence_of(terminal, node, one.resource)
        if one.version == len(versions):
            _tell_shortfalls(terminal, node, patient, [one])
    if fhir:
        output.document(one.resource)
        return
    if as_json:
        output.document(_as_dict(one, len(versions)))
        return
    output.line(sentence)
    state, since = _state(terminal, one, len(versions)), terminal.time(one.known)
    terminal.say(
        f"{one.consent_id}, version {one.version} of {len(versions)}: {state} since {since}",
        f"{one.consent_id}，第 {one.version} 版(共 {len(versions)} 版)：自 {since} 起{state}",
    )
    terminal.say(f"entry {one.entry}", f"账本条目 {one.entry}")


def _tell_shortfalls(
    terminal: Terminal, node: "Node", patient: str, found: "Sequence[StoredConsent]"
) -> None:
    """A consent in force that permits less than it names is not shown without saying so."""
    from exchange.consenting import shortfalls

    known = node.records.patient(patient)
    for one in found:
        for en, zh in shortfalls(node, known, one):
            terminal.note(
                f"{one.consent_id} does not permit everything it names: {en}",
                f"{one.consent_id} 尚不能完全生效：{zh}",
            )


def _row(terminal: Terminal, node: "Node", one: "StoredConsent", newest: int) -> tuple[str, ...]:
    since = terminal.time(one.known)
    says = sentence_of(terminal, node, one.resource)
    return (one.consent_id, str(one.version), _state(terminal, one, newest), since, says)


def _state(terminal: Terminal, one: "StoredConsent", newest: int) -> str:
    """Only the newest version of a consent can be in force."""
    if one.version < newest:
        return terminal.told(f"replaced by version {newest}", f"已被第 {newest} 版取代")
    status = str(one.resource.get("status", ""))
    return terminal.told(*STATES.get(status, (status, status)))


def _as_dict(one: "StoredConsent", newest: int) -> dict[str, object]:
    status = str(one.resource.get("status", ""))
    return {
        "state": "replaced" if one.version < newest else CODES.get(status, status),
        "consent": one.consent_id,
        "version": one.version,
        "known": one.known,
        "entry": one.entry,
        "resource": one.resource,
    }
