"""What about consents needs a person, and the daily job that tells people of it."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cli import output
from cli.commands.consent.noun import consent
from cli.options import as_json
from cli.terminal import Terminal
from cli.usage import BadValue

if TYPE_CHECKING:
    from exchange.reminders import Due

HEAD = (
    ("patient", "患者"),
    ("consent", "同意"),
    ("when", "日期"),
    ("what", "事项"),
    ("what to do", "处理办法"),
    ("told", "已告知"),
)
DAYS = {"d": 1, "w": 7}
MOST_DAYS = 3660


class SpanType(click.ParamType[int]):
    """A number of days: 30d or 4w."""

    name = "days"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> int:
        """Raises BadValue for anything else."""
        if isinstance(value, int):
            return value
        number, unit = str(value)[:-1], str(value)[-1:]
        known = (
            unit in DAYS and number.isascii() and number.isdecimal() and len(number) <= len(str(MOST_DAYS))
        )
        days = int(number) * DAYS[unit] if known else -1
        if not 0 <= days <= MOST_DAYS:
            raise BadValue(
                "must be days or weeks from today, like 30d or 4w", "应为天数或周数，例如 30d 或 4w"
            )
        return days


@consent.command()
@click.option(
    "--within",
    type=SpanType(),
    metavar="SPAN",
    help="How far to look ahead, e.g. 30d or 4w; else the setting consent.remind_within_days.",
)
@as_json
@click.pass_obj
def due(terminal: Terminal, within: int | None, as_json: bool) -> None:
    """List every consent that needs a person now or soon: what about it, since or until when, and what to do.

    Ends, yearly reminders, children who come of age, missing proof, changed terms. By patient id; no names.

    Example:
        hutong --node kunshan consent due --within 30d
    """
    from exchange.reminders import due as due_of

    with terminal.open() as node, terminal.progress("looking", "正在查看") as advance:
        found = due_of(node, within_days=within, progress=advance)
    if as_json:
        output.document([_as_dict(one) for one in found])
        return
    terminal.table(HEAD, [_row(terminal, one) for one in found])


@consent.command()
@click.option(
    "--by", default="", show_default=False, metavar="PERSON", help="Who runs it; else the node itself."
)
@as_json
@click.pass_obj
def remind(terminal: Terminal, by: str, as_json: bool) -> None:
    """Tell patients and guardians what came due about their consents: an entry and a notice each, once.

    Run it every day; what came due while it did not run is told the next time, and nothing is told twice.
    The notices wait in hutong notice list.

    Example:
        hutong --node kunshan consent remind --by ks-so-001
    """
    from exchange.reminders import remind as remind_of

    with terminal.open() as node, terminal.progress("looking", "正在查看") as advance:
        told = remind_of(node, by=by, progress=advance)
    if as_json:
        output.document([_as_dict(one) for one in told])
        return
    if not told:
        terminal.say("nobody is to be told of anything today", "今天没有需要告知的事项")
        return
    terminal.say(f"{len(told)} reminders are on record:", f"已记录 {len(told)} 条提醒：")
    _counts(terminal, told)
    came_of_age = [one for one in told if one.occasion.kind == "guardian-lapsed"]
    if came_of_age:
        terminal.say("of age now, and to be asked:", "已成年，应征求其本人意见：")
        for one in came_of_age:
            output.line(f"  {one.patient}  {one.consent}  {one.day}")
    terminal.note(
        "each is a notice that waits for delivery: hutong notice list",
        "每条都是一则待送达的通知：hutong notice list",
    )


def _counts(terminal: Terminal, told: "Sequence[Due]") -> None:
    from exchange.reminders import KINDS

    for kind, number in sorted(Counter(one.occasion.kind for one in told).items()):
        terminal.say(f"  {number}: {KINDS[kind].en}", f"  {number} 条：{KINDS[kind].zh}")


def _row(terminal: Terminal, one: "Due") -> tuple[str, ...]:
    kind = one.kind
    return (
        one.patient,
        one.consent,
        one.day.isoformat() if one.day else terminal.told("now", "现在"),
        terminal.told(kind.en, kind.zh),
        terminal.told(kind.do_en, kind.do_zh),
        terminal.time(one.told)[: len("2026-01-31")] if one.told else "",
    )


def _as_dict(one: "Due") -> dict[str, object]:
    kind = one.kind
    return {
        "patient": one.patient,
        "consent": one.consent,
        "version": one.version,
        "what": one.occasion.kind,
        "day": one.day,
        "en": kind.en,
        "zh": kind.zh,
        "do": {"en": kind.do_en, "zh": kind.do_zh},
        "to": one.to,
        "told": one.told,
    }
