"""In English text a number is found by its label or its shape for what it is, and a value or a dose is none."""

import pytest

from deid import TextEngine
from deid.text.english_numbers import find_english_numbers

ENGINE = TextEngine()


def _found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in ENGINE.find(text, lang="en") if span.type == kind]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("MRN", "4471-2280", "MRN: 4471-2280"),
        ("MRN", "00-91-82-3", "UNIT NUMBER: 00-91-82-3"),
        ("MRN", "V20039118273", "ACCOUNT #: V20039118273"),
        ("MRN", "RA-24-0081734", "Accession: RA-24-0081734"),
        ("MRN", "S23-14872", "Case No. S23-14872"),
        ("MRN", "7719035", "Med Rec No: 7719035"),
        ("MRN", "883104", "Job #: 883104"),
        ("MRN", "1883402", "URN 1883402"),
        ("MRN", "RM/cs/H0448213", "Our ref: RM/cs/H0448213"),
        ("MRN", "6071932", "(GMC 6071932)"),
        ("MRN", "40213", "interpreter #40213"),
        ("MRN", "ME-2024-00317", "declined, ref ME-2024-00317, spoke"),
        ("MRN", "1234567893", "NPI 1234567893"),
        ("PHONE", "(207) 555-0186", "cell (207) 555-0186."),
        ("PHONE", "857.555.0103", "cousin, 857.555.0103."),
        ("PHONE", "31877", "Pager 31877"),
        ("PHONE", "4-2217", "PA-C x4-2217"),
        ("PHONE", "01423 550 188", "Tel 01423 550 188"),
        ("PHONE", "07700 900 461", "mob 07700 900 461"),
        ("PHONE", "087 555 0142", "call back on 087 555 0142"),
        ("PHONE", "+44 20 7946 0123", "ring +44 20 7946 0123"),
        ("PHONE", "+91 98450 12345", "Mobile : +91 98450 12345"),
        ("PHONE", "9123 4567", "Contact 9123 4567 / wife"),
        ("PHONE", "555-0143", "call 555-0143"),
        ("PHONE", "1300 555 012", "1300 555 012"),
        ("ID_CARD", "987-65-4321", "SSN 987-65-4321"),
        ("ID_CARD", "xxx-xx-1234", "SSN: xxx-xx-1234"),
        ("ID_CARD", "6789", "SSN ending 6789"),
        ("ID_CARD", "S8412337G", "NRIC S8412337G"),
        ("ID_CARD", "880412-14-5566", "(IC 880412-14-5566)"),
        ("ID_CARD", "QQ123456C".replace("QQ", "AB"), "NI no AB123456C"),
        ("ID_CARD", "2345 6789 0124", "Aadhaar : 2345 6789 0124"),
        ("HEALTH_CARD", "943 476 5919", "NHS No 943 476 5919"),
        ("HEALTH_CARD", "943 476 5919", "number 943 476 5919 on file"),
        ("INSURANCE", "XYH882019447", "Blue Cross ID XYH882019447"),
        ("HEALTH_CARD", "2953 78412 1-2", "Medicare 2953 78412 1-2"),
        ("INSURANCE", "1EG4-TE5-MK73", "1EG4-TE5-MK73"),
        ("PASSPORT", "C01X00T47", "passport C01X00T47"),
        ("PLATE", "7KXM294", "car registration 7KXM294"),
        ("PASSPORT", "533918100", "passports seen (533918100, 529004200)"),
        ("PASSPORT", "529004200", "passports seen (533918100, 529004200)"),
        ("MRN", "3381834", "MRN TR88120 -> 3381834    AGE 31 M"),
        ("MRN", "RB 5520 1183 4 AU", "registered post, receipt RB 5520 1183 4 AU."),
        ("MRN", "5582", "Asha Patil, S/N, Emp 5582"),
        ("INSURANCE", "8214418-NSW", "at icare, claim 8214418-NSW. He"),
        ("INSURANCE", "30231-778X", "auth 30231-778X, est. copay"),
        ("INSURANCE", "CLI/2022/151126/0881", "Star Health claim CLI/2022/151126/0881, card"),
        ("INSURANCE", "BG-881-20381", "authorised by Bupa Global, ref BG-881-20381, receipt"),
        ("INSURANCE", "A50917735", "(AHCCCS ID A50917735 active)"),
        ("HEALTH_CARD", "518 044 911", "HSN: 518 044 911     DOB"),
        ("PHONE", "608-555-0188", "T. Adeyemi, MD 608-555-0188"),
        ("PHONE", "719-555-0133", "weeks. Portal or 719-555-0133."),
        ("PHONE", "5582", "psychologist, local 5582."),
        ("BANK_CARD", "3391 0422 8895 017", "bank a/c 3391 0422 8895 017"),
        ("ID_CARD", "539999198808193512", "ID 539999198808193512"),
        ("BIRTH_CERT", "2023/881/41", "Birth certificate No. 2023/881/41"),
        ("DATE", "12-Nov-2021", "protocol CT 12-Nov-2021: 2.6 cm"),
        ("DEVICE_ID", "RNB608812S", "serial RNB608812S"),
        ("BANK_CARD", "GB82 WEST 1234 5698 7654 32", "IBAN GB82 WEST 1234 5698 7654 32"),
        ("AGE", "91-year-old", "a 91-year-old man"),
        ("AGE", "94", "aged 94"),
        ("AGE", "93", "Age: 93"),
        ("AGE", "92", "92F with CHF"),
        ("AGE", "101 years old", "She is 101 years old"),
        ("AGE", "ninety-three year old", "a ninety-three year old"),
    ],
)
def test_a_number_is_found_for_what_it_is(kind: str, value: str, text: str) -> None:
    assert any(value in found for found in _found(text, kind))


@pytest.mark.parametrize(
    "text",
    [
        "BP 162/94, HR 98, SpO2 95% on 2 L, T 99.1, RR 16, wt 248 lbs, BMI 34.1",
        "ASA 325 mg, heparin 5000 units, KCl 40 mEq, NS at 75 ml/hr, 120 mcg, Troponin T 0.14",
        "WBC 11.2, Plt 233, Na 138, glucose 142, PR 162 ms, QT/QTc 378/457, TSH 0.01, CA-125 1200 U/mL",
        "DLP 412 mGy-cm, series 4, image 112, 5 x 130 degrees, 10 x 390 mm, 12-lead, Femur 44",
        "called 911; in her nineties; aged 45; age 89; room 412; bed 7; ward 6; T8-9; 24 hours",
        "lot U77A, ICD I10, F32.1, HbA1c 8.9, CHA2DS2-VASc 2, EF 25%, 2.5 x 1.2 cm, x10 days, x3",
    ],
)
def test_a_value_a_dose_and_a_measure_stay(text: str) -> None:
    assert list(find_english_numbers(text)) == []


@pytest.mark.parametrize("piece", ["1", "12 ", "ID ", "A1-", "tel 1 ", "#", "90 ", "("])
def test_the_time_grows_with_the_text_only(piece: str) -> None:
    assert sum(1 for _ in find_english_numbers(piece * 40_000)) <= 40_000
