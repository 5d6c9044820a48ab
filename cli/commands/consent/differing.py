"""What changed between two versions of a consent: of one in the register, or of two files."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from cli import output
from cli.commands.consent.noun import consent, region_names
from cli.errors import CannotRead, DoNotGoTogether
from cli.files import named, read_bytes
from cli.options import as_json
from cli.terminal import Terminal

NUMBER = click.IntRange(min=1)


@consent.command()
@click.argument("first", metavar="PATIENT|OLD", help="The patient; or with --files the older consent.")
@click.argument("second", metavar="ID|NEW", help="Id of the consent; or with --files the newer one.")
@click.option("--from", "old", type=NUMBER, metavar="N", help="The older version; else the one before.")
@click.option("--to", "new", type=NUMBER, metavar="N", help="The newer version; else the newest.")
@click.option("--files", is_flag=True, help="Compare two files with a FHIR R4 Consent each; needs no node.")
@as_json
@click.pass_obj
def diff(
    terminal: Terminal,
    first: str,
    second: str,
    old: int | None,
    new: int | None,
    files: bool,
    as_json: bool,
) -> None:
    """Say what changed between two versions of a consent, a sentence a change; from the rules, not the text.

    Example:
        hutong --node kunshan consent diff ks-pt-0001 form-ks-pt-0001 --from 1 --to 2
    """
    if files and (old or new):
        raise DoNotGoTogether(
            "consent diff", "files have no versions: leave out --from and --to", "--files 与 --from、--to"
        )
    told = _of_files(first, second) if files else _of_register(terminal, first, second, old, new)
    if as_json:
        output.document(told)
        return
    if not files:
        terminal.say(
            f"version {told['from']} to {told['to']}:", f"第 {told['from']} 版至第 {told['to']} 版："
        )
    for line in told[terminal.lang] or [terminal.told(*_NOTHING)]:
        output.line(line)


_NOTHING = ("nothing changed in what it says", "内容没有变化")


def _of_register(
    terminal: Terminal, patient: str, consent_id: str, old: int | None, new: int | None
) -> dict[str, Any]:
    from consent.differing import changes
    from exchange.consenting import two_versions

    with terminal.open() as node:
        before, after = two_versions(node, patient, consent_id, old=old, new=new)
        said = {
            lang: changes(before.resource, after.resource, lang, partial(node.name_of, lang=lang))
            for lang in ("zh", "en")
        }
    return {"consent": consent_id, "from": before.version, "to": after.version, **said}


def _of_files(old: str, new: str) -> dict[str, Any]:
    from consent.differing import changes

    before, after = _consent(old), _consent(new)
    return {lang: changes(before, after, lang, region_names(lang)) for lang in ("zh", "en")}


def _consent(file: str) -> Mapping[str, Any]:
    """The consent in a file. Raises CannotRead."""
    from exchange.records.strict_json import NotStrict, parse

    try:
        found, _ = parse(read_bytes(file))
    except NotStrict as wrong:
        raise CannotRead(
            named(file), f"is not strict JSON ({wrong.reason})", f"不是严格的 JSON({wrong.reason})"
        ) from None
    if not isinstance(found, Mapping) or found.get("resourceType") != "Consent":
        raise CannotRead(named(file), "is not a FHIR Consent", "不是 FHIR Consent")
    return found
