"""The two de-identification engines on their own."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.errors import CannotRead
from cli.files import STANDARD, named, read_bytes, standard_input
from cli.kinds import Noun
from cli.options import as_json
from cli.problems import Problems
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid import TextEngine

KEY_BYTES = 32
SPANS = (("from", "起"), ("to", "止"), ("kind", "类别"), ("certainty", "把握"))
# Where a resource names the patient it is about.
SUBJECTS = ("subject", "patient", "beneficiary")


@click.group(cls=Noun)
def deid() -> None:
    """Take out of a record or a text what says who."""


@deid.command()
@click.argument("file", help="FHIR R4 resources: NDJSON, a Bundle or one resource; - for standard input.")
@click.option(
    "--profile",
    type=click.Choice(["care", "research", "statistics"]),
    default="research",
    help="Which rules apply.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secret of the project, 32 bytes or more; else a new one, thrown away afterwards.",
)
@click.pass_obj
def record(terminal: Terminal, file: str, profile: str, key: Path | None) -> None:
    """Print the resources in FILE de-identified, as NDJSON. What was kept, changed and dropped is on stderr.

    The same key gives the same pseudonyms and date shifts. De-identified is not anonymous.

    Example:
        hutong deid record people/320583/Observation.ndjson --profile research > cleaned.ndjson
    """
    from deid import Cleaner, TextEngine, load_rules
    from exchange.records import Problem, read_paths

    secret = _secret(key)
    cleaner = Cleaner(load_rules(profile), key=secret, today=terminal.today(), text=TextEngine())
    problems = Problems(terminal)
    for found in read_paths([file], stdin=standard_input() if file == STANDARD else None):
        if isinstance(found, Problem):
            problems.told(found)
            continue
        cleaned = cleaner.clean(found.body, subject=_subject(found.resource))
        if cleaned.body is not None:
            output.raw(cleaned.body + b"\n")
    for line in cleaner.report.lines(terminal.lang):
        output.note(line)
    problems.require_none(terminal.told("above", "上文"))


@deid.command()
@click.argument("file", default=STANDARD, help="A text in UTF-8, or - for standard input.")
@click.option(
    "--lang",
    type=click.Choice(["auto", "zh", "en"]),
    default="auto",
    help="Language of the text.",
)
@click.option("--spans", is_flag=True, help="Print where something was found and what kind, not the text.")
@as_json
@click.pass_obj
def text(terminal: Terminal, file: str, lang: str, spans: bool, as_json: bool) -> None:
    """Print the text in FILE with names, numbers, addresses and dates of people replaced by what they were.

    Example:
        hutong deid text note.txt --spans
    """
    from deid import TextEngine

    engine = TextEngine()
    try:
        written = read_bytes(file).decode()
    except UnicodeDecodeError as error:
        raise CannotRead(
            named(file), f"is not UTF-8 at byte {error.start}", f"第 {error.start} 字节处不是 UTF-8"
        ) from None
    if spans:
        _spans(terminal, engine, written, lang, as_json)
        return
    redacted = engine.redact(written, lang=lang).text
    if as_json:
        output.document({"text": redacted})
    else:
        output.raw(redacted.encode())


def _spans(terminal: Terminal, engine: "TextEngine", written: str, lang: str, as_json: bool) -> None:
    found = engine.find(written, lang=lang)
    if as_json:
        output.document(
            [{"start": one.start, "end": one.end, "type": one.type, "score": one.score} for one in found]
        )
        return
    rows = [(str(one.start), str(one.end), one.type, f"{one.score:.2f}") for one in found]
    terminal.table(SPANS, rows, right=(0, 1, 3))


def _secret(file: Path | None) -> bytes:
    if file is None:
        return secrets.token_bytes(KEY_BYTES)
    return read_bytes(str(file))


def _subject(resource: dict[str, Any]) -> str:
    """The patient a resource is about, whose date shift applies; "" where it does not say."""
    if resource.get("resourceType") == "Patient":
        return str(resource.get("id", ""))
    references = (resource.get(name) for name in SUBJECTS)
    return next((str(one.get("reference", "")) for one in references if isinstance(one, dict)), "")
