"""Search a finished file for what its source said of who it is about: see deid/dicom/traces.py."""

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from deid.dicom import values
from deid.dicom.attributes import bytes_of, element_of, known, place, type_of
from deid.dicom.gathering import items
from deid.dicom.refusals import Refused
from deid.dicom.table import beside
from deid.dicom.traces import Traces

# Ours, and the same in every file.
_CODES = 0x00120064
_OWN = frozenset(("DeidentificationMethod",))


def require_no_trace(data: Dataset, traces: Traces) -> None:
    """Return if no identifying value of the source is anywhere in `data`. Raises Refused, which names the attribute."""
    for tag in list(data.keys()):
        element = element_of(data, tag)
        if tag == _CODES:
            continue
        for item in items(data, tag, element):
            require_no_trace(item, traces)
        if isinstance(element, RawDataElement) and element.value and _tells(int(tag), element, traces):
            raise Refused("trace", int(tag))


def _tells(tag: int, element: RawDataElement, traces: Traces) -> bool:
    entry = known(tag)
    vr = type_of(element, entry.types) if entry else element.VR
    raw = bytes_of(element)
    if vr in values.DATES:
        return False  # moved from where it stood; another date of the source may fall on it
    if vr == "UI":
        return traces.as_uid(raw.decode("ascii", "replace"))
    if vr in ("IS", "DS"):
        return traces.as_figure(raw.decode("ascii", "replace"))
    if vr in values.TEXT or vr in ("PN", "CS", "AE", "AS", "UR"):
        text = raw.decode("utf-8", "replace")
        terms = vr not in values.TEXT or place(tag) in beside().plain or place(tag) in _OWN
        return traces.in_terms(text) if terms else traces.in_free_text(text)
    return traces.in_bytes(raw)
