"""The noun."""

import click

from cli.kinds import Noun

# What somebody can have done with what it had received, as it is typed.
DONE = ("deleted", "retained-by-law", "stopped")


@click.group(cls=Noun)
def notice() -> None:
    """See who is still to be told: patients of an access, recipients of a withdrawal; answer other nodes."""
