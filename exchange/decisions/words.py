"""Codes and times in the words of a page, in both languages."""

from collections.abc import Sequence
from datetime import datetime

from consent.words import CLASSES, ROLES, word
from exchange.audit.voice import spoken
from exchange.audit.words import purpose
from exchange.decisions.page import Text
from exchange.instants import CHINA

NAMED_CLASSES = 6
# The officer has no part in a consent, so the consent room has no word for the role.
_OFFICER = {"security-officer": ("安全负责人", "security officer")}


def same(text: str) -> Text:
    """What is the same in both languages: an id, a digest, a number."""
    return Text(text, text)


def time_of(moment: datetime) -> str:
    """An instant in China's time, to the second."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S} (UTC+8)"


def role_words(role: str) -> Text:
    """A role of the registry."""
    return Text(word(ROLES | _OFFICER, role, "zh"), role.replace("-", " "))


def purpose_words(code: str) -> Text:
    """A purpose and its code, for somebody who is not the patient."""
    return Text(f"{purpose(code, 'zh')}({code})", f"{purpose(code, 'en')} ({code})")


def class_words(classes: Sequence[str]) -> Text:
    """Kinds of record; none means all."""
    if not classes:
        return Text("全部健康档案", "the whole record")
    zh, en = (
        [spoken(word(CLASSES, one, lang), "officer", lang) for one in classes[:NAMED_CLASSES]]
        for lang in ("zh", "en")
    )
    more = len(classes) > NAMED_CLASSES
    return Text("、".join(zh) + ("等" if more else ""), ", ".join(en) + (" and more" if more else ""))
