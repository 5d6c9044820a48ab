"""Take out of a text what says who: find it, or replace it by what it was.

The first call loads presidio (about a second); importing this module does not.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from deid.text.folding import has_han
from deid.text.relabelling import LABELS_ZH, beside_labels, write_labels
from deid.text.spans import Span, cover
from deid.text.version import digest_of_engine

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpArtifacts

    from deid.text.finding import Profile, Recognizers

__all__ = ["LABELS_ZH", "Lang", "Redacted", "TextEngine"]

Lang = Literal["auto", "zh", "en"]

# A second look nearly always finds nothing more; a text made to need many is let go after these.
_MOST_LOOKS = 12


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with labels in place of what was found, and where it was found in the original."""

    text: str
    spans: tuple[Span, ...]


class TextEngine:
    """Finds names, numbers, dates and places of people in Chinese and English text. Same text, same answer.

    `profile`: "strict" looks at everything, "fast" for millions of notes, where a few more leaks are borne.
    `recognizers`: what a hospital adds of its own, if anything.
    `lang` of its methods: "zh", "en", or "auto", which is Chinese as soon as one Han character is there.
    It settles in which language what was taken out is named; looked for is what either language has.
    """

    def __init__(self, profile: "Profile" = "strict", recognizers: "Recognizers | None" = None) -> None:
        self._profile: Profile = profile
        self._recognizers = recognizers

    @property
    def digest(self) -> str:
        """Changes with any rule, word or model, with the profile, and with what a hospital adds."""
        parts = (digest_of_engine(), self._profile, self._recognizers.digest if self._recognizers else "")
        return f"sha256:{hashlib.sha256(' '.join(parts).encode()).hexdigest()}"

    def find(self, text: str, lang: str = "auto") -> list[Span]:
        """What identifies, in order, no two overlapping. Offsets are code points of `text`, end exclusive."""
        language = _language(text, lang)
        results = self._analyzer.analyze(text, language=language, nlp_artifacts=self._nothing[language])
        spans = (Span(r.start, r.end, r.entity_type, r.score) for r in results)
        return sorted(spans, key=lambda span: span.start)

    def redact(self, text: str, lang: str = "auto") -> Redacted:
        """`text` with `[姓名]` (Chinese) or `[NAME]` (English) in place of each span.

        What comes to light only when the rest is gone goes as well, so redacting again changes nothing. A
        label that is in `text` already stays as it is.
        """
        labels = LABELS_ZH if _language(text, lang) == "zh" else dict(zip(LABELS_ZH, LABELS_ZH, strict=True))
        spans = beside_labels(text, self.find(text, lang))
        written = write_labels(text, spans, labels)
        for _ in range(_MOST_LOOKS if spans else 0):
            more = beside_labels(written.text, self.find(written.text, lang))
            if not more:
                break
            spans = cover((*spans, *(written.in_original(span) for span in more)))
            written = write_labels(text, spans, labels)
        return Redacted(written.text, tuple(spans))

    @cached_property
    def _nothing(self) -> "dict[str, NlpArtifacts]":
        """What a language model would have found, for each language: nothing, made once."""
        engine = self._analyzer.nlp_engine
        return {language: engine.process_text("", language) for language in ("zh", "en")}

    @cached_property
    def _analyzer(self) -> "AnalyzerEngine":
        from deid.text.frame import make_analyzer  # loads presidio and what it stands on

        return make_analyzer(self._profile, self._recognizers)


def _language(text: str, lang: str) -> str:
    if lang == "auto":
        return "zh" if has_han(text) else "en"
    return lang
