"""What somebody may have meant, and what else there is: a hint that can be acted on without looking anything up."""

from collections.abc import Sequence
from difflib import get_close_matches

FIRST = 10
NEAR = 3
# Shorter than this, a word is part of too many others.
LEAST = 2


def listed_hint(
    typed: str, listed: Sequence[str], where: tuple[str, str], *, meant: Sequence[str] = ()
) -> tuple[str, str]:
    """(en, zh): what was `meant`, and the listed nearest to what was typed; else the first; and `where` all are.

    What was typed is never repeated: it could be anybody's name or number.
    """
    by_case = {one.casefold(): one for one in listed}
    begun = [one for one in listed if len(typed) >= LEAST and one.casefold().startswith(typed.casefold())]
    close = [by_case[one] for one in get_close_matches(typed.casefold(), by_case, n=NEAR)]
    near = list(dict.fromkeys((*begun, *meant, *close)))[:NEAR]
    if near:
        return f"did you mean {', '.join(near)}? {where[0]}", f"是否指 {'、'.join(near)}？{where[1]}"
    first = listed[:FIRST]
    if not first:
        return where
    if len(first) == len(listed):
        return f"there are: {', '.join(first)}", f"可用的有：{'、'.join(first)}"
    return f"for example {', '.join(first)}; {where[0]}", f"例如 {'、'.join(first)}；{where[1]}"
