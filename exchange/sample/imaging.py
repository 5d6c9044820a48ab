"""What is seen: X-ray, CT, MRI and ultrasound with their reports, the ECG, the pathologist's slide."""

from exchange.sample.dice import Dice
from exchange.sample.elements import DICOM, LOINC, concept, hl7, minutes, quantity, ref, stamp
from exchange.sample.encounters import Visit
from exchange.sample.laboratory import observe
from exchange.sample.tables import studies

# The root of UUID-derived UIDs (DICOM PS3.5 annex B.2): anybody's, so nobody's.
_UID = "2.25"
_NORMAL_PERCENT = 45


def study(visit: Visit, name: str, dice: Dice, *, conclusion: int | None = None) -> str:
    """An imaging study and its report; `conclusion` is the number of it in the table. Returns the report."""
    seen = studies()[name]
    taken = visit.start + minutes(dice.number(30, 120))
    uid = f"{_UID}.{dice.number(10**17, 10**18)}{dice.number(10**17, 10**18)}"
    modality = {"system": DICOM, "code": seen.modality}
    imaged = visit.add(
        "ImagingStudy",
        {
            "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}],
            "status": "available",
            "modality": [modality],
            "started": stamp(taken),
            "referrer": ref(visit.doctor.reference),
            "numberOfSeries": 1,
            "numberOfInstances": seen.images,
            "description": seen.zh,
            "series": [
                {
                    "uid": f"{uid}.1",
                    "number": 1,
                    "modality": modality,
                    "numberOfInstances": seen.images,
                    "bodySite": {"display": seen.body},
                }
            ],
        },
    )
    if conclusion is None:
        abnormal = len(seen.conclusions) > 1 and not dice.chance(_NORMAL_PERCENT)
        conclusion = dice.number(1, len(seen.conclusions) - 1) if abnormal else 0
    return visit.add(
        "DiagnosticReport",
        {
            "status": "final",
            "category": [hl7("v2-0074", "RAD")],
            "code": concept(LOINC, seen.loinc, seen.zh),
            "effectiveDateTime": stamp(taken),
            "issued": stamp(taken + minutes(dice.number(20, 240))),
            "performer": [ref(f"Organization/{visit.organisation}")],
            "resultsInterpreter": [ref(visit.doctor.reference)],
            "imagingStudy": [ref(imaged)],
            "conclusion": seen.conclusions[conclusion],
        },
    )


_RHYTHMS = (
    "窦性心律,正常心电图",
    "窦性心律,ST-T改变",
    "窦性心动过缓",
    "心房颤动伴快速心室率",
    "偶发房性早搏",
)
ST_ELEVATION = "窦性心律,V1-V4导联ST段弓背向上抬高,考虑急性前壁心肌梗死"


def electrocardiogram(visit: Visit, dice: Dice, reading: str = "") -> str:
    """A twelve-lead ECG: what it says, its measures, and half a second of lead II (25 samples)."""
    measures = (
        ("8867-4", "心率", dice.number(54, 110), "/min"),
        ("8625-6", "PR间期", dice.number(130, 200), "ms"),
        ("8633-0", "QRS时限", dice.number(78, 112), "ms"),
        ("8634-8", "QT间期", dice.number(340, 440), "ms"),
    )
    components = [
        {"code": concept(LOINC, loinc, zh), "valueQuantity": quantity(value, unit)}
        for loinc, zh, value, unit in measures
    ]
    beat = (0, 1, 6, 12, 6, 0, 0, -4, 88, 102, -22, -8, 0, 2, 8, 16, 24, 18, 8, 2, 0, 0, 0, 0, 0)
    wave = " ".join(str(point + dice.number(-2, 2)) for point in beat)
    lead = {
        "origin": quantity(0, "mV"),
        "period": 20,
        "factor": 0.01,
        "dimensions": 1,
        "data": wave,
    }
    components.append({"code": {"text": "II导联"}, "valueSampledData": lead})
    value = {"valueString": reading or dice.weighted(_RHYTHMS, (50, 20, 12, 8, 10)), "component": components}
    return observe(visit, "procedure", "11524-6", "十二导联心电图", visit.start + minutes(8), value)


def pathology(visit: Visit, dice: Dice, finding: str) -> str:
    """The pathologist's report. The slide's number stands in it, as it does on the slide."""
    taken = visit.start + minutes(dice.number(1500, 2800))
    number = f"{taken:%Y}-{dice.number(10_000, 99_999)}"
    return visit.add(
        "DiagnosticReport",
        {
            "status": "final",
            "category": [hl7("v2-0074", "SP")],
            "code": concept(LOINC, "11526-1", "病理检查"),
            "effectiveDateTime": stamp(taken),
            "issued": stamp(taken + minutes(dice.number(2000, 4000))),
            "performer": [ref(f"Organization/{visit.organisation}")],
            "conclusion": f"病理号{number}:{finding}。",
        },
    )
