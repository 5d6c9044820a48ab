"""Takes out of a record what says who: an allow-list for FHIR, an engine for free text.

Imports nothing of ours, opens no connection and no database. Time and keys are arguments.
"""

from deid.cleaning import Cleaned, Cleaner
from deid.report import Report
from deid.rulebook import Rules, elements_known, load_rules, profile_names
from deid.text.engine import TextEngine

__all__ = [
    "Cleaned",
    "Cleaner",
    "Report",
    "Rules",
    "TextEngine",
    "elements_known",
    "load_rules",
    "profile_names",
]
