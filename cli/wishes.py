"""What a patient says on the command line, turned into a wish: who, what for, which data, how long."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.files import read_bytes
from cli.options import WHEN, When

if TYPE_CHECKING:
    from consent import Paper, Wish
    from exchange.directory import Directory

F = TypeVar("F", bound=Callable[..., Any])
# consent.databases.DATABASES, without reading it for a page of help.
DATABASES = ("population", "archive", "emr")
CONFIRMATIONS = ("sensitive", "third-party", "cross-border", "publish", "automated", "research-broad")


def _several(name: str, target: str, metavar: str, text: str) -> Callable[[F], F]:
    return click.option(name, target, multiple=True, metavar=metavar, help=f"{text}; repeatable.")


def _when(name: str, target: str, text: str) -> Callable[[F], F]:
    return click.option(name, target, type=WHEN, metavar="WHEN", help=text)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    _several("--to", "recipients", "WHO", "Organisation, person or group, e.g. zh-first-hospital"),
    _several("--role", "roles", "ROLE", "People of this role, e.g. family-doctor"),
    _several("--region", "regions", "CODE", "Recipients in this region, e.g. 440400"),
    _several("--for", "purposes", "PURPOSE", "What for: a v3 ActReason code, e.g. TREAT"),
    _several("--class", "classes", "TYPE", "Only this type of record, e.g. Observation"),
    click.option(
        "--database",
        "databases",
        multiple=True,
        type=click.Choice(DATABASES),
        help="All kinds of record of one of the three databases; the consent names each of them. Repeatable.",
    ),
    _several("--code", "codes", "SYSTEM|CODE", "Only records with this code"),
    _several("--sensitivity", "sensitivities", "LABEL", "Records of this sensitivity, e.g. PSY"),
    click.option(
        "--confidentiality",
        type=click.Choice(["U", "L", "M", "N", "R", "V"]),
        help="Records up to this confidentiality.",
    ),
    _when("--from", "starts", "When it begins to count, e.g. 2026-01-31; else now."),
    _when("--until", "ends", "When it ends; a day counts to its end."),
    _when("--data-since", "data_since", "Only records from this day or instant on."),
    _when("--data-until", "data_until", "Only records up to this day or instant."),
    _several("--except-class", "except_classes", "TYPE", "But not this type of record"),
    _several("--except-sensitivity", "except_sensitivities", "LABEL", "But nothing of this sensitivity"),
    click.option("--refuse", is_flag=True, help="Forbid instead of allow."),
    click.option(
        "--confirm",
        "confirmed",
        multiple=True,
        type=click.Choice(CONFIRMATIONS),
        help="What was asked and answered separately, as the law demands; repeatable.",
    ),
    click.option("--study", metavar="ID", help="The research project meant."),
    _several("--use", "uses", "DUO", "Research use: a GA4GH DUO code, e.g. DUO:0000007"),
    click.option(
        "--by", metavar="WHO", help="Who decides for the patient, if not the patient; needs --proof."
    ),
    click.option("--proof", metavar="FILE", help="What shows that WHO may decide, e.g. a birth certificate."),
    click.option("--evidence", metavar="FILE", help="The signed form."),
    click.option("--channel", metavar="TEXT", help="How it was said, e.g. telephone; else at the counter."),
)


def wish_options(command: F) -> F:
    """Everything a person may say in a consent."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wish_of(directory: "Directory", said: Mapping[str, Any]) -> "Wish":
    """The wish in what was said. Raises NotInDirectory for an unknown recipient, CannotRead for a paper."""
    from consent import Wish
    from consent.databases import classes_of

    given: dict[str, Any] = {name: value for name, value in said.items() if value not in (None, ())}
    given |= {name: when.text for name, when in given.items() if isinstance(when, When)}
    given |= {name: _paper(given[name]) for name in ("proof", "evidence") if name in given}
    if databases := given.pop("databases", ()):
        given["classes"] = tuple(dict.fromkeys((*given.get("classes", ()), *classes_of(databases))))
    if by := given.pop("by", None):
        given["grantor"] = grantor_of(by)
    given["recipients"] = tuple(reference_of(directory, one) for one in given.get("recipients", ()))
    return Wish(**given)


def reference_of(directory: "Directory", text: str) -> str:
    """The FHIR reference of an organisation, person or group of the registry; one that is a reference stays.

    Another region's people are in no registry of ours: name them by reference, Practitioner/ID. Raises
    NotInDirectory.
    """
    from exchange.directory import NotInDirectory

    if "/" in text:
        return text
    for find in (directory.organisation, directory.person, directory.group):
        try:
            return find(text).reference
        except NotInDirectory:
            continue
    raise NotInDirectory("recipient", "接收方", text)


def grantor_of(text: str) -> str:
    """The FHIR reference of whoever decides for the patient."""
    return text if "/" in text else f"RelatedPerson/{text}"


def _paper(file: str) -> "Paper":
    from mimetypes import guess_type

    from consent import Paper

    kind, _ = guess_type(file)
    return Paper(
        title=Path(file).name, content_type=kind or "application/octet-stream", content=read_bytes(file)
    )
