"""What an officer should look at."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.audit.noun import audit
from cli.options import WHEN, When, as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.anomalies import Anomaly

# exchange.audit.anomalies.KINDS, without reading that room's code for a page of help.
KINDS = (
    "mass-access",
    "after-hours",
    "refused-often",
    "tried-until-permitted",
    "after-withdrawal",
    "let-in-after-no",
    "unusual-volume",
    "unusual-region",
    "own-record",
    "family-record",
    "watched-patient",
    "without-case",
    "unreviewed-emergency",
)
HEAD = (
    ("finding", "情形"),
    ("since", "起始"),
    ("kind", "类别"),
    ("who", "何人"),
    ("organisation", "机构"),
    ("entries", "条目数"),
    ("first entry", "首个条目"),
    ("review", "复核"),
    ("what", "情况"),
)
PSEUDONYM_SHOWN = 8


@audit.command()
@click.option("--from", "since", type=WHEN, metavar="WHEN", help="From this day (China) or instant on.")
@click.option(
    "--to", "until", type=WHEN, metavar="WHEN", help="To the end of this day, or before this instant."
)
@click.option("--kind", type=click.Choice(KINDS), metavar="KIND", help="This kind only, e.g. after-hours.")
@as_json
@click.pass_obj
def anomalies(
    terminal: Terminal, since: When | None, until: When | None, kind: str | None, as_json: bool
) -> None:
    """List what honest work seldom looks like: very many patients, nights, relatives, noes got round, odd weeks.

    Nothing is proven by it and nothing is written. Look at the entries with hutong audit show; what should be judged,
    take on with hutong review take.

    Example:
        hutong --node kunshan audit anomalies --from 2026-11-01
    """
    from exchange.audit import words
    from exchange.audit.anomalies import anomalies as looked_for
    from exchange.audit.named import people_named
    from exchange.audit.review import taken

    with terminal.open() as node:
        told = looked_for(
            node, since=since.first if since else None, until=until.after if until else None, kind=kind
        )
        names, reviews = people_named(node, terminal.lang), taken(node)
    if as_json:
        output.document([_as_document(one, reviews.get(one.id)) for one in told])
        return
    rows = [
        (
            one.id,
            terminal.time(one.at),
            words.found(one.kind, "zh") if terminal.lang == "zh" else one.kind,
            names.get(one.actor, one.actor[:PSEUDONYM_SHOWN]),
            one.organisation,
            str(one.count),
            one.entries[0],
            terminal.told("taken on", "已列入") if one.id in reviews else "",
            terminal.told(one.en, one.zh),
        )
        for one in told
    ]
    terminal.table(HEAD, rows, right=(5,))


_EVERYBODY = ("people", "patients", "seen")


def _as_document(one: "Anomaly", review: str | None) -> dict[str, object]:
    """Without the pseudonyms of everybody in it: their number says enough, the entries say the rest."""
    kept = {name: value for name, value in asdict(one).items() if name not in _EVERYBODY}
    return kept | {"people": len(one.people), "patients": len(one.patients), "review": review}
