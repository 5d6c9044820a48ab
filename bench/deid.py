"""How well the text engine finds what says who, beside its targets, presidio as it comes and LAC alone.

    python -m bench.deid [--notes FILE ...] [--write PAGE]

The notes of bench/notes were invented by people who had not read the engine; a target is met where the figure over
all of them is. Which sets the engine was improved on, and which it had never met, stands in bench/notes/README.md.
Speed is characters a CPU second of one process, and beside it the bound: one pass of a compiled pattern that looks
for figures and surnames and does nothing else. Only ratios travel from one machine to another.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.deid_peers import Find, peers
from bench.deid_shared import RUN, shared
from deid import TextEngine
from deid.text.gold import read_notes
from deid.text.scoring import Mark, Note, Score, Tally, interval

NOTES = Path(__file__).parent / "notes"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "deid"
SHAPED = "ID_CARD BANK_CARD PHONE PASSPORT PERMIT BIRTH_CERT PLATE EMAIL URL IP POSTCODE".split()
# So easy that it says nothing: eight templates; not counted for a target.
EASY = frozenset(("zh_dev_synth",))
PASSES = 5
# Every way of writing of every kind of note comes several times in so many.
TAUGHT = 10_000
HEAD = """# How well notes are de-identified · 文本去标识化效果

Written by `make bench-deid`. What the columns mean: [measure it on your own notes](../how-to/de-identify-notes.md).
由 `make bench-deid` 生成；各列含义见上述页面。

The notes, who wrote them and which of them the engine was improved on: [bench/notes](../../bench/notes/README.md).
**Of zh_c2 and en_b2 nobody who built it saw a line: they tell what to expect of notes nobody has seen.**
文本来源及哪些曾用于改进见上述目录；**zh_c2 与 en_b2 在构建期间无人看过，代表对未见文本的预期。**
"""
LABELLED = "MRN INSURANCE HEALTH_CARD DEVICE_ID WECHAT_QQ".split()


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that is asked for: at least, or at most, so much."""

    name: str
    figure: float | None
    least: float | None = None
    most: float | None = None

    @property
    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        asked = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"
        if self.figure is None:
            return self.name, asked, "-", "not measured"
        met = self.figure >= self.least if self.least is not None else self.figure <= (self.most or 0.0)
        return self.name, asked, f"{self.figure:.3f}", "yes" if met else "NO"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one engine did with one set."""

    score: Score
    seconds: float

    @property
    def speed(self) -> float:
        return self.score.characters / self.seconds if self.seconds else float("inf")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--notes", nargs="*", type=Path, help="marked notes; default: bench/notes and ../shared"
    )
    parser.add_argument("--write", type=Path, help="page to write the tables to")
    options = parser.parse_args()
    files = options.notes or sorted(NOTES.glob("*.jsonl"))
    shared = sorted(SHARED.glob("*.jsonl"))
    if not options.notes:
        files += shared
        if not shared:
            print("skipped: ../shared/data/deid is not there", file=sys.stderr)
    sets = {file.stem: _read(file) for file in files}
    others, missing = peers()
    for line in missing:
        print(f"skipped: {line}", file=sys.stderr)
    engines: dict[str, Find] = {"fast": _ours("fast"), "strict": _ours("strict"), **others}
    ran = {name: {kind: _run(find, notes) for kind, find in engines.items()} for name, notes in sets.items()}
    types = [_types(name, one["strict"].score) for name, one in ran.items()]
    told = "\n\n".join((_targets(ran), _sets(ran), _bound(sets), _apart(sets), *types))
    print(told)
    if options.write:
        options.write.write_text(f"{HEAD}\n{told}\n", "utf-8")


def _read(file: Path) -> list[Note]:
    with file.open("rb") as lines:
        return list(read_notes(lines))


def _ours(profile: str) -> Find:
    engine = TextEngine("fast" if profile == "fast" else "strict")
    engine.find("")
    return lambda text: [Mark(span.start, span.end, span.type) for span in engine.find(text)]


def _run(find: Find, notes: Sequence[Note]) -> Ran:
    start = time.process_time()
    found = [find(note.text) for note in notes]
    seconds = time.process_time() - start
    score = Score()
    for note, marks in zip(notes, found, strict=True):
        score.add(note, marks)
    return Ran(score, seconds)


def _sets(ran: dict[str, dict[str, Ran]]) -> str:
    rows = []
    for name, engines in ran.items():
        for kind, one in engines.items():
            total, names = one.score.total(), one.score.types.get("NAME", Tally())
            rows.append(
                (
                    name, kind, str(one.score.notes), _share(total.r_cov), _range(total), _share(total.precision),
                    _share(names.r_cov), _share(names.precision), f"{one.score.leaking / one.score.notes:.1%}",
                    f"{one.score.over_per_1000:.1f}", f"{one.speed / 1000:,.0f}k",
                )
            )  # fmt: skip
    head = "set engine notes R_cov 95% P NAME_R NAME_P leaking over/1000 chars/CPU-s".split()
    return _table(head, rows)


def _types(name: str, score: Score) -> str:
    kinds = sorted(score.types.items(), key=lambda item: (-item[1].gold, item[0]))
    rows = [
        (kind, str(t.gold), _share(t.r_cov), _range(t), _share(t.r_typ), _share(t.precision))
        for kind, t in kinds
    ]
    return f"{name}, strict\n\n" + _table(["type", "marked", "R_cov", "95%", "R_typ", "P"], rows)


def _targets(ran: dict[str, dict[str, Ran]]) -> str:
    """Every target of the design, over all Chinese and all English notes of ours."""
    chinese, english = _scores(ran, "zh", "strict"), _scores(ran, "en", "strict")
    fast = _scores(ran, "zh", "fast")
    zh, en = _joined(chinese), _joined(english)
    several = [("R_cov", one, least) for ones, least in ((SHAPED, 0.998), (LABELLED, 0.98)) for one in ones]
    targets = (
        Target("zh, all types: R_cov", _all(zh).r_cov, least=0.985),
        Target("zh, NAME: R_cov", _of(zh, "NAME").r_cov, least=0.97),
        Target("zh, NAME: P", _of(zh, "NAME").precision, least=0.92),
        Target("zh, notes with a leak, strict", _leaking(chinese), most=0.12),
        Target("zh, notes with a leak, fast", _leaking(fast), most=0.20),
        *(Target(f"zh, {kind}: {name}", _of(zh, kind).r_cov, least=least) for name, kind, least in several),
        Target("zh, DATE: R_cov", _of(zh, "DATE").r_cov, least=0.995),
        Target("zh, DATE: P", _of(zh, "DATE").precision, least=0.98),
        Target("zh, ADDRESS: R_cov", _of(zh, "ADDRESS").r_cov, least=0.99),
        Target("zh, ADDRESS: P", _of(zh, "ADDRESS").precision, least=0.85),
        Target("zh, over-redacted characters per 1,000", _over(chinese), most=10),
        Target("en, all types: R_cov", _all(en).r_cov, least=0.98),
        Target("en, all types: P", _all(en).precision, least=0.88),
        Target("zh, fast: characters a CPU second", _speed(ran, "fast"), least=300_000),
        Target("zh, strict: characters a CPU second", _speed(ran, "strict"), least=40_000),
    )
    return _table(["target", "asked", "reached", "met"], [target.row for target in targets])


def _scores(ran: dict[str, dict[str, Ran]], language: str, kind: str) -> list[Score]:
    return [one[kind].score for name, one in ran.items() if name.startswith(language) and name not in EASY]


def _joined(scores: Iterable[Score]) -> dict[str, Tally]:
    types: dict[str, Tally] = {}
    for score in scores:
        for kind, tally in score.types.items():
            types.setdefault(kind, Tally()).add(tally)
    return types


def _all(types: dict[str, Tally]) -> Tally:
    total = Tally()
    for tally in types.values():
        total.add(tally)
    return total


def _of(types: dict[str, Tally], kind: str) -> Tally:
    return types.get(kind, Tally())


def _leaking(scores: Sequence[Score]) -> float | None:
    notes = sum(score.notes for score in scores)
    return sum(score.leaking for score in scores) / notes if notes else None


def _over(scores: Sequence[Score]) -> float | None:
    characters = sum(score.characters for score in scores)
    return 1000 * sum(score.over_redacted for score in scores) / characters if characters else None


def _speed(ran: dict[str, dict[str, Ran]], kind: str) -> float | None:
    """Characters a CPU second over all Chinese notes."""
    mine = [one[kind] for name, one in ran.items() if name.startswith("zh")]
    seconds = sum(one.seconds for one in mine)
    return sum(one.score.characters for one in mine) / seconds if seconds else None


def _bound(sets: dict[str, list[Note]]) -> str:
    """One pass of a pattern over the same text: what looking at every character costs at least."""
    looking = re.compile(r"[0-9]{2,}|[王李张刘陈杨黄赵吴周][\u4e00-\u9fff]{1,2}|[A-Z][a-z]+")
    texts = [note.text for notes in sets.values() for note in notes]
    start = time.process_time()
    for _ in range(PASSES):
        for text in texts:
            for _match in looking.finditer(text):
                pass
    seconds = (time.process_time() - start) / PASSES
    return f"scan bound: {sum(map(len, texts)) / max(seconds, 1e-9) / 1000:,.0f}k characters a CPU second"


def _apart(sets: dict[str, list[Note]]) -> str:
    """What the sets share with the notes the name finder was taught on."""
    head = ["set", f"runs of {RUN} characters", "names"]
    rows = shared({name: notes for name, notes in sets.items() if name.startswith("zh")}, TAUGHT)
    return f"Also in {TAUGHT:,} notes of the training:\n\n" + _table(head, rows)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _range(tally: Tally) -> str:
    low, high = interval(tally.covered, tally.gold)
    return f"{low:.3f}-{high:.3f}" if tally.gold else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
