"""Looking entries up: for officers and for patients."""

from itertools import islice
from typing import TYPE_CHECKING

import click
from click import IntRange

from cli import output
from cli.commands.audit.noun import audit
from cli.erased import tell_erased
from cli.options import ENTRY_HELP, WHEN, When, as_json, patient
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.voice import Reader
    from exchange.audit.words import Table
    from exchange.node.node import Node
    from ledger import Entry, Recorded

HEAD = (
    ("time", "时间"),
    ("what", "事项"),
    ("who", "何人"),
    ("organisation", "机构"),
    ("purpose", "目的"),
    ("patient", "患者(假名)"),
    ("entry", "条目"),
    ("decision and why", "决定及原因"),
)
PSEUDONYM_SHOWN = 8
# exchange.directory.TIERS, without reading the registry's code for a page of help.
READERS = ("patient", "officer")  # exchange.audit.voice.READERS, likewise
TIERS = ("national", "provincial", "prefecture", "county", "village")


@audit.command()
@click.option(
    "--patient",
    metavar="PATIENT",
    help="The patient's id, system|value, or number; of a patient elsewhere, what you asked the other region with.",
)
@click.option("--actor", metavar="PERSON", help="Who did it: an id of the registry, e.g. ks-dr-001.")
@click.option("--org", "organisation", metavar="ID", help="Whose people did it, e.g. ks-first-hospital.")
@click.option("--region", metavar="CODE", help="Where that organisation lies, e.g. 320500: all of Suzhou.")
@click.option("--tier", type=click.Choice(TIERS), help="Of which tier that organisation is.")
@click.option("--purpose", metavar="PURPOSE", help="What it was for, e.g. TREAT.")
@click.option("--decision", type=click.Choice(["permit", "deny"]), help="How it was decided.")
@click.option("--why", metavar="CODE", help="For which reason, e.g. CONSENT_DENY.")
@click.option(
    "--case", metavar="KIND:ID", help="Which case was named in the request, e.g. referral:R-2026-001."
)
@click.option(
    "--from",
    "--since",
    "since",
    type=WHEN,
    metavar="WHEN",
    help="From this day (China) or instant on, e.g. 2026-01-31.",
)
@click.option(
    "--to",
    "--until",
    "until",
    type=WHEN,
    metavar="WHEN",
    help="To the end of this day, or before this instant.",
)
@click.option("--break-glass", is_flag=True, help="Emergency accesses only.")
@click.option("--names", is_flag=True, help="Show people of the registry by name, not by pseudonym.")
@click.option("--limit", type=IntRange(min=0), default=100, metavar="N", help="The newest N; 0 for all.")
@as_json
@click.pass_obj
def search(
    terminal: Terminal,
    /,
    since: When | None,
    until: When | None,
    break_glass: bool,
    names: bool,
    limit: int,
    as_json: bool,
    **said: str | None,
) -> None:
    """Search the ledger. Every condition must hold; an index says where to look, each entry is read and checked.

    What nobody knows - an organisation, a person, a code - is an error: "nothing found" means that there is none.

    Example:
        hutong --node kunshan audit search --purpose ETREAT --break-glass --from 2026-01-31
    """
    from exchange.audit import Sought, filter_of, reasons_of, was_erased
    from exchange.audit import search as search_ledger
    from exchange.audit.named import people_named

    with terminal.open() as node:
        sought = Sought(
            **{name: text or "" for name, text in said.items()},
            since=since.first if since else None,
            until=until.after if until else None,
            break_glass=break_glass,
        )
        # From the newest on and no further than asked: of ten million entries, half may be what is looked for.
        found = search_ledger(node.log, filter_of(node, sought), newest_first=True)
        kept = list(islice(found, limit or None))[::-1]
        more = bool(limit) and next(found, None) is not None
        if was_erased(node, sought.patient):
            tell_erased(terminal)
        if as_json:
            output.document([_as_dict(one) for one in kept])
        else:
            people = people_named(node, terminal.lang) if names else {}
            rules = reasons_of(node)
            terminal.table(HEAD, [_row(terminal, node, people, rules, one) for one in kept])
    if more:
        terminal.note(
            f"the newest {len(kept)} only; --limit 0 shows all",
            f"仅显示最新 {len(kept)} 条；--limit 0 显示全部",
        )


@audit.command("who-saw")
@patient
@click.option(
    "--as",
    "reader",
    type=click.Choice(READERS),
    default="patient",
    help="Who reads it: to the patient it says you, to an officer the patient.",
)
@as_json
@click.pass_obj
def who_saw(terminal: Terminal, patient: str, reader: "Reader", as_json: bool) -> None:
    """Tell, in plain sentences, who looked at PATIENT's record, who was refused, and why.

    Example:
        hutong --node kunshan audit who-saw ks-pt-0001
    """
    from exchange.audit import who_saw as looks_at

    with terminal.open() as node:
        known = node.records.patient(patient)
        looks, erased = looks_at(node.office, known, reader), node.vault.was_erased(known)
    if erased:
        tell_erased(terminal)
    if as_json:
        output.document(
            [
                {
                    "time": one.time,
                    "en": one.en,
                    "zh": one.zh,
                    "entry": one.entry_id,
                    "permit": one.permit,
                    "break_glass": one.break_glass,
                    "role": one.role,
                    "organisation": one.organisation,
                    "purpose": one.purpose,
                    "why": one.why,
                    "consents": one.basis,
                    "count": one.count,
                }
                for one in looks
            ]
        )
        return
    for one in looks:
        terminal.say(one.en, one.zh)
    if not looks and not erased:
        terminal.say("nobody has asked for this record", "没有人查看过这份档案")
    elif not looks:
        terminal.say("nobody has asked for this record since", "此后没有人查看过这份档案")


@audit.command()
@click.argument("entry", help=ENTRY_HELP)
@as_json
@click.pass_obj
def show(terminal: Terminal, entry: str, as_json: bool) -> None:
    """Tell everything about one entry, with its sealed details opened if the patient's key still exists.

    Example:
        hutong --node kunshan audit show 0197f3a2-7c1e-7000-8000-000000000001
    """
    from exchange.audit import reasons_of
    from exchange.audit import show as show_entry

    with terminal.open() as node:
        shown, rules = show_entry(node.office, entry), reasons_of(node)
    if as_json:
        output.document(shown.as_dict())
        return
    for line in shown.lines(terminal.lang, rules):
        output.line(line)


def _row(
    terminal: Terminal, node: "Node", people: dict[str, str], rules: "Table", found: "Recorded"
) -> tuple[str, ...]:
    from exchange.audit import words

    entry, lang = found.entry, terminal.lang
    organisation = node.name_of(f"Organization/{entry.organisation}", lang)
    purpose = words.purpose(entry.purpose, lang)
    return (
        terminal.time(found.time),
        words.event(entry, lang),
        people.get(entry.actor, entry.actor[:PSEUDONYM_SHOWN]),
        organisation or entry.organisation,
        f"{purpose} 🚩" if entry.break_glass else purpose,
        entry.patient[:PSEUDONYM_SHOWN],
        found.id,
        decided(terminal, entry, rules),
    )


def decided(terminal: Terminal, entry: "Entry", rules: "Table") -> str:
    """How it was decided and why, in words; the code stands in parentheses, to search by."""
    from exchange.audit import words

    told = (words.decision(entry.decision, terminal.lang), words.reason(entry.why, terminal.lang, rules))
    return terminal.told(": ", "：").join(filter(None, told))


def _as_dict(found: "Recorded") -> dict[str, object]:
    import orjson

    return {"index": found.index, "id": found.id, "time": found.time, "entry": orjson.loads(found.body)}
