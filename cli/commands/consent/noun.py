"""The noun, and what its verbs share."""

from typing import TYPE_CHECKING, Any

import click

from cli.kinds import Noun
from cli.terminal import Terminal

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
