"""A consent for one of the three databases: it names every kind of record in it, and its sentence says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import Wish, build_consent, sentence
from consent.databases import DATABASES, classes_of, whole_databases
from consent.words import DATABASES as WORDS
from tests.consent.papers import HOSPITAL, ME
from tests.consent.test_building import SIGNED

NAMES = st.lists(st.sampled_from(sorted(DATABASES)), unique=True)


def told(lang: str, *classes: str) -> str:
    wish = Wish(patient=ME, recipients=(HOSPITAL,), purposes=("TREAT",), classes=classes)
    return sentence(build_consent(wish, consent_id="c-1", at=SIGNED), lang, {HOSPITAL: "玉枫医院"}.get)


def test_a_database_is_named_with_how_many_kinds_that_is() -> None:
    assert (
        told("zh", *classes_of(["population"]))
        == "您同意玉枫医院为看病查看您的全员人口信息（整库，共 4 类记录）。"
    )
    assert told("en", *classes_of(["population"])) == (
        "You allow 玉枫医院 to see your population register (the whole database, 4 kinds of record) for your care."
    )


def test_what_is_named_besides_is_told_besides() -> None:
    assert "电子病历（整库，共 44 类记录）、个人信息" in told("zh", *classes_of(["emr"]), "Patient")


def test_all_but_one_kind_is_not_the_database() -> None:
    most = [one for one in classes_of(["emr"]) if one != "Condition"]
    assert "电子病历" not in told("zh", *most)
    assert "诊断" not in told("zh", *most)


@given(NAMES)
def test_the_databases_named_are_the_ones_that_are_meant(names: list[str]) -> None:
    assert set(whole_databases(classes_of(names))) == set(names)
    for lang, at in (("zh", 0), ("en", 1)):
        said = told(lang, *classes_of(names)) if names else ""
        assert {name for name in DATABASES if WORDS[name][at] in said} == set(names)


def test_no_kind_is_in_two_databases_and_each_has_words() -> None:
    assert len(classes_of(DATABASES)) == sum(map(len, DATABASES.values()))
    assert set(WORDS) == set(DATABASES)


def test_a_database_nobody_knows_is_none() -> None:
    with pytest.raises(KeyError):
        classes_of(["everything"])
