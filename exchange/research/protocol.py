"""A research protocol: what a project wants to know, about whom, and under whose approval.

Written by the project as TOML. A field that is not known is an error naming it: a protocol is a
promise, and a misspelt limit must not become no limit.
"""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from exchange.errors import ExchangeError


class Cohort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is in: any of `conditions`, and all of the other limits. Ages in whole years.

    A condition is the beginning of an ICD-10 code (E11), or of a `system|code` (http://snomed.info/sct|44054006).
    """

    conditions: tuple[str, ...] = ()
    sex: Literal["male", "female", "any"] = "any"
    min_age: int = 0
    max_age: int = 200


class Protocol(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One project. `fields` gives, per FHIR resource type, the elements asked for."""

    id: str
    title_zh: str
    title_en: str
    organisation: str
    principal: str
    purpose: Literal["HRESCH", "BIORCH", "CLINTRCH", "DSRCH", "POARCH", "TRANSRCH"]
    use: tuple[str, ...]
    valid_from: date
    valid_until: date
    cohort: Cohort
    fields: dict[str, tuple[str, ...]]
    disease: str = ""
    disease_ancestors: tuple[str, ...] = ()
    for_profit: bool = False
    genetic_data: bool = False
    profile: Literal["research", "statistics"] = "research"


class BadProtocol(ExchangeError):
    """The protocol cannot be used as it is."""

    exit_code = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="a complete example: docs/how-to/request-an-extract.md",
            hint_zh="完整示例见 docs/how-to/request-an-extract.md",
        )


def read_protocol(file: Path) -> Protocol:
    """Read and check a protocol. Raises BadProtocol naming the file and the field, never a value."""
    try:
        protocol = msgspec.toml.decode(file.read_bytes(), type=Protocol)
    except OSError as error:
        raise BadProtocol(file.name, _small(error.strerror or "cannot be read"), "无法读取") from None
    except UnicodeDecodeError:
        raise BadProtocol(file.name, "is not UTF-8", "不是 UTF-8 文本") from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadProtocol(file.name, _small(str(error)), f"格式不对：{error}") from None
    check_protocol(protocol, file.name)
    return protocol


def check_protocol(protocol: Protocol, place: str) -> None:
    """Refuse a protocol that asks for nothing, for everybody, or for no time at all."""
    rules = (
        (bool(protocol.id.strip()), "id", "is empty", "不能为空"),
        (bool(protocol.use), "use", "names no DUO use", "没有写明用途(DUO)"),
        (bool(protocol.fields), "fields", "asks for nothing", "没有申请任何数据"),
        (
            bool(protocol.cohort.conditions),
            "cohort.conditions",
            "names no condition: not everybody",
            "没有限定病种",
        ),
        (
            protocol.valid_from <= protocol.valid_until,
            "valid_until",
            "lies before valid_from",
            "早于 valid_from",
        ),
        (
            protocol.cohort.min_age <= protocol.cohort.max_age,
            "cohort.max_age",
            "is below min_age",
            "小于 min_age",
        ),
    )
    for kept, field, en, zh in rules:
        if not kept:
            raise BadProtocol(f"{place}, {field}", en, zh)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
