"""Gather what a data set says of who it is about, before anything is changed: see deid/dicom/traces.py."""

import re

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from deid.dicom.attributes import bytes_of, element_of, known, registered, type_of
from deid.dicom.charsets import decoded, encodings_of
from deid.dicom.refusals import Refused
from deid.dicom.table import Action, rows
from deid.dicom.traces import Traces

DEEPEST = 32
CHARSET = 0x00080005
# Its codes say what was seen in a curve, and nothing of a person.
_WAVEFORM_ANNOTATIONS = 0x0040B020
# In a sequence that tells who, the code of a person or a hospital and what it means.
_CODED = frozenset((0x00080100, 0x00080104, 0x00080119))
Encodings = tuple[str, ...] | None
Element = DataElement | RawDataElement | None
_NOT_TELLING = frozenset(("descriptors", "dates", "full-dates", "characteristics", "graphics", "structured"))
_TELLING_TYPES = frozenset(("LO", "SH", "ST", "UC", "UT", "AE", "UR"))
_DAY = re.compile(rb"(\d{4})[.-]?(\d\d)[.-]?(\d\d)")


class Gatherer:
    """Knows which attributes tell who; `options` are those of deid.dicom.table."""

    def __init__(self, options: frozenset[str]) -> None:
        actions = {tag: row.action(options) for tag, row in rows().items()}
        self._telling = {
            tag
            for tag, row in rows().items()
            if actions[tag] is not Action.KEEP and not _NOT_TELLING & row.options.keys()
        } - {_WAVEFORM_ANNOTATIONS}
        self._days = "full-dates" not in options
        self._uids = "uids" not in options

    def gather(self, source: Dataset, encodings: Encodings) -> Traces:
        """What is told on every level. Raises Refused for what is nested too deeply or cannot be read."""
        traces = Traces()
        self._level(source, encodings, traces, 0, telling=False)
        return traces

    def _level(
        self, source: Dataset, encodings: Encodings, traces: Traces, depth: int, *, telling: bool
    ) -> None:
        if depth > DEEPEST:
            raise Refused("too-deep")
        encodings = charset(source, encodings)
        for tag in list(source.keys()):
            element = element_of(source, tag)
            for item in items(source, tag, element):
                self._level(item, encodings, traces, depth + 1, telling=telling or tag in self._telling)
            if isinstance(element, RawDataElement) and element.value:
                self._value(int(tag), element, encodings, traces)
                if telling and tag in _CODED:
                    traces.add_number(_read(bytes_of(element), encodings))

    def _value(self, tag: int, element: RawDataElement, encodings: Encodings, traces: Traces) -> None:
        entry = known(tag)
        vr = (type_of(element, entry.types) or entry.types[0]) if entry else element.VR
        raw = bytes_of(element)
        if vr == "PN":
            traces.add_name(_read(raw, encodings))
        elif vr == "UI":
            if self._uids:
                traces.uids.update(one for one in uids(raw) if one and not registered(one)[1])
        elif vr in ("DA", "DT"):
            if self._days and (match := _DAY.match(raw)):
                traces.add_day(*(int(part) for part in match.groups()))
        elif vr in _TELLING_TYPES and tag in self._telling:
            traces.add_number(_read(raw, encodings))


def uids(raw: bytes) -> list[str]:
    """The UIDs of a value."""
    return [one.strip("\0 ") for one in raw.decode("ascii", "replace").split("\\")]


def charset(source: Dataset, inherited: Encodings) -> Encodings:
    """The character set of this level; an item without one has that of what it lies in (PS3.3 C.12.1.1.2)."""
    element = element_of(source, CHARSET)
    if element is None:
        return inherited
    if isinstance(element, RawDataElement):
        return encodings_of(bytes_of(element))
    value = element.value
    named = value if isinstance(value, str) else "\\".join(value or ())
    return encodings_of(named.encode("ascii", "replace"))


def items(source: Dataset, tag: BaseTag, element: Element) -> Sequence | tuple[()]:
    """The items of a sequence; none for what is none. Raises Refused where they cannot be read."""
    if isinstance(element, RawDataElement):
        entry = known(int(tag))
        vr = type_of(element, entry.types) if entry else element.VR
        element = _opened(source, tag) if vr == "SQ" else None
    return element.value if element is not None and element.VR == "SQ" else ()


def _opened(source: Dataset, tag: BaseTag) -> DataElement:
    try:
        return source[tag]
    except RecursionError:
        raise Refused("too-deep", int(tag)) from None
    except Exception:  # noqa: BLE001 - pydicom raises whatever the bytes lead it to
        raise Refused("unreadable", int(tag)) from None


def _read(raw: bytes, encodings: Encodings) -> str:
    """What can be read of it; bytes of an unknown character set as they are, so that they are found again."""
    text = decoded(raw, encodings, name=True)
    return text if text is not None else raw.decode("latin-1").strip("\0 ")
