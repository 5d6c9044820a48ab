"""In English text people are found by what announces them and by their names, and diseases, drugs and tools are not."""

import pytest

from deid import TextEngine
from deid.text.english import find_english

ENGINE = TextEngine()


def _names(text: str) -> list[str]:
    return [text[span.start : span.end] for span in ENGINE.find(text, lang="en") if span.type == "NAME"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # titles
        ("Okonjo", "seen by Dr. Okonjo today"),
        ("A. Featherly", "Dr A. Featherly reviewed"),
        ("White", "Mrs. White is well"),
        ("Brown", "Mr Brown's daughter"),
        ("Van der Merwe", "Mrs Van der Merwe attended"),
        ("O'Sullivan", "Prof. O'Sullivan agreed"),
        ("Q", "Dr. Q will see her"),
        ("LIM", "DR. LIM NOTIFIED"),
        # labels
        ("Quintana, Orlando", "Patient Name: Quintana, Orlando"),
        ("DELACROIX, MARGUERITE T", "PATIENT: DELACROIX, MARGUERITE T   SEX: F"),
        ("Rusty Shovel", "Name: Rusty Shovel"),
        ("john smith", "patient name: john smith"),
        ("Kwame Mensah", "Referring physician: Kwame Mensah, M.D."),
        ("LINDA M. PRZYBYLSKI", "Dictated By: LINDA M. PRZYBYLSKI, M.D."),
        ("S Katsaros", "Validated by: S Katsaros"),
        ("Wei-Ling Hsu", "Pathologist: Wei-Ling Hsu, M.D."),
        ("Chan Tai Ming", "Name: Chan Tai Ming (M/60)"),
        ("Lim Shu Fen", "wife Lim Shu Fen called"),
        ("Tran Van Hung", "Contact: Tran Van Hung"),
        ("Aisha binti Rahman", "Ms Aisha binti Rahman was examined"),
        ("Ahmed al-Masri", "Interpreter: Ahmed al-Masri"),
        # degrees and parts
        ("Tyler Beckwith", "Tyler Beckwith, PGY-2"),
        ("J. Hollister", "J. Hollister PA-C"),
        ("Denise", "report from Denise RN"),
        ("Heather Blum", "Heather Blum CPNP"),
        # kin
        ("Celeste", "Daughter Celeste is her proxy"),
        ("Paul", "Her husband Paul called"),
        ("Maureen", "with his wife, Maureen, in clinic"),
        ("Arthur Jr.", "His son, Arthur Jr., agreed"),
        # letters
        ("Priya", "Hi Priya,\n\nQuick one"),
        ("Imran Qureshi", "Kind regards,\n\nImran Qureshi"),
        ("Rohan Mukherjee", "Yours sincerely\n\nRohan Mukherjee\nConsultant"),
        # nothing but the words
        ("Ann Kowalczyk", "Discussed on rounds; Ann Kowalczyk will arrange follow up"),
        ("Kayla", "This morning Kayla reports worse mood"),
        ("Grace Young", "The chart of Grace Young was reviewed"),
        ("Ezekiel Thornbury", "Ezekiel Thornbury is a 71-year-old man"),
        ("Widline", "She has a child (Widline, 12 y)"),
        # HL7
        ("TORRES^MIGUEL^ANGEL", "PID|1||300981227||TORRES^MIGUEL^ANGEL||M"),
        # Han characters in an English note
        ("王雨桐", "Interpreter: 王雨桐. She agreed"),
        ("陳大明", "Name: Chan Tai Ming (陳大明) M"),
    ],
)
def test_a_name_is_found_whole(name: str, text: str) -> None:
    assert name in _names(text)


def test_of_several_people_in_a_row_each_is_found() -> None:
    text = "Family (wife Ruth, sons Caleb and Micah) at bedside; w/ primary team (Iverson/Cole)."
    assert _names(text) == ["Ruth", "Caleb", "Micah", "Iverson", "Cole"]


def test_who_was_named_is_found_again_by_a_part_of_the_name() -> None:
    text = (
        "Grace Bellweather, 34 y. Grace says she is well. BELLWEATHER signed. Bellweather's notes. "
        "By His grace."
    )
    assert _names(text) == ["Grace Bellweather", "Grace", "BELLWEATHER", "Bellweather"]


def test_a_patient_called_bell_does_not_make_a_palsy_of_the_name() -> None:
    text = "Ms. Bell has had Bell's palsy. Bell works as a paralegal."
    assert _names(text) == ["Bell", "Bell"]


@pytest.mark.parametrize(
    "text",
    [
        (
            "Parkinson's disease, Crohn disease, Hodgkin lymphoma, Bell's palsy, Lou Gehrig's disease, "
            "Graves' disease"
        ),
        (
            "Babinski downgoing, Romberg negative, Murphy's sign, McBurney's point, Kocher incision, "
            "Tinel and Phalen"
        ),
        "A 19 Fr Blake drain, Foley, Jackson-Pratt, Veress needle, Hasson trocar, Swan-Ganz, Penrose, Kerlix",
        "Glasgow Coma Scale 15, Apgar 8 and 9, Gleason 7, Nottingham grade 2, Duke criteria, Child-Pugh B",
        "Tylenol, Lasix 40 mg, switched to Entresto, Zosyn and Augmentin, on Keppra, Xarelto held, Lantus",
        "Medtronic pacemaker, St. Jude lead, Boston Scientific, Stryker, Zimmer Biomet, da Vinci robot",
        "PHYSICAL EXAMINATION: General: Alert. Neck: Supple. Lungs: Clear. Ext: No edema. Neuro: Nonfocal.",
        "PAST MEDICAL HISTORY\nHOSPITAL COURSE\nREVIEW OF SYSTEMS\nASSESSMENT AND PLAN",
        "Mother: Healthy. Father: HTN, DM2. Sister: Breast cancer. Source: Patient. Allergies: Penicillin",
        "In May she will mark the site. On Monday or in March. Christmas was fine. Sister died.",
        "E. Coli, C. Difficile, S. Aureus, H. pylori, MR Angiogram of the brain, MS Contin 15 mg",
        (
            "The Penfield, a Jamar dynamometer, a Robert-Jones splint, the Midas Rex drill, Jack Daniels "
            "on weekends"
        ),
        "CBC, BMP, LFTs, ANA, TSH; EKG and CXR done; PT/OT; ICU to PACU; DNR/DNI",
        "Laparoscopic Cholecystectomy With Cholangiogram. Total Knee Arthroplasty. Acute Kidney Injury.",
    ],
)
def test_what_is_only_medicine_is_no_name(text: str) -> None:
    assert _names(text) == []


def test_a_chinese_note_with_an_english_name_is_searched_for_both() -> None:
    text = "患者Oliver Brandt,德国籍。Mr. Brandt由王秀兰主任医师查房。"
    assert _names(text) == ["Oliver Brandt", "Brandt", "王秀兰"]


@pytest.mark.parametrize(
    "piece", ["Dr. ", "A. ", "Smith, ", "O'", "Mary ", "Name: ", "a^B^", "van der ", "St. "]
)
def test_the_time_grows_with_the_text_only(piece: str) -> None:
    assert sum(1 for _ in find_english(piece * 20_000)) <= 60_000


@pytest.mark.parametrize(
    "text",
    [
        "右膝关节活动度可,Lysholm评分82分,抽屉试验阴性,改良Ashworth分级1级",
        "MRI Report(头颅增强) Contrast: Gd",
        "penicillin(过敏) 换用头孢; level pending(外院)",
    ],
)
def test_in_a_chinese_note_one_latin_word_and_what_is_in_brackets_name_nobody(text: str) -> None:
    assert _names(text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Kwan", "麻醉科:Dr. Kwan 会诊"),
        ("Erik Lindqvist", "外国友人 Erik Lindqvist 陪同就诊"),
        ("徐", "Consultant: Xu(徐主任)"),
        ("桑田", "Technician: 桑田  Scanner 2"),
    ],
)
def test_in_a_chinese_note_two_latin_words_or_something_in_front_name_somebody(name: str, text: str) -> None:
    assert name in _names(text)
