"""Which attribute a tag is, of which type its bytes are, and to whom a private one belongs."""

from functools import lru_cache
from typing import NamedTuple

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

from deid.dicom.values import BULK, TEXT

_UNDEFINED = 0xFFFFFFFF
# Whole numbers without a sign.
_WHOLE = frozenset(("US", "UL"))
# Types that scanners mix up, and whose bytes are alike.
_ALIKE = (TEXT, BULK, frozenset(("IS", "DS")))


class Known(NamedTuple):
    """What the dictionary of PS3.6 says of a tag: the types it may have, and its name."""

    types: tuple[str, ...]
    keyword: str


@lru_cache(maxsize=16_384)
def known(tag: int) -> Known | None:
    """The entry of a public tag; None where there is none."""
    try:
        return Known(tuple(dictionary_VR(tag).split(" or ")), keyword_for_tag(tag))
    except KeyError:
        return None


@lru_cache(maxsize=16_384)
def registered(uid: str) -> tuple[str, str]:
    """The name and the kind of a UID of the standard (PS3.6 annex A): "SOP Class", "Transfer Syntax"; else blanks."""
    one = UID(uid)
    return (one.name, one.type) if one.type else ("", "")


def type_of(element: RawDataElement, types: tuple[str, ...]) -> str | None:
    """The type to read the value by; None where the file says one that the attribute cannot have."""
    said = element.VR
    if said and " or " in said:  # a file that says explicit and is not: pydicom leaves the choice
        return "OB" if element.length == _UNDEFINED else _widest(types)
    if said in (None, "UN"):
        if said == "UN" and not element.is_little_endian:
            return None  # PS3.5 section 6.2.2: what is UN is little endian, and nobody keeps to it
        return _widest(types)
    if said in types or any(said in alike and not alike.isdisjoint(types) for alike in _ALIKE):
        return said
    return None


def _widest(types: tuple[str, ...]) -> str:
    """For `US or OW` the one that takes any length."""
    return next((one for one in types if one == "OW"), types[0])


def element_of(dataset: Dataset, tag: int) -> DataElement | RawDataElement | None:
    """An attribute as it was read; None where it is not there."""
    element = dataset.get_item(
        tag, keep_deferred=True
    )  # an empty value counts as deferred, and would be decoded
    if isinstance(element, DataElement) and element.VR == "US" and isinstance(element.value, int):
        # Pixel Representation is decoded by pydicom itself, to read what lies in sequences.
        implicit, little = dataset.original_encoding
        raw = element.value.to_bytes(2, "little" if little else "big")
        return RawDataElement(element.tag, "US", 2, raw, 0, bool(implicit), bool(little))
    return element


def bytes_of(element: RawDataElement) -> bytes:
    """Its value; an empty one is no bytes."""
    return element.value or b""


def owner(dataset: Dataset, tag: int) -> str:
    """Who reserved the block a private tag lies in (PS3.5 section 7.8.1); "" where nobody did."""
    element = element_of(dataset, (tag & 0xFFFF0000) | (tag >> 8 & 0xFF))
    if isinstance(element, RawDataElement):
        return bytes_of(element).decode("ascii", "replace").strip("\0 ")
    return str(element.value).strip() if isinstance(element, DataElement) else ""


@lru_cache(maxsize=16_384)
def place(tag: int) -> str:
    """How a tag is called in a report: by its keyword, never by what came with the file."""
    entry = known(tag)
    if entry and entry.keyword:
        return entry.keyword
    return "private" if tag >> 16 & 1 else "unknown"


def word(dataset: Dataset, keyword: str) -> str:
    """The value of an attribute as one word; "" where there is none. The data set stays as it was read."""
    element = element_of(dataset, tag_for_keyword(keyword) or 0)
    if isinstance(element, RawDataElement):
        return bytes_of(element).decode("utf-8", "replace").strip("\0 ")
    return "" if element is None or element.value is None else str(element.value).strip()


def figure(dataset: Dataset, keyword: str) -> int:
    """The value of an attribute as a whole number of zero or more; 0 for anything else."""
    element = element_of(dataset, tag_for_keyword(keyword) or 0)
    if not isinstance(element, RawDataElement):
        return 0
    entry = known(int(element.tag))
    if entry and type_of(element, entry.types) in _WHOLE:
        return int.from_bytes(bytes_of(element)[:4], "little" if element.is_little_endian else "big")
    try:
        return max(0, int(bytes_of(element).decode("ascii", "replace").strip("\0 ")))
    except ValueError:
        return 0
