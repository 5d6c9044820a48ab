"""The codes a person may say: purposes, kinds of record, sensitivities. A misspelt one must not be taken.

An exception nobody can match excepts nothing, and a word nobody knows could be somebody's name on its way into
the ledger. HL7 v3 ActReason, FHIR R4 resource types, v3 ActCode InformationSensitivityPolicy.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consent import Wish
from consent.terms import duo, is_disease
from consent.words import CLASSES, USES
from consent.words import PURPOSES as SPOKEN
from consent.words import ROLES as SPOKEN_ROLES
from consent.words import SENSITIVITIES as SPOKEN_LABELS
from exchange.directory import ROLES, is_region
from exchange.errors import ExchangeError
from exchange.nearby import LEAST, listed_hint
from exchange.records.resource_types import R4_TYPES

PURPOSES = frozenset(SPOKEN) | frozenset(
    "CLINTRCHNPC CLINTRCHPC PRECLINTRCH TRAIN SYSDEV HLEGAL HOUTCOMS HSYSADMIN LABELING METAMGT MEMADMIN"
    " PATSFTY PERFMSR RECORDMGT TREATDS DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM OPERAT PURPOSEOFUSE".split()
)
SENSITIVITIES = frozenset(
    "ETH ETHUD OPIOIDUD GDIS HIV MST PREGNANT SCA SDV SEX SPI BH COGN DVD EMOTDIS MH PSY PSYTHPN SUD STD TBOO VIO"
    " IDS SICKLE ADOL CEL VIP DIA DRGIS EMP PDS PHY PRS COMPT HRCOMPT RESCOMPT RMGTCOMPT ACOCOMPT CTCOMPT FMCOMPT"
    " LRCOMPT PACOMPT DEMO DOB GENDER LIVARG MARST PATLOC RACE REL B EMPL LOCIS SSP SPOUSE CHILDREN TAX"
    " HEALTH PAYMENT SICKLE GRIEF ABUSE".split()
)
DUO_CODES = frozenset(f"DUO:{code}" for code in USES)
# Of the codes in records; a region may have systems of its own, so these are named, not demanded.
SYSTEMS = (
    "http://loinc.org",
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/icd-9-cm",
    "http://www.whocc.no/atc",
    "http://snomed.info/sct",
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|]+")


class UnknownCode(ExchangeError):
    """Something that should be a code is none; which there are is told, never what was typed.

    `hint` and `hint_zh` name the nearest, or the first, and where all are.
    """

    def __init__(self, en: str, zh: str, hint: str, hint_zh: str) -> None:
        super().__init__(
            f"{en} is not a code anybody knows; nothing was recorded",
            f"{zh}不是已知代码；未作任何记录",
            hint=hint,
            hint_zh=hint_zh,
        )


class CodeWithoutSystem(ExchangeError):
    """A code of records that does not say of which system: a permit for it would permit nothing.

    `number` is which of the codes said, from 1; what was typed is not told.
    """

    def __init__(self, number: int) -> None:
        super().__init__(
            f"code {number} is not written as SYSTEM|CODE; nothing was recorded",
            f"第 {number} 个代码未写作 SYSTEM|CODE（体系|代码）；未作任何记录",
            hint=f"for example '{SYSTEMS[0]}|718-7'; SYSTEM is a URI: {', '.join(SYSTEMS)}, or one of the region's",
            hint_zh=f"例如 '{SYSTEMS[0]}|718-7'；体系为 URI：{'、'.join(SYSTEMS)}，或本地区自有的体系",
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of code: what it is called, its codes, those with words first, and the words (zh, en)."""

    name: str
    en: str
    zh: str
    words: Mapping[str, tuple[str, str]]
    known: frozenset[str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All of them, those one meets most first."""
        return (*(one for one in self.words if one in self.known), *sorted(self.known - self.words.keys()))

    def require(self, codes: Iterable[str]) -> None:
        """Return if every one of `codes` is of this kind. Raises UnknownCode."""
        for code in codes:
            if code not in self.known:
                everything = f"hutong policy codes {self.name}"
                where = (f"all of them: {everything}", f"全部代码：{everything}")
                hints = listed_hint(code, self.codes, where, meant=self._said_as(code))
                raise UnknownCode(f"a {self.en}", self.zh, *hints)

    def _said_as(self, text: str) -> list[str]:
        """The codes whose words hold `text`: somebody typed "research", or "看病"."""
        if len(text) < LEAST:
            return []
        return [code for code, said in self.words.items() if any(text.casefold() in one for one in said)]


PURPOSE = Kind("purpose", "purpose", "目的", SPOKEN, PURPOSES)
CLASS = Kind("class", "kind of record", "数据类别", CLASSES, R4_TYPES)
SENSITIVITY = Kind("sensitivity", "sensitivity", "敏感类别", SPOKEN_LABELS, SENSITIVITIES)
ROLE = Kind("role", "role", "角色", SPOKEN_ROLES, frozenset(ROLES))
USE = Kind("use", "research use", "研究用途", {f"DUO:{code}": said for code, said in USES.items()}, DUO_CODES)
KINDS = (PURPOSE, CLASS, SENSITIVITY, ROLE, USE)


def require_asked(purpose: str, classes: Iterable[str]) -> None:
    """Return if a request names codes only. Raises UnknownCode."""
    PURPOSE.require((purpose,))
    CLASS.require(classes)


def require_wish(wish: Wish) -> None:
    """Return if every code in a wish is one, so that it can mean something. Raises UnknownCode, CodeWithoutSystem."""
    PURPOSE.require(wish.purposes)
    CLASS.require((*wish.classes, *wish.except_classes))
    SENSITIVITY.require((*wish.sensitivities, *wish.except_sensitivities))
    ROLE.require(wish.roles)
    for codes in (wish.codes, wish.except_codes):
        _require_systems(codes)
    USE.require(one for one in wish.uses if not is_disease("", one) and duo("", one) not in USES)
    if not all(map(is_region, wish.regions)):
        raise UnknownCode(
            "a region",
            "地区",
            "six digits of GB/T 2260, zeros for a whole city or province: 440402, 440400, 440000",
            "GB/T 2260 六位代码，整市或整省以 0 补齐：440402、440400、440000",
        )


def _require_systems(codes: Iterable[str]) -> None:
    for number, text in enumerate(codes, start=1):
        system, _, code = text.rpartition("|")
        # An absolute URI (RFC 3986, 3.1); anything else no record names as a system.
        if not _URI.fullmatch(system) or not code or code != code.strip():
            raise CodeWithoutSystem(number)


def strange_code(resource: Mapping[str, Any]) -> str:
    """The place of the first code in a consent's rules that nobody knows; "" where there is none."""
    return next(_strange(resource.get("provision", {}), "Consent.provision"), "")


def _strange(rule: Mapping[str, Any], place: str) -> Iterator[str]:
    for element, known in (("purpose", PURPOSES), ("class", R4_TYPES), ("securityLabel", SENSITIVITIES)):
        for number, one in enumerate(rule.get(element, ())):
            code, system = str(one.get("code", "")), str(one.get("system", ""))
            is_label = element == "securityLabel" and (len(code) == 1 or "ActCode" not in system)
            # A class may also be a code of another system (a document type); only resource types are a closed list.
            is_other = element == "class" and not system.endswith("resource-types")
            if code not in known and not is_label and not is_other:
                yield f"{place}.{element}[{number}]"
    for number, inner in enumerate(rule.get("provision", ())):
        yield from _strange(inner, f"{place}.provision[{number}]")
