"""The report says what happened to whom, in numbers only."""

import orjson

from deid.report import KINDS, SKIPPED, Report
from tests.deid.records import OBSERVATION, PATIENT, cleaner


def _used() -> Report:
    used = cleaner("research")
    for resource in (PATIENT, OBSERVATION, OBSERVATION, {"resourceType": "Binary"}, {"resourceType": "张三"}):
        used.clean(orjson.dumps(resource), subject="p-1")
    return used.report


def test_what_came_in_is_what_went_out_and_what_was_skipped() -> None:
    report = _used()
    assert report.received == {"Patient": 1, "Observation": 2, "Binary": 1, "?": 1}
    assert report.released == {"Patient": 1, "Observation": 2}
    assert report.skipped == {("Binary", "no-rules"): 1, ("?", "no-rules"): 1}


def test_every_place_says_what_was_done_there() -> None:
    places = _used().places
    assert places["Patient.birthDate"].counts() == {"generalised": 1}
    assert places["Patient.id"].counts() == {"pseudonymised": 1}
    assert places["Patient.name"].counts() == {"dropped": 1}
    assert places["Observation.effectiveDateTime"].counts() == {"shifted": 2}
    assert places["Observation.valueQuantity.value"].counts() == {"kept": 2}
    assert places["Patient.extension"].counts() == {"unknown": 1}


def test_an_element_nobody_wrote_a_rule_for_is_counted_but_its_name_is_not_told() -> None:
    used = cleaner("research")
    used.clean(orjson.dumps({**PATIENT, "张三": 1, "birthPlace": "昆山"}), subject="p-1")
    assert used.report.places["Patient.?"].unknown == 2
    assert "张三" not in orjson.dumps(used.report.as_dict()).decode()


def test_the_same_for_people_in_both_languages() -> None:
    report = _used()
    zh, en = report.lines("zh"), report.lines("en")
    assert "Observation：收到 2，放行 2" in zh
    assert "Observation: 2 in, 2 out" in en
    assert len(zh) == len(en)
    assert all(words in "\n".join(en) for words, _ in KINDS.values())
    assert "  1 skipped: no rules for this resource type" in en
    assert all(en and zh for en, zh in SKIPPED.values())


def test_the_report_names_the_rules_it_was_made_under() -> None:
    told = _used().as_dict()
    assert told["profile"] == "research"
    assert str(told["rules"]).startswith("sha256:")
    assert orjson.loads(orjson.dumps(told)) == told
