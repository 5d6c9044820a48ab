"""Two regions hold their ledgers against each other, and the one entry that was dropped is found."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.federation.errors import FederationError
from exchange.federation.running import listen, serving
from exchange.federation.serving import app
from exchange.node.tables import TABLES
from exchange.path.office import Office
from exchange.reconciling import BadStatement, Row, Statement, compare, node_of, read, state
from ledger import Log, Signer
from ledger.checkpoint import Checkpoint
from ledger.keys import Keys
from tests.cli.typing_in import typed
from tests.exchange.nodes import deaf
from tests.federation.asking import Two, actor, asked, request, request_by
from tests.federation.nodes import SILENT, Clock, Site
from tests.federation.withdrawing import joined
from tests.ledger.books import fill, new_log
from tests.ledger.turns_of_keys import hand_over
from tests.ledger.turns_of_keys import signer as book_signer


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two nodes of our own: elsewhere questions are put to the other one that no ledger knows."""
    made = joined(tmp_path_factory.mktemp("reconcile"), Clock())
    yield made
    made.holder.close()
    made.asker.close()


@contextmanager
def spooling(holder: Site) -> Iterator[None]:
    """The holder answers on a day its ledger can be read but not written."""
    holder.listener.close()
    holder.listener = listen("127.0.0.1", int(holder.card().url.rpartition(":")[2]))
    with ExitStack() as logs:

        def office() -> Office:
            node = holder.node()
            log = Log.open(
                node.layout.ledger,
                signer=node.log.signer,
                clock=holder.clock,
                entropy=secrets.token_bytes,
                tables=TABLES,
                writable=False,
            )
            return deaf(node.office, logs.enter_context(log))

        with serving(app(replace(holder.counter(), office=office)), holder.listener):
            yield
    # What waited goes into the ledger when the node is opened again.
    holder.reopen()
    assert holder.node().spool.waiting() == 0


def statements(two: Two) -> tuple[Statement, Statement]:
    asker, holder = two.asker.node(), two.holder.node()
    return state(asker, asker.peers.by_id("ks")), state(holder, holder.peers.by_id("zh"))


@pytest.fixture(scope="module")
def both(two: Two) -> tuple[Statement, Statement]:
    """What both say after permits, refusals, of several people at once too, and emergencies, some from the spool.

    All but the last at one instant: what is told apart by time alone would not be.
    """
    with two.holder.served():
        assert asked(two, request(two)).permit
        assert not asked(two, request(two, patient=SILENT)).permit
        assert asked(two, request(two, classes=("Observation",))).permit
        more = (actor(two.asker, "zh-dr-002"), actor(two.asker, "zh-dr-003"))
        assert asked(two, request(two, others=more)).permit
        assert not asked(two, request(two, patient=SILENT, others=more)).permit
        assert not asked(two, request(two, patient="p-404", others=more)).permit
        assert asked(two, emergency(two)).permit
    with spooling(two.holder):
        assert asked(two, emergency(two)).permit
        assert asked(two, emergency(two, classes=("Observation",))).permit
        two.clock.pass_by(timedelta(seconds=1))
        with pytest.raises(FederationError):
            asked(two, request(two))
    return statements(two)


def emergency(two: Two, **changes: Any) -> Any:
    said = {"purpose": "ETREAT", "emergency_reason": "昏迷送入", **changes}
    return request_by(two.asker, "zh-em-001", **said)


def rows(*said: tuple[str, str, int, bool, bool]) -> list[Row]:
    return [
        Row(side=side, answer=answer, entry=f"e-{n}", asked_us=at, permit=permit, emergency=is_emergency)  # type: ignore[arg-type]  # a side
        for n, (side, answer, at, permit, is_emergency) in enumerate(said)
    ]


def told(node: str, peer: str, *said: tuple[str, str, int, bool, bool]) -> Statement:
    """A statement nobody signed; one row a word: side, answer, when, whether permitted, whether an emergency."""
    return Statement(
        format="hutong-statement-1",
        node=node,
        peer=peer,
        since=None,
        until=None,
        rows=rows(*said),
        sealed=0,
        checkpoint="",
        verifier_key="",
    )


def test_two_honest_ledgers_tell_the_same(both: tuple[Statement, Statement]) -> None:
    found = compare(*both)
    assert found.differences == ()
    assert (found.alike, found.unanswered, found.not_arrived) == (9, 0, ())
    assert sum(not row.answer and row.side == "answered" for row in both[1].rows) == 2
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
    # A question that got no answer is nothing the other side could tell of.
    gone = data.draw(st.sampled_from([row for row in side.rows if row.answer or row.side == "answered"]))
    less = msgspec.structs.replace(side, rows=[row for row in side.rows if row != gone])
    (found,) = compare(less, holder if dropped_by_asker else asker).differences
    assert found.lacking == side.node
    other = holder if dropped_by_asker else asker
    assert found.entry in {
        row.entry
        for row in other.rows
        if row.answer == gone.answer or (row.emergency and row.asked_us == gone.asked_us)
    }


def test_a_yes_the_other_calls_a_no_is_found(both: tuple[Statement, Statement]) -> None:
    asker, holder = both
    turned = [msgspec.structs.replace(row, permit=not row.permit) for row in holder.rows]
    found = compare(asker, msgspec.structs.replace(holder, rows=turned))
    assert {one.lacking for one in found.differences} == {""}
    assert len(found.differences) == len(holder.rows) == 9


def test_an_answer_that_did_not_arrive_is_no_accusation_but_a_permit_is_named() -> None:
    asker = told("zh", "ks", ("asked", "", 5, False, False), ("asked", "", 6, False, False))
    holder = told("ks", "zh", ("answered", "e-1", 5, True, False), ("answered", "e-2", 6, False, False))
    found = compare(asker, holder)
    assert (found.alike, found.unanswered, found.differences) == (0, 2, ())
    (permit,) = found.not_arrived
    assert (permit.holder, permit.asker, permit.entry) == ("ks", "zh", "e-0")


@pytest.mark.attack
def test_one_lost_answer_excuses_one_and_no_more() -> None:
    """An asker that got three records writes down one failure of that instant."""
    asker = told("zh", "ks", ("asked", "", 5, False, False))
    holder = told("ks", "zh", *(("answered", f"a-{n}", 5, True, False) for n in range(3)))
    found = compare(asker, holder)
    assert (found.unanswered, len(found.not_arrived), len(found.differences)) == (1, 1, 2)
    assert {one.lacking for one in found.differences} == {"zh"}


def test_an_emergency_from_the_spool_is_known_by_when_it_was_asked() -> None:
    asker = told("zh", "ks", ("asked", "spooled-1", 5, True, True))
    holder = told("ks", "zh", ("answered", "", 5, True, True))
    found = compare(asker, holder)
    assert (found.alike, found.differences) == (1, ())


@pytest.mark.attack
@pytest.mark.parametrize(
    ("asker", "holder", "lacking"),
    [
        # One entry from the spool stands for one answer, and an entry that has a receipt for none but its own.
        (
            [("asked", "s-1", 5, True, True), ("asked", "s-2", 5, True, True)],
            [("answered", "", 5, True, True)],
            "ks",
        ),
        ([("asked", "s-1", 5, True, True)], [("answered", "", 6, True, True)], "ks zh"),
        ([("asked", "s-1", 5, True, False)], [("answered", "", 5, True, True)], "ks zh"),
        ([("asked", "s-1", 5, True, True)], [("answered", "r-1", 5, True, True)], "ks zh"),
        ([], [("answered", "", 5, True, True)], "zh"),
        ([("asked", "s-1", 5, False, True)], [("answered", "", 5, True, True)], ""),
    ],
)
def test_the_spool_excuses_nothing_else(
    asker: list[tuple[str, str, int, bool, bool]],
    holder: list[tuple[str, str, int, bool, bool]],
    lacking: str,
) -> None:
    found = compare(told("zh", "ks", *asker), told("ks", "zh", *holder))
    assert " ".join(sorted(one.lacking for one in found.differences)) == lacking
    assert found.differences


said = st.tuples(
    st.just("asked"), st.sampled_from(["", "a-1", "a-2"]), st.integers(5, 6), st.booleans(), st.booleans()
)


@given(st.lists(said, max_size=6), st.lists(said, max_size=6))
@example(
    [("asked", "", 5, False, False)], [("asked", "a-1", 5, True, False), ("asked", "a-2", 5, True, False)]
)
def test_every_answer_of_the_holder_is_told_as_something(
    asked_: list[tuple[str, str, int, bool, bool]], answered: list[tuple[str, str, int, bool, bool]]
) -> None:
    """None is passed over: it is alike, or did not arrive, or differs."""
    holder = told("ks", "zh", *(("answered", *row[1:]) for row in answered))
    found = compare(told("zh", "ks", *asked_), holder)
    of_holder = [one for one in found.differences if one.lacking != "ks"]
    assert found.alike + found.unanswered + len(of_holder) == len(answered)
    assert found.unanswered <= sum(not answer for _, answer, *_ in asked_)
    assert {one.entry for one in found.not_arrived} <= {row.entry for row in holder.rows if row.permit}


def test_a_statement_that_was_touched_is_not_read(both: tuple[Statement, Statement]) -> None:
    written = both[0].written()
    assert read(written) == both[0]
    known = {one.node: Keys.only(one.verifier_key) for one in both}
    assert read(written, known) == both[0]
    assert read(written, {"tj": known["ks"]}) == both[0]
    for broken in (b"", b"{}", written.replace(b'"permit": true', b'"permit": false', 1), written[:-40]):
        with pytest.raises(BadStatement):
            read(broken)
    with pytest.raises(BadStatement):
        read(written, {both[0].node: known["ks"]})


def signed(told: Statement, by: Signer, **changes: Any) -> bytes:
    """As whoever holds the key could write it."""
    made = msgspec.structs.replace(told, verifier_key=by.verifier_key, signature="", **changes)
    return msgspec.structs.replace(made, signature=by.sign(made.signed_text()).decode()).written()


STRANGER = Signer("any.name/at-all", b"x" * 32)
PRETENDER = Signer("hutong.440400/zh", b"x" * 32)


@pytest.mark.attack
def test_a_statement_needs_a_ledger_and_its_own_nodes_name(both: tuple[Statement, Statement]) -> None:
    state_of = Checkpoint(origin=PRETENDER.origin, size=1, root=bytes(32))
    with pytest.raises(BadStatement, match="not one"):
        read(signed(both[0], STRANGER, checkpoint="no ledger at all"))
    with pytest.raises(BadStatement, match="not one"):
        read(signed(both[0], PRETENDER))  # with the checkpoint of the true ledger
    strange = Checkpoint(origin=STRANGER.origin, size=1, root=bytes(32)).signed(STRANGER).decode()
    with pytest.raises(BadStatement, match="known here"):
        read(signed(both[0], STRANGER, checkpoint=strange))
    forged = signed(both[0], PRETENDER, checkpoint=state_of.signed(PRETENDER).decode())
    assert read(forged).node == "zh"  # whose key it is, only the reader can know
    with pytest.raises(BadStatement, match="known here"):
        read(forged, {"zh": Keys.only(both[0].verifier_key)})


@pytest.mark.attack
def test_an_old_key_states_what_was_in_its_own_time_and_nothing_later(
    both: tuple[Statement, Statement], tmp_path: Path
) -> None:
    old, new = book_signer(1), book_signer(2)
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 5)
        then = log.checkpoint().decode()
        hand_over(log, new)
        fill(log, 2)
        keys, root = log.keys, log.root()
    node = node_of(old.origin)
    said = msgspec.structs.replace(both[0], node=node, checkpoint=then)
    late = Checkpoint(origin=old.origin, size=8, root=root)
    assert read(signed(said, old), {node: keys}).node == node
    assert read(signed(said, new, checkpoint=late.signed(new).decode()), {node: keys})
    for by, checkpoint in (
        (old, late.signed(old).decode()),
        (book_signer(3), late.signed(book_signer(3)).decode()),
    ):
        with pytest.raises(BadStatement, match="known here"):
            read(signed(said, by, checkpoint=checkpoint), {node: keys})


@pytest.mark.attack
@pytest.mark.parametrize("when", [10**18, -1, 253_370_764_800_000_000])
def test_a_time_no_calendar_has_is_no_statement(
    two: Two, both: tuple[Statement, Statement], when: int
) -> None:
    row = Row(side="answered", answer="k", entry="k", asked_us=when, permit=True, emergency=False)
    with pytest.raises(BadStatement):
        read(signed(both[0], two.asker.node().log.signer, rows=[*both[0].rows, row]))


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


def test_as_it_is_typed(two: Two, both: tuple[Statement, Statement], tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for file, one in zip(files, both, strict=True):
        file.write_bytes(one.written())
    words = ["ledger", "reconcile", *map(str, files)]
    good = typed(*words)
    assert good.exit_code == 0, good.stderr
    assert "9 questions are told alike, 0 answers did not arrive, 0 differ" in good.stdout
    assert good.stderr.count("it is not known whose the statement of") == 2
    keys = [word for one in both for word in ("--key", one.verifier_key)]
    assert typed(*words, *keys).stderr == ""
    assert typed("--node", str(two.holder.folder), *words).stderr == ""
    half = typed(*words, *keys[:2], "--json")
    assert [one["known"] for one in json.loads(half.stdout)["by"]] == [True, False]
    # A row was taken out, and the statement signed again by whoever keeps that ledger.
    files[1].write_bytes(signed(both[1], two.holder.node().log.signer, rows=both[1].rows[1:]))
    spoiled = typed(*words, *keys)
    assert spoiled.exit_code == 4
    assert "8 questions are told alike" in spoiled.stdout
    assert "the ledger of ks has no entry" in spoiled.stdout
    # Touched without the key, it is not compared at all.
    files[1].write_bytes(files[1].read_bytes().replace(b'"emergency": false', b'"emergency": true', 1))
    touched = typed(*words)
    assert (touched.exit_code, touched.stdout) == (4, "")
    assert "signed" in touched.stderr


@pytest.mark.attack
def test_another_key_than_the_known_one_is_refused_as_it_is_typed(
    two: Two, both: tuple[Statement, Statement], tmp_path: Path
) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    state_of = Checkpoint(origin=PRETENDER.origin, size=1, root=bytes(32)).signed(PRETENDER).decode()
    files[0].write_bytes(signed(both[0], PRETENDER, checkpoint=state_of))
    files[1].write_bytes(both[1].written())
    words = ["ledger", "reconcile", *map(str, files)]
    for more in (["--key", both[0].verifier_key], []):
        node = [] if more else ["--node", str(two.holder.folder)]
        told = typed(*node, *words, *more)
        assert (told.exit_code, told.stdout) == (4, "")
        assert "known here" in told.stderr
    assert typed(*words, "--key", "no key").exit_code == 6
    assert typed("--node", str(tmp_path / "nowhere"), *words).exit_code == 2


def test_permits_that_did_not_arrive_are_listed_as_it_is_typed(
    two: Two, both: tuple[Statement, Statement], tmp_path: Path
) -> None:
    """Everything that was received becomes "no answer arrived": nothing accuses, and each is shown."""
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    lost = [msgspec.structs.replace(row, answer="", permit=False) for row in both[0].rows]
    files[0].write_bytes(signed(both[0], two.asker.node().log.signer, rows=lost))
    files[1].write_bytes(both[1].written())
    words = ["ledger", "reconcile", *map(str, files)]
    shown = typed(*words)
    assert shown.exit_code == 0, shown.stderr
    assert "9 answers did not arrive (6 of them permits), 0 differ" in shown.stdout
    assert shown.stdout.count("ks permitted and answered, zh says that no answer arrived") == 6
    listed = json.loads(typed(*words, "--json").stdout)
    assert (listed["unanswered"], len(listed["not_arrived"]), listed["differences"]) == (9, 6, [])
