"""What patients are to be told: that somebody saw their record."""

import click

from cli import output
from cli.commands.notice.noun import notice
from cli.options import WORDS, as_json, person
from cli.terminal import Terminal

HEAD = (("entry", "条目"), ("made", "生成时间"), ("people", "人数"), ("delivered", "送达时间"))


@notice.command("list")
@click.option("--all", "everything", is_flag=True, help="The delivered ones too.")
@as_json
@click.pass_obj
def list_notices(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List the notices that wait for delivery, oldest first: an entry each, no names.

    What several people saw together is one notice; hutong audit who-saw names each of them to the patient.

    Example:
        hutong --node kunshan notice list
    """
    from exchange.notices import outbox
    from exchange.panels import people_of

    with terminal.open() as node:
        found = list(outbox(node.log, waiting_only=not everything))
        people = {one.entry: people_of(node.log, one.entry) for one in found}
    if as_json:
        output.document(
            [
                {
                    "entry": one.entry,
                    "made": one.made,
                    "people": people[one.entry],
                    "delivered": one.delivered,
                }
                for one in found
            ]
        )
        return
    terminal.table(
        HEAD,
        [
            (
                one.entry,
                terminal.time(one.made),
                str(people[one.entry]),
                terminal.time(one.delivered) if one.delivered else "",
            )
            for one in found
        ],
        right=(2,),
    )


@notice.command()
@click.argument(
    "entry", metavar="NOTICE", help="Id of a notice to a patient, as hutong notice list shows it."
)
@person
@click.option(
    "--channel",
    required=True,
    type=WORDS,
    metavar="TEXT",
    help="How the patient was told, e.g. text message.",
)
@as_json
@click.pass_obj
def delivered(terminal: Terminal, entry: str, by: str, channel: str, as_json: bool) -> None:
    """Record that the patient was told what NOTICE is about.

    Example:
        hutong --node kunshan notice delivered 0197f3a2-7c1e-7000-8000-000000000001 \\
            --by ks-so-001 --channel "text message"
    """
    from exchange.notices import delivered as record_delivery

    with terminal.open() as node:
        recorded = record_delivery(
            node.desk, node.log, entry, by=by, channel=channel, now=node.clock(), house_key=node.house_key
        )
    if as_json:
        output.document({"notice": entry, "entry": recorded.id})
        return
    terminal.say(f"delivery is on record; entry {recorded.id}", f"送达已记录；账本条目 {recorded.id}")
