"""Pictures: whether one may show who it is of, and blank the regions where it does.

Nobody reads a picture here. One goes on only if its file says that no text is burned in, or a rule of the hospital
says so for the device, or a rule says what to blank.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag

from deid.dicom.attributes import element_of, figure, registered, word
from deid.dicom.devices import Device, Picture, Region, fitting
from deid.dicom.gathering import items
from deid.dicom.layout import PIXEL_DATA, Layout, is_encapsulated, pixels_of, put_pixels
from deid.dicom.objects import one_uid, read, syntax_of
from deid.dicom.refusals import Refused

# Pictures of screens, papers, skin and endoscopes, and ultrasound, whose devices write names into the picture.
_OFTEN_WITH_TEXT = frozenset("US SC XC OT ES GM SM DG EC TG BI IVUS XA RF DOC VL OP OPT OPM".split())
_DOCUMENTS = frozenset(("SR", "DOC", "AU"))
_FILMS = ("MPEG", "HEVC", "H.264", "H.265", "Video")
_CLASS_OF_DOCUMENT = ("Encapsulated", " SR ", "Structured Report", "Voice Audio")
_CLASS_OF_TEXT = ("Secondary Capture", "Ultrasound", "Photographic", "Video", "Endoscopic")
# Computed grids that no camera and no screen made.
_COMPUTED = frozenset(("SEG", "RTDOSE", "RTSTRUCT", "RTPLAN", "REG"))
_HEADS = "HEAD BRAIN SKULL FACE ORBIT SINUS NECK MAXILL JAW 头部 颅 脑 面部 颌面".split()
_SAY_WHERE = ("BodyPartExamined", "StudyDescription", "SeriesDescription", "ProtocolName")
_ULTRASOUND_REGIONS = BaseTag(0x00186011)
_WITH_FACE = frozenset(("CT", "MR", "PT"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a picture is quarantined (keys of refusals.QUARANTINED), what is to be blanked, what else is said of it."""

    reasons: tuple[str, ...] = ()
    device: Device | None = None
    flags: tuple[str, ...] = ()


def judge(source: FileDataset, devices: tuple[Device, ...]) -> Verdict:
    """Whether its picture may go on."""
    flags = ("head",) if _shows_a_head(source) else ()
    if reasons := _whole_kind(source):
        return Verdict(reasons, flags=flags)
    if not any(keyword in source for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        return Verdict(flags=flags)
    device = fitting(devices, picture_of(source))
    if device is not None and not (device.blank == () and word(source, "BurnedInAnnotation") == "YES"):
        return Verdict(device=device, flags=flags)
    return Verdict(_doubts(source), flags=flags)


def picture_of(source: Dataset) -> Picture:
    """What a rule for devices is held against."""
    return Picture(
        modality=word(source, "Modality"),
        manufacturer=word(source, "Manufacturer"),
        model=word(source, "ManufacturerModelName"),
        image_type=tuple(part.strip() for part in word(source, "ImageType").split("\\")),
        rows=figure(source, "Rows"),
        columns=figure(source, "Columns"),
    )


def _whole_kind(source: FileDataset) -> tuple[str, ...]:
    """Kinds of object that no rule for devices lets through."""
    reasons = []
    name = registered(one_uid(source, "SOPClassUID"))[0]
    if any(part in name for part in _CLASS_OF_DOCUMENT) or word(source, "Modality") in _DOCUMENTS:
        reasons.append("document")
    if "EncapsulatedDocument" in source and "document" not in reasons:
        reasons.append("document")
    if any(part in registered(syntax_of(source))[0] for part in _FILMS) or "Video" in name:
        reasons.append("video")
    if word(source, "RecognizableVisualFeatures") == "YES":
        reasons.append("face")
    return tuple(reasons)


def _doubts(source: Dataset) -> tuple[str, ...]:
    reasons = []
    said, modality = word(source, "BurnedInAnnotation"), word(source, "Modality")
    name = registered(one_uid(source, "SOPClassUID"))[0]
    if said == "YES":
        reasons.append("burned-in")
    elif said != "NO" and modality not in _COMPUTED:
        reasons.append("not-said")
    if modality in _OFTEN_WITH_TEXT or any(part in name for part in _CLASS_OF_TEXT):
        reasons.append("device")
    return tuple(reasons)


def _shows_a_head(source: Dataset) -> bool:
    if word(source, "Modality") not in _WITH_FACE:
        return False
    told = (word(source, keyword) for keyword in _SAY_WHERE)
    text = " ".join(told).upper()
    return any(part in text for part in _HEADS)


def blanked(source: FileDataset, device: Device) -> FileDataset | None:
    """The file with what the rule says blanked; None where the rule says that nothing need be.

    A compressed picture is decoded and stays uncompressed. Raises Refused, `cannot-mask`, where that cannot be done.
    """
    if device.blank == ():
        return None
    plain = _decoded(source) if is_encapsulated(source) else source
    layout = Layout.of(plain)
    pixels = bytearray(pixels_of(plain))
    for region in _regions(device, plain, layout):
        layout.blank(pixels, region)
    put_pixels(plain, bytes(pixels))
    return plain


def _decoded(source: FileDataset) -> FileDataset:
    """The same with uncompressed pixels, as if it had been read so."""
    try:
        source.decompress(generate_instance_uid=False)
        file = BytesIO()
        source.save_as(file)
        return read(file.getvalue())
    except Exception:  # noqa: BLE001 - a decoder raises whatever the bytes lead it to
        raise Refused("cannot-mask", PIXEL_DATA) from None


def _regions(device: Device, source: Dataset, layout: Layout) -> Iterable[Region]:
    if device.blank is not None:
        return device.blank
    kept = device.keep if isinstance(device.keep, tuple) else _ultrasound(source)
    return around(kept, layout.columns, layout.rows)


def _ultrasound(source: Dataset) -> tuple[Region, ...]:
    """Where the device says that its picture is (PS3.3 section C.8.5.5); the text stands around it."""
    regions = []
    for item in items(source, _ULTRASOUND_REGIONS, element_of(source, _ULTRASOUND_REGIONS)):
        x, y = figure(item, "RegionLocationMinX0"), figure(item, "RegionLocationMinY0")
        x1, y1 = figure(item, "RegionLocationMaxX1"), figure(item, "RegionLocationMaxY1")
        regions.append((x, y, max(0, x1 - x + 1), max(0, y1 - y + 1)))
    if not regions:
        raise Refused("cannot-mask", PIXEL_DATA)
    return tuple(regions)


def around(kept: tuple[Region, ...], columns: int, rows: int) -> list[Region]:
    """Regions that cover all but `kept`: bands between the edges of the kept ones, left and right of them."""
    edges = sorted({0, rows, *(min(rows, edge) for _, y, _, height in kept for edge in (y, y + height))})
    around: list[Region] = []
    for top, bottom in pairwise(edges):
        spans = sorted((x, x + width) for x, y, width, height in kept if y <= top and bottom <= y + height)
        at = 0
        for first, last in [*spans, (columns, columns)]:
            if first > at:
                around.append((at, top, first - at, bottom - top))
            at = max(at, last)
    return around
