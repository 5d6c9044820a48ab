"""What a node knows beside its ledger that findings rest on: who is whose relative, who is watched, what was open."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# How somebody stands to a patient; see kinship.py for what is compared.
SELF, RELATIVE, CONTACT = "self", "relative", "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All by pseudonym.

    `kin`: (person, patient) -> SELF, RELATIVE or CONTACT. `watched`: patients. `caseless`: ids of looks for treatment
    when nothing was open for whoever looked. `regions`: organisation -> GB/T 2260 code.
    """

    kin: Mapping[tuple[str, str], str] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    caseless: frozenset[str] = frozenset()
    regions: Mapping[str, str] = field(default_factory=dict)
