"""Find what identifies in a text, with what is known of the patient beside it, and put the operators' choice there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from deid.pseudonyms import derive
from deid.text.known import NOTHING, Known
from deid.text.operators.choices import Operators
from deid.text.operators.keyed import Keyed
from deid.text.operators.sealing import Seal
from deid.text.operators.writing import Change, Project, Rewritten, Whose, write
from deid.text.spans import Span, cover

# The same few words ("2型糖尿病") come again and again; notes do not.
_SHORT = 100
_REMEMBERED = 16_384


class Finder(Protocol):
    """Finds what identifies (deid.text.engine.TextEngine)."""

    @property
    def digest(self) -> str:
        """Changes with anything that could change what is found."""

    def find(self, text: str, lang: str = "auto") -> list[Span]: ...


class Rewriter:
    """Rewrites texts with the key of one project. Same text, same patient, same key: same answer.

    `key`: at least 32 secret bytes of the project. `today`: the day ages are counted on. Raises BadKey.
    """

    def __init__(self, finder: Finder, operators: Operators, *, key: bytes, today: date) -> None:
        self.digest = finder.digest
        self._finder = finder
        self._project = Project(
            keyed=Keyed(derive(key, "surrogate")), seal=Seal(key), operators=operators, today=today
        )
        self._found_in_short = lru_cache(maxsize=_REMEMBERED)(
            lambda text, lang: tuple(finder.find(text, lang))
        )

    def rewrite(
        self,
        text: str,
        *,
        patient: str = "",
        days: int = 0,
        known: Known = NOTHING,
        found: Sequence[Span] = (),
        lang: str = "auto",
    ) -> Rewritten:
        """`text` rewritten for `patient`, whose dates move by `days`.

        `known`: what the record knows; whatever of it stands in the text is taken out, found or not. `found`: what
        is known to stand where, beside what the finder finds.
        """
        spans = self._spans(text, known, found, lang)
        whose = Whose(patient=patient, days=days, people=known.people)
        done = write(text, spans, self._project, whose, lang=lang) if spans else Rewritten(text, ())
        return self._without(done, known)

    def _spans(self, text: str, known: Known, found: Sequence[Span], lang: str) -> list[Span]:
        ours = self._found_in_short(text, lang) if len(text) <= _SHORT else self._finder.find(text, lang)
        treated = [span for span in (*ours, *found) if self._project.operators[span.type] != "keep"]
        # Inside something that goes anyway, what is known would only tear it apart.
        more = [
            one
            for one in known.find(text)
            if not any(s.start <= one.start and one.end <= s.end for s in treated)
        ]
        return cover((*treated, *more))

    def _without(self, done: Rewritten, known: Known) -> Rewritten:
        """`done` with a mask over what is known and stands in it still, or again by an unlucky invention."""
        operators = self._project.operators
        left = [span for span in known.find(done.text) if operators[span.type] not in ("keep", "shift")]
        if not left:
            return done
        chars = list(done.text)
        for span in left:
            chars[span.start : span.end] = [
                "*" if not char.isspace() else char for char in chars[span.start : span.end]
            ]
        return replace(done, text="".join(chars))


__all__ = ["Change", "Finder", "Rewriter", "Rewritten"]
