"""What stands in place of what was found, as somebody chose it at the terminal."""

import secrets
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from cli.errors import DoNotGoTogether
from cli.files import append_to, read_bytes
from cli.terminal import Terminal

if TYPE_CHECKING:
    from deid import TextEngine
    from deid.text.known import Known
    from deid.text.operators.choices import Operators
    from deid.text.operators.rewriting import Rewriter, Rewritten

F = TypeVar("F", bound=Callable[..., Any])

KEY_BYTES = 32


class Chosen(NamedTuple):
    """What was chosen; it goes to other processes. `key` is secret and never shown.

    `known` is what the node's record of `patient` knows of people; `moves_with` is whose dates theirs move with.
    """

    operators: tuple[str, ...]
    key: bytes
    patient: str
    moves_with: str
    today: date
    known: "Known"
    beside: Path | None = None

    def __repr__(self) -> str:
        return "Chosen(...)"


def replacing(command: F) -> F:
    """`--operator`, `--key`, `--project` and `--patient`."""
    operator = click.option(
        "--operator",
        "operators",
        multiple=True,
        metavar="WHAT",
        help="What stands there: a profile (research), an operator for all types (surrogate), or TYPE=OPERATOR.",
    )
    key = click.option(
        "--key",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Secret of the project, 32 bytes or more; else a new one, thrown away afterwards.",
    )
    project = click.option(
        "--project",
        metavar="ID",
        help="Use the secret of this project of the node, and what it knows of --patient.",
    )
    patient = click.option(
        "--patient",
        default="",
        show_default=False,
        metavar="ID",
        help="Whose texts they are; without it dates become years.",
    )
    beside = click.option(
        "--map",
        "beside",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Add a sealed line for each invention to FILE: hutong pseudonym reveal needs it; goes with --project.",
    )
    return operator(key(project(patient(beside(command)))))


def chosen(
    terminal: Terminal,
    operators: tuple[str, ...],
    key: Path | None,
    project: str | None,
    patient: str,
    beside: Path | None,
) -> Chosen | None:
    """What was chosen, checked; None where nothing was. Raises BadOperators, BadKey, NoSuchProject."""
    if not operators:
        if key or project or patient:
            raise DoNotGoTogether(
                "deid text",
                "--key, --project and --patient need --operator",
                "--key、--project、--patient 须与 --operator 一起使用",
            )
        return None
    if key and project:
        raise DoNotGoTogether("deid text", "--key or --project, not both", "--key 与 --project 只能选一个")
    made = operators_named(operators)
    if "token" in made.of.values() and not (key or project):
        raise DoNotGoTogether(
            "deid text",
            "a token nobody has the secret of can never be opened: give --key or --project",
            "没有密钥的密封标记无人能打开：请给出 --key 或 --project",
        )
    if project:
        return Chosen(operators, *_of_project(terminal, project, patient), beside)
    if beside:
        raise DoNotGoTogether("deid text", "--map needs --project", "--map 须与 --project 一起使用")
    from deid.pseudonyms import derive
    from deid.text.known import NOTHING

    secret = _secret(key)
    derive(secret, "surrogate")  # a key too short is found out before a text is read
    who = patient.removeprefix("Patient/")
    return Chosen(operators, secret, who, who, terminal.today(), NOTHING)


def operators_named(named: tuple[str, ...]) -> "Operators":
    """The operators `named` one after the other stand for. Raises BadOperators."""
    from deid.text.operators.choices import PROFILES, every, operators_of

    made = operators_of("research")
    for one in named:
        kind, equals, operator = one.partition("=")
        if equals:
            made = made.but({kind.upper(): operator})
        elif one in PROFILES:
            made = operators_of(one)
        else:
            made = every(one)
    return made


def rewritten(
    engine: "TextEngine", choice: Chosen, text: str, *, lang: str, patient: str = ""
) -> "Rewritten":
    """`text` with what was chosen in place of what is found; `patient` goes before the one chosen for all."""
    from deid.dates import offset_days
    from deid.pseudonyms import derive
    from deid.text.known import NOTHING

    whose = patient or choice.patient
    theirs = whose == choice.patient
    moves_with = choice.moves_with if theirs else whose
    days = offset_days(moves_with, derive(choice.key, "date-shift")) if moves_with else 0
    known = choice.known if theirs else NOTHING
    rewriter = _rewriter(engine, choice.operators, choice.key, choice.today)
    done = rewriter.rewrite(text, patient=whose, days=days, known=known, lang=lang)
    if choice.beside:
        _keep(choice.beside, choice.key, text, done)
    return done


def _keep(file: Path, key: bytes, text: str, done: "Rewritten") -> None:
    """Add a line for each invention; several processes may add some. Raises CannotWriteAnswer."""
    from deid.text.operators.sealing import Seal

    seal = Seal(key)
    lines = {
        seal.line(done.text[one.new_start : one.new_end], text[one.start : one.end], one.type)
        for one in done.changes
        if one.operator == "surrogate"
    }
    append_to(file, "".join(f"{line}\n" for line in sorted(lines)).encode())


@lru_cache
def _rewriter(engine: "TextEngine", operators: tuple[str, ...], key: bytes, today: date) -> "Rewriter":
    from deid.text.operators.rewriting import Rewriter

    return Rewriter(engine, operators_named(operators), key=key, today=today)


def _secret(file: Path | None) -> bytes:
    return secrets.token_bytes(KEY_BYTES) if file is None else read_bytes(str(file))


def _of_project(terminal: Terminal, project: str, patient: str) -> "tuple[bytes, str, str, date, Known]":
    """The secret, whose texts, whose shift and today, as an extract of the node has them; and what the node knows."""
    from deid.text.known import NOTHING
    from exchange.instants import CHINA
    from exchange.path.acquaintances import known_of_patient
    from exchange.path.mothers import shift_subject
    from exchange.research.projects import find

    with terminal.open() as node:
        find(node.log, project)
        secret = node.office.cleaners.secret_of(f"project {project}")
        today = node.clock().astimezone(CHINA).date()
        if not patient:
            return secret, "", "", today, NOTHING
        who = node.records.patient(patient)
        refs = [f"{one.type}/{one.id}" for one in node.records.of_patient(who)]
        known = known_of_patient(node.records, who, refs)
        return secret, who, shift_subject(node.records, who), today, known
