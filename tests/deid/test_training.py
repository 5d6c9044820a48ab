"""The training notes are the same each time, marked where the names stand, and teach the same model twice."""

from pathlib import Path

import pytest

from deid.text.namefinder.model import read_model
from deid.training.build import make_model
from deid.training.chance import Chance, ranked
from deid.training.grammar import Grammar, compile_text
from deid.training.learning import Plan
from deid.training.naming import People
from deid.training.notes import Marked, Writer, kinds, laid_out

FEW = 200
_SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "deid"


def test_chance_draws_what_its_description_says() -> None:
    """Known answers of splitmix64, seed 1234567: https://prng.di.unimi.it/splitmix64.c"""
    chance = Chance(1234567)
    assert [chance.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_what_is_common_is_drawn_more_often() -> None:
    chance, names = Chance(1), ranked(["王", "李", "张", "儶"], flat=0.5)
    drawn = [names.draw(chance) for _ in range(2000)]
    assert drawn.count("王") > drawn.count("李") > drawn.count("张") > drawn.count("儶") > 0


def test_the_same_seed_writes_the_same_notes() -> None:
    first, second = (list(Writer(People()).write(Chance(5), FEW)) for _ in range(2))
    assert first == second
    assert list(Writer(People()).write(Chance(6), FEW)) != first


def test_every_mark_stands_on_a_name_and_names_do_not_overlap() -> None:
    for note in Writer(People()).write(Chance(7), FEW):
        ends = [0, *(end for _, end in note.names)]
        for before, (start, end) in zip(ends, note.names, strict=False):
            assert before <= start < end <= len(note.text)
            assert note.text[start:end].strip() == note.text[start:end]


def test_there_are_many_kinds_of_notes() -> None:
    assert len(kinds()) >= 40
    assert {note.kind for note in Writer(People(), ["交接班"]).write(Chance(1), 20)} == {"交接班"}


def test_what_is_held_out_shares_no_nickname_with_what_is_learnt_from() -> None:
    """A third stands on both sides: what a third of the time is met everywhere is no harder there."""
    one, two, both = (_nicknames(People(side)) for side in (1, 2, 0))
    assert one != two
    assert len(one & two) < 0.6 * len(both)
    assert one | two == both


def test_a_note_set_at_a_width_keeps_its_marks_on_the_same_characters() -> None:
    note = Marked("x", "患者王秀英今日由其子李建国送入我院治疗观察随访", ((2, 5), (10, 13)))
    for seed in range(50):
        moved = laid_out(note, Chance(seed))
        names = [moved.text[a:b].replace("\n", "").replace(" ", "") for a, b in moved.names]
        assert names == ["王秀英", "李建国"]


def test_a_rule_that_is_not_there_and_a_bracket_left_open_are_said() -> None:
    grammar = Grammar({"a": ["x"]})
    with pytest.raises(ValueError, match="without"):
        compile_text("[a|b")
    assert "a" in grammar


def test_learning_twice_gives_the_same_model() -> None:
    first, second = (
        make_model(People(), ["短句", "签名栏"], FEW, Plan(passes=2)).to_bytes() for _ in range(2)
    )
    assert first == second
    assert read_model(first).alphabet.characters


def _nicknames(people: People) -> set[str]:
    chance = Chance(1)
    return {people.nickname(chance) for _ in range(8000)}
