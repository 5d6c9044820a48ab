"""What stands at the head of a row, in words: the name behind a code, in Chinese and in English."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from exchange.audit import reasons_of, words
from exchange.audit.words import Table
from exchange.directory import region_name
from exchange.node.node import Node

# Code -> (zh, en).
TIERS: Table = {
    "national": ("国家级", "national"),
    "provincial": ("省级", "provincial"),
    "prefecture": ("市级", "prefecture"),
    "county": ("县级", "county"),
    "village": ("村级", "village"),
}
SEXES: Table = {
    "female": ("女", "female"),
    "male": ("男", "male"),
    "other": ("其他", "other"),
    "unknown": ("未知", "unknown"),
}
EMERGENCIES: Table = {"yes": ("紧急调阅", "emergency"), "no": ("一般调阅", "no emergency")}
NOT_KNOWN = ("(未注明)", "(not said)")


@dataclass(frozen=True)
class Names:
    """Names for the rows of a count by one of the ways there are."""

    node: Node

    def of(self, by: str, key: str, lang: str) -> str:
        """What `key` is called."""
        if not key:
            return _said({"": NOT_KNOWN}, "", lang)
        named = self._ways.get(by)
        return named(key, lang) if named else key

    @cached_property
    def _ways(self) -> Mapping[str, Callable[[str, str], str]]:
        rules = reasons_of(self.node)
        return {
            "class": lambda key, lang: words.with_code(words.classes(key, lang), key, lang),
            "organisation": lambda key, lang: self.node.name_of(f"Organization/{key}", lang) or key,
            "region": region_name,
            "tier": lambda key, lang: _said(TIERS, key, lang),
            "role": words.role,
            "purpose": lambda key, lang: words.with_code(words.purpose(key, lang), key, lang),
            "decision": words.decision,
            "reason": lambda key, lang: words.reason(key, lang, rules),
            "emergency": lambda key, lang: _said(EMERGENCIES, key, lang),
            "sex": lambda key, lang: _said(SEXES, key, lang),
        }


def _said(table: Table, key: str, lang: str) -> str:
    zh, en = table.get(key, (key, key))
    return zh if lang == "zh" else en
