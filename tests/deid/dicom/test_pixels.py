"""A picture goes on only if somebody says that no text is in it, or what to blank."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import MPEG2MPML, UID, EncapsulatedPDFStorage, SecondaryCaptureImageStorage

from deid.dicom import DicomCleaner, Outcome, Settings, options
from deid.dicom.devices import BadDevices, Device, read_devices
from deid.dicom.pixels import around
from tests.deid.dicom.invented import KEY, data_set, file_of, item, items, nowhere, outcome

ROWS, COLUMNS = 6, 8
FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def picture(**attributes: Any) -> Dataset:
    """A CT slice of white pixels, 8 wide and 6 high."""
    usual: dict[str, Any] = {
        "Rows": ROWS,
        "Columns": COLUMNS,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "PixelData": b"\xff" * (ROWS * COLUMNS),
    }
    made = data_set(**(usual | attributes))
    made["PixelData"].VR = "OB" if made.BitsAllocated == 8 else "OW"
    return made


def masked(made: Dataset, *devices: Device) -> Outcome:
    """What becomes of it under rules for devices."""
    return DicomCleaner(Settings(options("research"), devices), key=KEY).clean(file_of(made))


def test_a_picture_that_says_there_is_no_text_in_it_goes_on() -> None:
    assert outcome(picture(BurnedInAnnotation="NO")).kind == "written"


@pytest.mark.parametrize(
    ("attributes", "reasons"),
    [
        ({}, ("not-said",)),
        ({"BurnedInAnnotation": "YES"}, ("burned-in",)),
        ({"BurnedInAnnotation": "MAYBE"}, ("not-said",)),
        ({"BurnedInAnnotation": "NO", "Modality": "US"}, ("device",)),
        ({"BurnedInAnnotation": "NO", "SOPClassUID": SecondaryCaptureImageStorage}, ("device",)),
        ({"BurnedInAnnotation": "NO", "Modality": "SR"}, ("document",)),
        ({"BurnedInAnnotation": "NO", "SOPClassUID": EncapsulatedPDFStorage}, ("document",)),
        ({"BurnedInAnnotation": "NO", "RecognizableVisualFeatures": "YES"}, ("face",)),
    ],
)
def test_any_other_is_quarantined_with_a_reason(attributes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    found = outcome(picture(**attributes))
    assert (found.kind, found.reasons) == ("quarantined", reasons)


def test_a_film_is_quarantined() -> None:
    whole = file_of(picture(BurnedInAnnotation="NO"))
    head = UID("1.2.840.10008.1.2.1").encode() + b"\0"
    found = DicomCleaner(Settings(options("basic")), key=KEY).clean(
        whole.replace(head, MPEG2MPML.encode()[:19] + b"\0")
    )
    assert found.kind != "written"


def test_a_rule_for_the_device_lets_its_pictures_through_and_says_nothing_of_them() -> None:
    found = masked(picture(), Device(modality="CT", image_type=("ORIGINAL", "PRIMARY"), blank=()))
    assert found.kind == "written"
    out = dcmread(BytesIO(found.body or b""))
    assert "BurnedInAnnotation" not in out
    assert out.PixelData == picture().PixelData


def test_a_rule_for_other_pictures_does_not() -> None:
    rule = Device(modality="CT", image_type=("ORIGINAL", "PRIMARY"), blank=())
    assert masked(picture(ImageType=["DERIVED", "SECONDARY"]), rule).kind == "quarantined"
    assert masked(picture(), Device(manufacturer="Other", blank=())).kind == "quarantined"
    assert (
        masked(picture(), Device(rows=ROWS + 1, columns=COLUMNS, blank=((0, 0, 1, 1),))).kind == "quarantined"
    )


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("apart", [0, 1])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("frames", [1, 2])
def test_the_region_is_blank_in_every_frame_and_colour_and_the_rest_is_as_it_was(
    colours: int, apart: int, bits: int, frames: int
) -> None:
    made = picture(
        SamplesPerPixel=colours, BitsAllocated=bits, BitsStored=bits, HighBit=bits - 1, NumberOfFrames=frames,
        PixelData=b"\xff" * (ROWS * COLUMNS * colours * frames * bits // 8),
        PhotometricInterpretation="RGB" if colours == 3 else "MONOCHROME2",
    )  # fmt: skip
    if colours == 3:
        made.PlanarConfiguration = apart
    found = masked(made, Device(rows=ROWS, columns=COLUMNS, blank=((2, 1, 3, 2),)))
    assert (found.kind, found.flags) == ("written", ("masked",))
    out = dcmread(BytesIO(found.body or b""))
    pixels = out.pixel_array.reshape(frames, ROWS, COLUMNS, colours)
    for y in range(ROWS):
        for x in range(COLUMNS):
            blank = 2 <= x < 5 and 1 <= y < 3
            assert (pixels[:, y, x] == (0 if blank else 2**bits - 1)).all()
    assert out.BurnedInAnnotation == "NO"
    assert "113101" in [one.CodeValue for one in out.DeidentificationMethodCodeSequence]


def test_what_an_ultrasound_says_is_its_picture_is_kept_and_the_text_around_it_blanked() -> None:
    region = item(RegionLocationMinX0=1, RegionLocationMinY0=2, RegionLocationMaxX1=3, RegionLocationMaxY1=4)
    made = picture(Modality="US", SequenceOfUltrasoundRegions=items(region))
    found = masked(made, Device(modality="US", keep="ultrasound-regions"))
    pixels = dcmread(BytesIO(found.body or b"")).pixel_array
    assert pixels[2:5, 1:4].min() == 255
    assert pixels.sum() == 255 * 9


def test_an_ultrasound_that_does_not_say_where_its_picture_is_stays_in_quarantine() -> None:
    found = masked(picture(Modality="US"), Device(modality="US", keep="ultrasound-regions"))
    assert (found.kind, found.reasons, found.body) == ("quarantined", ("cannot-mask",), None)


@given(
    st.lists(
        st.tuples(*[st.integers(0, 7), st.integers(0, 5), st.integers(1, 9), st.integers(1, 7)]), max_size=4
    )
)
def test_all_but_the_kept_regions_is_covered_and_nothing_of_them(
    kept: list[tuple[int, int, int, int]],
) -> None:
    def inside(regions: list[tuple[int, int, int, int]], x: int, y: int) -> bool:
        return any(
            left <= x < left + width and top <= y < top + height for left, top, width, height in regions
        )

    blank = around(tuple(kept), COLUMNS, ROWS)
    for y in range(ROWS):
        for x in range(COLUMNS):
            assert inside(kept, x, y) != inside(blank, x, y)


def test_a_compressed_picture_is_decoded_to_be_blanked() -> None:
    source = (FILES / "SC_rgb_rle_2frame.dcm").read_bytes()
    rule = Device(rows=100, columns=100, blank=((0, 0, 100, 10),))
    found = DicomCleaner(Settings(options("basic"), (rule,)), key=KEY).clean(source)
    assert (found.kind, found.flags) == ("written", ("masked",))
    out = dcmread(BytesIO(found.body or b""))
    assert not out.file_meta.TransferSyntaxUID.is_compressed
    assert out.pixel_array[:, :10].max() == 0
    assert (out.pixel_array[:, 10:] == dcmread(BytesIO(source)).pixel_array[:, 10:]).all()


def test_one_that_cannot_be_decoded_here_stays_in_quarantine() -> None:
    rule = Device(blank=((0, 0, 1, 1),))
    source = (FILES / "JPEGLSNearLossless_08.dcm").read_bytes()
    found = DicomCleaner(Settings(options("basic"), (rule,)), key=KEY).clean(source)
    assert (found.kind, found.body) == ("quarantined", None)


def test_what_lies_behind_the_pixels_goes() -> None:
    found = outcome(picture(BurnedInAnnotation="NO", PixelData=picture().PixelData + b"Wolfgramm Odalys"))
    assert found.kind == "written"
    assert nowhere(found.body, ("Wolfgramm", "Odalys"))


def test_a_picture_with_fewer_pixels_than_it_says_is_refused() -> None:
    found = outcome(picture(BurnedInAnnotation="NO", PixelData=b"\xff" * 40))
    assert (found.kind, found.reasons) == ("refused", ("cut-off",))


def test_a_name_in_the_bytes_of_the_picture_is_found() -> None:
    found = outcome(picture(BurnedInAnnotation="NO", PixelData=b"Odalys Quenneville".ljust(ROWS * COLUMNS)))
    assert (found.kind, found.reasons, found.place) == ("refused", ("trace",), "PixelData")


def test_an_overlay_in_bits_that_no_pixel_uses_goes_with_them() -> None:
    made = picture(
        BurnedInAnnotation="NO",
        BitsAllocated=16,
        BitsStored=12,
        HighBit=11,
        PixelData=b"\xff\xff" * (ROWS * COLUMNS),
    )
    made.add_new(0x60000100, "US", 16)
    made.add_new(0x60000102, "US", 12)
    out = dcmread(BytesIO(outcome(made).body or b""))
    assert set(out.pixel_array.flat) == {0x0FFF}
    assert not [one for one in out if one.tag.group == 0x6000]
    made.PixelRepresentation = 1
    assert outcome(made).reasons == ("hidden-bits",)


def test_pictures_in_pictures_go() -> None:
    small = item(Rows=1, Columns=1, PixelData=b"\xff\xff")
    small["PixelData"].VR = "OB"
    found = outcome(
        picture(BurnedInAnnotation="NO", IconImageSequence=items(small), SourceImageSequence=items(small))
    )
    out = dcmread(BytesIO(found.body or b""))
    assert "IconImageSequence" not in out
    assert "PixelData" not in out.SourceImageSequence[0]


@pytest.mark.parametrize(
    "words", [{"BodyPartExamined": "HEAD"}, {"StudyDescription": "颅脑 CT"}, {"ProtocolName": "brain mr"}]
)
def test_a_head_is_flagged_because_its_face_can_be_rebuilt(words: dict[str, str]) -> None:
    found = outcome(picture(BurnedInAnnotation="NO", SpecificCharacterSet="ISO_IR 192", **words))
    assert (found.kind, found.flags) == ("written", ("head",))
    assert dcmread(BytesIO(found.body or b"")).RecognizableVisualFeatures == "YES"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[[device]]", "device 1: says neither or both of blank and keep"),
        ("[[device]]\nblank = []\nkeep = []", "device 1: says neither or both"),
        ("[[device]]\nblank = [[0, 0, 5, 5]]", "device 1: has regions, and does not say rows and columns"),
        ("[[device]]\nrows = 5\ncolumns = 5\nblank = [[0, 0, 5, 0]]", "device 1: has a region that is none"),
        ("[[device]]\nblank = []\nrow = 5", "unknown field `row`"),
        ("[[device]", "devices.toml"),
        ("", "missing required field"),
    ],
)
def test_a_file_of_rules_that_cannot_be_used_is_refused_as_a_whole(
    tmp_path: Path, toml: str, told: str
) -> None:
    (tmp_path / "devices.toml").write_text(toml, "utf-8")
    with pytest.raises(BadDevices) as refused:
        read_devices(tmp_path / "devices.toml")
    assert told in str(refused.value)


@pytest.mark.parametrize("name", ["SC_rgb_jpeg_dcmtk.dcm", "JPEG2000.dcm", "JPEGLSNearLossless_08.dcm"])
@pytest.mark.parametrize("marker", ["comment", "program"])
def test_what_a_compressed_picture_says_beside_its_pixels_goes(name: str, marker: str) -> None:
    source = dcmread(FILES / name)
    frame = next(generate_frames(source.PixelData, number_of_frames=1))
    said = b"Wolfgramm 1961"
    mark = b"\xff\x64" if frame[1] == 0x4F else {"comment": b"\xff\xfe", "program": b"\xff\xe1"}[marker]
    place = (
        2 + 2 + int.from_bytes(frame[4:6], "big") if frame[1] == 0x4F else 2
    )  # of JPEG 2000 the size comes first
    spoken = frame[:place] + mark + (2 + len(said)).to_bytes(2, "big") + said + frame[place:]
    source.PixelData = encapsulate([spoken])
    source["PixelData"].is_undefined_length = True
    body = outcome(source, syntax=source.file_meta.TransferSyntaxUID).body
    assert nowhere(body, ("Wolfgramm", "1961"))
    pixels = next(generate_frames(dcmread(BytesIO(body or b"")).PixelData, number_of_frames=1))
    assert pixels[:place] == frame[:place]
    assert pixels.rstrip(b"\0")[-40:] == frame.rstrip(b"\0")[-40:]


def test_what_the_file_itself_says_counts_more_than_a_rule_that_there_is_nothing_to_blank() -> None:
    found = masked(picture(BurnedInAnnotation="YES"), Device(modality="CT", blank=()))
    assert (found.kind, found.reasons) == ("quarantined", ("burned-in",))


def test_what_the_file_says_of_text_in_it_is_still_said() -> None:
    out = dcmread(BytesIO(outcome(picture(BurnedInAnnotation="NO")).body or b""))
    assert out.BurnedInAnnotation == "NO"
