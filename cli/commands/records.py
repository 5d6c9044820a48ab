"""Records of the region's hospitals: bring them in, see what is there."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from cli import output
from cli.counting import count_records
from cli.files import STANDARD, standard_input
from cli.kinds import Noun
from cli.options import as_json, fhir_files, patient
from cli.problems import Problems
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.records import ImportReport, Progress

IMPORTED = (
    ("type", "类型"),
    ("new", "新增"),
    ("changed", "更新"),
    ("unchanged", "未变"),
    ("rejected", "未收"),
    ("held back", "不放行"),
)
HELD = (("type", "类型"), ("records", "条数"), ("without label", "未标密级"))


@click.group(cls=Noun)
def records() -> None:
    """Bring FHIR records in, and see what is there."""


@records.command("import")
@fhir_files
@click.option("--validate", is_flag=True, help="Check every record against FHIR R4B; much slower.")
@click.option("--relabel", is_flag=True, help="Let go of privacy labels that new versions lack or lower.")
@click.option(
    "--move-custodian", is_flag=True, help="Let patients on record get another managing organisation."
)
@as_json
@click.pass_obj
def import_records(
    terminal: Terminal,
    paths: tuple[str, ...],
    validate: bool,
    relabel: bool,
    move_custodian: bool,
    as_json: bool,
) -> None:
    """Bring in FHIR R4 Bundles and NDJSON. What cannot be used is named and set aside.

    The same data a second time changes nothing. Of two versions that say when they were updated the newer is kept,
    of others the one read last. Exit code 6 when anything was set aside.

    Example:
        hutong --node kunshan records import people/320583
    """
    from exchange.intake import take_in
    from exchange.records import Terms

    problems = Problems(terminal)
    with terminal.open() as node, terminal.progress("importing", "正在导入") as advance:

        def progress(now: "Progress") -> None:
            advance(now.bytes_done, now.bytes_total)

        report, entry = take_in(
            node,
            paths,
            terms=Terms(validate=validate, relabel=relabel, move_custodian=move_custodian),
            stdin=standard_input() if STANDARD in paths else None,
            progress=progress,
            on_problem=problems.told,
        )
    if as_json:
        output.document(_as_dict(report) | {"entry": entry.id})
    else:
        _counts(terminal, report)
    _remarks(terminal, report, relabel=relabel, move_custodian=move_custodian)
    problems.require_none(report.reject_file)


@records.command("list")
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="TYPE",
    help="Only patients with a record of this type; repeatable.",
)
@as_json
@click.pass_obj
def list_patients(terminal: Terminal, classes: tuple[str, ...], as_json: bool) -> None:
    """List the ids of the patients whose records this node holds, and nothing else about them.

    Example:
        hutong --node kunshan records list --class Immunization
    """
    with terminal.open() as node:
        counts = node.records.counts()
        ids = list(node.records.patients(classes or None))
    if as_json:
        output.document({"patients": ids, "records": counts.by_type})
        return
    for one in ids:
        output.line(one)
    total = sum(counts.by_type.values())
    terminal.note(f"{len(ids)} patients; {total} records in all", f"{len(ids)} 位患者；共 {total} 条记录")


@records.command()
@patient
@as_json
@click.pass_obj
def show(terminal: Terminal, patient: str, as_json: bool) -> None:
    """Count what this node holds about PATIENT. What is in it leaves by hutong exchange request only.

    Example:
        hutong --node kunshan records show ks-pt-0001
    """
    with terminal.open() as node:
        name = node.records.patient(patient)
        facts = node.records.facts_of(name)
    of_type = Counter(one.class_ for one in facts)
    unlabelled = Counter(
        one.class_ for one in facts if one.confidentiality is None and one.sensitivity is None
    )
    if as_json:
        output.document({"patient": name, "records": of_type, "unlabelled": unlabelled})
        return
    terminal.table(
        HELD,
        [(kind, str(number), str(unlabelled[kind])) for kind, number in sorted(of_type.items())],
        right=(1, 2),
    )


records.add_command(count_records)


def _counts(terminal: Terminal, report: "ImportReport") -> None:
    columns = (report.new, report.changed, report.unchanged, report.rejected, report.held)
    kinds = sorted(set().union(*columns))
    rows = [
        (kind or terminal.told("(unknown)", "(未知)"), *(str(one[kind]) for one in columns)) for kind in kinds
    ]
    total = (terminal.told("all", "合计"), *(str(one.total()) for one in columns))
    terminal.table(IMPORTED, [*rows, total], right=range(1, len(IMPORTED)))


def _remarks(terminal: Terminal, report: "ImportReport", *, relabel: bool, move_custodian: bool) -> None:
    """What somebody should know although nothing went wrong."""
    if count := report.missing:
        terminal.note(
            f"before this import {count} records were gone that were taken in earlier: look into it, it is on record",
            f"本次导入之前缺少 {count} 条此前已导入的记录：请查明原因，已记入账本",
        )
    if count := report.consents:
        terminal.note(
            f"{count} of them are consents: as records they permit and refuse nothing;"
            " to let them count: hutong consent import PATH --by PERSON",
            f"其中 {count} 条是同意书：作为档案既不允许也不拒绝任何事；"
            "如要生效：hutong consent import 路径 --by 操作人",
        )
    if count := len(report.lost_labels):
        terminal.note(
            f"{count} new versions lack or lower a privacy label: "
            + ("the new labels count" if relabel else "the old ones go on counting (--relabel lets them go)"),
            f"{count} 条新版本缺少或降低了密级标记："
            + ("以新标记为准" if relabel else "原标记继续有效(--relabel 可放弃原标记)"),
        )
    if count := len(report.moved):
        terminal.note(
            f"{count} patients would get another custodian: "
            + ("they have it now" if move_custodian else "not taken in (--move-custodian allows it)"),
            f"{count} 位患者的保管机构有变化："
            + ("已变更" if move_custodian else "未收(--move-custodian 可允许变更)"),
        )
    if count := report.older.total():
        terminal.note(
            f"{count} were left out: a newer version is on record", f"{count} 条未采用：已有更新的版本"
        )


def _as_dict(report: "ImportReport") -> dict[str, object]:
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "older": report.older,
        "consents": report.consents,
        "lost_labels": len(report.lost_labels),
        "custodians": len(report.moved),
        "missing": report.missing,
        "rejected": report.rejected,
        "held": report.held,
        "files": report.files,
        "bytes": report.bytes,
        "digest": report.digest,
        "reject_file": str(report.reject_file) if report.reject_file else None,
    }
