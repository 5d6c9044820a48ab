"""How much of the marked names a model finds in notes it has not learnt from, and how much else it takes for names."""

from collections import Counter
from collections.abc import Iterable, Iterator

from deid.text.folding import fold
from deid.text.namefinder.model import Model
from deid.text.namefinder.reading import Bars, read_names
from deid.training.notes import Marked

_MOSTLY = 0.5


def measure(model: Model, notes: Iterable[Marked]) -> Iterator[str]:
    """A line of figures for each kind of note, and one for all."""
    found: dict[str, Counter[str]] = {}
    for note in notes:
        found.setdefault(note.kind, Counter()).update(_counted(model, note))
    whole: Counter[str] = Counter()
    for kind, counts in found.items():
        whole.update(counts)
        yield _line(kind, counts)
    yield _line("all", whole)


def _counted(model: Model, note: Marked) -> Counter[str]:
    text = fold(note.text)
    codes = model.alphabet.encode(text)
    spans = [(one.start, one.end) for one in read_names(text, codes, model.network.scores(codes), Bars())]
    marked = {at for start, end in note.names for at in range(start, end)}
    covered = {at for start, end in spans for at in range(start, end)}
    counts: Counter[str] = Counter(characters=len(text), spans=len(spans))
    for start, end in note.names:
        if not text[start].isascii():
            counts["names"] += 1
            counts["covered"] += all(at in covered or text[at].isspace() for at in range(start, end))
    counts["right"] = sum(len(marked & {*range(a, b)}) >= _MOSTLY * (b - a) for a, b in spans)
    return counts


def _line(kind: str, counts: Counter[str]) -> str:
    recall = counts["covered"] / max(1, counts["names"])
    precision = counts["right"] / max(1, counts["spans"])
    wrong = 10_000 * (counts["spans"] - counts["right"]) / max(1, counts["characters"])
    return f"{kind}: R {recall:.3f} P {precision:.3f} of {counts['names']}, {wrong:.1f} wrong in 10,000 characters"
