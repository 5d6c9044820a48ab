"""Consent: who agreed to what, for which purpose, until when, and whether a request is covered by it."""

from consent.answer import Answer, Redacted
from consent.building import build_consent, withdraw
from consent.codes import role_group
from consent.config import Config
from consent.deciding import decide, decide_for_each, decide_on_file
from consent.differing import difference
from consent.errors import ConsentError
from consent.keys import PatientKey
from consent.lint import computable
from consent.on_file import OnFile
from consent.reasons import Words, reason_words
from consent.registry import Registry, StoredConsent, Storing
from consent.sentences import sentence
from consent.telling import answer_sentence
from consent.wish import SEPARATELY, Paper, Wish

__all__ = [
    "SEPARATELY",
    "Answer",
    "Config",
    "ConsentError",
    "OnFile",
    "Paper",
    "PatientKey",
    "Redacted",
    "Registry",
    "StoredConsent",
    "Storing",
    "Wish",
    "Words",
    "answer_sentence",
    "build_consent",
    "computable",
    "decide",
    "decide_for_each",
    "decide_on_file",
    "difference",
    "reason_words",
    "role_group",
    "sentence",
    "withdraw",
]
