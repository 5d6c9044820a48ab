"""Options and arguments that several commands share, and the times people write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from cli import output
from cli.usage import BadValue

F = TypeVar("F", bound=Callable[..., Any])

ENTRY_HELP = "Id of a ledger entry, as hutong audit search shows it."
PATIENT_HELP = "The patient's id, system|value, or identity or health-card number."


@dataclass(frozen=True, slots=True)
class When:
    """A day or an instant somebody wrote. `text` is how FHIR writes it; `first` and `after` enclose it."""

    text: str
    first: datetime
    after: datetime


class WhenType(click.ParamType[When]):
    """A day (2026-01-31, in China's time, the whole of it) or an instant (2026-01-31T08:00+08:00)."""

    name = "date"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> When:
        """Raises BadValue for anything that is neither."""
        return value if isinstance(value, When) else when(str(value))


class DayType(click.ParamType[date]):
    """A day: 2026-01-31."""

    name = "date"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> date:
        """Raises BadValue for anything else."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            raise BadValue("must be a day like 2026-01-31", "应为日期，例如 2026-01-31") from None


class WordsType(click.ParamType[str]):
    """What somebody answers for with their own words: something, and not blanks alone."""

    name = "text"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> str:
        """Raises BadValue where nothing is said."""
        if not str(value).strip():
            raise BadValue("must say something", "不能为空")
        return str(value)


WHEN = WhenType()
DAY = DayType()
WORDS = WordsType()


def when(text: str) -> When:
    """What was written, read: without an offset it is China's time. Raises BadValue."""
    from exchange.instants import CHINA, MICROSECOND

    try:
        if len(text) == len("2026-01-31"):
            midnight = datetime.combine(date.fromisoformat(text), time(), CHINA)
            return When(midnight.date().isoformat(), midnight, midnight + timedelta(days=1))
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        return When(aware.isoformat(), aware, aware + MICROSECOND)
    except (ValueError, OverflowError):
        raise BadValue(
            "must be a day like 2026-01-31 or an instant like 2026-01-31T08:00:00+08:00",
            "应为日期(2026-01-31)或时刻(2026-01-31T08:00:00+08:00)",
        ) from None


def as_json(command: F) -> F:
    """`--json`: the answer as one JSON document."""
    option = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
    return option(command)


def fhir_files(command: F) -> F:
    """The PATH... argument: resources to bring in."""
    text = "Files (.json .ndjson, also .gz), folders of them, or -."
    return click.argument("paths", metavar="PATH...", nargs=-1, required=True, help=text)(command)


def out_file(command: F) -> F:
    """`-o`: a file for the answer."""
    file = click.Path(path_type=Path)
    text = "Write it to FILE instead of standard output."
    return click.option("-o", "--out", type=file, metavar="FILE", help=text)(command)


def example(name: str) -> Callable[[F], F]:
    """`--example`: an input the command takes, from cli/examples, to change and to pipe back in."""

    def printed(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            output.raw((Path(__file__).parent / "examples" / name).read_bytes())
            context.exit()

    text = "Print an example of what it takes, and exit: change it, or pipe it back in."
    return click.option(
        "--example", is_flag=True, is_eager=True, expose_value=False, callback=printed, help=text
    )


def patient(command: F) -> F:
    """The PATIENT argument. What was typed is looked up and never repeated."""
    return click.argument("patient", help=PATIENT_HELP)(command)


def person(command: F) -> F:
    """`--by`: who does this."""
    text = "Who does this: an id of the registry, e.g. ks-so-001."
    return click.option("--by", required=True, metavar="PERSON", help=text)(command)
