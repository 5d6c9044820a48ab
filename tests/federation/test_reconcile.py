"""Two regions hold their ledgers against each other, and the one entry that was dropped is found."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.reconciling import BadStatement, Row, Statement, compare, read, state
from tests.cli.typing_in import typed
from tests.federation.asking import Two, asked, request
from tests.federation.nodes import SILENT, Clock
from tests.federation.withdrawing import joined


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two nodes of our own: elsewhere questions are put to the other one that no ledger knows."""
    made = joined(tmp_path_factory.mktemp("reconcile"), Clock())
    with made.holder.served():
        yield made
    made.holder.close()
    made.asker.close()


def statements(two: Two) -> tuple[Statement, Statement]:
    asker, holder = two.asker.node(), two.holder.node()
    return state(asker, asker.peers.by_id("ks")), state(holder, holder.peers.by_id("zh"))


@pytest.fixture(scope="module")
def both(two: Two) -> tuple[Statement, Statement]:
    """What both say after permits, refusals and an emergency."""
    assert asked(two, request(two)).permit
    assert not asked(two, request(two, patient=SILENT)).permit
    assert asked(two, request(two, classes=("Observation",))).permit
    return statements(two)


def test_two_honest_ledgers_tell_the_same(both: tuple[Statement, Statement]) -> None:
    found = compare(*both)
    assert found.differences == ()
    assert found.alike >= 3
    assert compare(both[1], both[0]).alike == found.alike


def test_a_statement_names_no_patient_and_nobody(both: tuple[Statement, Statement]) -> None:
    for one in both:
        text = one.written().decode()
        for secret in (SILENT, "zh-dr", "Condition", "TREAT"):
            assert secret not in text


@given(data=st.data())
def test_the_one_that_was_dropped_is_named(both: tuple[Statement, Statement], data: st.DataObject) -> None:
    asker, holder = both
    dropped_by_asker = data.draw(st.booleans())
    side = asker if dropped_by_asker else holder
    gone = data.draw(st.sampled_from(side.rows))
    less = msgspec.structs.replace(side, rows=[row for row in side.rows if row != gone])
    (found,) = compare(less, holder if dropped_by_asker else asker).differences
    assert found.lacking == side.node
    other = holder if dropped_by_asker else asker
    assert found.entry in {row.entry for row in other.rows if row.answer == gone.answer}


def test_a_yes_the_other_calls_a_no_is_found(both: tuple[Statement, Statement]) -> None:
    asker, holder = both
    turned = [msgspec.structs.replace(row, permit=not row.permit) for row in holder.rows]
    found = compare(asker, msgspec.structs.replace(holder, rows=turned))
    assert {one.lacking for one in found.differences} == {""}
    assert len(found.differences) == len(holder.rows)


def test_an_answer_that_did_not_arrive_is_no_accusation() -> None:
    row = Row(side="answered", answer="e-1", entry="e-1", asked_us=5, permit=True, emergency=False)
    lost = Row(side="asked", answer="", entry="e-9", asked_us=5, permit=False, emergency=False)
    told = {
        "format": "hutong-statement-1",
        "since": None,
        "until": None,
        "sealed": 0,
        "checkpoint": "",
        "verifier_key": "",
    }
    holder = msgspec.convert({**told, "node": "ks", "peer": "zh", "rows": [row]}, Statement)
    asker = msgspec.convert({**told, "node": "zh", "peer": "ks", "rows": [lost]}, Statement)
    found = compare(asker, holder)
    assert (found.alike, found.unanswered, found.differences) == (0, 1, ())


def test_a_statement_that_was_touched_is_not_read(both: tuple[Statement, Statement]) -> None:
    written = both[0].written()
    assert read(written) == both[0]
    assert read(written, both[0].verifier_key) == both[0]
    for broken in (b"", b"{}", written.replace(b'"permit": true', b'"permit": false', 1), written[:-40]):
        with pytest.raises(BadStatement):
            read(broken)
    with pytest.raises(BadStatement):
        read(written, both[1].verifier_key)


def test_statements_of_others_or_of_another_time_are_not_compared(
    two: Two, both: tuple[Statement, Statement]
) -> None:
    with pytest.raises(BadStatement):
        compare(both[0], both[0])
    node = two.holder.node()
    later = state(node, node.peers.by_id("zh"), since=two.clock() + timedelta(days=1))
    assert later.rows == []
    with pytest.raises(BadStatement):
        compare(both[0], later)


def test_a_time_is_that_of_the_question(two: Two, both: tuple[Statement, Statement]) -> None:
    node = two.holder.node()
    peer = node.peers.by_id("zh")
    until_now = state(node, peer, until=two.clock() + timedelta(seconds=1))
    assert until_now.rows == both[1].rows
    assert state(node, peer, until=two.clock() - timedelta(days=9)).rows == []


def test_as_it_is_typed(both: tuple[Statement, Statement], tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for file, told in zip(files, both, strict=True):
        file.write_bytes(told.written())
    good = typed("ledger", "reconcile", *map(str, files))
    assert good.exit_code == 0, good.stderr
    assert "0 differ" in good.stdout
    node = msgspec.structs.replace(both[1], rows=both[1].rows[1:])
    files[1].write_bytes(node.written())
    spoiled = typed("ledger", "reconcile", *map(str, files))
    assert spoiled.exit_code == 4
    assert "signed" in spoiled.stderr
