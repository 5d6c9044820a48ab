"""Every file that pydicom ships is made safe and can be read again, or there is a reason why not."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from deid.dicom import OPTIONS, Outcome
from deid.dicom.attributes import bytes_of, element_of, known, registered, type_of
from deid.dicom.gathering import Gatherer, items
from deid.dicom.objects import quietly, read
from deid.dicom.refusals import QUARANTINED, REFUSED
from deid.dicom.searching import require_no_trace
from tests.deid.dicom.invented import cleaner

# In the wheel; pydicom's own way to them would ask the network for more.
SHIPPED = [
    path
    for path in sorted((Path(pydicom.__file__).parent / "data").rglob("*"))
    if path.is_file() and path.suffix != ".py"
]
PN, UI = "PN", "UI"
NO_DICOM = {".txt", ".dump", ".json", ".icc", ".gz", ".csv", ".pyc", ".xlsx"}


@cache
def _outcome(path: Path, profile: str = "research") -> Outcome:
    return cleaner(profile).clean(path.read_bytes())


def _names_and_uids(data: Dataset) -> Iterator[bytes]:
    """What a reader who knows nothing of ours would call telling: every name and UID, on every level."""
    for tag in list(data.keys()):
        element, entry = element_of(data, tag), known(int(tag))
        for item in items(data, tag, element):
            yield from _names_and_uids(item)
        if isinstance(element, RawDataElement) and entry and type_of(element, entry.types) in (PN, UI):
            yield from bytes_of(element).split(b"\\")


def test_there_are_enough_of_them() -> None:
    assert len(SHIPPED) > 170


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_it_comes_out_safe_or_with_a_reason(path: Path, profile: str) -> None:
    found = _outcome(path, profile)
    if found.body is None:
        assert found.kind == "refused"
        assert found.reasons[0] in REFUSED
        return
    assert found.kind == ("quarantined" if found.reasons else "written")
    assert set(found.reasons) <= QUARANTINED.keys()
    with quietly():
        source, out = read(path.read_bytes()), dcmread(BytesIO(found.body))
        out.walk(lambda data, element: None)  # every value can be decoded
        require_no_trace(read(found.body), Gatherer(frozenset()).gather(source, ("iso8859",)))
        ours = set(_names_and_uids(read(found.body)))
        for one in {value.strip(b"\0 ") for value in _names_and_uids(source)} - {b""}:
            if not registered(one.decode("ascii", "replace"))[1]:
                assert one not in {value.strip(b"\0 ") for value in ours}
    assert out.PatientIdentityRemoved == "YES"
    assert (
        out.SOPInstanceUID.startswith("2.25.") or registered(out.SOPInstanceUID)[1]
    )  # palettes of the standard
    assert not [one for one in out if one.tag.is_private or one.tag.group in (0x5000, 0x6000)]


def test_what_is_dicom_and_one_object_is_made_safe() -> None:
    kinds = Counter((_outcome(path).kind, *_outcome(path).reasons[:1]) for path in SHIPPED)
    assert sum(kinds.values()) == len(SHIPPED)
    refused = {reason: count for (kind, *why), count in kinds.items() if kind == "refused" for reason in why}
    assert set(refused) == {"not-dicom", "directory", "no-class", "cut-off"}
    assert kinds["written",] >= 60


def test_no_file_that_is_not_dicom_is_taken_for_one() -> None:
    others = [path for path in SHIPPED if path.suffix in NO_DICOM]
    assert others
    assert {_outcome(path).reasons for path in others} == {("not-dicom",)}


def test_whatever_is_retained_a_file_can_be_written_and_read() -> None:
    path = next(one for one in SHIPPED if one.name == "CT_small.dcm")
    for option in OPTIONS:
        body = cleaner("basic", (option,)).clean(path.read_bytes()).body
        assert body is not None
        assert dcmread(BytesIO(body)).PatientIdentityRemoved == "YES"
