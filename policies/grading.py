"""How sensitive data are, by the five levels of GB/T 39725-2020, as the data of the rules assign them.

1 is public, 5 strictly limited. The standard leaves it to whoever controls the data to assign levels by its criteria;
policies/rego/hutong_data/levels says how we do, and a region's own rules may say otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

STRICTEST = "5"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    en: str
    zh: str


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of data: policies/rego/hutong_data/kinds says what each column is."""

    number: int
    en: str
    zh: str
    category: str
    label: str
    sensitive: tuple[str, ...]
    classes: tuple[str, ...]
    code: str
    standards: tuple[str, ...]
    without: Words | None = None


@dataclass(frozen=True, slots=True)
class Grading:
    """The levels of one bundle. `data` are those of the bundle, below `hutong_data`."""

    data: Mapping[str, Any]

    @property
    def is_told(self) -> bool:
        """Whether this bundle has levels: those built before there were any have none."""
        return "levels" in self.data

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of data, in the order of docs/scenarios.toml; none in a bundle that has no table of them."""
        found = msgspec.convert(tuple(self.data.get("kinds", {}).values()), tuple[Kind, ...])
        return tuple(sorted(found, key=lambda one: one.number))

    def category(self, kind: Kind) -> Words:
        """What its category is called."""
        return msgspec.convert(self.data["levels"]["categories"][kind.category], Words)

    def level(self, confidentiality: str | None, sensitivities: Sequence[str] = ()) -> str:
        """The level of an item with these labels, "1" to "5"; the stricter where both say something.

        None is an item without a confidentiality label. A label nobody knows is of the strictest level.
        """
        labels = self.data["labels"]
        said = [labels["unlabelled"] if confidentiality is None else confidentiality]
        said += [labels["sensitive"]] if sensitivities else []
        return max(map(self._of_label, said))

    def made_safe(self, level: str, profile: str) -> str:
        """The level once de-identified with `profile`; never a stricter one than before."""
        after: str = self.data["levels"]["profiles"].get(profile, level)
        return min(level, after)

    def words(self, level: str) -> Words:
        """What a level means."""
        named = self.data["levels"]["named"][level]
        return Words(named["en"], named["zh"])

    def _of_label(self, confidentiality: str) -> str:
        named = self.data["levels"]["named"]
        return next(
            (level for level, one in named.items() if confidentiality in one["confidentiality"]), STRICTEST
        )
