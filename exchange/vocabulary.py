"""The codes a person may say: purposes, kinds of record, sensitivities. A misspelt one must not be taken.

An exception nobody can match excepts nothing, and a word nobody knows could be somebody's name on its way into
the ledger. HL7 v3 ActReason, FHIR R4 resource types, v3 ActCode InformationSensitivityPolicy.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from consent import Wish
from consent.words import PURPOSES as SPOKEN
from exchange.directory import is_region
from exchange.errors import ExchangeError
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


class UnknownCode(ExchangeError):
    """Something that should be a code is none; the nearest ones are told, never what was typed."""

    def __init__(self, en: str, zh: str, near: Iterable[str]) -> None:
        listed = ", ".join(near)
        super().__init__(
            f"{en} is not a code anybody knows; nothing was recorded",
            f"{zh}不是已知代码;未作任何记录",
            hint=f"did you mean {listed}?" if listed else "see hutong consent grant --help for examples",
            hint_zh=f"是否指 {listed}?" if listed else "示例见 hutong consent grant --help",
        )


_PURPOSE = (("a purpose", "目的"), PURPOSES)
_CLASS = (("a kind of record", "数据类别"), R4_TYPES)
_SENSITIVITY = (("a sensitivity", "敏感类别"), SENSITIVITIES)


def require_asked(purpose: str, classes: Iterable[str]) -> None:
    """Return if a request names codes only. Raises UnknownCode."""
    _require((purpose,), _PURPOSE)
    _require(classes, _CLASS)


def require_wish(wish: Wish) -> None:
    """Return if every code in a wish is one, so that it can mean something. Raises UnknownCode."""
    _require(wish.purposes, _PURPOSE)
    _require((*wish.classes, *wish.except_classes), _CLASS)
    _require((*wish.sensitivities, *wish.except_sensitivities), _SENSITIVITY)
    if not all(map(is_region, wish.regions)):
        raise UnknownCode("a region", "地区", ())


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


def _require(codes: Iterable[str], kind: tuple[tuple[str, str], frozenset[str]]) -> None:
    what, known = kind
    by_case = {one.casefold(): one for one in known}
    for code in codes:
        if code not in known:
            near = get_close_matches(code.casefold(), by_case, n=3)
            raise UnknownCode(*what, (by_case[one] for one in near))
