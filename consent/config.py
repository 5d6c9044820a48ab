"""What a site settles about consent: ages, evidence, emergencies, statutory authorities.

The defaults follow the Chinese texts named beside each setting; they are settings because they are a
site's reading of the law, not legal advice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self, get_type_hints

from consent.errors import BadCase
from consent.strict import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The site's settings for decisions."""

    named_recipient_required: bool = True  # PIPL 23
    honor_emergency_refusal: bool = True
    emergency_override: bool = True  # PIPL 13(4)
    emergency_export: bool = False  # Network Data Regulation 35(7)
    guardian_required_under: int = 14  # PIPL 31
    guardian_lapse_age: int = 18  # Civil Code 18, 23
    evidence_required: bool = True
    required_policies: Mapping[str, str] = field(default_factory=dict)  # base URI -> version, PIPL 14
    statutory_authorities: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # purpose -> organisations
    internal_care: bool = True
    home_country: str = "CN"
    tz_hours: int = 8

    def as_dict(self) -> dict[str, object]:
        """Every setting by its name: what is kept with a decision, and `Config(**kept)` decides again by."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_case(cls, config: Mapping[str, Any]) -> Self:
        """The settings of a case (camelCase). Raises BadCase naming an unknown or unreadable field."""
        if not isinstance(config, Mapping):
            raise BadCase("config", "is not an object", "不是对象")
        known = _settings()
        said: dict[str, Any] = {}
        for key, value in config.items():
            if key not in known:
                raise BadCase("config", f'unknown field "{key}"', f"未知字段 {key}")
            name, shape = known[key]
            said[name] = read(value, shape, f"config.{key}")
        if not -14 <= said.get("tz_hours", 0) <= 14:
            raise BadCase(
                "config.tzHours", "is not a number of hours from -14 to 14", "应为 -14 到 14 的小时数"
            )
        return cls(**said)


@cache
def _settings() -> Mapping[str, tuple[str, Any]]:
    """Name and shape of every setting, by the name it has in a case."""
    shapes = get_type_hints(Config)
    return {_camel(one.name): (one.name, shapes[one.name]) for one in fields(Config)}


def _camel(name: str) -> str:
    return re.sub(r"_(.)", lambda found: found[1].upper(), name)
