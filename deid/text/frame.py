"""presidio-analyzer as the frame: our finders are one recogniser of it, and nothing reaches the network.

Its defaults download a language model, and its e-mail recogniser asks for a suffix list. Neither is used:
no model (NoOpNlpEngine), no recogniser but ours, no context words (they do nothing for Chinese). The empty
artifacts are made once, so presidio's own share does not grow with the text.
"""

from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from deid.text.finding import TYPES, Profile, Recognizers, find_all

LANGUAGES = ("zh", "en")


class Composite(EntityRecognizer):
    """All our finders as one recogniser, so that they can look at what the others found."""

    def __init__(self, language: str, profile: Profile, recognizers: Recognizers | None) -> None:
        super().__init__(list(TYPES), supported_language=language, name=f"Hutong {language}")
        self._profile: Profile = profile
        self._recognizers = recognizers

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        """What our finders found, as presidio wants it."""
        found = find_all(text, self._profile, self._recognizers)
        return [RecognizerResult(s.type, s.start, s.end, s.score) for s in found if s.type in entities]


class _NoContext(ContextAwareEnhancer):
    """Leaves results as they are; our finders look at the context themselves."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(self, text: str, raw_results: list[Any], *_: Any, **__: Any) -> list[Any]:
        return raw_results


def make_analyzer(profile: Profile = "strict", recognizers: Recognizers | None = None) -> AnalyzerEngine:
    """An analyzer for Chinese and English with our recogniser only."""
    engine = NoOpNlpEngine(models=[{"lang_code": lang, "model_name": "none"} for lang in LANGUAGES])
    engine.load()
    registry = RecognizerRegistry(
        recognizers=[Composite(lang, profile, recognizers) for lang in LANGUAGES],
        supported_languages=list(LANGUAGES),
    )
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=list(LANGUAGES),
        context_aware_enhancer=_NoContext(),
    )
