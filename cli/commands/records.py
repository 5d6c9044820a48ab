"""Records of the region's hospitals: bring them in, see what is there."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from cli import output
from cli.files import STANDARD, standard_input
from cli.kinds import Noun
from cli.options import as_json, patient
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
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    help="Files (.json .ndjson, also .gz), folders of them, or -.",
)
@click.option("--validate", is_flag=True, help="Check every record against FHIR R4B; much slower.")
@as_json
@click.pass_obj
def import_records(terminal: Terminal, paths: tuple[str, ...], validate: bool, as_json: bool) -> None:
    """Bring in FHIR R4 Bundles and NDJSON. What cannot be used is named and set aside.

    The same data a second time changes nothing. Exit code 6 when anything was set aside.

    Example:
        hutong --node kunshan records import people/320583
    """
    from exchange.intake import take_in

    problems = Problems(terminal)
    with terminal.open() as node, terminal.progress("importing", "正在导入") as advance:

        def progress(now: "Progress") -> None:
            advance(now.bytes_done, now.bytes_total)

        report, entry = take_in(
            node,
            paths,
            validate=validate,
            stdin=standard_input() if STANDARD in paths else None,
            progress=progress,
            on_problem=problems.told,
        )
    if as_json:
        output.document(_as_dict(report) | {"entry": entry.id})
    else:
        _counts(terminal, report)
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
    terminal.note(f"{len(ids)} patients; {total} records in all", f"{len(ids)} 位患者;共 {total} 条记录")


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


def _counts(terminal: Terminal, report: "ImportReport") -> None:
    columns = (report.new, report.changed, report.unchanged, report.rejected, report.held)
    kinds = sorted(set().union(*columns))
    rows = [
        (kind or terminal.told("(unknown)", "(未知)"), *(str(one[kind]) for one in columns)) for kind in kinds
    ]
    total = (terminal.told("all", "合计"), *(str(one.total()) for one in columns))
    terminal.table(IMPORTED, [*rows, total], right=range(1, len(IMPORTED)))


def _as_dict(report: "ImportReport") -> dict[str, object]:
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "held": report.held,
        "files": report.files,
        "bytes": report.bytes,
        "digest": report.digest,
        "reject_file": str(report.reject_file) if report.reject_file else None,
    }
