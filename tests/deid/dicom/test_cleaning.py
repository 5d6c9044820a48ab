"""What comes out of a file says nothing of who it is about, and fits what comes out of the same person's records."""

from datetime import datetime
from io import BytesIO

import orjson
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from deid import Cleaner, load_rules
from deid.dicom import DicomCleaner, Settings, options
from deid.dicom.objects import IMPLEMENTATION
from tests.deid.dicom.invented import (
    HOSPITAL,
    INSTANCE,
    KEY,
    NAME,
    NUMBER,
    STUDY,
    cleaned,
    cleaner,
    data_set,
    file_of,
    item,
    items,
    nowhere,
    outcome,
)
from tests.deid.records import TODAY

TELLING = ("Quenneville", "Odalys", NUMBER, HOSPITAL, STUDY, "EUSTACE", "19610407")


def test_name_number_hospital_and_uids_are_gone() -> None:
    found = outcome(data_set())
    assert (found.kind, found.reasons) == ("written", ())
    assert nowhere(found.body, TELLING)


def test_the_file_says_that_it_was_made_safe_and_how() -> None:
    out = cleaned(data_set())
    assert out.PatientIdentityRemoved == "YES"
    assert out.LongitudinalTemporalInformationModified == "MODIFIED"
    assert out.DeidentificationMethod[0] == "Hutong 9.9"
    codes = [one.CodeValue for one in out.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107", "113105", "113104", "113108"]
    assert out.file_meta.ImplementationClassUID == IMPLEMENTATION
    assert "SourceApplicationEntityTitle" not in out.file_meta


def test_the_basic_profile_leaves_neither_dates_nor_age_nor_free_text() -> None:
    out = cleaned(data_set(PatientAge="063Y", SeriesDescription="Thorax", SegmentLabel="liver"), "basic")
    assert out.LongitudinalTemporalInformationModified == "REMOVED"
    assert not {"PatientAge", "SeriesDescription", "SegmentLabel"} & set(out.dir())
    assert (out.StudyDate, out.PatientSex) == ("", "")


def test_the_pseudonym_of_a_number_is_that_of_the_number_in_a_fhir_record() -> None:
    record = {"resourceType": "Encounter", "id": "e", "status": "finished", "identifier": [{"value": NUMBER}]}
    body = Cleaner(load_rules("research"), key=KEY, today=TODAY).clean(orjson.dumps(record), subject="p").body
    assert body is not None
    out = cleaned(data_set())
    assert out.PatientID == out.PatientName == orjson.loads(body)["identifier"][0]["value"]


def test_a_uid_is_keyed_as_in_the_study_s_fhir_record() -> None:
    record = {
        "resourceType": "ImagingStudy", "id": "s", "status": "available", "subject": {"reference": "Patient/p"},
        "series": [{"uid": STUDY, "modality": {"code": "CT"}}],
    }  # fmt: skip
    body = Cleaner(load_rules("research"), key=KEY, today=TODAY).clean(orjson.dumps(record), subject="p").body
    assert body is not None
    assert cleaned(data_set()).StudyInstanceUID == orjson.loads(body)["series"][0]["uid"]


def test_dates_move_as_far_as_in_the_patient_s_fhir_records() -> None:
    record = {"resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "2024-03-01"}
    body = (
        Cleaner(load_rules("research"), key=KEY, today=TODAY).clean(orjson.dumps(record), subject="p-77").body
    )
    assert body is not None
    ours = DicomCleaner(Settings(options("research"), patients={NUMBER: "p-77"}), key=KEY)
    moved = dcmread(BytesIO(ours.clean(file_of(data_set())).body or b"")).StudyDate
    assert moved == orjson.loads(body)["effectiveDateTime"].replace("-", "")


def test_the_days_between_two_files_of_a_patient_survive_and_the_calendar_does_not() -> None:
    first, second = (
        cleaned(data_set(StudyDate=day, SOPInstanceUID=f"{INSTANCE}.{day}"))
        for day in ("20240301", "20240309")
    )
    assert first.StudyDate != "20240301"
    days = datetime.strptime(second.StudyDate, "%Y%m%d") - datetime.strptime(first.StudyDate, "%Y%m%d")  # noqa: DTZ007
    assert days.days == 8


def test_files_of_one_study_still_belong_together() -> None:
    first, second = (cleaned(data_set(SOPInstanceUID=f"{INSTANCE}.{n}")) for n in (1, 2))
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    reference = items(
        item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=f"{INSTANCE}.1")
    )
    pointing = cleaned(data_set(SourceImageSequence=reference))
    assert pointing.SourceImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID


def test_two_projects_cannot_compare() -> None:
    other = cleaner(key=bytes(32 * [7])).clean(file_of(data_set()))
    assert other.name != outcome(data_set()).name


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_a_file_comes_back_in_the_encoding_it_came_in(syntax: UID) -> None:
    out = cleaned(
        data_set(Rows=2, KVP="120", ReferencedStudySequence=items(item(PatientName=NAME))), syntax=syntax
    )
    assert out.file_meta.TransferSyntaxUID == syntax
    assert (out.Rows, out.KVP, len(out.ReferencedStudySequence)) == (2, 120, 0)


def test_chinese_is_read_in_whatever_set_it_was_written_and_written_again_as_utf_8() -> None:
    for charset in ("GB18030", "GBK", "ISO_IR 192", ["", "ISO 2022 IR 58"]):
        made = data_set(
            SpecificCharacterSet=charset, PatientName="Zhang^San=张^三", StudyDescription="张三 CT 胸部"
        )
        found = outcome(made)
        assert nowhere(found.body, ("张三", "张^三", "zhang"))
        out = dcmread(BytesIO(found.body or b""))
        assert out.SpecificCharacterSet == "ISO_IR 192"
        assert out.StudyDescription.endswith("CT 胸部")


@pytest.mark.parametrize("declared", [None, "ISO_IR 100"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_that_no_character_set_is_named_for_is_found_all_the_same(
    declared: str | None, encoding: str
) -> None:
    made = data_set(StudyDescription="X" * 12, PatientName="Y" * 6)
    if declared:
        made.SpecificCharacterSet = declared
    name, told = "张三".encode(encoding), "张三 CT".encode(encoding)
    raw = (
        file_of(made)
        .replace(b"LO\x0c\0" + b"X" * 12, b"LO\x0c\0" + told.ljust(12))
        .replace(b"YYYYYY", name.ljust(6))
    )
    found = cleaner().clean(raw)
    assert nowhere(found.body, ("张三",))
    assert found.body is not None
    assert told not in found.body


def test_descriptions_lose_what_the_header_says_of_the_patient() -> None:
    out = cleaned(data_set(StudyDescription=f"Thorax {NUMBER} quenneville, see 1961-04-07"))
    assert out.StudyDescription.startswith("Thorax [REMOVED] [REMOVED]")
    assert "1961" not in out.StudyDescription


def test_a_hospital_that_is_called_like_its_scanner_takes_the_scanner_s_name_with_it() -> None:
    assert cleaned(data_set(InstitutionName="TOSHIBA", Manufacturer="TOSHIBA")).Manufacturer == "REMOVED"


@pytest.mark.parametrize(
    ("option", "keyword", "value"),
    [
        ("institution", "InstitutionName", HOSPITAL),
        ("device", "StationName", "CT-3"),
        ("uids", "StudyInstanceUID", STUDY),
        ("full-dates", "StudyDate", "20240301"),
    ],
)
def test_what_is_retained_stays_and_without_it_does_not(option: str, keyword: str, value: str) -> None:
    made = {keyword: value}
    assert cleaned(data_set(**made), retain=(option,))[keyword].value == value
    assert cleaned(data_set(**made))[keyword].value != value


def test_a_private_figure_on_the_list_stays_where_that_is_asked_for_and_its_neighbours_never() -> None:
    def made() -> Dataset:
        one = data_set()
        block = one.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0x0C, "IS", "1000")
        block.add_new(0x0D, "LO", "Odalys Quenneville")
        return one

    kept = cleaned(made(), retain=("private",))
    assert kept[0x0019, 0x100C].value == 1000
    assert (0x0019, 0x100D) not in kept
    assert not any(one.tag.is_private for one in cleaned(made()))


def test_nothing_lies_before_or_behind_the_data_set() -> None:
    raw = file_of(data_set(), preamble=b"Odalys Quenneville".ljust(128, b"."))
    found = cleaner().clean(raw + b"\xfc\xff\xfc\xffOB\0\0\x08\0\0\0Odalys..")
    assert found.body is not None
    assert found.body[:128] == bytes(128)
    assert nowhere(found.body, ("Odalys",))


def test_the_same_file_gives_the_same_bytes() -> None:
    assert outcome(data_set()).body == outcome(data_set()).body


def test_what_is_counted_is_what_was_there() -> None:
    counts = outcome(data_set()).counts
    assert counts["pseudonymised", "PatientName"] == 1
    assert counts["shifted", "StudyDate"] == 1
    assert counts["replaced", "InstitutionName"] == 1
    assert not [place for _, place in counts if "Quenneville" in place]


def test_a_number_in_chinese_letters_is_somebody_s_own() -> None:
    first, second = (
        outcome(data_set(SpecificCharacterSet="GB18030", PatientID=one)) for one in ("甲一", "乙二")
    )
    assert first.name.split("/")[0] != second.name.split("/")[0]
    out = dcmread(BytesIO(first.body or b""))
    assert out.PatientID == out.PatientName


def test_a_uid_in_a_description_goes_too() -> None:
    assert STUDY not in str(cleaned(data_set(StudyDescription=f"see {STUDY}")).StudyDescription)


def test_a_technician_called_like_the_scanner_takes_no_word_out_of_the_text() -> None:
    assert (
        cleaned(data_set(OperatorsName="CT", StationName="CT", StudyDescription="CT thorax")).StudyDescription
        == "CT thorax"
    )


@pytest.mark.parametrize("written", ["urn:oid:", "URN:OID:", ""])
def test_a_study_is_the_same_in_its_pictures_and_in_the_record_of_it(written: str) -> None:
    study = {
        "resourceType": "ImagingStudy",
        "id": "i-1",
        "status": "available",
        "subject": {"reference": "Patient/p-1"},
        "identifier": [{"system": "urn:dicom:uid", "value": f"{written}{STUDY}"}],
        "series": [{"uid": "1.2.826.0.1.3680043.9.1.2", "modality": {"code": "CT"}}],
    }
    fhir = Cleaner(load_rules("research"), key=KEY, today=TODAY).clean(orjson.dumps(study), subject="p-1")
    picture = cleaned(data_set())
    assert fhir.body is not None
    record = orjson.loads(fhir.body)
    assert record["identifier"] == [
        {"system": "urn:dicom:uid", "value": f"{written.lower()}{picture.StudyInstanceUID}"}
    ]
    assert record["series"][0]["uid"] == picture.SeriesInstanceUID


def test_who_points_at_a_study_by_its_uid_still_finds_it() -> None:
    pointing = {
        "resourceType": "DiagnosticReport",
        "id": "r-1",
        "status": "final",
        "subject": {"reference": "Patient/p-1"},
        "imagingStudy": [{"reference": f"ImagingStudy?identifier=urn:dicom:uid|urn:oid:{STUDY}"}],
    }
    fhir = Cleaner(load_rules("research"), key=KEY, today=TODAY).clean(orjson.dumps(pointing), subject="p-1")
    assert fhir.body is not None
    pointed = orjson.loads(fhir.body)["imagingStudy"][0]["reference"]
    assert pointed == f"ImagingStudy?identifier=urn:dicom:uid|urn:oid:{cleaned(data_set()).StudyInstanceUID}"
