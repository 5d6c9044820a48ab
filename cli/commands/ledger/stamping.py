"""Time-stamps of an authority over the ledger."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.errors import DoNotGoTogether
from cli.files import answer_to, hand_over, read_bytes
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.node.node import Node
    from ledger.timestamp import Stamp

HEAD = (("entries", "条数"), ("existed by", "不晚于"))


@ledger.command()
@click.option("--tsa", metavar="URL", help="The authority to ask over HTTP.")
@click.option(
    "--request",
    "request",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the request, to be carried to the authority.",
)
@click.option("--answer", metavar="FILE", help="Take in the answer that was carried back.")
@click.option("--ca", metavar="PEM", help="The authority's root certificates.")
@as_json
@click.pass_obj
def timestamp(
    terminal: Terminal,
    tsa: str | None,
    request: Path | None,
    answer: str | None,
    ca: str | None,
    as_json: bool,
) -> None:
    """Have an authority say when the ledger was what it is (RFC 3161), or list what it said so far.

    Only the SHA-256 of a signed state goes out. Without a network: --request FILE, carry it there, --answer FILE.
    With --ca alone: the list, each checked anew.

    Example:
        hutong --node kunshan ledger timestamp --request kunshan.tsq
    """
    if sum(given is not None for given in (tsa, request, answer)) > 1:
        raise DoNotGoTogether(
            "ledger timestamp",
            "one of --tsa, --request and --answer at a time",
            "--tsa、--request、--answer 只能选一",
        )
    if request is None and ca is None:
        raise DoNotGoTogether(
            "ledger timestamp",
            "--request FILE begins one without a network; all else, the list too, needs --ca PEM, the authority's"
            " root certificates",
            "--request 文件 用于离线申请；其余操作（包括列出）须用 --ca 给出机构根证书",
        )
    with terminal.open() as node:
        if request is not None:
            with answer_to(request) as file:
                hand_over(file, request, _request(node))
            terminal.note(
                "next: hutong ledger timestamp --answer FILE --ca PEM, with what the authority gives",
                "下一步：取得机构答复后执行 hutong ledger timestamp --answer 文件 --ca 证书",
            )
            return
        found = _stamps(node, tsa, answer, read_bytes(ca or ""))
    if as_json:
        output.document([{"size": one.checkpoint.size, "at": one.at} for one in found])
        return
    terminal.table(HEAD, [(str(one.checkpoint.size), terminal.time(one.at)) for one in found], right=(0,))


def _request(node: "Node") -> bytes:
    from ledger.timestamp import Stamps

    return Stamps(node.layout.stamps).request(node.log.checkpoint(), node.log.keys)


def _stamps(node: "Node", tsa: str | None, answer: str | None, trusted: bytes) -> "list[Stamp]":
    from exchange.timestamping import answer_of
    from ledger.timestamp import Stamps

    stamps, log = Stamps(node.layout.stamps), node.log.keys
    if tsa is not None:
        return [stamps.keep(answer_of(tsa, _request(node), node.settings), trusted, log)]
    if answer is not None:
        return [stamps.keep(read_bytes(answer), trusted, log)]
    return stamps.all(trusted, log)
