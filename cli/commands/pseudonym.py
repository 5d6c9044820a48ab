"""Pseudonyms and tokens of a project: an officer can have one told."""

from pathlib import Path

import click

from cli import output
from cli.files import read_bytes
from cli.kinds import Noun
from cli.options import WORDS, as_json, person
from cli.terminal import Terminal


@click.group(cls=Noun)
def pseudonym() -> None:
    """Say who or what stands behind a pseudonym or a token of a project. Every try is on record."""


@pseudonym.command()
@click.argument(
    "pseudonym",
    metavar="PSEUDONYM|TOKEN",
    help="A patient's id in an extract, or a token as it stands in a text.",
)
@click.option(
    "--map",
    "lines",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The sealed lines kept beside texts (hutong deid text --map): for an invented name or number.",
)
@click.option("--project", required=True, metavar="ID", help="Id of the project it was made for.")
@person
@click.option("--reason", required=True, type=WORDS, help="Why, in your words; kept sealed.")
@as_json
@click.pass_obj
def reveal(
    terminal: Terminal,
    pseudonym: str,
    lines: Path | None,
    project: str,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """Print who goes by PSEUDONYM in the project, or what TOKEN stands for. Only a security officer may.

    The ledger holds who asked and why before anything is told; where it cannot be written, nothing is. An invented
    name or number is told only where sealed lines were kept beside the texts.

    Example:
        hutong --node kunshan pseudonym reveal 9eab269dc1468d2680e94ffbb92a48d5 \\
            --project diabetes-control-2026 --by ks-so-001 --reason "a finding the patient must know"
    """
    from exchange.revealing import reveal as reveal_one

    kept = read_bytes(str(lines)).decode("ascii", "replace").splitlines() if lines else ()
    with terminal.open() as node:
        found = reveal_one(node, pseudonym, project=project, by=by, reason=reason, lines=kept)
    if as_json:
        output.document({"kind": found.kind, "text": found.text, "entry": found.entry.id})
        return
    output.line(found.text)
    terminal.note(f"{found.kind}; entry {found.entry.id}", f"{found.kind}；账本条目 {found.entry.id}")
