"""Write the notes, teach the network on them, and keep the model: `make model`.

With `--measure` some kinds of notes and a third of all characters of given names are held out, and the figures
of the name finder on them are printed instead. BLAS runs in one thread, so that the sums have one order.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from deid.text.folding import fold
from deid.text.namefinder.features import NAME_CODES, WORD_CODES, Alphabet
from deid.text.namefinder.model import FILE, Model
from deid.training.chance import Chance
from deid.training.learning import Lesson, Plan, learn
from deid.training.measuring import measure
from deid.training.naming import People, compound_surnames, given_characters, surname_characters
from deid.training.notes import Marked, Writer, kinds

SEED = 20_251_125
NOTES = 46_000
HELD_OUT_EVERY = 6
_LEAST = 4
_COMMON_SURNAMES = 150
_LAST_OF_THE_PLANE = 0xFFFF
_OUT = Path(__file__).parents[1] / "text" / "namefinder" / FILE


def main() -> None:
    """Run `make model`, or measure."""
    parser = argparse.ArgumentParser(prog="python -m deid.training.build", description=__doc__)
    parser.add_argument("--out", type=Path, default=_OUT, help="where the model goes")
    parser.add_argument("--notes", type=int, default=NOTES, help="how many notes to learn from")
    parser.add_argument("--passes", type=int, default=Plan().passes, help="how often to go through them")
    parser.add_argument(
        "--measure", action="store_true", help="hold out kinds of notes and names, and measure"
    )
    asked = parser.parse_args()
    if asked.measure:
        held, kept = _held_out()
        model = make_model(People(1), kept, asked.notes, Plan(passes=asked.passes))
        for figures in measure(model, Writer(People(2), held).write(Chance(SEED + 1), asked.notes // 30)):
            _tell(figures)
        return
    asked.out.write_bytes(make_model(People(), kinds(), asked.notes, Plan(passes=asked.passes)).to_bytes())


def make_model(people: People, of_kinds: Sequence[str], count: int, plan: Plan) -> Model:
    """A model taught on `count` notes of some kinds."""
    notes = list(Writer(people, of_kinds).write(Chance(SEED), count))
    alphabet = alphabet_of(notes)
    lessons = [_lesson(alphabet, note) for note in notes]
    chance = np.random.Generator(np.random.PCG64(SEED))
    network = learn(lessons, (alphabet.size, WORD_CODES, NAME_CODES), plan, chance, _tell)
    return Model(network, alphabet)


def alphabet_of(notes: Iterable[Marked]) -> Alphabet:
    """The characters that are met often enough to be learnt; letters, digits and blanks are classes of their own."""
    met = Counter(char for note in notes for char in fold(note.text))
    own = (
        char
        for char, times in met.items()
        if times >= _LEAST and not (char.isspace() or (char.isascii() and char.isalnum()))
    )
    surnames = "".join(surname_characters())
    return Alphabet(
        characters="".join(sorted(char for char in own if ord(char) < _LAST_OF_THE_PLANE)),
        surnames=surnames[:_COMMON_SURNAMES],
        rare_surnames=surnames[_COMMON_SURNAMES:],
        compound_surnames=tuple(compound_surnames()),
        given="".join(given_characters()),
    )


def _lesson(alphabet: Alphabet, note: Marked) -> Lesson:
    """Names in Latin letters are left to rules: an abbreviation looks the same."""
    text = fold(note.text)
    classes = np.zeros(len(text), np.int64)
    for start, end in note.names:
        if not text[start].isascii():
            classes[start], classes[start + 1 : end] = 1, 2
    return Lesson(alphabet.encode(text), classes)


def _held_out() -> tuple[list[str], list[str]]:
    every = kinds()
    held = [kind for number, kind in enumerate(every) if number % HELD_OUT_EVERY == 0]
    return held, [kind for kind in every if kind not in held]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
