"""What announces a name in English text: a title, a label, kin, a greeting, a signature.

Each word with a capital is looked at once, and then what stands in front of it: looking for three hundred
labels in the whole text would cost more than everything else together.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from deid.text.english_words import plain
from deid.text.spans import LABELLED, LIKELY, SHAPED
from deid.text.words import WORDS

_LISTS = WORDS.english


def _phrases(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower().rstrip(".") for word in words)


_TITLES = frozenset(_LISTS["titles"]) | frozenset("DR MR MRS MS MISS PROF DRS SMT MDM SIR".split())
_LABELS = _phrases(_LISTS["labels"])
_KIN = _phrases(_LISTS["kin"])
_CLOSINGS = _phrases(_LISTS["closings"])
_GREETINGS = _phrases(_LISTS["greetings"])
# "Dictated by" and the like need no colon; a part somebody plays neither, but then the name must be one.
_LEADING = frozenset(label for label in _LABELS if label.endswith((" by", " with", " to"))) | {
    "c/o",
    "thank you",
    "thanks",
    "attn",
    "d/w",
    "re",
    "cc",
}
_PARTS = frozenset(
    "cons consultant attending resident surgeon intern registrar fellow therapist officer "
    "sw mt ain hca pca lpn cna pharm dietician investigator interpreter aide worker nurse rn "
    "patient pt client midwife paramedic"
    " radiologist pathologist cardiologist oncologist neurologist psychiatrist counsellor "
    "counselor physiotherapist dietitian pharmacist chaplain roommate daughter son".split()
)
_SURE = ("name", "alias", "signed", "dictat", "transcri", "authenticated", "signature")
_FAR = 64
_IN_BRACKETS = re.compile(r" ?\([^()\n]{1,24}\)$")
_BREAK = re.compile(r"[^a-z0-9/'&.-]+|(?<=[a-z])/(?=[a-z]{3})")
_KIN_LINK = re.compile(r"(?:'s name(?: is)?| is| are| named| called|,| -|/)$")


@dataclass(frozen=True, slots=True)
class Lead:
    """How sure it is that a name follows; `any_word`: even if a dictionary has it; `proper`: only a plain name."""

    score: float
    any_word: bool = False
    proper: bool = False
    title: str = ""


def lead_before(text: str, at: int) -> Lead | None:
    """What announces a name at `at`."""
    before = text[max(0, at - _FAR) : at]
    core = before.rstrip(' \t\n"|(')
    gap = before[len(core) :]
    if not core or not _may_lead(core):
        return None
    if core[-1] in ":=":
        return _label(core)
    if "\n" in gap:
        return _closing(core)
    if "\t" in gap or "   " in gap or "|" in gap:
        return _label(core)
    return _title(core) or (None if core[-1] in ".!?" else _kin(core) or _leading(core))


# The last words of everything that announces a name: most words of a text are none of them.
_LAST_WORDS = frozenset(
    phrase.split(" ")[-1].rstrip(".")
    for phrases in (
        _LABELS,
        _KIN,
        _CLOSINGS,
        _GREETINGS,
        _LEADING,
        _PARTS,
        (title.lower() for title in _TITLES),
    )
    for phrase in phrases
) | frozenset("name the is are called named to by from".split())
_LAST_WORD = re.compile(r"([A-Za-z&]+(?:-in-law)?|c/o|d/w|w/)(?:'s?)?[ .,:=*#0-9-]*$", re.IGNORECASE)


def _may_lead(core: str) -> bool:
    last = _LAST_WORD.search(core, max(0, len(core) - 24))
    return (
        core[-1] in ")/"
        or (":" in core[-3:] and ")" in core[-4:])
        or (last is not None and last[1].lower() in _LAST_WORDS)
    )


def _words(core: str) -> list[str]:
    """The last four words, in small letters, without what is in brackets behind them."""
    cut = _IN_BRACKETS.sub("", core.rstrip(":=#-* \t")).lower().rstrip(".:* ")
    line = cut[cut.rfind("\n") + 1 :]
    return [word for word in _BREAK.split(line) if word][-4:]


def _known(words: list[str], phrases: frozenset[str]) -> str:
    """The longest run of the last words that is one of `phrases`."""
    for first in range(len(words)):
        phrase = " ".join(words[first:]).rstrip(".")
        if phrase in phrases:
            return phrase
    return ""


def _label(core: str) -> Lead | None:
    words = _words(core)
    label = _known(words, _LABELS) or _known([word.rstrip("0123456789#") for word in words], _LABELS)
    if not label and words and words[-1] in ("by", "to", "from"):
        label = _known(words[:-1], _LABELS)
    if not label:
        kin = _known(words, _KIN)
        return Lead(LIKELY, proper=True) if kin else None
    return Lead(LABELLED, any_word=any(part in label for part in _SURE))


def _closing(core: str) -> Lead | None:
    """A name on the line below: behind "Kind regards," or behind a label that stands alone."""
    words = _words(core.rstrip(",.!"))
    line = core[core.rfind("\n") + 1 :].strip(" \t,.!").lower()
    if _known(words, _CLOSINGS) and len(line) < 40:
        return Lead(SHAPED)
    return None


_LAST_ITEM = re.compile(r"""[^ \n\t(/>":]*$""")


def _title(core: str) -> Lead | None:
    last = _LAST_ITEM.search(core)
    word = last[0] if last else ""
    title = word.rstrip(".")
    if title not in _TITLES:
        return None
    if title == "Fr" and core[: -len(word)].rstrip()[-1:].isdecimal():
        return None  # 19 Fr Blake drain
    # MR is magnetic resonance and MS multiple sclerosis as often as somebody's title.
    return Lead(SHAPED, proper=word in ("MR", "MS", "SIR", "Sr"), title=title)


def _kin(core: str) -> Lead | None:
    words = _words(_KIN_LINK.sub("", core))
    return Lead(LIKELY, proper=True) if words and _known(words[-2:], _KIN) else None


def _leading(core: str) -> Lead | None:
    words = _words(core)
    if not words:
        return None
    line = core[core.rfind("\n") + 1 :].strip(" ,").lower()
    if line in _GREETINGS:
        return Lead(SHAPED)
    if _known(words, _LEADING) or (words[-1] in ("dr", "the") and _known(words[:-1], _LEADING)):
        return Lead(LIKELY)
    return Lead(LIKELY, proper=True) if plain(words[-1]) in _PARTS and core[-1].isalpha() else None
