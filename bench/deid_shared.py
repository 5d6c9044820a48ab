"""What the notes we measure on share with the notes the name finder was taught on: runs of characters, and names.

Blanks are left out of the runs. A run of twelve that stands in both is a phrase of medicine, or a template.
"""

from collections.abc import Iterable, Sequence

from deid.text.scoring import Note
from deid.training.build import SEED
from deid.training.chance import Chance
from deid.training.naming import People
from deid.training.notes import Writer, kinds

RUN = 12
LEAST_OF_A_NAME = 2


def shared(sets: dict[str, list[Note]], count: int) -> list[tuple[str, str, str]]:
    """For each set: the share of its runs, and of its names, that stand in `count` notes of the training too."""
    runs: set[str] = set()
    names: set[str] = set()
    for note in Writer(People(), kinds()).write(Chance(SEED), count):
        runs.update(_runs(note.text))
        names.update(_bare(note.text[start:end]) for start, end in note.names)
    return [
        (name, _share(_all_runs(notes), runs), _share(_names(notes), names)) for name, notes in sets.items()
    ]


def _all_runs(notes: Sequence[Note]) -> Iterable[str]:
    return (run for note in notes for run in _runs(note.text))


def _names(notes: Sequence[Note]) -> Iterable[str]:
    told = {_bare(n.text[m.start : m.end]) for n in notes for m in n.marks if m.type == "NAME"}
    return (name for name in told if len(name) >= LEAST_OF_A_NAME)


def _runs(text: str) -> Iterable[str]:
    bare = _bare(text)
    return (bare[at : at + RUN] for at in range(len(bare) - RUN + 1))


def _bare(text: str) -> str:
    return "".join(text.split())


def _share(told: Iterable[str], known: set[str]) -> str:
    met = [one in known for one in told]
    return f"{sum(met) / len(met):.2%}" if met else "-"
