"""Extracts that wait, and making them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from cli import output
from cli.commands.research.noun import project_and_folder, research, say_extracted
from cli.options import as_json, person
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.research.queue import Job

HEAD = (
    ("entry", "条目"),
    ("project", "项目"),
    ("queued", "排队时间"),
    ("state", "状态"),
    ("folder", "目录"),
)
STATES = {"made": "已生成", "refused": "已拒绝", "cancelled": "已取消"}


@research.command()
@project_and_folder
@person
@as_json
@click.pass_obj
def queue(terminal: Terminal, project: str, out: Path, by: str, as_json: bool) -> None:
    """Put an extract of PROJECT on the list of those to be made later, by: hutong research run.

    Who is in it is decided when it is made: whoever takes the consent back before is left out.

    Example:
        hutong --node kunshan research queue diabetes-control-2026 --out extract-2 --by ks-re-001
    """
    from exchange.research.queue import queue as queue_extract

    with terminal.open() as node:
        recorded = queue_extract(node, project, out, by=by)
    if as_json:
        output.document({"project": project, "out": out, "entry": recorded.id})
        return
    terminal.say(
        f"the extract of {project} waits; entry {recorded.id}",
        f"项目 {project} 的数据提取已排队；账本条目 {recorded.id}",
    )


@research.command()
@click.option("--all", "everything", is_flag=True, help="Those that were made or refused too.")
@as_json
@click.pass_obj
def jobs(terminal: Terminal, everything: bool, as_json: bool) -> None:
    """List the extracts that wait, and whether somebody of their cohort took a consent back meanwhile.

    Example:
        hutong --node kunshan research jobs --all
    """
    from exchange.research.queue import jobs as queued

    with terminal.open() as node:
        found = queued(node, waiting_only=not everything)
    if as_json:
        output.document(
            [
                {
                    "entry": one.entry,
                    "project": one.project,
                    "out": one.out,
                    "queued": one.queued,
                    "cohort_changed": one.changed is not None,
                    "state": one.how or "waiting",
                    "ended": one.ended,
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.entry, one.project, terminal.time(one.queued), _state(terminal, one), str(one.out))
        for one in found
    ]
    terminal.table(HEAD, rows)


@research.command()
@as_json
@click.pass_obj
def run(terminal: Terminal, as_json: bool) -> None:
    """Make every extract that waits, oldest first. What is refused leaves the list, what only failed stays on it.

    The exit code is that of the first that could not be made.

    Example:
        hutong --node kunshan research run
    """
    from cli.failure import tell
    from exchange.research.running import run as run_queue

    documents: list[dict[str, object]] = []
    code = 0
    with terminal.open() as node, terminal.progress("extracting", "正在提取") as progress:
        for one in run_queue(node, progress):
            if one.problem:
                code = code or tell(one.problem, terminal.lang, terminal.environment)
            elif one.extracted and not as_json:
                say_extracted(terminal, one.job.project, one.extracted)
            extracted = one.extracted.as_dict() if one.extracted else None
            problem = {"en": str(one.problem), "zh": one.problem.zh} if one.problem else None
            documents.append({"job": one.job.entry, "extracted": extracted, "problem": problem})
    if as_json:
        output.document(documents)
    elif not documents:
        terminal.note("no extract waits", "没有等待的数据提取")
    if code:
        raise Exit(code)


@research.command()
@click.argument("entry", metavar="JOB", help="Id of an extract that waits, as hutong research jobs shows it.")
@person
@as_json
@click.pass_obj
def cancel(terminal: Terminal, entry: str, by: str, as_json: bool) -> None:
    """Take the extract JOB, which waits, off the list.

    Example:
        hutong --node kunshan research cancel 0197f3a2-7c1e-7000-8000-000000000001 --by ks-re-001
    """
    from exchange.research.queue import cancel as cancel_job

    with terminal.open() as node:
        recorded = cancel_job(node, entry, by=by)
    if as_json:
        output.document({"cancelled": entry, "entry": recorded.id})
        return
    terminal.say(f"it will not be made; entry {recorded.id}", f"已取消；账本条目 {recorded.id}")


def _state(terminal: Terminal, one: "Job") -> str:
    if one.how:
        return terminal.told(one.how, STATES[one.how])
    if one.changed:
        return terminal.told("waits; its cohort is smaller now", "等待中；有入组患者已收回同意")
    return terminal.told("waits", "等待中")
