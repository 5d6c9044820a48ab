"""The register of projects, and their approval."""

from datetime import date
from pathlib import Path

import click

from cli import output
from cli.commands.research.noun import PROJECT_HELP, research
from cli.options import DAY, WORDS, as_json, person
from cli.terminal import Terminal

HEAD = (
    ("project", "项目"),
    ("organisation", "机构"),
    ("state", "状态"),
    ("approval", "批件号"),
    ("until", "有效期至"),
    ("title", "名称"),
)


@research.command()
@click.argument("file", type=click.Path(path_type=Path), help="The protocol, as TOML.")
@person
@as_json
@click.pass_obj
def register(terminal: Terminal, file: Path, by: str, as_json: bool) -> None:
    """Put the protocol in FILE on the register. It gives no access: an approval does.

    Example:
        hutong --node kunshan research register people/protocol.toml --by ks-re-001
    """
    from exchange.research.projects import register as register_project
    from exchange.research.protocol import read_protocol

    protocol = read_protocol(file)
    with terminal.open() as node:
        recorded = register_project(node.desk, protocol, by=by, house_key=node.house_key)
    if as_json:
        output.document({"project": protocol.id, "entry": recorded.id})
        return
    terminal.say(
        f"project {protocol.id} is registered; entry {recorded.id}",
        f"项目 {protocol.id} 已登记；账本条目 {recorded.id}",
    )


@research.command()
@click.argument("project", help=PROJECT_HELP)
@click.option(
    "--approval",
    required=True,
    type=WORDS,
    metavar="NUMBER",
    help="Number of the ethics approval, e.g. IRB-2026-017.",
)
@click.option(
    "--until", required=True, type=DAY, metavar="DATE", help="Last day the approval counts, e.g. 2027-06-30."
)
@person
@as_json
@click.pass_obj
def approve(terminal: Terminal, project: str, approval: str, until: date, by: str, as_json: bool) -> None:
    """Record the ethics approval of PROJECT: it counts from now to the end of the last day.

    Example:
        hutong --node kunshan research approve diabetes-control-2026 \\
            --approval IRB-2026-017 --until 2027-06-30 --by ks-so-001
    """
    from exchange.officers import require_officer
    from exchange.research.projects import approve as approve_project

    with terminal.open() as node:
        require_officer(node.directory, by)
        recorded = approve_project(
            node.desk, node.log, project, approval=approval, until=until, by=by, house_key=node.house_key
        )
    if as_json:
        output.document({"project": project, "until": until, "entry": recorded.id})
        return
    terminal.say(
        f"project {project} is approved until {until}; entry {recorded.id}",
        f"项目 {project} 已获批，有效期至 {until}；账本条目 {recorded.id}",
    )


@research.command("list")
@as_json
@click.pass_obj
def list_projects(terminal: Terminal, as_json: bool) -> None:
    """List the projects on the register and whether they may extract today.

    Example:
        hutong --node kunshan research list
    """
    from exchange.instants import CHINA
    from exchange.research.projects import projects

    with terminal.open() as node:
        found = projects(node.log)
        today = node.clock().astimezone(CHINA).date()
    if as_json:
        output.document(
            [
                {
                    "project": one.protocol.id,
                    "title": {"zh": one.protocol.title_zh, "en": one.protocol.title_en},
                    "organisation": one.protocol.organisation,
                    "registered": one.registered,
                    "approved": one.approved,
                    "approval": one.approval or None,
                    "until": one.approved_until,
                    "in_force": one.in_force(today),
                }
                for one in found
            ]
        )
        return
    rows = []
    for one in found:
        waiting = (
            terminal.told("not in force", "不在有效期")
            if one.approved
            else terminal.told("registered", "已登记")
        )
        rows.append(
            (
                one.protocol.id,
                one.protocol.organisation,
                terminal.told("approved", "已获批") if one.in_force(today) else waiting,
                one.approval,
                str(one.approved_until or ""),
                terminal.told(one.protocol.title_en, one.protocol.title_zh),
            )
        )
    terminal.table(HEAD, rows)
