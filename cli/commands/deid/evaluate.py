"""How well the text engine does on notes people marked."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.deid.crew import answers
from cli.commands.deid.noun import deid
from cli.commands.deid.text import Profile, engine_of
from cli.errors import CannotRead, NotVerified
from cli.options import as_json
from cli.terminal import Terminal
from cli.usage import BadValue

if TYPE_CHECKING:
    from deid.text.scoring import Leak, Mark, Note, Score, Tally

HEAD = (
    ("type", "类别"), ("marked", "标注"), ("R_cov", "R_cov"), ("95 %", "95 %"), ("R_typ", "R_typ"),
    ("strict", "strict"), ("P", "P"), ("F1", "F1"), ("leaks", "遗漏"),
)  # fmt: skip
LEAKS = (("note", "文本"), ("from", "起"), ("to", "止"), ("kind", "类别"), ("uncovered", "未覆盖字符"))
ALL = "ALL"
AROUND = 8


class LeastType(click.ParamType[tuple[str, float]]):
    """A type and the least R_cov it must reach: NAME=0.97; ALL for all types together."""

    name = "type=share"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> tuple[str, float]:
        """Raises BadValue for anything else."""
        if isinstance(value, tuple):
            return value
        kind, _sign, share = str(value).partition("=")
        try:
            least = float(share)
        except ValueError:
            least = -1.0
        if not kind.isidentifier() or not 0 <= least <= 1:
            raise BadValue("must be a type and a share, like NAME=0.97", "应为类别和比例，例如 NAME=0.97")
        return kind.upper(), least


@deid.command()
@click.argument("gold", type=click.Path(), help='Marked notes, lines of {"id","text","spans"}.')
@click.option(
    "--pred",
    type=click.Path(),
    metavar="FILE",
    help='Take what was found from here, lines of {"id","spans"}.',
)
@click.option(
    "--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", help="Language of the notes."
)
@click.option(
    "--profile", type=click.Choice(["fast", "strict"]), default="strict", help="Which profile is evaluated."
)
@click.option(
    "--recognizers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What the hospital adds of its own: see hutong deid check.",
)
@click.option("--show", is_flag=True, help="Show the leaks with the characters around them: personal.")
@click.option(
    "--fail-under",
    "least",
    type=LeastType(),
    multiple=True,
    metavar="TYPE=SHARE",
    help="Exit with 4 where R_cov is lower, e.g. NAME=0.97 or ALL=0.985; repeatable.",
)
@click.option("--jobs", type=click.IntRange(1, 256), default=1, help="Processes.")
@as_json
@click.pass_obj
def evaluate(
    terminal: Terminal,
    gold: str,
    pred: str | None,
    lang: str,
    profile: Profile,
    recognizers: Path | None,
    show: bool,
    least: tuple[tuple[str, float], ...],
    jobs: int,
    as_json: bool,
) -> None:
    """Compare what is found with what people marked: recall, precision, notes with a leak, and where.

    R_cov: marked spans in which every character is covered by anything, the figure for privacy; R_typ: by the right
    type; P: spans found that are at least half right. Leaks are told by their place; --show prints their text.

    Example:
        hutong deid evaluate sample.jsonl --fail-under NAME=0.97
    """
    from deid.text.scoring import Score

    notes = list(_gold(gold))
    if not notes:
        raise CannotRead(gold, "has no notes in it", "其中没有文本")
    scored = Score()
    if not pred:
        engine_of(profile, recognizers).find("", lang=lang)  # loads what it needs, which is not to be timed
    start = time.process_time()
    found = (
        _predicted(pred, notes)
        if pred
        else _found(terminal, notes, partial(_find, lang, profile, recognizers), jobs)
    )
    took = time.process_time() - start
    for note, marks in zip(notes, found, strict=True):
        scored.add(note, marks)
    speed = scored.characters / took if not pred and jobs == 1 and took else None
    if as_json:
        output.document(_document(scored, speed))
    else:
        _told(terminal, scored, speed, {note.id: note for note in notes} if show else None)
    _require(scored, least)


def _gold(file: str) -> Iterator["Note"]:
    from deid.text.gold import BadLine, read_notes

    try:
        with Path(file).open("rb") as lines:
            yield from read_notes(lines)
    except OSError as error:
        raise CannotRead(file, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None
    except BadLine as bad:
        raise CannotRead(file, str(bad), bad.zh) from None


def _predicted(file: str, notes: list["Note"]) -> list[tuple["Mark", ...]]:
    from deid.text.gold import BadLine, read_findings

    try:
        with Path(file).open("rb") as lines:
            found = read_findings(lines)
    except OSError as error:
        raise CannotRead(file, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None
    except BadLine as bad:
        raise CannotRead(file, str(bad), bad.zh) from None
    missing = sum(note.id not in found for note in notes)
    if missing:
        raise CannotRead(file, f"has no line for {missing} of the notes", f"缺少 {missing} 个文本的结果")
    outside = sum(mark.end > len(note.text) for note in notes for mark in found[note.id])
    if outside:
        raise CannotRead(
            file, f"has {outside} spans that end outside their note", f"有 {outside} 个区间超出所属文本"
        )
    return [found[note.id] for note in notes]


def _found(
    terminal: Terminal, notes: list["Note"], work: Callable[[str], list["Mark"]], jobs: int
) -> list[list["Mark"]]:
    found: list[list[Mark]] = []
    with terminal.progress("evaluating", "正在评估") as advance:
        for marks in answers(work, [note.text for note in notes], jobs=jobs, batch=16):
            found.append(marks)
            advance(len(found), len(notes))
    return found


def _find(lang: str, profile: Profile, recognizers: Path | None, text: str) -> list["Mark"]:
    from deid.text.scoring import Mark

    found = engine_of(profile, recognizers).find(text, lang=lang)
    return [Mark(span.start, span.end, span.type) for span in found]


def _told(terminal: Terminal, scored: "Score", speed: float | None, shown: dict[str, "Note"] | None) -> None:
    kinds = sorted(scored.types.items(), key=lambda item: (-item[1].gold, item[0]))
    rows = [_row(kind, tally) for kind, tally in (*kinds, (ALL, scored.total()))]
    terminal.table(HEAD, rows, right=range(1, len(HEAD)))
    output.line()
    terminal.say(
        f"notes with a leak: {scored.leaking} of {scored.notes} ({scored.leaking / scored.notes:.1%})",
        f"有遗漏的文本：{scored.notes} 个中有 {scored.leaking} 个（{scored.leaking / scored.notes:.1%}）",
    )
    over = scored.over_per_1000
    terminal.say(f"over-redacted characters per 1,000: {over:.1f}", f"每 1,000 字符多删：{over:.1f}")
    if speed:
        terminal.say(f"characters a CPU second: {speed:,.0f}", f"每 CPU 秒字符数：{speed:,.0f}")
    for tag, tally in sorted(scored.tags.items()):
        share = f"{tally.covered}/{tally.gold}"
        terminal.say(f"of these, {tag}: {share} covered", f"其中 {tag}：覆盖 {share}")
    if scored.leaks:
        output.line()
        terminal.table(LEAKS, [_leak(leak) for leak in scored.leaks], right=(1, 2, 4))
    for leak in scored.leaks if shown is not None else ():
        output.line(f"{leak.note} {leak.mark.start}: {_around(leak, (shown or {})[leak.note].text)}")


def _row(kind: str, tally: "Tally") -> tuple[str, ...]:
    from deid.text.scoring import interval

    low, high = interval(tally.covered, tally.gold)
    return (
        kind,
        str(tally.gold),
        _share(tally.r_cov),
        f"{low:.3f}-{high:.3f}" if tally.gold else "-",
        _share(tally.r_typ),
        _share(tally.strict / tally.gold if tally.gold else None),
        _share(tally.precision),
        f"{tally.f(1):.3f}",
        str(tally.gold - tally.covered),
    )


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _leak(leak: "Leak") -> tuple[str, ...]:
    mark = leak.mark
    return leak.note, str(mark.start), str(mark.end), mark.type, str(leak.uncovered)


def _around(leak: "Leak", text: str) -> str:
    start, end = leak.mark.start, leak.mark.end
    return f"{text[max(0, start - AROUND) : start]}⟦{text[start:end]}⟧{text[end : end + AROUND]}"


def _document(scored: "Score", speed: float | None) -> dict[str, Any]:
    return {
        "types": {kind: _figures(tally) for kind, tally in scored.types.items()},
        "all": _figures(scored.total()),
        "tags": {tag: {"marked": t.gold, "covered": t.covered} for tag, t in scored.tags.items()},
        "notes": scored.notes,
        "notes_with_a_leak": scored.leaking,
        "characters": scored.characters,
        "over_redacted_per_1000": scored.over_per_1000,
        "characters_a_cpu_second": speed,
        "leaks": [
            {"id": leak.note, "start": leak.mark.start, "end": leak.mark.end, "type": leak.mark.type,
             "uncovered": leak.uncovered}
            for leak in scored.leaks
        ],
    }  # fmt: skip


def _figures(tally: "Tally") -> dict[str, Any]:
    from deid.text.scoring import interval

    return {
        "marked": tally.gold,
        "R_cov": tally.r_cov,
        "R_cov_95": interval(tally.covered, tally.gold),
        "R_typ": tally.r_typ,
        "strict": tally.strict / tally.gold if tally.gold else None,
        "found": tally.found,
        "P": tally.precision,
        "F1": tally.f(1),
        "F2": tally.f(2),
    }


def _require(scored: "Score", least: Iterable[tuple[str, float]]) -> None:
    """Raises NotVerified naming the types that are not found well enough; a type nobody marked is not."""
    low = []
    for kind, share in least:
        tally = scored.total() if kind == ALL else scored.types.get(kind)
        reached = tally.r_cov if tally else None
        if reached is None or reached < share:
            low.append(f"{kind} {'-' if reached is None else f'{reached:.4f}'} < {share}")
    if low:
        told = ", ".join(low)
        raise NotVerified(
            f"R_cov is below what was asked for: {told}",
            f"R_cov 低于要求：{told}",
            hint="see the leaks above; --show prints them",
            hint_zh="见上文的遗漏；--show 显示其内容",
        )
