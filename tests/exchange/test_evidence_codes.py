"""A code the patient shows: good for one look, for one organisation and purpose, for minutes; and nothing to probe."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.audit.agreement import disagreements
from exchange.audit.showing import show
from exchange.directory import NotInDirectory
from exchange.errors import UnknownPatient
from exchange.evidence.code import ALPHABET, BadCode, draw, read, token
from exchange.evidence.codes import MOST_MISSES
from exchange.evidence.giving import Given, give_code
from exchange.node.node import Node
from exchange.node.vault import Vault
from exchange.path.office import Office
from exchange.path.release import Released, release
from exchange.records import Store
from exchange.vocabulary import UnknownCode
from policies import Decision
from tests.cli.typing_in import typed
from tests.exchange.engines import Says, asking, refusing
from tests.exchange.nodes import (
    EMERGENCY_DOCTOR,
    OTHER_DOCTOR,
    REASON,
    Answer,
    Site,
    allow,
    entries,
    entropy,
    last,
    put,
    question,
)
from tests.exchange.people import AN, BO

ROOT = Path(__file__).parents[2]
HOSPITAL = "ks-tcm-hospital"  # of OTHER_DOCTOR
TEN = timedelta(minutes=10)


def given_out(node: Node, patient: str = AN, *, to: str = HOSPITAL, purpose: str = "TREAT") -> Given:
    return give_code(node, patient, organisation=to, purpose=purpose, minutes=10, by=f"Patient/{patient}")


def shown(node: Node, code: str, **more: Any) -> Answer:
    return put(question(node, code=code, **more), node.office)


def well_formed(seed: str = "guess") -> str:
    """A code that checks, and that nobody gave out."""
    return draw(entropy(seed))


# ---- the ten characters

# A change here makes every code in somebody's hand invalid: docs/adr/0017.
KNOWN = [(b"\0" * 16, "00000-00000"), (bytes(range(16)), "LQ5Q2-NW62Y")]


@pytest.mark.parametrize(("drawn", "code"), KNOWN)
def test_known_codes(drawn: bytes, code: str) -> None:
    assert draw(lambda size: drawn[:size]) == code


def test_the_token_of_a_known_code() -> None:
    told = token("00000-00000", holder="ks")
    assert told == "b327c10f4fd1798c855f60e2411b9fa250dcdc8d531379409536586a8eadef9a"
    assert told != token("00000-00000", holder="zh")


@given(st.binary(min_size=16, max_size=16))
def test_every_code_that_is_drawn_can_be_read_back_however_it_is_typed(drawn: bytes) -> None:
    code = draw(lambda size: drawn[:size])
    plain = code.replace("-", "")
    assert {read(one) for one in (code, plain, code.lower(), f" {plain[:3]} {plain[3:]} ")} == {plain}


@given(st.binary(min_size=16, max_size=16), st.integers(0, 9), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(drawn: bytes, place: int, other: str) -> None:
    plain = draw(lambda size: drawn[:size]).replace("-", "")
    typed = plain[:place] + other + plain[place + 1 :]
    if typed != plain:
        with pytest.raises(BadCode):
            read(typed)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 8))
def test_two_characters_that_changed_places_are_noticed(drawn: bytes, place: int) -> None:
    plain = draw(lambda size: drawn[:size]).replace("-", "")
    typed = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if typed != plain:
        with pytest.raises(BadCode):
            read(typed)


@settings(max_examples=50)
@given(st.text(max_size=9) | st.text(min_size=11).map(lambda text: "?" + text))
def test_what_is_no_code_is_not_read_and_not_repeated(typed: str) -> None:
    with pytest.raises(BadCode, match=r"^the code given was mistyped: it does not check$"):
        read(typed)


def test_letters_that_look_like_digits_are_read_as_those() -> None:
    assert read("OOOOO-OOOOO") == "0000000000"


# ---- what it is good for


def test_a_code_opens_the_record_once(node: Node) -> None:
    allow(node)
    code = given_out(node).code
    assert shown(node, code).permit
    again = shown(node, code)
    assert (again.code, again.delivered) == ("CODE_NOT_VALID", ())


def test_a_code_is_no_consent(node: Node) -> None:
    answer = shown(node, given_out(node).code)
    assert (answer.code, answer.delivered) == ("NO_CONSENT", ())


def test_a_refused_request_does_not_use_a_code_up(node: Node) -> None:
    """The patient agrees at the counter, and the code in their hand still counts."""
    code = given_out(node).code
    assert shown(node, code).code == "NO_CONSENT"
    allow(node)
    refused = put(question(node, code=code), asking(node.office, refusing("SOME_RULE")))
    assert refused.code == "SOME_RULE"
    assert shown(node, code).permit


def test_a_hand_over_that_failed_has_used_it_up(node: Node) -> None:
    """The intent stands in the ledger: nobody can say any more that nothing has left."""
    allow(node)
    code = given_out(node).code

    def torn(_: bytes) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        release(question(node, code=code), node.office, torn)
    assert last(node).entry.why == "HANDOVER_FAILED"
    assert shown(node, code).code == "CODE_NOT_VALID"


@pytest.mark.parametrize(
    ("after", "holds"), [(TEN - timedelta(microseconds=1), True), (TEN, False), (timedelta(hours=1), False)]
)
def test_a_code_ends_by_the_holders_clock(node: Node, site: Site, after: timedelta, holds: bool) -> None:
    allow(node)
    given_code = given_out(node)
    site.clock.now = given_code.until - TEN + after
    assert shown(node, given_code.code).permit == holds


def test_a_code_ends_even_between_decision_and_entry(node: Node, site: Site) -> None:
    """The last moment is looked at once more in the transaction that records the intent."""
    allow(node)
    code = given_out(node).code
    real = node.office.policy()

    def slow(asked: Mapping[str, object]) -> Decision:
        site.clock.pass_by(timedelta(minutes=6))
        return real.decide(asked)

    answer = put(question(node, code=code), asking(node.office, Says(slow, real.digest)))
    assert (answer.code, answer.delivered) == ("CODE_NOT_VALID", ())


@pytest.mark.attack
def test_a_code_that_is_over_stays_over_when_the_clock_is_set_back(node: Node, site: Site) -> None:
    """And the question is answered, where the two clocks once disagreed for ever."""
    allow(node)
    code = given_out(node).code
    site.clock.pass_by(timedelta(minutes=11))
    shown(node, well_formed(), patient=BO)  # the ledger has seen the eleventh minute
    site.clock.pass_by(-timedelta(minutes=6))
    assert shown(node, code).code == "CODE_NOT_VALID"


@pytest.mark.attack
def test_a_code_given_out_while_the_clock_is_behind_the_ledger_lasts_no_longer_than_any(
    node: Node, site: Site
) -> None:
    allow(node)
    site.clock.pass_by(timedelta(hours=10))
    put(question(node, patient=BO), node.office)
    site.clock.pass_by(-timedelta(hours=10))
    early, late = given_out(node), given_out(node)
    assert early.until == site.clock.now + TEN
    assert shown(node, early.code).permit
    site.clock.now = late.until
    assert shown(node, late.code).code == "CODE_NOT_VALID"


@pytest.mark.attack
@pytest.mark.parametrize(("back", "holds"), [(timedelta(minutes=1), True), (timedelta(hours=9), False)])
def test_a_code_does_not_live_on_while_a_clock_that_was_set_back_catches_up(
    node: Node, site: Site, back: timedelta, holds: bool
) -> None:
    allow(node)
    site.clock.pass_by(timedelta(days=1))
    code = given_out(node).code
    site.clock.pass_by(-back)
    assert shown(node, code).permit == holds


@pytest.mark.attack
def test_all_that_can_be_wrong_with_a_code_is_one_answer(node: Node, site: Site) -> None:
    """Used, over, shown to somebody else, for something else, of somebody else, never given: word for word the same."""
    allow(node)
    allow(node, BO)
    allow(node, to="Organization/ks-first-hospital")
    allow(node, purposes=("CAREMGT",))
    used, over = given_out(node).code, given_out(node)
    assert shown(node, used).permit
    wrong = [
        shown(node, used),
        shown(node, given_out(node, to="ks-first-hospital").code),
        shown(node, given_out(node, purpose="CAREMGT").code),
        shown(node, given_out(node, BO).code),
        shown(node, well_formed()),
        shown(node, given_out(node).code, purpose="CAREMGT"),
    ]
    site.clock.now = over.entry.time + TEN
    wrong.append(shown(node, over.code))
    assert {(one.code, one.delivered, one.result.verdict.reasons) for one in wrong} == {
        ("CODE_NOT_VALID", (), wrong[0].result.verdict.reasons)
    }


@pytest.mark.attack
def test_a_code_shown_for_a_patient_nobody_knows_is_refused_like_any_other(node: Node) -> None:
    unknown = shown(node, well_formed(), patient="p-404")
    known = shown(node, well_formed(), patient=BO)
    assert unknown.code == known.code == "NO_CONSENT"


@pytest.mark.attack
def test_guessing_makes_the_codes_shown_at_that_door_void(node: Node) -> None:
    allow(node)
    allow(node, to="Organization/ks-first-hospital")
    here, elsewhere = given_out(node).code, given_out(node, to="ks-maternal-hospital").code
    for guess in range(MOST_MISSES - 1):
        assert shown(node, well_formed(str(guess))).code == "CODE_NOT_VALID"
    spared = given_out(node).code  # a new one begins anew
    assert shown(node, well_formed("one too many")).code == "CODE_NOT_VALID"
    assert shown(node, here).code == "CODE_NOT_VALID"
    assert shown(node, spared).permit
    # Who guesses at one hospital does not take from the patient what they show at another.
    allow(node, to="Organization/ks-maternal-hospital")
    at_the_other = next(one.id for one in node.directory.people() if one.organisation == "ks-maternal-hospital"
                        and one.role == "physician")  # fmt: skip
    assert shown(node, elsewhere, person=at_the_other).permit


def test_an_emergency_neither_needs_nor_uses_a_code(node: Node) -> None:
    code = given_out(node, to="ks-emergency-centre", purpose="ETREAT").code
    asked = question(node, EMERGENCY_DOCTOR, purpose="ETREAT", emergency_reason=REASON, code=code)
    assert put(asked, node.office).permit
    with node.log.reading() as db:
        assert db.execute("SELECT used FROM health_code").fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("patient", "to", "purpose", "error"),
    [
        ("p-404", HOSPITAL, "TREAT", UnknownPatient),
        (AN, "nobody", "TREAT", NotInDirectory),
        (AN, HOSPITAL, "TREATMENT", UnknownCode),
    ],
)
def test_a_code_nobody_could_use_is_not_given_out(
    node: Node, patient: str, to: str, purpose: str, error: type[Exception]
) -> None:
    size = node.log.size
    with pytest.raises(error):
        give_code(node, patient, organisation=to, purpose=purpose, minutes=10, by="x")
    assert node.log.size == size


# ---- what is on record


def test_the_code_itself_is_nowhere(node: Node, site: Site) -> None:
    allow(node)
    code = given_out(node).code
    answer = shown(node, code)
    assert isinstance(answer.result, Released)
    sealed = repr([show(node.office, one.id).as_dict() for one in entries(node)])
    files = b"".join(file.read_bytes() for file in site.folder.rglob("*") if file.is_file())
    for written in (code, code.replace("-", ""), token(code, holder="ks")):
        assert written not in sealed
        assert written.encode() not in files


def test_the_access_names_the_hash_its_code_was_given_out_under(node: Node) -> None:
    allow(node)
    given_code = given_out(node)
    answer = shown(node, given_code.code)
    assert isinstance(answer.result, Released)
    kept = given_code.entry.entry.reason
    assert len(kept) == 64
    assert answer.result.intent.entry.reason == kept
    told = show(node.office, answer.result.intent.id).details.told
    assert told["request"]["based_on"] == {"kind": "code", "id": kept, "open": True}
    assert told["policy"][0]["input"]["request"]["based_on"]["id"] == kept


def test_two_codes_of_one_patient_cannot_be_told_from_those_of_two(node: Node) -> None:
    kept = [given_out(node, who).entry.entry.reason for who in (AN, AN, BO)]
    assert len(set(kept)) == 3


def test_the_table_agrees_with_the_log(node: Node) -> None:
    allow(node)
    shown(node, given_out(node).code)
    given_out(node)
    shown(node, well_formed())
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE health_code SET used = NULL",
        "UPDATE health_code SET until_us = until_us + 1",
        "UPDATE health_code SET hash = 'x' || hash WHERE used IS NULL",
        "DELETE FROM health_code WHERE used IS NULL",
        "INSERT INTO health_code SELECT 'x', 'y', door, until_us, NULL, 0 FROM health_code LIMIT 1",
    ],
)
def test_who_makes_a_used_code_new_in_the_file_is_found_out(node: Node, site: Site, change: str) -> None:
    allow(node)
    shown(node, given_out(node).code)
    given_out(node)
    db = apsw.Connection(str(site.folder / "ledger.db"))
    db.execute(change)
    db.close()
    assert [one.en for one in disagreements(node.log, node.house_key) if "health code" in one.en]


# ---- two at once


@pytest.mark.attack
def test_of_many_threads_that_show_one_code_at_once_one_gets_the_record(node: Node) -> None:
    allow(node)
    code = given_out(node).code
    asked = [question(node, code=code) for _ in range(6)]
    together, codes = threading.Barrier(len(asked)), []

    def ask(number: int) -> None:
        together.wait()
        codes.append(put(asked[number], _own_office(node)).code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(asked))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(codes) == {"CONSENT_PERMIT": 1, "CODE_NOT_VALID": 5}


def _own_office(node: Node) -> Office:
    """The office with stores of the thread it is called in."""
    office = node.office
    records = Store(node.layout.records, key=office.master.for_use("records"), writable=False)
    return replace(
        office, records=records, vault=Vault(node.layout.vault, office.master, office.desk.entropy)
    )


@pytest.mark.attack
@pytest.mark.slow
def test_of_two_processes_that_show_one_code_at_once_one_gets_the_record(tmp_path: Path) -> None:
    """Two counters, two `hutong`, one code: by the clock of the machine."""
    folder = _node_with_consent(tmp_path)
    code = _hutong(folder, "consent", "code", "p-1", "--to", HOSPITAL, "--for", "TREAT").communicate()[0]
    asking_words = ("exchange", "request", "--patient", "p-1", "--for", "TREAT", "--as", OTHER_DOCTOR)
    both = [_hutong(folder, *asking_words, "--code", code.strip()) for _ in range(2)]
    answers = [(one.communicate(), one.returncode) for one in both]
    assert sorted(code for _, code in answers) == [0, 3]
    assert sorted(bool(out) for (out, _), _ in answers) == [False, True]
    assert sum("CODE_NOT_VALID" in err for (_, err), _ in answers) == 1


def _hutong(folder: Path, *words: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-c", "from cli.app import run; run()", "--node", str(folder), *words]
    environment = {"PYTHONPATH": str(ROOT), "HUTONG_LANG": "en", "LC_ALL": "C.UTF-8", "PATH": ""}
    pipe = subprocess.PIPE
    return subprocess.Popen(line, env=environment, stdout=pipe, stderr=pipe, text=True)


def _node_with_consent(place: Path) -> Path:
    folder, file = place / "kunshan", place / "people.ndjson"
    file.write_text(
        '{"resourceType":"Patient","id":"p-1","managingOrganization":{"reference":"Organization/ks-first-hospital"}}\n'
    )
    here = ("--node", str(folder))
    confirmed = ("--confirm", "sensitive", "--confirm", "third-party")
    for words in (
        ("init", str(folder), "--region", "320583", "--name", "昆山"),
        (*here, "records", "import", str(file)),
        (*here, "consent", "grant", "p-1", "--to", HOSPITAL, "--for", "TREAT", *confirmed),
    ):
        done = typed(*words)
        assert done.exit_code == 0, done.stderr
    return folder
