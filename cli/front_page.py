"""The help of `hutong` itself: what it is for, what to try first, and the commands by who uses them."""

import click

from cli.help import heading, in_short, listing, opening, sections, spoken
from cli.tree import AUDIENCES, FIRST_STEPS


def front_page(root: click.Group, context: click.Context) -> str:
    """The page a newcomer sees first."""
    lang = spoken(context)
    blocks = opening(root, context)
    blocks.append(
        listing(heading("first", lang), [(line, zh if lang == "zh" else en) for line, en, zh in FIRST_STEPS])
    )
    for audience in AUDIENCES:
        named = [
            (noun, in_short(command, (noun,), lang))
            for noun in audience.nouns
            if (command := root.get_command(context, noun)) is not None
        ]
        blocks.append(listing(f"{audience.zh}：" if lang == "zh" else f"{audience.en}:", named))
    *_, options = sections(root, context, lang)
    blocks.append(listing(*options))
    return "\n\n".join("\n".join(block) for block in blocks)
