"""The noun, and what its verbs share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.kinds import Noun
from cli.terminal import Terminal
from cli.wishes import grantor_of

if TYPE_CHECKING:
    from exchange.node.node import Node

CONSENT_HELP = "Id of the consent, as hutong consent list shows it."


@click.group(cls=Noun)
def consent() -> None:
    """Say who may see which part of a record and what for; take it back."""


def sentence_of(terminal: Terminal, node: "Node", resource: dict[str, Any]) -> str:
    """The consent in this terminal's language."""
    from consent import sentence

    return sentence(resource, terminal.lang, lambda reference: node.name_of(reference, terminal.lang))


def region_names(lang: str) -> Callable[[str], str | None]:
    """Names where no node is at hand: regions have theirs, people and organisations stay as they are written."""
    from exchange.directory import Directory

    nobody = Directory()
    return lambda reference: nobody.name_of(reference, lang)


def who(node: "Node", patient: str, by: str | None) -> str:
    """Who says it: whoever was named, else the patient."""
    return grantor_of(by) if by else f"Patient/{node.records.patient(patient)}"
