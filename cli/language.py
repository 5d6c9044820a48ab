"""Which language the terminal speaks: the one asked for, else the one the machine is set to."""

from collections.abc import Mapping, Sequence
from typing import Literal

Language = Literal["en", "zh"]
# POSIX: the first of these that is not empty counts.
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """`--lang` of the root command, else HUTONG_LANG, else the locale; English unless that says Chinese."""
    words = (_asked(arguments), environment.get("HUTONG_LANG"), *map(environment.get, LOCALE_VARIABLES))
    first = next((word for word in words if word), "")
    return "zh" if first.lower().startswith("zh") else "en"


def _asked(arguments: Sequence[str]) -> str | None:
    """What stands behind `--lang`; read first, so that an error in the rest is told in it too."""
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            return next(words, None)
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--node":
            next(words, None)
        elif not word.startswith("-"):
            return None
    return None
