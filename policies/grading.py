"""How sensitive data are, by the five levels of GB/T 39725-2020, as the data of the rules assign them.

1 is public, 5 strictly limited. The standard leaves it to whoever controls the data to assign levels by its criteria;
policies/rego/hutong_data/levels says how we do, and a region's own rules may say otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from policies.bundle import DATA_ROOT
from policies.errors import DataUnusable

STRICTEST = "5"
T = TypeVar("T")


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
    """The levels of one bundle. `data` are those of the bundle, below `hutong_data`.

    They may be a region's own: everything here raises DataUnusable, with the place, where they are not as they should.
    """

    data: Mapping[str, Any]

    @property
    def is_told(self) -> bool:
        """Whether this bundle has levels: those built before there were any have none."""
        return "levels" in self.data

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of data, in the order of docs/scenarios.toml; none in a bundle without them, or without levels."""
        if not self.is_told or "kinds" not in self.data:
            return ()
        found = [self._at(Kind, "kinds", name) for name in self._at(dict[str, Any], "kinds")]
        return tuple(sorted(found, key=lambda one: one.number))

    def category(self, kind: Kind) -> Words:
        """What its category is called."""
        return self._at(Words, "levels", "categories", kind.category)

    def level(self, confidentiality: str | None, sensitivities: Sequence[str] = ()) -> str:
        """The level of an item with these labels, "1" to "5"; the stricter where both say something.

        None is an item without a confidentiality label. A label nobody knows is of the strictest level.
        """
        said = [self._at(str, "labels", "unlabelled") if confidentiality is None else confidentiality]
        said += [self._at(str, "labels", "sensitive")] if sensitivities else []
        return max(map(self._of_label, said))

    def made_safe(self, level: str, profile: str) -> str:
        """The level once de-identified with `profile`; never a stricter one than before."""
        return min(level, self._at(dict[str, str], "levels", "profiles").get(profile, level))

    def words(self, level: str) -> Words:
        """What a level means."""
        return Words(*(self._at(str, "levels", "named", level, lang) for lang in ("en", "zh")))

    def _of_label(self, confidentiality: str) -> str:
        for level in self._at(dict[str, Any], "levels", "named"):
            if confidentiality in self._at(list[str], "levels", "named", level, "confidentiality"):
                return level
        return STRICTEST

    def _at(self, kind: type[T], *path: str) -> T:
        """What stands there. Raises DataUnusable where nothing does, or something else."""
        found: Any = self.data
        try:
            for name in path:
                found = found[name]
            return msgspec.convert(found, kind)
        except (KeyError, TypeError, msgspec.ValidationError):
            raise DataUnusable("/".join((DATA_ROOT, *path))) from None
