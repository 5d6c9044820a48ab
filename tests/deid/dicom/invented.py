"""Invented DICOM files, and what comes of them. Every person, number and hospital in them is made up."""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import Any

from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from deid import TextEngine
from deid.dicom import DicomCleaner, Outcome, Settings, options
from deid.dicom.objects import quietly

KEY = bytes(range(32))
NAME, NUMBER, HOSPITAL = "Quenneville^Odalys", "ZQ-4471-K", "Saint Eustace Infirmary"
STUDY, SERIES, INSTANCE = (
    "1.2.826.0.1.3680043.9.1.1",
    "1.2.826.0.1.3680043.9.1.2",
    "1.2.826.0.1.3680043.9.1.3",
)


def data_set(**attributes: Any) -> Dataset:
    """A CT slice of an invented patient, without pixels; `attributes` by keyword."""
    made = Dataset()
    usual: dict[str, Any] = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": INSTANCE,
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "Modality": "CT",
        "PatientName": NAME,
        "PatientID": NUMBER,
        "PatientBirthDate": "19610407",
        "PatientSex": "F",
        "InstitutionName": HOSPITAL,
        "StudyDate": "20240301",
        "StudyTime": "081500",
    }
    for keyword, value in (usual | attributes).items():
        setattr(made, keyword, value)
    return made


def file_of(made: Dataset, *, syntax: UID = ExplicitVRLittleEndian, preamble: bytes = b"\0" * 128) -> bytes:
    """The file of a data set."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.SourceApplicationEntityTitle = "EUSTACE_CT1"
    whole = FileDataset("", made, preamble, meta, syntax.is_implicit_VR, syntax.is_little_endian)
    out = BytesIO()
    with quietly():
        dcmwrite(
            out,
            whole,
            implicit_vr=syntax.is_implicit_VR,
            little_endian=syntax.is_little_endian,
            enforce_file_format=True,
        )
    return out.getvalue()


@cache
def cleaner(profile: str = "research", retain: tuple[str, ...] = (), key: bytes = KEY) -> DicomCleaner:
    """The cleaner of these tests, with the text engine."""
    return DicomCleaner(Settings(options(profile, retain), version="9.9"), key=key, text=TextEngine())


def outcome(
    made: Dataset, profile: str = "research", retain: tuple[str, ...] = (), **written: Any
) -> Outcome:
    """What becomes of the file of a data set."""
    return cleaner(profile, retain).clean(file_of(made, **written))


def cleaned(
    made: Dataset, profile: str = "research", retain: tuple[str, ...] = (), **written: Any
) -> FileDataset:
    """The file that came out, read again."""
    found = outcome(made, profile, retain, **written)
    assert found.body is not None, found
    return dcmread(BytesIO(found.body))


def items(*inside: Dataset) -> Sequence:
    """A sequence of these."""
    return Sequence(inside)


def item(**attributes: Any) -> Dataset:
    """An item with these attributes."""
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def nowhere(body: bytes | None, words: Iterable[str]) -> bool:
    """Whether none of the words is in the bytes of a file, in whatever encoding."""
    assert body is not None
    lower = body.lower()
    return not any(
        word.lower().encode(encoding) in lower
        for word in words
        for encoding in ("utf-8", "gb18030", "utf-16-le")
    )
