"""The officer's queue of emergency accesses."""

import click

from cli import output
from cli.kinds import Noun
from cli.options import as_json, person
from cli.terminal import Terminal

HEAD = (("entry", "条目"), ("opened", "发生时间"), ("due", "复核期限"), ("people", "人数"), ("state", "状态"))
FINDINGS = {"justified": "正当", "not-justified": "不正当"}


@click.group(cls=Noun)
def review() -> None:
    """Look at every emergency access afterwards, and say whether it was justified."""


@review.command("list")
@click.option("--all", "everything", is_flag=True, help="The closed ones too.")
@as_json
@click.pass_obj
def list_reviews(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List the emergency accesses that wait for a review, the one that is due first on top.

    One that several people declared together is one line, and closed once for all of them.

    Example:
        hutong --node kunshan review list
    """
    from exchange.panels import people_of
    from exchange.reviews import queue

    with terminal.open() as node:
        found = list(queue(node.log, open_only=not everything))
        people = {one.entry: people_of(node.log, one.entry) for one in found}
        now = node.clock()
    if as_json:
        output.document(
            [
                {
                    "entry": one.entry,
                    "opened": one.opened,
                    "due": one.due,
                    "people": people[one.entry],
                    "closed": one.closed,
                    "finding": one.finding or None,
                    "overdue": one.is_overdue(now),
                }
                for one in found
            ]
        )
        return
    rows = []
    for one in found:
        late = terminal.told("overdue", "已逾期") if one.is_overdue(now) else terminal.told("open", "待复核")
        state = terminal.told(one.finding, FINDINGS.get(one.finding, one.finding)) or late
        when = terminal.time(one.opened), terminal.time(one.due)
        rows.append((one.entry, *when, str(people[one.entry]), state))
    terminal.table(HEAD, rows, right=(3,))


@review.command()
@click.argument("entry", metavar="REVIEW", help="Id of a review, as hutong review list shows it.")
@click.option("--finding", required=True, type=click.Choice(list(FINDINGS)), help="What you found.")
@person
@click.option("--note", required=True, help="Why, in your words; kept sealed.")
@as_json
@click.pass_obj
def close(terminal: Terminal, entry: str, finding: str, by: str, note: str, as_json: bool) -> None:
    """Close REVIEW with your finding. Both go on record; a closed review stays closed.

    Example:
        hutong --node kunshan review close 0197f3a2-7c1e-7000-8000-000000000001 \\
            --finding justified --by ks-so-001 --note "unconscious, came by ambulance"
    """
    from exchange.officers import require_officer
    from exchange.reviews import Finding
    from exchange.reviews import close as close_review

    with terminal.open() as node:
        require_officer(node.directory, by)
        recorded = close_review(
            node.desk,
            node.log,
            entry,
            finding=Finding(finding),
            officer=by,
            note=note,
            now=node.clock(),
            house_key=node.house_key,
        )
    if as_json:
        output.document({"closed": entry, "finding": finding, "entry": recorded.id})
        return
    terminal.say(
        f"review closed as {finding}; entry {recorded.id}",
        f"已复核：{FINDINGS[finding]}；账本条目 {recorded.id}",
    )
