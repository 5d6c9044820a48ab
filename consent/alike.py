"""Which items are the same to a set of rules: those that differ only in what none of the rules goes by.

A record holds many items and a consent speaks of few things, so what was found for one item holds for most.
"""

from collections.abc import Hashable, Iterable

import msgspec

from consent.case import Item
from consent.rules import Conditions, Rule


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What rules go by in an item: whether kinds, labels, dates; which codes (without system) and references."""

    kinds: bool
    labels: bool
    dates: bool
    codes: frozenset[str]
    references: frozenset[str]

    def of(self, item: Item) -> Hashable:
        """The item as the rules see it: equal for two items that no rule can tell apart."""
        return (
            item.kind if self.kinds else None,
            (item.confidentiality, item.sensitivity) if self.labels else None,
            item.authored if self.dates else None,
            frozenset([one for one in item.codes if one[1] in self.codes]) if self.codes else None,
            (self._named(item.ref), self._named(item.author), self._named(item.encounter))
            if self.references
            else None,
        )

    def _named(self, reference: str | None) -> str | None:
        """A reference no rule names is as good as any other; none at all is something else."""
        return reference if reference is None or reference in self.references else ""


def spoken_of(rules: Iterable[Rule]) -> Spoken:
    """Everything any of the rules goes by."""
    said = [rule.whole for rule in rules]
    return Spoken(
        kinds=any(one.kinds is not None for one in said),
        labels=any(one.labels is not None for one in said),
        dates=any(one.data_period is not None for one in said),
        codes=frozenset(code for one in said for _, code in one.codes or ()),
        references=frozenset(name for one in said for name in _references(one)),
    )


def _references(said: Conditions) -> Iterable[str]:
    yield from said.authors or ()
    yield from (reference for _, reference in said.data or ())
