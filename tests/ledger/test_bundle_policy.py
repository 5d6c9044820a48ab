"""A court's reader of a witness policy asks for as much as ours: neither takes what could be read in two ways."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.bundle import verifier
from ledger.bundle.verifier import Wrong, policy_met
from ledger.witness import Policy
from ledger.witness.policy import BadPolicy
from tests.witness.test_policy import COSIGNERS, LOG, NAMES, TWO_LEVELS, VKEYS, A, B, _note

C = f"witness c {VKEYS['X3']}"
Q = "group q 2 a b c"
WHOLE = f"{A}\n{B}\n{C}\n{Q}\nquorum q\n"
REFUSED = {
    "nothing": "",
    "no quorum": f"{A}\n{B}\n{C}\n{Q}\n",
    "words nobody knows": "hello\n",
    "a quorum spelled otherwise": WHOLE.replace("quorum", "Quorum"),
    "a mark at the beginning": f"\ufeff{WHOLE}",
    "none of them": WHOLE.replace(" 2 ", " 0 "),
    "fewer than none": WHOLE.replace(" 2 ", " -1 "),
    "more than there are": WHOLE.replace(" 2 ", " 4 "),
    "another spelling of the number": WHOLE.replace(" 2 ", " 02 "),
    "a number in other digits": WHOLE.replace(" 2 ", " ２ "),
    "a fraction": WHOLE.replace(" 2 ", " 1.5 "),
    "a group of nobody": "group q any\nquorum q\n",
    "a group of nobody, all of them": "group q all\nquorum q\n",
    "one key under two names": f"{A}\nwitness b {VKEYS['X1']}\ngroup q 2 a b\nquorum q\n",
    "one name twice": f"{A}\nwitness a {VKEYS['X2']}\nquorum a\n",
    "one member twice": f"{A}\ngroup q 2 a a\nquorum q\n",
    "one member in two groups": f"{A}\n{B}\ngroup g any a\ngroup h any a b\ngroup q all g h\nquorum q\n",
    "a group in itself": f"{A}\ngroup q any q\nquorum q\n",
    "a member nobody defined": f"{A}\ngroup q any z\nquorum q\n",
    "a member defined below": f"group q any a\n{A}\nquorum q\n",
    "a quorum nobody defined": f"{A}\nquorum z\n",
    "two quorums": f"{WHOLE}quorum none\n",
    "two quorums, the first none": f"quorum none\n{WHOLE}",
    "a witness called none": f"witness none {VKEYS['X1']}\nquorum none\n",
    "a group called none": f"{A}\ngroup none any a\nquorum none\n",
    "a witness without a key": "witness a\nquorum a\n",
    "a witness with a log's key": f"witness a {LOG.verifier_key}\nquorum a\n",
    "a witness with a mistyped key": f"{A[:-4]}AAA=\nquorum a\n",
    "a log with a witness's key": f"log {VKEYS['X1']}\nquorum none\n",
    "a log twice": f"log {LOG.verifier_key}\nlog {LOG.verifier_key}\nquorum none\n",
    "too many words": f"{A} https://a.example more\nquorum a\n",
    "a control character": f"{A}\x0b\nquorum a\n",
    "lines of another system": WHOLE.replace("\n", "\r\n"),
    "without end": "#" * (1 << 16) + "\nquorum none\n",
}


@pytest.mark.attack
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_neither_reader_takes_it(text: str) -> None:
    with pytest.raises(BadPolicy):
        Policy.parse(text)
    with pytest.raises(Wrong, match="cannot be read"):
        policy_met(text, _note(*NAMES), LOG.verifier_key)


# Pieces of policies, right and wrong, as somebody may put them together.
lines = st.sampled_from(
    [
        A,
        B,
        C,
        f"witness d {VKEYS['X1']}",
        Q,
        "group g any a b",
        "group h all g c",
        "group i 1 c",
        "quorum q",
        "quorum h",
        "quorum a",
        "quorum none",
        f"log {LOG.verifier_key}",
        "# who",
        "",
        " \t quorum \t g ",
        "quorum g h",
    ]
)


@settings(max_examples=300, deadline=None)
@given(text=st.lists(lines, max_size=9).map("\n".join), signed=st.sets(st.sampled_from(NAMES)))
@example(text=TWO_LEVELS, signed={"X1", "X3", "Y2"})
@example(text=TWO_LEVELS, signed={"X1", "Y1", "Y2"})
@example(text=WHOLE, signed={"X1", "X3"})
def test_both_readers_say_the_same_of_every_policy(text: str, signed: set[str]) -> None:
    note = _note(*sorted(signed))
    try:
        policy = Policy.parse(text)
        ours = policy.is_met(policy.cosigners(note)), policy.cosigners(note)
    except BadPolicy:
        with pytest.raises(Wrong):
            policy_met(text, note, LOG.verifier_key)
    else:
        assert policy_met(text, note, LOG.verifier_key) == ours


def test_a_policy_about_another_ledger_is_not_this_ones() -> None:
    text = f"log {LOG.verifier_key}\n{A}\nquorum a\n"
    assert policy_met(text, _note("X1"), LOG.verifier_key)[0]
    other = verifier.read_key(str(COSIGNERS["X1"].key), 4)[0]
    with pytest.raises(Wrong, match="about another ledger"):
        policy_met(text, _note("X1"), f"{other}+00+AA")


@pytest.mark.attack
def test_a_witness_that_signed_twice_is_not_chosen_from() -> None:
    note = _note("X1")
    twice = note + COSIGNERS["X1"].cosign(note.decode().partition("\n\n")[0] + "\n", 10)
    with pytest.raises(Wrong, match="cosignature of"):
        policy_met(f"{A}\nquorum a\n", twice, LOG.verifier_key)
