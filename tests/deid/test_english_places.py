"""In English text a hospital, an employer and an address are found by a name of their own, not by their kind."""

import pytest

from deid import TextEngine

ENGINE = TextEngine()


def _found(text: str, kind: str) -> list[str]:
    return [text[span.start : span.end] for span in ENGINE.find(text, lang="en") if span.type == kind]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Eastern Vale Medical Center", "CABG in 2011 at Eastern Vale Medical Center."),
        ("HARBORVIEW REGIONAL HOSPITAL", "HARBORVIEW REGIONAL HOSPITAL\nDISCHARGE SUMMARY"),
        ("Good Samaritan", "transferred from Good Samaritan on"),
        ("Maple Grove Nursing Home", "To Maple Grove Nursing Home."),
        ("The Limes Medical Centre", "The Limes Medical Centre"),
        ("Royal Brackendale Infirmary", "Department of Cardiology, Royal Brackendale Infirmary"),
        ("St. Agatha's Hospital", "seen at St. Agatha's Hospital"),
        ("Klinik Damai", "issued by Klinik Damai, Ipoh"),
        ("Prairie View Behavioral Health", "admission at Prairie View Behavioral Health"),
        ("Mayo Clinic", "second opinion at Mayo Clinic"),
        ("VA", "followed at the VA"),
        ("Brockton", "transferred from Brockton with sepsis"),
        ("QEH", "Ref from: QEH ortho ward, 3 days."),
        ("NDH", "Transferred from NDH on Monday."),
        ("Mt. Carmel Lutheran Hospital", "Mt. Carmel Lutheran Hospital\nDischarge summary"),
    ],
)
def test_a_hospital_is_found(name: str, text: str) -> None:
    assert name in _found(text, "HOSPITAL")


@pytest.mark.parametrize(
    "text",
    [
        "HOSPITAL COURSE: She was seen in the Heart Failure Clinic and the Pain Clinic.",
        "transferred from OSH with sepsis, seen in SICU, St. John's wort daily, back to HDU",
        "Return to the Emergency Department. Outside hospital records. An outpatient clinic visit.",
        (
            "RETURN TO CLINIC: Not given. General Hospital policy. Hospital day 3. Physical Medicine and "
            "Rehabilitation"
        ),
        "per Fleischner Society guidelines; NYHA class III; Duke University criteria",
        "She went to nursing school and to high school. He is with his company. The police came.",
        "Operating Room, Intensive Care Unit, Department of Surgery, Transitional Care Unit",
    ],
)
def test_a_kind_of_place_is_none_in_particular(text: str) -> None:
    assert _found(text, "HOSPITAL") + _found(text, "ORG") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Tidewater Shipyard", "Works as a welder at Tidewater Shipyard."),
        ("Petaling Precision Sdn Bhd", "employee of Petaling Precision Sdn Bhd, was"),
        ("Roosevelt Elementary", "3rd grade at Roosevelt Elementary"),
        ("Shrewsbury Police Department", "of Shrewsbury Police Department took"),
        ("Blue Cross", "Insurance: Blue Cross ID XYZ882019447"),
        ("Northwind Traders", "Employer: Northwind Traders"),
        ("Halvorsen Brothers Paving", "operator for Halvorsen Brothers Paving."),
        ("Great Lakes Mutual Life", "Great Lakes Mutual Life\nAttn: claims"),
    ],
)
def test_an_employer_a_school_and_an_insurer_are_found(name: str, text: str) -> None:
    assert name in _found(text, "ORG")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (
            "1400 Pine Ridge Road, Suite 210, Tacoma, WA 98402",
            "1400 Pine Ridge Road, Suite 210, Tacoma, WA 98402\nTel",
        ),
        ("2210 MLK Jr Blvd, Apt 3C, Durham NC 27707", "at 2210 MLK Jr Blvd, Apt 3C, Durham NC 27707."),
        (
            "Flat 3, 27 Belmont Road, Knaresborough, HG5 8AB",
            "Flat 3, 27 Belmont Road, Knaresborough, HG5 8AB. Tel",
        ),
        ("Glossop Street, Sheffield S10 2JF", "Infirmary, Glossop Street, Sheffield S10 2JF"),
        ("22 Jalan SS2/24, 47300 Petaling Jaya, Selangor", "22 Jalan SS2/24, 47300 Petaling Jaya, Selangor"),
        ("Blk 412 Ang Mo Kio Ave 10 #08-1123 S(560412)", "Blk 412 Ang Mo Kio Ave 10 #08-1123 S(560412)"),
        ("P.O. Box 771", "mail to P.O. Box 771"),
        ("Bangor, Maine", "school teacher from Bangor, Maine, with"),
        ("Duluth", "single woman living in Duluth with"),
        ("Grand Island, Nebraska", "farmer outside Grand Island, Nebraska, admitted"),
        ("Worcester, MA", "en route from Worcester, MA."),
        ("Namibia", "moved here from Namibia in"),
        ("12 Harbour View Road", "Address: 12 Harbour View Road   Tel: 1"),
        ("Blue Hill Ave", "a shelter on Blue Hill Ave."),
        (
            "Flat C, 9/F, Kwong Tai Mansion, 21 Shing Fat Road, Quarry Bay",
            "home to Flat C, 9/F, Kwong Tai Mansion, 21 Shing Fat Road, Quarry Bay; STO",
        ),
        ("The Old Rectory, Nether Wallop, Andover", "The Old Rectory, Nether Wallop, Andover\n\nDiagnosis"),
        ("2210 Minnesota Ave SE", "a room at 2210 Minnesota Ave SE until"),
        ("Mogadishu", "fled Mogadishu in 1994"),
        ("Tulsa", "niece Anna Begley (Tulsa, sees child"),
        ("88 COTTONWOOD LN^^EL PASO^TX^79912", "PID|1||||||M|||88 COTTONWOOD LN^^EL PASO^TX^79912||"),
    ],
)
def test_where_somebody_lives_is_found_whole(address: str, text: str) -> None:
    start = text.index(address)
    where = [span for span in ENGINE.find(text, lang="en") if span.type in ("ADDRESS", "POSTCODE")]
    assert (
        "".join(text[s.start : s.end] for s in where if s.end > start)
        .replace(" ", "")
        .startswith(address.replace(" ", ""))
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("SY1 8QT", "lives at 7a Mill Street, Shrewsbury, SY1 8QT\nNext"),
        ("98402", "1400 Pine Ridge Road, Tacoma, WA 98402"),
        ("70301", "12 Pelican Row, Houma, Louisiana 70301   985"),
        ("S7N 1B6", "88 Elm Ave, Saskatoon, Saskatchewan  S7N 1B6\n"),
        ("560011", "Address: 12, 3rd Cross, Jayanagar 4th Block, Bengaluru - 560011"),
    ],
)
def test_a_postcode_at_the_end_of_an_address_is_one_of_its_own(code: str, text: str) -> None:
    assert _found(text, "POSTCODE") == [code]


@pytest.mark.parametrize(
    "text",
    [
        "left Lisfranc injury, back to baseline, #9, Rx number; way to theatre",
        "Room 412 bed B, Ward C5, 4 West, operating room #2, unit M-12",
        (
            "Sydney protocol, Paris classification, Rome IV, Lyme disease, German measles, Boston brace, "
            "Berlin criteria"
        ),
        "3 Vessel disease, 12 lead EKG, 2 View chest, T2N0M0, L4 5 facet, B12 level, 5 Way stopcock",
        "J. Hollister PA-C; John Poole, MD; Pain, OR time 40 minutes; in Recovery; in February",
    ],
)
def test_what_is_no_place_stays(text: str) -> None:
    assert _found(text, "ADDRESS") + _found(text, "POSTCODE") == []
