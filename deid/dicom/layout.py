"""How the pixels of a picture lie in their bytes, and what lies behind them or between them."""

from dataclasses import dataclass

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from deid.dicom.attributes import bytes_of, element_of, figure, word
from deid.dicom.comments import without_comments
from deid.dicom.devices import Region
from deid.dicom.objects import syntax_of
from deid.dicom.refusals import Refused

PIXEL_DATA = 0x7FE00010
_UNDEFINED = 0xFFFFFFFF
_SAMPLE_BITS = frozenset((8, 16, 32))
# Overlay Bit Position and Overlay Data of one of the groups 60xx.
_BIT_POSITION, _OVERLAY_DATA = 0x0102, 0x3000


@dataclass(frozen=True, slots=True)
class Layout:
    """How an uncompressed picture lies in its bytes."""

    frames: int
    rows: int
    columns: int
    planes: int  # of a frame: 1, or one for each colour
    step: int  # bytes from one pixel to the next within a plane

    @classmethod
    def of(cls, source: Dataset) -> "Layout":
        """Raises Refused for pixels that do not lie one behind the other."""
        samples, bits = figure(source, "SamplesPerPixel") or 1, figure(source, "BitsAllocated")
        apart = samples > 1 and figure(source, "PlanarConfiguration") == 1
        colours = word(source, "PhotometricInterpretation")
        halved = "422" in colours or "420" in colours
        if bits not in _SAMPLE_BITS or halved or PIXEL_DATA not in source:
            raise Refused("cannot-mask", PIXEL_DATA)
        made = cls(
            frames=figure(source, "NumberOfFrames") or 1,
            rows=figure(source, "Rows"),
            columns=figure(source, "Columns"),
            planes=samples if apart else 1,
            step=bits // 8 * (1 if apart else samples),
        )
        if len(pixels_of(source)) < made.size:
            raise Refused("cut-off", PIXEL_DATA)
        return made

    @property
    def size(self) -> int:
        """Bytes of the whole picture."""
        return self.frames * self.planes * self.rows * self.columns * self.step

    def blank(self, data: bytearray, region: Region) -> None:
        """Every pixel of the region, in every frame, to zero; what lies outside of the picture is none."""
        x, y, width, height = region
        first, last = min(x, self.columns), min(x + width, self.columns)
        nothing = bytes((last - first) * self.step)
        for plane in range(self.frames * self.planes):
            for row in range(min(y, self.rows), min(y + height, self.rows)):
                at = ((plane * self.rows + row) * self.columns + first) * self.step
                data[at : at + len(nothing)] = nothing


def tidy(source: FileDataset) -> None:
    """Take out in place what a picture has behind its pixels, or an overlay in bits that no pixel uses.

    Raises Refused: `cut-off` for fewer pixels than are promised, `hidden-bits` where the bits cannot be cleared.
    """
    if PIXEL_DATA not in source:
        return
    hidden = _has_overlay_in_pixels(source)
    if is_encapsulated(source):
        if hidden:
            raise Refused("hidden-bits", PIXEL_DATA)
        put_pixels(source, without_comments(pixels_of(source)))
        return
    size, pixels = _promised(source), pixels_of(source)
    if len(pixels) < size:
        raise Refused("cut-off", PIXEL_DATA)
    if len(pixels) > size:
        put_pixels(source, pixels[:size])
    if hidden:
        _clear_unused_bits(source)


def pixels_of(source: Dataset) -> bytes:
    """The bytes of its picture; none where there is none."""
    element = element_of(source, PIXEL_DATA)
    return bytes_of(element) if isinstance(element, RawDataElement) else b""


def put_pixels(source: Dataset, pixels: bytes) -> None:
    """Other bytes for its picture."""
    element = element_of(source, PIXEL_DATA)
    if isinstance(element, RawDataElement):
        length = element.length if element.length == _UNDEFINED else len(pixels)
        source[BaseTag(PIXEL_DATA)] = element._replace(value=pixels, length=length)


def is_encapsulated(source: FileDataset) -> bool:
    """Whether its pixels are compressed, picture by picture."""
    syntax = UID(syntax_of(source))
    return syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian


def _promised(source: Dataset) -> int:
    """The bytes of an uncompressed picture (PS3.5 section 8.1.1)."""
    samples, bits = figure(source, "SamplesPerPixel") or 1, figure(source, "BitsAllocated")
    pixels = (figure(source, "NumberOfFrames") or 1) * figure(source, "Rows") * figure(source, "Columns")
    if word(source, "PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2
    return (pixels * samples * bits + 7) // 8


def _has_overlay_in_pixels(source: Dataset) -> bool:
    groups = {int(tag) >> 16 for tag in list(source.keys()) if int(tag) >> 24 == 0x60}
    for group in groups:
        position = element_of(source, group << 16 | _BIT_POSITION)
        moved = isinstance(position, RawDataElement) and any(bytes_of(position))
        if moved or (group, _OVERLAY_DATA) not in source:
            return True
    return False


def _clear_unused_bits(source: FileDataset) -> None:
    allocated, stored = figure(source, "BitsAllocated"), figure(source, "BitsStored")
    high = figure(source, "HighBit")
    if (
        figure(source, "PixelRepresentation")
        or allocated not in (8, 16)
        or not 0 < stored <= high + 1 <= allocated
    ):
        raise Refused("hidden-bits", PIXEL_DATA)
    _, little = source.original_encoding
    used = (((1 << stored) - 1) << (high + 1 - stored)).to_bytes(
        allocated // 8, "little" if little else "big"
    )
    pixels = pixels_of(source)
    mask = used * (len(pixels) // len(used))
    cleared = int.from_bytes(pixels[: len(mask)], "big") & int.from_bytes(mask, "big")
    put_pixels(source, cleared.to_bytes(len(mask), "big"))
