"""Patients every look at whom is to be told of."""

import click

from cli import output
from cli.commands.audit.noun import audit
from cli.kinds import Noun
from cli.options import as_json, patient, person
from cli.terminal import Terminal

# exchange.watchlist.GROUNDS, without reading that room's code for a page of help.
GROUNDS = ("staff", "known", "asked", "officer")
HEAD = (
    ("patient", "患者"),
    ("why", "原因"),
    ("since", "自何时"),
    ("by", "何人"),
    ("note", "说明"),
    ("entry", "条目"),
)
NOTE_HELP = "Why, in your words; kept sealed."


@audit.group(cls=Noun)
def watchlist() -> None:
    """Keep the list of patients every look at whom hutong audit anomalies tells of. No name is in the ledger."""


@watchlist.command()
@patient
@click.option("--because", "ground", required=True, type=click.Choice(GROUNDS), help="Why, e.g. staff.")
@person
@click.option("--note", default="", help=NOTE_HELP)
@as_json
@click.pass_obj
def add(terminal: Terminal, patient: str, ground: str, by: str, note: str, as_json: bool) -> None:
    """Put PATIENT on the watch list. Who it is stands sealed; the ledger says that the list was changed, and by whom.

    Example:
        hutong --node kunshan audit watchlist add ks-pt-0001 --because asked --by ks-so-001
    """
    from exchange.officers import require_officer
    from exchange.watchlist import watch

    with terminal.open() as node:
        require_officer(node.directory, by)
        recorded = watch(node.office, node.records.patient(patient), ground=ground, by=by, note=note)
    if as_json:
        output.document({"entry": recorded.id, "because": ground})
        return
    terminal.say(f"on the watch list; entry {recorded.id}", f"已列入重点关注名单；账本条目 {recorded.id}")


@watchlist.command()
@click.argument(
    "patient", metavar="PATIENT|ENTRY", help="The patient, or the entry they were put on the list with."
)
@person
@click.option("--note", default="", help=NOTE_HELP)
@as_json
@click.pass_obj
def remove(terminal: Terminal, patient: str, by: str, note: str, as_json: bool) -> None:
    """Take PATIENT off the watch list. What was found while they were on it stays where it was taken on.

    After an erasure nobody knows the patient any more: name the entry, as the list shows it.

    Example:
        hutong --node kunshan audit watchlist remove ks-pt-0001 --by ks-so-001
    """
    from exchange.errors import UnknownPatient
    from exchange.officers import require_officer
    from exchange.watchlist import unwatch

    with terminal.open() as node:
        require_officer(node.directory, by)
        try:
            who = node.records.patient(patient)
        except UnknownPatient:
            who = patient
        recorded = unwatch(node.office, who, by=by, note=note)
    if as_json:
        output.document({"entry": recorded.id})
        return
    terminal.say(f"off the watch list; entry {recorded.id}", f"已移出重点关注名单；账本条目 {recorded.id}")


@watchlist.command("list")
@as_json
@click.pass_obj
def list_watched(terminal: Terminal, as_json: bool) -> None:
    """List who is watched, since when and why; the longest watched first.

    Example:
        hutong --node kunshan audit watchlist list
    """
    from exchange.watchlist import GROUNDS as SAID
    from exchange.watchlist import watched

    with terminal.open() as node:
        found = list(watched(node.office))
    if as_json:
        output.document(
            [
                {
                    "patient": one.patient or None,
                    "because": one.ground,
                    "since": one.since,
                    "by": one.by,
                    "note": one.note,
                    "entry": one.entry,
                }
                for one in found
            ]
        )
        return
    erased = terminal.told("(erased)", "（已销毁）")
    rows = [
        (
            one.patient or erased,
            terminal.told(*SAID[one.ground]),
            terminal.time(one.since),
            one.by,
            one.note,
            one.entry,
        )
        for one in found
    ]
    terminal.table(HEAD, rows)
