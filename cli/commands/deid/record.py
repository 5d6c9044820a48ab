"""Records through the rules: an allow-list for FHIR."""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from cli import output
from cli.commands.deid.noun import deid
from cli.files import STANDARD, read_bytes, standard_input
from cli.problems import Problems
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid.text.known import Known
    from exchange.records import Found, Problem

KEY_BYTES = 32
# Where a resource names the patient it is about.
SUBJECTS = ("subject", "patient", "beneficiary")


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
    from exchange.records import Problem

    secret = _secret(key)
    cleaner = Cleaner(load_rules(profile), key=secret, today=terminal.today(), text=TextEngine())
    problems = Problems(terminal)
    # Read twice: whom the file names must be known before the first text is cleaned.
    items = _Items(file)
    known = _Known(items)
    for found in items:
        if isinstance(found, Problem):
            problems.told(found)
            continue
        subject = _subject(found.resource)
        cleaned = cleaner.clean(found.body, subject=subject, known=known.of(subject))
        if cleaned.body is not None:
            output.raw(cleaned.body + b"\n")
    for line in cleaner.report.lines(terminal.lang):
        output.note(line)
    problems.require_none(terminal.told("above", "上文"))


def _secret(file: Path | None) -> bytes:
    if file is None:
        return secrets.token_bytes(KEY_BYTES)
    return read_bytes(str(file))


class _Items:
    """The resources in a file, as often as they are asked for; standard input is kept."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._kept = list(self._read(standard_input())) if file == STANDARD else None

    def __iter__(self) -> "Iterator[Found | Problem]":
        return iter(self._read() if self._kept is None else self._kept)

    def _read(self, stdin: BinaryIO | None = None) -> "Iterator[Found | Problem]":
        from exchange.records import read_paths

        return read_paths([self._file], stdin=stdin)


class _Known:
    """Whom the file knows: of each patient, and of those who treat, who may be named in any text."""

    def __init__(self, items: "Iterable[Found | Problem]") -> None:
        from deid.knowing import PEOPLE, known_of
        from deid.text.known import NOTHING
        from exchange.records import Problem

        people: dict[str, list[dict[str, Any]]] = {}
        for found in items:
            if not isinstance(found, Problem) and found.resource.get("resourceType") in PEOPLE:
                people.setdefault(_patient(found.resource), []).append(found.resource)
        self._house = known_of(people.pop("", ()))
        self._of = {patient: known_of(some) for patient, some in people.items()}
        self._nothing = NOTHING

    def of(self, subject: str) -> "Known":
        """All that is known where a text is about `subject`."""
        return self._of.get(subject.removeprefix("Patient/"), self._nothing) | self._house


def _patient(resource: dict[str, Any]) -> str:
    return _subject(resource).removeprefix("Patient/")


def _subject(resource: dict[str, Any]) -> str:
    """The patient a resource is about, whose date shift applies; "" where it does not say."""
    if resource.get("resourceType") == "Patient":
        return str(resource.get("id", ""))
    references = (resource.get(name) for name in SUBJECTS)
    return next((str(one.get("reference", "")) for one in references if isinstance(one, dict)), "")
