"""Somebody hides who it is where nobody looks: it comes out nowhere, or the file is not handed over."""

import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from deid.dicom.objects import quietly, require_bounded
from deid.dicom.refusals import QUARANTINED, REFUSED, Refused
from deid.dicom.report import Outcome
from deid.dicom.table import beside
from tests.deid.dicom.invented import (
    INSTANCE,
    NAME,
    NUMBER,
    cleaned,
    cleaner,
    data_set,
    file_of,
    item,
    items,
    nowhere,
    outcome,
)

pytestmark = pytest.mark.attack

WORDS = ("Quenneville", "Odalys", NUMBER)
HIDDEN = "Odalys Quenneville"


def safe(found: Outcome) -> bool:
    """Nothing came out, or nothing that tells."""
    return found.body is None or nowhere(found.body, WORDS)


def raw(tag: int, vr: str, value: bytes) -> RawDataElement:
    """A value as it would stand in a file, whatever its type should be."""
    return RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)


def with_raw(*elements: RawDataElement, **attributes: Any) -> Dataset:
    """A data set with values nobody checked."""
    made = data_set(**attributes)
    for element in elements:
        made[element.tag] = element
    made.set_original_encoding(False, True, "iso8859")
    return made


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize(
    "vr", sorted({entry[0].split(" or ")[0] for entry in DicomDictionary.values()} - {"SQ", "NONE"})
)
def test_a_name_in_every_attribute_of_a_type_at_once_never_comes_out(profile: str, vr: str) -> None:
    value = (
        HIDDEN.encode()
        if vr not in ("US", "SS", "UL", "SL", "FL", "FD", "AT", "UV", "SV")
        else HIDDEN[:16].encode()
    )
    made = data_set()
    elements = [
        raw(tag, vr, value + b" " * (len(value) % 2))
        for tag, entry in DicomDictionary.items()
        if entry[0].split(" or ")[0] == vr
        and tag >> 16 > 8
        and BaseTag(tag) not in made
        and tag >> 16 != 0x7FE0
    ]
    found = outcome(with_raw(*elements), profile)
    assert safe(found)
    assert found.kind == "written" or found.reasons == ("trace",)


@pytest.mark.parametrize(
    "vr", ["LO", "SH", "ST", "LT", "UT", "UC", "PN", "AE", "UR", "UI", "UN", "OB", "AS", "IS", "DS"]
)
def test_without_free_text_a_name_the_header_does_not_say_comes_out_of_the_plain_terms_only(vr: str) -> None:
    made = data_set()
    elements = [
        raw(tag, vr, b"Wolfgramm ")
        for tag, entry in DicomDictionary.items()
        if entry[0] == vr and tag >> 16 > 8 and BaseTag(tag) not in made and entry[4] not in beside().plain
        and entry[4] not in beside().bulk
    ]  # fmt: skip
    found = outcome(with_raw(*elements), "basic")
    assert found.kind == ("quarantined" if vr == "OB" else "written")  # one of OB is an encapsulated document
    assert nowhere(found.body, ("Wolfgramm",))


def test_a_name_ten_sequences_down_is_found() -> None:
    inside = item(PatientName=NAME, OperatorsName=NAME, ImageComments=HIDDEN, PatientID=NUMBER)
    for _ in range(10):
        inside = item(ReferencedSeriesSequence=items(inside), StudyDescription=HIDDEN)
    found = outcome(data_set(ReferencedSeriesSequence=items(inside)))
    assert found.kind == "written"
    assert safe(found)


@pytest.mark.parametrize("levels", [40, 100, 400])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_without_end_are_refused(levels: int, undefined: bool) -> None:
    inside = b"\x10\0\x10\0PN" + len(NAME).to_bytes(2, "little") + NAME.encode()
    for _ in range(levels):
        inside = _level(inside, undefined)
    found = cleaner().clean(file_of(data_set()) + inside)
    assert (found.kind, found.reasons, found.body) == ("refused", ("too-deep",), None)


def _level(inside: bytes, undefined: bool) -> bytes:
    """A sequence with one item."""
    head = b"\x40\0\x75\x02SQ\0\0"
    if undefined:
        endless, ends = b"\xff" * 4, b"\xfe\xff\x0d\xe0" + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4)
        return head + endless + b"\xfe\xff\0\xe0" + endless + inside + ends
    item_ = b"\xfe\xff\0\xe0" + len(inside).to_bytes(4, "little") + inside
    return head + len(item_).to_bytes(4, "little") + item_


def test_private_sequences_and_owners_go_with_what_is_in_them() -> None:
    made = data_set()
    block = made.private_block(0x0029, HIDDEN, create=True)
    block.add_new(0x01, "SQ", items(item(PatientName=NAME, ImageComments=HIDDEN)))
    block.add_new(0x02, "UN", HIDDEN.encode())
    made.ReferencedSeriesSequence = items(item(SeriesInstanceUID=f"{INSTANCE}.9"))
    made.ReferencedSeriesSequence[0].private_block(0x0031, HIDDEN, create=True).add_new(0x01, "LO", HIDDEN)
    found = outcome(made, retain=("private",))
    assert found.kind == "written"
    assert safe(found)


def test_somebody_who_calls_himself_like_a_maker_gets_no_text_through() -> None:
    made = data_set()
    block = made.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "LO", HIDDEN)
    block.add_new(0x0E, "FD", [1.0, 2.0, 3.0])
    out = cleaned(made, retain=("private",))
    assert (0x0019, 0x100C) not in out
    assert out[0x0019, 0x100E].value == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "element",
    [
        raw(0x00080060, "CS", b"QUENNEVILLE "),  # a term that looks like one
        raw(0x00181250, "SH", b"Quenneville "),
        raw(0x00200011, "IS", HIDDEN.encode()),
        raw(0x00280010, "LO", HIDDEN.encode()),  # Rows
        raw(0x00081090, "PN", b"Quenneville^Odalys"),
        raw(0x00100010, "US", b"Odalys"),
        raw(0x00082111, "ST", b"by ODALYS  QUENNEVILLE"),
        raw(0x00282000, "OB", b"desc Odalys Quenneville "),  # a colour profile
        raw(0x00720026, "AT", HIDDEN[:16].encode()),
        raw(0x00091010, "LO", HIDDEN.encode()),  # private, and nobody's
        raw(0x00080001, "UL", b"Odalys Q"),
        raw(0x00045220, "SQ", b""),
        raw(0x50003000, "OW", HIDDEN.encode()),
        raw(0x60004000, "LT", HIDDEN.encode()),
        raw(0xFFFCFFFC, "OB", HIDDEN.encode()),
    ],
    ids=lambda element: f"{element.tag}{element.VR}",
)  # fmt: skip
def test_a_value_where_it_does_not_belong(element: RawDataElement) -> None:
    found = outcome(with_raw(element))
    assert safe(found)
    assert found.kind == "written" or found.reasons == ("trace",)


def test_a_refusal_names_the_attribute_and_never_the_value() -> None:
    found = outcome(with_raw(raw(0x00080060, "CS", b"QUENNEVILLE ")))
    assert (found.kind, found.reasons, found.place) == ("refused", ("trace",), "Modality")
    assert "QUENNEVILLE" not in found.told("en").upper()
    assert found.told("zh") == "仍有可识别身份的内容 (Modality)"


def test_a_name_in_a_uid_is_keyed_like_any_other() -> None:
    uids = (raw(0x0020000D, "UI", b"1.2.Quenneville\0"), raw(0x00200052, "UI", b"Odalys"))
    found = outcome(with_raw(*uids))
    assert found.kind == "written"
    assert safe(found)


def test_an_attribute_that_comes_twice_comes_out_once_and_clean() -> None:
    again = b"\x10\0\x10\0PN" + len(NAME).to_bytes(2, "little") + NAME.encode()
    found = cleaner().clean(file_of(data_set()) + again + again)
    assert safe(found)


@pytest.mark.parametrize("length", [0xFFFFFFF0, 0x7FFFFFFF, 0x00010000])
def test_a_length_that_is_not_there_is_refused(length: int) -> None:
    lying = b"\x28\0\0\x20OB\0\0" + length.to_bytes(4, "little") + b"Odalys"
    found = cleaner().clean(file_of(data_set()) + lying)
    assert (found.kind, found.reasons) == ("refused", ("cut-off",))


def test_a_file_that_unpacks_to_more_than_can_be_held_is_refused() -> None:
    content = file_of(data_set(ICCProfile=bytes(100_000)), syntax=DeflatedExplicitVRLittleEndian)
    require_bounded(content)
    with pytest.raises(Refused, match="too-large"):
        require_bounded(content, 50_000)


def test_packed_bytes_that_are_none_are_refused() -> None:
    content = file_of(data_set(), syntax=DeflatedExplicitVRLittleEndian)
    found = cleaner().clean(content[:-40] + bytes(40))
    assert found.kind == "refused"
    with pytest.raises(zlib.error):
        zlib.decompress(content, -zlib.MAX_WBITS)


@settings(max_examples=40)
@given(st.integers(133, len(file_of(data_set(ReferencedSeriesSequence=items(item(PatientName=NAME)))))))
def test_a_file_that_is_cut_anywhere_says_nothing(length: int) -> None:
    content = file_of(data_set(ReferencedSeriesSequence=items(item(PatientName=NAME))))
    assert safe(cleaner().clean(content[:length]))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(132, 700), st.integers(0, 255)), min_size=1, max_size=6))
def test_whatever_bytes_are_changed_there_is_an_answer_and_it_can_be_read(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(
        file_of(data_set(StudyDescription=HIDDEN, ReferencedSeriesSequence=items(item(Rows=3))))
    )
    for place, value in changes:
        content[place % len(content)] = value
    found = cleaner().clean(bytes(content))
    assert set(found.reasons) <= REFUSED.keys() | QUARANTINED.keys()
    if found.body is not None:
        with quietly():
            assert len(dcmread(BytesIO(found.body)))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_bytes_that_are_no_file_are_refused(content: bytes) -> None:
    assert cleaner().clean(content).kind == "refused"
    assert cleaner().clean(bytes(128) + b"DICM" + content).kind == "refused"


def test_every_keyword_a_report_may_name_is_of_the_standard() -> None:
    counts = outcome(data_set(ImageComments=HIDDEN)).counts
    assert all(
        keyword in ("private", "unknown") or keyword_for_tag(keyword) or keyword.isidentifier()
        for _, keyword in counts
    )


@pytest.mark.parametrize(
    "told",
    [
        "ＯＤＡＬＹＳ seen",
        "Quenneville,Odalys",
        "odalysquenneville",
        "QUENNEVILLE   ODALYS",
        "Odalys\r\nQuenneville",
    ],
)
def test_a_name_written_otherwise_than_in_the_header_does_not_come_out(told: str) -> None:
    found = outcome(
        data_set(SpecificCharacterSet="ISO_IR 192", StudyDescription=told, DerivationDescription=told)
    )
    if found.body is not None:
        assert nowhere(found.body, (*WORDS, "ＯＤＡＬＹＳ"))
    else:
        assert found.reasons == ("trace",)


def test_a_person_or_a_hospital_told_by_a_code_is_told_by_none() -> None:
    person = item(CodeValue="EU-00417", CodingSchemeDesignator="99EUSTACE", CodeMeaning="Radiographer Odalys")
    house = item(
        CodeValue="H-77120", CodingSchemeDesignator="99REGION", CodeMeaning="Saint Eustace Infirmary"
    )
    made = data_set(
        InstitutionCodeSequence=items(house),
        OperatorIdentificationSequence=items(
            item(PersonIdentificationCodeSequence=items(person), InstitutionName="Eustace")
        ),
        ReferringPhysicianIdentificationSequence=items(item(PersonIdentificationCodeSequence=items(person))),
        StudyDescription="thorax for EU-00417 at H-77120",
    )
    found = outcome(made)
    assert found.kind == "written"
    assert nowhere(found.body, ("EU-00417", "H-77120", "99EUSTACE", "Eustace", "Odalys"))
    codes = cleaned(made).InstitutionCodeSequence[0]
    assert (codes.CodeValue, codes.CodeMeaning) == ("REMOVED", "REMOVED")
    kept = cleaned(made, retain=("institution",)).InstitutionCodeSequence[0]
    assert kept.CodeValue == "H-77120"


def test_a_code_that_says_what_was_examined_stays() -> None:
    region = item(CodeValue="51185008", CodingSchemeDesignator="SCT", CodeMeaning="Chest")
    out = cleaned(data_set(AnatomicRegionSequence=items(region)))
    assert (out.AnatomicRegionSequence[0].CodeValue, out.AnatomicRegionSequence[0].CodeMeaning) == (
        "51185008",
        "Chest",
    )


def test_whoever_ordered_or_issued_goes_though_the_standard_forgot_them() -> None:
    issuer = items(item(LocalNamespaceEntityID="EUSTACE-RIS", UniversalEntityID="eustace.example"))
    made = data_set(
        IssuerOfAccessionNumberSequence=issuer, OrderPlacerIdentifierSequence=issuer,
        PatientBirthDateInAlternativeCalendar="Showa 36", DeviceID="EUST-3", StudyDescription="seen at EUSTACE-RIS",
    )  # fmt: skip
    found = outcome(made)
    assert found.kind == "written"
    assert nowhere(found.body, ("eustace", "showa", "EUST-3"))


def test_a_header_that_cannot_be_decoded_is_no_bug() -> None:
    content = file_of(data_set()).replace(b"\x02\0\x02\0UI", b"\x02\0\x02\0U\xb6")
    assert cleaner().clean(content).kind in ("written", "refused")
