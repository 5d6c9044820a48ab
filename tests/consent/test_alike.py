"""Items are asked about once where no rule can tell them apart."""

from hypothesis import given
from hypothesis import strategies as st

from consent import Config
from consent.alike import Spoken, spoken_of
from consent.case import Item, read_question
from consent.matching import holds
from consent.rules import read_rules
from consent.standing import lifts_item
from tests.consent.papers import DOCTOR, Json, ask, concept, deny, item, kind, level, permit, topic, who
from tests.consent.wishes_of_anybody import items, rules


@given(st.lists(rules, min_size=1, max_size=3), st.lists(items, min_size=2, max_size=6))
def test_rules_say_the_same_of_items_that_are_alike(said: list[Json], shown: list[Json]) -> None:
    found = [rule for one in said for rule in read_rules(one, 8).walk()]
    spoken = spoken_of(found)
    for one, other in _pairs(_read(*shown), spoken):
        for rule in found:
            assert holds(rule, one) is holds(rule, other)
            assert all(
                lifts_item(rule.whole, refusal.whole, one) == lifts_item(rule.whole, refusal.whole, other)
                for refusal in found
            )


def test_a_rule_about_everybody_and_everything_tells_nothing_apart() -> None:
    assert (
        len(
            {
                _spoken(permit()).of(one)
                for one in _read(item("Observation/1", "R", ("PSY",)), item("Condition/2"))
            }
        )
        == 1
    )


def test_each_element_tells_apart_what_it_speaks_of() -> None:
    plain = item("Observation/1", author="Practitioner/x", code=["http://loinc.org|2-2"])
    others: dict[str, tuple[Json, Json]] = {
        "class": (deny(**{"class": kind("Condition")}), {"class": "Condition"}),
        "sensitivity": (deny(securityLabel=topic("PSY")), {"sensitivity": ["PSY"]}),
        "confidentiality": (deny(securityLabel=level("R")), {"confidentiality": "R"}),
        "code": (deny(code=[concept("http://loinc.org", "718-7")]), {"code": ["718-7"]}),
        "author": (deny(actor=who(DOCTOR, role="AUT")), {"author": DOCTOR}),
        "no author": (deny(actor=who(DOCTOR, role="AUT")), {"author": None}),
        "date": (deny(dataPeriod={"end": "2020"}), {"authoredOn": "2019-05-05"}),
        "the thing itself": (
            deny(data=[{"meaning": "instance", "reference": {"reference": "Observation/7"}}]),
            {"ref": "Observation/7"},
        ),
        "its encounter": (
            deny(data=[{"meaning": "related", "reference": {"reference": "Encounter/e"}}]),
            {"encounter": "Encounter/e"},
        ),
    }
    for rule, difference in others.values():
        one, other = _read(plain, plain | difference)
        assert _spoken(rule).of(one) != _spoken(rule).of(other)
        assert _spoken(permit()).of(one) == _spoken(permit()).of(other)


def test_codes_and_names_no_rule_speaks_of_make_no_difference() -> None:
    spoken = _spoken(deny(code=[concept("http://loinc.org", "718-7")], actor=who(DOCTOR, role="AUT")))
    one = item("Observation/1", author="Practitioner/x", code=["http://loinc.org|1-1"])
    other = item("Observation/2", author="Practitioner/y", code=["http://loinc.org|2-2"])
    assert len({spoken.of(each) for each in _read(one, other)}) == 1


def _spoken(rule: Json) -> Spoken:
    return spoken_of(read_rules(rule, 8).walk())


def _read(*shown: Json) -> tuple[Item, ...]:
    return read_question(ask(items=[*shown]), Config()).items


def _pairs(read: tuple[Item, ...], spoken: Spoken) -> list[tuple[Item, Item]]:
    return [(one, other) for one in read for other in read if spoken.of(one) == spoken.of(other)]
