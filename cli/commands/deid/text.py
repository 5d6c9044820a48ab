"""Texts through the text engine: one, a folder of them, or JSON lines."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from cli import output
from cli.commands.deid.crew import answers
from cli.commands.deid.jsonlines import BadText, answer_line, found_in
from cli.commands.deid.naming import require_apart, targets_of, texts_of
from cli.commands.deid.noun import deid
from cli.commands.deid.replacing import Chosen, chosen, replacing, rewritten
from cli.commands.deid.written import ENCODINGS, Written, read_written
from cli.errors import CannotRead, DoNotGoTogether, NotAllUsable
from cli.files import STANDARD, answer_to, hand_over, make_folder, standard_input
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid import TextEngine

SPANS = (("from", "起"), ("to", "止"), ("kind", "类别"), ("certainty", "把握"))
# A process gets so many lines at once: handing over costs less than a note of ordinary length.
LINES = 32


Profile = Literal["fast", "strict"]


class How(NamedTuple):
    """How texts are to be read and answered."""

    lang: str
    profile: Profile
    spans: bool
    encoding: str | None
    recognizers: Path | None
    chosen: Chosen | None

    def said(self, engine: "TextEngine", text: str, patient: str = "") -> str:
        """The text as it is answered."""
        if self.chosen is None:
            return engine.redact(text, lang=self.lang).text
        return rewritten(engine, self.chosen, text, lang=self.lang, patient=patient).text


@deid.command()
@click.argument(
    "files",
    nargs=-1,
    help="Texts, or folders of texts (*.txt); - for standard input. UTF-8, UTF-16 or GB 18030.",
)
@click.option("--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", help="Language of the text.")
@click.option(
    "--profile",
    type=click.Choice(["fast", "strict"]),
    default="strict",
    help="strict finds more names and takes longer.",
)
@click.option(
    "--recognizers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What the hospital adds of its own: see hutong deid check.",
)
@click.option("--spans", is_flag=True, help="Print where something was found and what kind, not the text.")
@click.option(
    "--jsonl",
    is_flag=True,
    help='Read lines {"id","text"}, also "patient"; answer each with {"id","text"}, or {"id","spans"} for --spans.',
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each text into this folder under its own name, in its own encoding.",
)
@click.option(
    "--encoding", type=click.Choice(ENCODINGS), help="How the texts are written; default: what they show."
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes; default: all processors for --out, else one."
)
@replacing
@as_json
@click.pass_obj
def text(
    terminal: Terminal,
    files: tuple[str, ...],
    lang: str,
    profile: Profile,
    recognizers: Path | None,
    spans: bool,
    jsonl: bool,
    out: Path | None,
    encoding: str | None,
    jobs: int | None,
    operators: tuple[str, ...],
    key: Path | None,
    project: str | None,
    patient: str,
    beside: Path | None,
    as_json: bool,
) -> None:
    """Print texts with names, numbers, addresses and dates of people replaced by what they were.

    With --operator something else stands there: invented names and numbers, moved dates, numbered labels, tokens. The
    same secret gives the same ones. Offsets are characters (Unicode code points) from the beginning of the text; the
    end is the first one behind.

    Example:
        hutong deid text note.txt --spans
    """
    how = How(
        lang,
        profile,
        spans,
        encoding,
        recognizers,
        chosen(terminal, operators, key, project, patient, beside),
    )
    if spans and operators:
        raise DoNotGoTogether(
            "deid text",
            "--spans replaces nothing: leave out --operator",
            "--spans 不作替换，请去掉 --operator",
        )
    if jsonl and (out or as_json):
        raise DoNotGoTogether(
            "deid text", "--jsonl answers on standard output, a line each", "--jsonl 逐行输出到标准输出"
        )
    if jsonl:
        _lines(terminal, files or (STANDARD,), how, jobs or 1)
    elif out:
        _folder(terminal, files, out, how, jobs or os.cpu_count() or 1, as_json)
    elif len(files) > 1 or any(Path(file).is_dir() for file in files):
        raise DoNotGoTogether("deid text", "several texts need --out DIR", "多个文本须与 --out 目录一起使用")
    else:
        _one(terminal, read_written((files or (STANDARD,))[0], how.encoding), how, as_json)


def _one(terminal: Terminal, written: Written, how: How, as_json: bool) -> None:
    engine = engine_of(how.profile, how.recognizers)
    if how.spans:
        found = engine.find(written.text, lang=how.lang)
        if as_json:
            output.document(
                [{"start": s.start, "end": s.end, "type": s.type, "score": s.score} for s in found]
            )
        else:
            rows = [(str(s.start), str(s.end), s.type, f"{s.score:.2f}") for s in found]
            terminal.table(SPANS, rows, right=(0, 1, 3))
        return
    if as_json and how.chosen:
        done = rewritten(engine, how.chosen, written.text, lang=how.lang)
        output.document({"text": done.text, "changes": [asdict(one) for one in done.changes]})
        return
    redacted = how.said(engine, written.text)
    if as_json:
        output.document({"text": redacted})
    else:
        output.raw(redacted.encode())


def _lines(terminal: Terminal, files: tuple[str, ...], how: How, jobs: int) -> None:
    total = bad = 0
    for file in files:
        work = partial(_answer, how)
        for answer in answers(work, enumerate(_read(file), 1), jobs=jobs, batch=LINES):
            total += bool(answer)
            if isinstance(answer, BadText):
                bad += 1
                place = f"{file} " if len(files) > 1 else ""
                terminal.note(
                    f"{place}line {answer.line}: {answer.en}", f"{place}第 {answer.line} 行：{answer.zh}"
                )
            elif answer:
                output.raw(answer + b"\n")
    if bad:
        raise NotAllUsable(bad, total, "line", "could not be read", "无法读取")


def _read(file: str) -> Iterator[bytes]:
    if file == STANDARD:
        yield from standard_input()
        return
    try:
        with Path(file).open("rb") as opened:
            yield from opened
    except OSError as error:
        raise CannotRead(file, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}") from None


def _answer(how: How, numbered: tuple[int, bytes]) -> bytes | BadText:
    number, line = numbered
    engine = engine_of(how.profile, how.recognizers)
    if how.spans:
        return answer_line(number, line, lambda text, _: found_in(engine, text, how.lang))
    return answer_line(number, line, lambda text, patient: {"text": how.said(engine, text, patient)})


def _folder(
    terminal: Terminal, files: tuple[str, ...], out: Path, how: How, jobs: int, as_json: bool
) -> None:
    """Every text into `out`, whole or not at all each; as JSON, where each of them went."""
    if STANDARD in (files or (STANDARD,)):
        raise DoNotGoTogether(
            "deid text",
            "--out names each answer after its file: name files or folders",
            "--out 按文件名写出，请给出文件或目录",
        )
    texts = list(texts_of(files))
    targets = targets_of(texts, engine_of(how.profile, how.recognizers), ".json" if how.spans else "")
    require_apart(texts, [out / target for target in targets])
    make_folder(out)
    work = partial(_cleaned, how)
    bad = 0
    put: list[dict[str, str | None]] = []
    with terminal.progress("taking out", "正在处理") as advance:
        cleaned = answers(work, [str(path) for path in texts], jobs=min(jobs, len(texts) or 1))
        for source, target, answer in zip(texts, targets, cleaned, strict=True):
            place = out / target
            put.append({"source": str(source), "file": str(place) if isinstance(answer, bytes) else None})
            if isinstance(answer, bytes):
                make_folder(place.parent)
                with answer_to(place) as opened:
                    hand_over(opened, place, answer)
            else:
                bad += 1
                terminal.note(*answer)
            advance(len(put), len(texts))
    if as_json:
        output.document(put)
    terminal.note(
        f"{len(texts) - bad} of {len(texts)} texts are in {out}",
        f"{len(texts)} 个文本中有 {len(texts) - bad} 个已写入 {out}",
    )
    if bad:
        raise NotAllUsable(bad, len(texts), "text", "could not be read", "无法读取")


def _cleaned(how: How, file: str) -> bytes | tuple[str, str]:
    """The answer for one file, or why there is none."""
    try:
        written = read_written(file, how.encoding)
    except CannotRead as error:
        return str(error), error.zh
    engine = engine_of(how.profile, how.recognizers)
    if how.spans:
        found = engine.find(written.text, lang=how.lang)
        return _json([{"start": s.start, "end": s.end, "type": s.type} for s in found])
    return written.again(how.said(engine, written.text))


def _json(value: object) -> bytes:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


@lru_cache
def engine_of(profile: Profile, recognizers: Path | None = None) -> "TextEngine":
    """Made once in each process: it reads its words and its model. Raises BadRecognizers."""
    from deid import TextEngine

    if recognizers is None:
        return TextEngine(profile)
    from deid.text.recognizers import read_recognizers

    return TextEngine(profile, read_recognizers(recognizers))
