"""A person is found by any number they carry, however it was typed, and no list of numbers lies about."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import UnknownPatient
from exchange.records import AmbiguousPatient, Store, UnknownRecord
from exchange.records.identifiers import HEALTH_CARD, IDENTITY_CARD, Lookup, normalise
from tests.records.made_up import (
    CARD,
    KEY,
    LI,
    LI_NUMBER,
    WANG,
    WANG_NUMBER,
    observation,
    patient,
    put,
    resource,
)

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    "typed",
    [
        "li",
        "Patient/li",
        "  li ",
        LI_NUMBER,
        LI_NUMBER.lower(),
        LI_NUMBER.translate(FULL_WIDTH),
        "320583 19900307 221x",
        "320583\u300019900307\u3000221X",
        f"{IDENTITY_CARD}|{LI_NUMBER}",
        f"2.16.156.10011.1.3|{LI_NUMBER}",
        CARD,
        CARD.lower(),
        f"{HEALTH_CARD}|{CARD}",
    ],
)
def test_a_patient_is_found_by_id_and_by_every_number_however_it_was_typed(store: Store, typed: str) -> None:
    put(store, LI, WANG)
    assert store.patient(typed) == "li"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "|",
        "zhang",
        "Patient/",
        "Practitioner/li",
        "320583199003072213",
        f"{HEALTH_CARD}|{LI_NUMBER}",
        "li?",
        "王",
    ],
)
def test_nobody_is_found_by_anything_else(store: Store, typed: str) -> None:
    put(store, LI, WANG)
    with pytest.raises(UnknownPatient):
        store.patient(typed)


def test_a_number_of_one_hospital_needs_that_hospitals_system(store: Store) -> None:
    ward_list = {"system": "https://his.example/mrn", "value": "1001"}
    put(store, resource("Patient", "li", identifier=[ward_list]))
    assert store.patient("https://his.example/mrn|1001") == "li"
    with pytest.raises(UnknownPatient):
        store.patient("1001")


def test_a_number_two_patients_carry_is_refused_and_their_ids_still_work(store: Store) -> None:
    put(store, patient("li", LI_NUMBER), patient("li-again", LI_NUMBER))
    with pytest.raises(AmbiguousPatient):
        store.patient(LI_NUMBER)
    assert store.patient("li-again") == "li-again"


def test_a_patient_known_only_from_what_is_about_them_is_known(store: Store) -> None:
    put(store, observation("o", "Patient/li"))
    assert store.patient("li") == "li"


def test_a_number_that_was_taken_off_a_record_finds_it_no_more(store: Store) -> None:
    put(store, patient("li", LI_NUMBER))
    put(store, patient("li", WANG_NUMBER))
    assert store.patient(WANG_NUMBER) == "li"
    with pytest.raises(UnknownPatient):
        store.patient(LI_NUMBER)


def test_a_doctor_is_found_by_kind(store: Store) -> None:
    put(store, resource("Practitioner", "dr", identifier=[{"system": IDENTITY_CARD, "value": LI_NUMBER}]))
    assert store.find("Practitioner", LI_NUMBER) == "dr"
    with pytest.raises(UnknownRecord):
        store.find("Patient", LI_NUMBER)


@pytest.mark.attack
def test_the_numbers_are_not_in_the_table_that_finds_them(store: Store, at: Path) -> None:
    put(store, LI)
    store.close()
    # The body holds the number, as the hospital sent it; nothing else may, or the body would not matter.
    assert at.read_bytes().count(LI_NUMBER.encode()) == 1


# What numbers are typed with: plain and full-width letters, digits and signs, blanks, some Chinese.
typed_text = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.sampled_from("０９Ｘｘ－　\t京一第")
)


@given(st.sampled_from(["", IDENTITY_CARD, "2.16.156.10011.1.3", "https://his.example/mrn"]), typed_text)
def test_a_number_means_the_same_however_often_it_is_written_down(system: str, value: str) -> None:
    once = normalise(system, value)
    assert normalise(*once) == once
    assert normalise(system, f" {value}\u3000") == once


@given(st.text(min_size=1), st.sampled_from(["", IDENTITY_CARD, "https://his.example/mrn"]))
def test_without_the_key_of_the_node_the_kept_form_says_nothing(value: str, system: str) -> None:
    ours, theirs = Lookup(KEY).one("Patient", system, value), Lookup(bytes(32)).one("Patient", system, value)
    assert ours != theirs
    assert len(ours) == 32
    assert Lookup(KEY).one("Practitioner", system, value) != ours


def test_known_answer() -> None:
    """A change here loses everybody who is found by number."""
    assert Lookup(KEY).one("Patient", IDENTITY_CARD, LI_NUMBER) == "1bf98e309d370be2fcd6ad1fc00a858f"
