"""Other regions' nodes: cards handed over by people, never fetched."""

from pathlib import Path

import click

from cli import output
from cli.files import answer_to, read_bytes
from cli.kinds import Noun
from cli.options import as_json, out_file, person
from cli.terminal import Terminal

HEAD = (
    ("node", "节点"),
    ("region", "地区"),
    ("name", "名称"),
    ("address", "地址"),
    ("valid until", "有效期至"),
    ("organisations", "机构数"),
)


@click.group(cls=Noun)
def node() -> None:
    """Join this node with those of other regions."""


@node.command()
@out_file
@click.pass_obj
def card(terminal: Terminal, out: Path | None) -> None:
    """Write this node's card: its keys, region and organisations, signed. Nothing in it is secret.

    Hand it to the other region, and read the fingerprint out to them by telephone.

    Example:
        hutong --node kunshan node card -o kunshan.card.json
    """
    from exchange.federation.joining import own_card

    with answer_to(out) as file, terminal.open() as here:
        made = own_card(here)
        file.write(made.written)
    terminal.note(made.spoken("en"), made.spoken("zh"))


@node.command()
@click.argument("file", help="The other node's card, or - for standard input.")
@click.option(
    "--fingerprint",
    required=True,
    metavar="DIGITS",
    help="The 30 digits the other region read out by telephone; another card is refused.",
)
@person
@as_json
@click.pass_obj
def join(terminal: Terminal, file: str, fingerprint: str, by: str, as_json: bool) -> None:
    """Accept another region's card: from now on its clinicians may ask here, and ours may ask there.

    Example:
        hutong --node kunshan node join zhuhai.card.json --by ks-so-001 \\
            --fingerprint "12345 67890 12345 67890 12345 67890"
    """
    from exchange.federation.joining import join as join_node

    with terminal.open() as here:
        joined = join_node(here, read_bytes(file), fingerprint=fingerprint, by=by)
    card, entry = joined.card, joined.entry.id
    if as_json:
        output.document(
            {"node": card.id, "region": card.region, "fingerprint": card.fingerprint, "entry": entry}
        )
        return
    terminal.say(
        f"joined {card.id} ({card.name}); entry {entry}", f"已加入 {card.id}({card.name});账本条目 {entry}"
    )


@node.command("list")
@as_json
@click.pass_obj
def list_nodes(terminal: Terminal, as_json: bool) -> None:
    """List the nodes this one was joined with, and until when their cards are valid.

    Example:
        hutong --node kunshan node list
    """
    with terminal.open() as here:
        cards = list(here.peers)
    if as_json:
        output.document(
            [
                {
                    "node": one.id,
                    "region": one.region,
                    "name": one.name,
                    "url": one.url,
                    "expires": one.expires,
                    "fingerprint": one.fingerprint,
                    "organisations": [organisation.id for organisation in one.organisations],
                }
                for one in cards
            ]
        )
        return
    rows = [
        (one.id, one.region, one.name, one.url, terminal.time(one.expires), str(len(one.organisations)))
        for one in cards
    ]
    terminal.table(HEAD, rows, right=(5,))
