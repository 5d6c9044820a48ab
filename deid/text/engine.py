"""Take out of a text what says who: find it, or replace it by what it was.

The first call loads presidio (about a second); importing this module does not.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from deid.text.folding import has_han
from deid.text.spans import Span
from deid.text.version import digest_of_engine

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpArtifacts

    from deid.text.finding import Profile, Recognizers

Lang = Literal["auto", "zh", "en"]

LABELS_ZH = {
    "NAME": "姓名",
    "DATE": "日期",
    "HOSPITAL": "医疗机构",
    "ORG": "单位",
    "ADDRESS": "地址",
    "POSTCODE": "邮编",
    "PHONE": "电话",
    "EMAIL": "邮箱",
    "URL": "网址",
    "IP": "网络地址",
    "ID_CARD": "身份证号",
    "PASSPORT": "护照号",
    "PERMIT": "通行证号",
    "BIRTH_CERT": "出生证号",
    "MRN": "病历号",
    "HEALTH_CARD": "健康卡号",
    "INSURANCE": "医保号",
    "BANK_CARD": "银行卡号",
    "PLATE": "车牌号",
    "DEVICE_ID": "设备号",
    "WECHAT_QQ": "社交账号",
    "ETHNICITY": "民族",
    "RELIGION": "宗教",
    "AGE": "高龄",
}


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
        """`text` with `[姓名]` (Chinese) or `[NAME]` (English) in place of each span."""
        spans = self.find(text, lang)
        chinese = _language(text, lang) == "zh"
        pieces: list[str] = []
        at = 0
        for span in spans:
            label = f"[{LABELS_ZH[span.type] if chinese else span.type}]"
            if at != span.start or not pieces or pieces[-1] != label:
                pieces += (text[at : span.start], label)
            at = span.end
        return Redacted("".join((*pieces, text[at:])), tuple(spans))

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
