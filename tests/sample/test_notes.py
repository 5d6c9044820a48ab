"""Notes are as real notes: Chinese, and full of what has to be taken out before others may read them."""

import base64

from exchange.sample.identity import IDENTITY_CARD
from tests.sample.reading import Resource, Sample


def _text(note: Resource) -> str:
    return base64.b64decode(note["content"][0]["attachment"]["data"], validate=True).decode()


def test_a_note_names_the_patient_in_every_way_a_note_does(usual: Sample) -> None:
    notes = list(usual.all_of("DocumentReference"))
    assert len(notes) > 500
    for resources in usual.regions.values():
        for note in (one for one in resources.values() if one["resourceType"] == "DocumentReference"):
            person = resources[note["subject"]["reference"]]
            doctor = resources[note["author"][0]["reference"]]
            text = _text(note)
            assert person["name"][0]["text"] in text
            assert person["telecom"][0]["value"] in text
            assert person["address"][0]["text"] in text
            assert doctor["name"][0]["text"] in text
            for number in person["identifier"]:
                if number["system"] == IDENTITY_CARD:
                    assert number["value"] in text


def test_outpatient_discharge_and_emergency_notes_are_there_and_leave_no_blank(usual: Sample) -> None:
    notes = [_text(one) for one in usual.all_of("DocumentReference")]
    for title in ("门诊病历", "出院记录", "急诊抢救记录"):
        assert sum(title in note for note in notes) >= 5
    assert not any("{" in note or "None" in note for note in notes)


def test_a_note_is_a_page_of_plain_text(smallest: Sample) -> None:
    for one in smallest.all_of("DocumentReference"):
        assert one["content"][0]["attachment"]["contentType"] == "text/plain; charset=utf-8"
        assert 100 < len(_text(one)) < 1000
