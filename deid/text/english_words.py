"""Whether an English word with a capital is somebody's name, a word, or both.

The lists are in data/english_words.txt.xz (made by deid/training/english/lexicon.py from packages, see
data/english_words.NOTICE) and in [english] of words.toml. They are read at the first English text.
"""

import lzma
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from deid.text.words import WORDS


class Kind(Enum):
    """What a word with a capital may be."""

    NAME = "in lists of names only"
    EITHER = "a name and a word"
    EPONYM = "a name that diseases, signs and tools bear"
    UNKNOWN = "in no list"
    PLACE = "a town or a land"
    WORD = "a word only"
    NEVER = "a brand, a month, a heading"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All in small letters, without accents."""

    words: frozenset[str]
    common: frozenset[str]
    given: frozenset[str]
    surnames: frozenset[str]
    # Names although a dictionary has them, and words that are names only beside another name.
    given_too: frozenset[str]
    given_either: frozenset[str]
    surnames_either: frozenset[str]
    eponyms: frozenset[str]
    never: frozenset[str]
    towns: frozenset[str]
    lands: frozenset[str]

    def kind(self, word: str) -> Kind:
        """Of a word as it is written; of a double name, what its parts are."""
        low = plain(word)
        if low in self.never:
            return Kind.NEVER
        if low in self.eponyms:
            return Kind.EPONYM
        if "-" in low:
            return Kind.NAME if _TWO_SYLLABLES.fullmatch(word) else self._of_parts(low)
        if low in self.given_too:
            return Kind.NAME
        return self._looked_up(low)

    def is_given(self, word: str) -> bool:
        """Whether people bear it as a given name."""
        low = plain(word)
        return low in self.given or low in self.given_too or low in self.given_either

    def is_surname(self, word: str) -> bool:
        """Whether people bear it as a surname."""
        low = plain(word)
        return low in self.surnames or low in self.surnames_either

    def _looked_up(self, low: str) -> Kind:
        named = low in self.given or low in self.surnames
        if low in self.lands:
            return Kind.EITHER if low in self.given_either else Kind.PLACE
        if low in self.words:
            return (
                Kind.EITHER if named or low in self.given_either or low in self.surnames_either else Kind.WORD
            )
        if named or low in self.surnames_either or low in self.given_either:
            return Kind.NAME
        if low in self.towns:
            return Kind.PLACE
        return Kind.WORD if _looks_medical(low) or self._is_built(low) else Kind.UNKNOWN

    def _of_parts(self, low: str) -> Kind:
        kinds = {self.kind(part) for part in low.split("-") if len(part) > 1}
        if not kinds or Kind.WORD in kinds or Kind.NEVER in kinds:
            return Kind.WORD
        # Al-Hassan, Min-jun: one part that is a name makes the whole one.
        for kind in (Kind.NAME, Kind.UNKNOWN, Kind.EPONYM, Kind.PLACE):
            if kind in kinds:
                return kind
        return Kind.EITHER

    def _is_built(self, low: str) -> bool:
        """Whether it is a word with an ending or a beginning that our lists lack: nontender, sutured."""
        for ending, instead in _ENDINGS:
            if low.endswith(ending) and low[: -len(ending)] + instead in self.words:
                return True
        begun = _BEGINNING.match(low)
        rest = low[begun.end() :] if begun else ""
        return bool(rest) and (rest in self.words or _looks_medical(rest))


# Min-jun, Wei-Ling
_TWO_SYLLABLES = re.compile(
    "[A-Z][a-z]{1,4}-(?:jun|woo|hee|hyun|hye|ji|jin|ho|hwan|seok|seo|su|soo|sook|young|yeon|won"
    "|mi|min|kyung|ja|ah|eun|il|chul|[A-Z][a-z]{1,4})"
)
_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("er", ""),
    ("al", ""), ("ness", ""), ("less", ""), ("ally", ""), ("ment", ""), ("able", ""), ("ae", "a"), ("ic", ""),
    ("ous", ""),
)  # fmt: skip
_BEGINNING = re.compile(
    "non|pre|post|anti|inter|intra|extra|peri|para|hyper|hypo|hemi|semi|sub|supra|super|infra"
    "|retro|antero|postero|latero|medio|endo|epi"
    "|trans|micro|macro|multi|poly|mono|uni|bi|tri|pseudo|hepato|cardio|neuro|nephro|osteo|myo"
    "|angio|broncho|gastro|entero|cysto|uro|thoraco"
    "|un|re|de|dis|over|under|out|well|echo|electro|radio|immuno|hemato|haemato|lympho|normo"
    "|cranio|cervico|lumbo|sacro|tracheo|laryngo|naso|oro"
)
_MEDICAL_ENDING = re.compile(
    r"[a-z]{2,}(?:ologists?|ology|ologic|ological|iatrist|iatrists|iatrics|itis|osis|oses|emia"
    r"|aemia|uria|ectomy|otomy|ostomy|oscopy|plasty|graphy|gram"
    r"|megaly|pathy|pathic|algia|plegia|plegic|paresis"
    r"|trophy|trophic|genic|genesis|lysis|lytic|iasis|rrhea|rrhoea|rrhage|rrhagia|sclerosis"
    r"|stenosis|cytosis|penia|philia|phobia|phagia|phasia|pnea|pnoea"
    r"|oma|omas|omata|cyte|cytes|blast|blasts|scope|scopic|metry|tomy|desis|pexy|centesis|tripsy"
    r"|ectasis|ectasia|malacia|edema|oedema|thorax|itides"
    r"|olol|pril|sartan|statin|azole|mycin|micin|cillin|cycline|floxacin|cef[a-z]+|mab|nib|tinib"
    r"|zumab|ximab|vir|tidine|prazole|setron|triptan|gliptin"
    r"|gliflozin|glutide|parin|caine|barbital|zepam|zolam|oxetine|idone|azine|thiazide|semide"
    r"|dipine|amide|profen|oxicam|coxib|dronate|fibrate|terol"
    r"|asone|solone|onide|tropium|phylline|lukast|platin|rubicin|taxel|poetin|grastim|kinase|ase"
    r"|ine-hcl|ectomies|opathy|opathies)"
)


def plain(word: str) -> str:
    """In small letters, without accents and apostrophes."""
    low = word.lower().replace("'", "")
    if low.isascii():
        return low
    return "".join(char for char in unicodedata.normalize("NFKD", low) if not unicodedata.combining(char))


@cache
def lexicon() -> Lexicon:
    """The lists, read once."""
    lists = _sections()
    english = WORDS.english
    given_either, surnames_either = frozenset(english["given-either"]), frozenset(english["surname-either"])
    never = frozenset[str]().union(
        *(_lower(english[name]) for name in ("no-names", "short-forms", "titles", "degrees")),
        _lower(english["brands"]) - lists["given"],
        _lower(word for word in (*english["labels"], *english["kin"]) if " " not in word)
        - given_either
        - surnames_either,
    )
    places = _lower(english["countries"]) | _lower(english["states"])
    return Lexicon(
        # A brand that people are called too is a word: Allegra.
        words=lists["common"]
        | lists["rare"]
        | (_lower(english["brands"]) & lists["given"])
        | {"april", "june"},
        common=lists["common"],
        given=lists["given"],
        surnames=lists["surnames"],
        given_too=frozenset(english["given-too"]),
        given_either=given_either,
        surnames_either=surnames_either,
        eponyms=_lower(english["eponyms"]),
        never=never,
        towns=lists["towns"] | _lower(english["cities"]),
        lands=places,
    )


def _sections() -> dict[str, frozenset[str]]:
    packed = files("deid.text").joinpath("data/english_words.txt.xz").read_bytes()
    sections: dict[str, frozenset[str]] = {}
    for part in lzma.decompress(packed).decode().split("# ")[1:]:
        name, *words = part.split("\n")
        sections[name] = frozenset(words)
    return sections


def _lower(words: Iterable[str]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


def _looks_medical(low: str) -> bool:
    return bool(_MEDICAL_ENDING.fullmatch(low))
