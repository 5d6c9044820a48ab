"""How many witnesses are enough is written in a file that says so in one way only."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Signer
from ledger.checkpoint import Checkpoint
from ledger.errors import BadNote
from ledger.merkle import leaf_hash
from ledger.witness import CosignedNotes, Cosigner, Policy
from ledger.witness.policy import MOST_GROUPS, BadPolicy, NotWitnessed

LOG = Signer("example.com/log", bytes(32))
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
COSIGNERS = {name: Cosigner(f"w.example/{name}", bytes([n]) * 32) for n, name in enumerate(NAMES, 1)}
VKEYS = {name: str(one.key) for name, one in COSIGNERS.items()}
TWO_LEVELS = "\n".join(
    [
        f"log {LOG.verifier_key}",
        *(f"witness {name} {VKEYS[name]}" for name in NAMES),
        "group X-witnesses 2 X1 X2 X3",
        "group Y-witnesses any Y1 Y2 Y3",
        "group X-and-Y all X-witnesses Y-witnesses",
        "quorum X-and-Y",
        "",
    ]
)


@given(signed=st.sets(st.sampled_from(NAMES)))
def test_the_example_of_the_specification_means_what_it_says(signed: set[str]) -> None:
    policy = Policy.parse(TWO_LEVELS)
    enough = len(signed & {"X1", "X2", "X3"}) >= 2 and bool(signed & {"Y1", "Y2", "Y3"})
    assert policy.is_met(signed) == enough


def test_none_asks_for_nobody() -> None:
    assert Policy.parse("quorum none\n").is_met(set())


def test_comments_blanks_and_addresses_are_read() -> None:
    text = f"# who\n\n \t witness \t a {VKEYS['X1']}  https://a.example/w \n  # more\nquorum a"
    policy = Policy.parse(text)
    assert policy.witnesses["a"] == (COSIGNERS["X1"].key, "https://a.example/w")
    assert policy.quorum == "a"


A = f"witness a {VKEYS['X1']}"
B = f"witness b {VKEYS['X2']}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        (A, 0),
        ("quorum a", 1),
        (f"{A}\nquorum a\nquorum a", 3),
        (f"{A}\n{A}\nquorum a", 2),
        (f"{A}\nwitness b {VKEYS['X1']}\nquorum a", 2),
        (f"log {LOG.verifier_key}\nlog {LOG.verifier_key}\nquorum none", 2),
        (f"witness none {VKEYS['X1']}\nquorum none", 1),
        (f"witness a {LOG.verifier_key}\nquorum a", 1),
        (f"log {VKEYS['X1']}\nquorum none", 1),
        (f"{A}\ngroup g 2 a\nquorum g", 2),
        (f"{A}\ngroup g 0 a\nquorum g", 2),
        (f"{A}\ngroup g 01 a\nquorum g", 2),
        (f"{A}\ngroup g +1 a\nquorum g", 2),
        (f"{A}\ngroup g any\nquorum g", 2),
        (f"{A}\ngroup g any none\nquorum g", 2),
        (f"{A}\ngroup g any h\ngroup h any a\nquorum g", 2),
        (f"{A}\n{B}\ngroup g any a\ngroup h any a b\nquorum h", 4),
        (f"{A}\ngroup a any a\nquorum a", 2),
        (f"{A}\ngroup g any a a\nquorum g", 2),
        (f"{A}\x0b\nquorum a", 1),
        (f"{A}\r\nquorum a", 1),
        ("witness a\nquorum a", 1),
        ("witnesses a b\nquorum none", 1),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_and_its_line_is_named(text: str, line: int) -> None:
    with pytest.raises(BadPolicy) as refused:
        Policy.parse(text)
    if line:
        assert f"line {line} " in str(refused.value)
        assert f"第 {line} 行" in refused.value.zh


def test_a_policy_with_groups_without_end_is_not_read() -> None:
    """Each was a call deeper, and the last the end of the program."""
    groups = [f"group g{n} all {f'g{n - 1}' if n else 'a'}" for n in range(MOST_GROUPS + 1)]
    deepest = Policy.parse("\n".join([A, *groups[:-1], f"quorum g{MOST_GROUPS - 1}"]))
    assert deepest.is_met({"a"})
    assert not deepest.is_met({"b"})
    with pytest.raises(BadPolicy, match="too many"):
        Policy.parse("\n".join([A, *groups, "quorum a"]))


@pytest.mark.attack
def test_a_policy_for_another_log_vouches_for_none_of_this_one(tmp_path: Path) -> None:
    notes = CosignedNotes(tmp_path / "w.db")
    note = _note("X1", "X2", "Y1")
    notes.keep(Checkpoint.open(note, LOG.verifier), note, {}, 9)
    other = Signer("example.com/other", bytes(32))
    for_other = TWO_LEVELS.replace(LOG.verifier_key, other.verifier_key)
    assert for_other != TWO_LEVELS
    assert notes.newest(LOG.verifier, Policy.parse(TWO_LEVELS))
    assert notes.newest(LOG.verifier, Policy.parse(for_other)) is None


def test_a_policy_without_end_is_not_read() -> None:
    with pytest.raises(BadPolicy):
        Policy.parse("#" * (1 << 16) + "\nquorum none")


def _note(*names: str) -> bytes:
    text = f"{LOG.origin}\n1\n{_root()}\n"
    return LOG.sign(text) + b"".join(COSIGNERS[name].cosign(text, 9) for name in names)


def _root() -> str:
    import base64

    return base64.b64encode(leaf_hash(b"entry")).decode()


def test_a_note_that_enough_signed_is_believed() -> None:
    checkpoint, signed = Policy.parse(TWO_LEVELS).require(_note("X1", "X3", "Y2"), LOG.verifier)
    assert checkpoint.size == 1
    assert signed == {"X1": 9, "X3": 9, "Y2": 9}


def test_a_note_whose_cosignatures_were_stripped_is_not() -> None:
    with pytest.raises(NotWitnessed) as refused:
        Policy.parse(TWO_LEVELS).require(_note("X1", "Y1"), LOG.verifier)
    assert "2 of the 6" in str(refused.value)


def test_witnesses_nobody_named_do_not_count() -> None:
    stranger = Cosigner("w.example/X1", bytes([99]) * 32)
    text = f"{LOG.origin}\n1\n{_root()}\n"
    with pytest.raises(NotWitnessed):
        Policy.parse(f"{A}\nquorum a").require(LOG.sign(text) + stranger.cosign(text, 9), LOG.verifier)


def test_a_log_the_policy_does_not_name_is_not_believed() -> None:
    other = Signer("example.com/other", bytes(32))
    text = f"{other.origin}\n1\n{_root()}\n"
    note = other.sign(text) + b"".join(COSIGNERS[name].cosign(text, 9) for name in ("X1", "X2", "Y1"))
    with pytest.raises(BadNote):
        Policy.parse(TWO_LEVELS).require(note, other.verifier)
