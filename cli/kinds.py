"""The two kinds of command: a verb that does something, and a noun that has verbs."""

import click

from cli.help import page
from cli.usage import VerbMissing


class Verb(click.Command):
    """A command whose help speaks the language of the terminal."""

    def get_help(self, ctx: click.Context) -> str:
        """See cli/help.py."""
        return page(self, ctx)


class Noun(click.Group):
    """A group of verbs. Without a verb it says which there are."""

    command_class = Verb

    def get_help(self, ctx: click.Context) -> str:
        """See cli/help.py."""
        return page(self, ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they are written: what one does first comes first."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Raises VerbMissing when nothing follows the noun."""
        if not args and not ctx.resilient_parsing:
            raise VerbMissing(ctx, self.list_commands(ctx))
        return super().parse_args(ctx, args)
