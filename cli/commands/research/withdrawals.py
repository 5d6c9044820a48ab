"""What a project has to take out of the extracts it has."""

import click

from cli import output
from cli.commands.notice.noun import DONE
from cli.commands.research.noun import PROJECT_HELP, research
from cli.errors import DoNotGoTogether
from cli.options import as_json
from cli.terminal import Terminal

HEAD = (
    ("patient, as in the extract", "患者(数据集中的编号)"),
    ("taken back", "收回时间"),
    ("told", "告知情况"),
    ("what they did", "对方处理"),
)


@research.command()
@click.argument("project", help=PROJECT_HELP)
@click.option("--by", metavar="PERSON", help="Record that this person told the project now, e.g. ks-so-001.")
@click.option("--done", type=click.Choice(DONE), help="What the project says it did; goes with --by.")
@as_json
@click.pass_obj
def withdrawals(terminal: Terminal, project: str, by: str | None, done: str | None, as_json: bool) -> None:
    """List the patients PROJECT has to take out of its extracts, by the pseudonyms that stand there; no identity.

    With --by the list counts as told from now. Use nothing of these patients from the time they took it back.

    Example:
        hutong --node kunshan research withdrawals diabetes-control-2026 --by ks-so-001
    """
    from exchange.research.withdrawals import tell_project
    from exchange.research.withdrawals import withdrawals as withdrawn
    from exchange.withdrawal.words import DONE as SAID

    if done and not by:
        raise DoNotGoTogether("research withdrawals", "--done needs --by", "--done 须与 --by 一起使用")
    with terminal.open() as node:
        if by:
            tell_project(node, project, by=by, done=done or "")
        found = withdrawn(node, project)
    if as_json:
        output.document(
            [
                {
                    "patient": one.subject,
                    "taken_back": one.made,
                    "state": one.told or "waiting",
                    "told": one.told_at,
                    "lag_seconds": one.lag_seconds,
                    "done": one.done or None,
                    "notice": one.entry,
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            one.subject,
            terminal.time(one.made),
            terminal.told(one.says("en"), one.says("zh")),
            terminal.told(*SAID[one.done]) if one.done else "",
        )
        for one in found
    ]
    terminal.table(HEAD, rows)
