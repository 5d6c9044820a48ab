"""A DICOM file: read from its bytes, and written anew with nothing around the data set but what belongs there."""

import logging
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pydicom import config, dcmread, dcmwrite
from pydicom.charset import convert_encodings
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from deid.dicom.attributes import registered, word
from deid.dicom.charsets import UTF8
from deid.dicom.refusals import Refused
from deid.dicom.table import EDITION, OPTIONS
from deid.dicom.values import padded

# Made once for this program from a random UUID (PS3.5 annex B.2).
IMPLEMENTATION = "2.25.156446087235091361112561142678122627940"
IMPLEMENTATION_NAME = "HUTONG"
_BASIC = ("113100", "Basic Application Confidentiality Profile")
_CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
_PREAMBLE = 128
# A file without preamble begins with group 2 or 8, in either order of bytes.
_FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")
# What pydicom calls the text of a data set without a character set of its own.
PLAIN = "iso8859"
_DIRECTORY = "1.2.840.10008.1.3.10"
_LARGEST = 2**30
_HEADER = 1024


@contextmanager
def quietly() -> Iterator[None]:
    """pydicom warns and logs with values in the words; nothing of it is told while the block runs."""
    logger = logging.getLogger("pydicom")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings(), config.disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before


def read(content: bytes) -> FileDataset:
    """The data set in a file. Raises Refused for what is no object of a known kind."""
    whole = content[_PREAMBLE : _PREAMBLE + 4] == b"DICM"
    if not whole and content[:2] not in _FIRST_GROUPS:
        raise Refused("not-dicom")
    require_bounded(content)
    try:
        source = dcmread(BytesIO(content), force=not whole)
    except RecursionError:
        raise Refused("too-deep") from None
    except InvalidDicomError:
        raise Refused("not-dicom") from None
    except Exception:  # noqa: BLE001 - pydicom raises whatever the bytes lead it to
        raise Refused("unreadable") from None
    if not len(source):
        raise Refused("not-dicom" if not whole else "no-class")
    return source


def require_known_kind(source: FileDataset) -> None:
    """Return if it is one object of a class and transfer syntax of the standard; Refused says why not."""
    if word(source.file_meta, "MediaStorageSOPClassUID") == _DIRECTORY or "DirectoryRecordSequence" in source:
        raise Refused("directory")
    kind = one_uid(source, "SOPClassUID")
    if not kind:
        raise Refused("no-class")
    if registered(kind)[1] != "SOP Class":
        raise Refused("unknown-class")
    if not one_uid(source, "SOPInstanceUID"):
        raise Refused("no-instance")
    if registered(syntax_of(source))[1] != "Transfer Syntax":
        raise Refused("unknown-syntax")


def syntax_of(source: FileDataset) -> str:
    """Its transfer syntax; where the file does not say, what its bytes showed."""
    said = one_uid(source.file_meta, "TransferSyntaxUID")
    if said:
        return said
    implicit, little = source.original_encoding
    return str(_syntax(bool(implicit), bool(little)))


def one_uid(source: Dataset, keyword: str) -> str:
    """The one UID of an attribute; "" where there is none, or several."""
    said = word(source, keyword)
    return "" if "\\" in said else said


def written(out: Dataset, *, syntax: str, options: frozenset[str], masked: bool, version: str) -> bytes:
    """The file: the data set with what was done to it, a new header before it, nothing behind. Raises Refused."""
    implicit, little = syntax == ImplicitVRLittleEndian, UID(syntax).is_little_endian
    _say_what_was_done(out, options, masked=masked, version=version)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(one_uid(out, "SOPClassUID"))
    meta.MediaStorageSOPInstanceUID = UID(one_uid(out, "SOPInstanceUID"))
    meta.TransferSyntaxUID = UID(syntax)
    meta.ImplementationClassUID = UID(IMPLEMENTATION)
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    whole = FileDataset("", out, b"\0" * _PREAMBLE, meta, implicit, little)
    whole.set_original_encoding(implicit, little, convert_encodings(UTF8))
    file = BytesIO()
    try:
        dcmwrite(file, whole, enforce_file_format=True)
    except Exception:  # noqa: BLE001 - pydicom raises whatever the values lead it to
        raise Refused("unwritable") from None
    return file.getvalue()


def _say_what_was_done(out: Dataset, options: frozenset[str], *, masked: bool, version: str) -> None:
    out.SpecificCharacterSet = UTF8
    out.PatientIdentityRemoved = "YES"
    out.DeidentificationMethod = [f"Hutong {version}", EDITION]
    said = [_BASIC, *(OPTIONS[option] for option in OPTIONS if option in options)]
    said += [_CLEAN_PIXELS] if masked else []
    implicit, little = (bool(one) for one in out.original_encoding)
    out.DeidentificationMethodCodeSequence = Sequence([_code(one, implicit, little) for one in said])
    if "full-dates" in options:
        out.LongitudinalTemporalInformationModified = "UNMODIFIED"
    else:
        out.LongitudinalTemporalInformationModified = "MODIFIED" if "dates" in options else "REMOVED"


def _code(code: tuple[str, str], implicit: bool, little: bool) -> Dataset:
    """A code of PS3.16, put down as bytes: it is in every file, and pydicom takes long to encode it."""
    item = Dataset()
    item.set_original_encoding(implicit, little, PLAIN)
    for tag, vr, text in (
        (0x00080100, "SH", code[0]),
        (0x00080102, "SH", "DCM"),
        (0x00080104, "LO", code[1]),
    ):
        raw = padded(vr, text.encode())
        item[BaseTag(tag)] = RawDataElement(BaseTag(tag), vr, len(raw), raw, 0, implicit, little)
    return item


def _syntax(implicit: bool, little: bool) -> UID:
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def require_bounded(content: bytes, largest: int = _LARGEST) -> None:
    """Return if it is not packed, or unpacks to `largest` bytes at most. Raises Refused."""
    if DeflatedExplicitVRLittleEndian.encode() not in content[:_HEADER]:
        return
    start = _PREAMBLE + 16 + int.from_bytes(content[_PREAMBLE + 12 : _PREAMBLE + 16], "little")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacker.decompress(content[start:], largest)
    except zlib.error:
        raise Refused("unreadable") from None
    if unpacker.unconsumed_tail:
        raise Refused("too-large")
