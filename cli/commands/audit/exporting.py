"""Exporting the ledger for a court, a regulator, or another audit system."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click import IntRange

from cli import output
from cli.commands.audit.filtering import filtered, sought
from cli.commands.audit.noun import audit
from cli.commands.audit.sinks import sink_for
from cli.errors import DoNotGoTogether
from cli.options import When, as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.audit.export import Exported, Form

FORMATS = ("balp", "wst790.4", "dicom", "csv")  # exchange.audit.export.FORMS


@audit.command()
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Which form.")
@click.option(
    "--as",
    "officer",
    required=True,
    metavar="OFFICER",
    help="The security officer who exports, e.g. ks-so-001.",
)
@click.option(
    "-o",
    "--out",
    metavar="FILE|DIR",
    help="Write it to FILE; to a folder that is there, or DIR/, one file for each entry.",
)
@click.option(
    "--entry", "entries", multiple=True, metavar="ENTRY", help="Only this entry; may be given several times."
)
@click.option("--after", default="", metavar="ENTRY", help="Go on after this entry: the next page.")
@click.option("--limit", type=IntRange(min=0), default=0, metavar="N", help="The first N; 0 for all.")
@click.option(
    "--open", "opened", is_flag=True, help="With names and patients' ids, as far as keys still exist."
)
@click.option("--bundle", is_flag=True, help="balp: one FHIR Bundle, not one event a line.")
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@as_json
@click.pass_obj
def export(
    terminal: Terminal,
    /,
    form: str,
    officer: str,
    out: str | None,
    entries: tuple[str, ...],
    after: str,
    limit: int,
    opened: bool,
    bundle: bool,
    bom: bool,
    as_json: bool,
    since: When | None,
    until: When | None,
    break_glass: bool,
    **said: str | None,
) -> None:
    """Export entries, oldest first: FHIR AuditEvents (balp), XML audit messages (wst790.4, dicom), a table (csv).

    Who exported what, how much, and the digest of it is on record before and after. People stay pseudonyms unless
    --open is given, which is on record too. Exit code 3 for anybody but a security officer.

    Example:
        hutong --node kunshan audit export --format csv --from 2026-01-01 -o audit.csv --as ks-so-001
    """
    from exchange.audit.export import Choice, Order
    from exchange.audit.export import export as export_ledger

    place = Path(out) if out else None
    is_folder = place is not None and (place.is_dir() or str(out).endswith(os.sep))
    chosen = _form(form, bundle=bundle, bom=bom, is_folder=is_folder)
    if as_json and place is None:
        raise DoNotGoTogether(
            "audit export",
            "--json tells what was written and needs -o; without it the export itself is the answer",
            "--json 用于说明写入了什么，须与 -o 同用；否则标准输出就是导出内容本身",
        )
    wanted = sought(said, since, until, break_glass=break_glass)
    choice = Choice(sought=wanted, entries=entries, after=after, limit=limit)
    order = Order(choice=choice, form=chosen, officer=officer, opened=opened)
    with (
        sink_for(place, is_folder=is_folder) as sink,
        terminal.open() as node,
        terminal.progress("exporting", "导出中") as advance,
    ):
        done = export_ledger(node, order, sink, advance)
    _tell(terminal, done, place, as_json=as_json)
    if done.more:
        terminal.note(
            f"there are more; the next page: --after {done.last}", f"还有更多；下一页：--after {done.last}"
        )


filtered(export)


def _form(name: str, *, bundle: bool, bom: bool, is_folder: bool) -> "Form":
    """The form that was asked for, in its wrapping. Raises DoNotGoTogether."""
    from exchange.audit.export import BUNDLE, FORMS, WITH_MARK

    unfit = (
        (bundle and name != "balp", "--bundle goes with --format balp", "--bundle 只用于 --format balp"),
        (bom and name != "csv", "--bom goes with --format csv", "--bom 只用于 --format csv"),
        (
            is_folder and (bundle or name == "csv"),
            "a folder holds one file for each entry: a table or a Bundle is one file",
            "目录中每个条目一个文件：表格或 Bundle 只能写成一个文件",
        ),
    )
    for is_unfit, en, zh in unfit:
        if is_unfit:
            raise DoNotGoTogether("audit export", en, zh)
    return BUNDLE if bundle else WITH_MARK if bom else FORMS[name]


def _tell(terminal: Terminal, done: "Exported", out: Path | None, *, as_json: bool) -> None:
    """What was done, on standard output unless the export itself is there."""
    if as_json:
        output.document(
            {
                "entry": done.entry,
                "count": done.count,
                "sha256": done.digest,
                "out": str(out),
                "last": done.last or None,
                "more": done.more,
            }
        )
        return
    say = terminal.note if out is None else terminal.say
    say(
        f"{done.count} entries exported; entry {done.entry}", f"已导出 {done.count} 条；账本条目 {done.entry}"
    )
    say(f"sha256 {done.digest}", f"sha256 {done.digest}")
