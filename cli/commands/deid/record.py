"""Records through the rules: an allow-list for FHIR."""

import secrets
from pathlib import Path
from typing import Any

import click

from cli import output
from cli.commands.deid.noun import deid
from cli.files import STANDARD, read_bytes, standard_input
from cli.problems import Problems
from cli.terminal import Terminal

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
