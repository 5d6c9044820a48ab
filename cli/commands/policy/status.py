"""See which rules are in force, since when, and whether they can be asked."""

from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.noun import policy
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.policy.standing import Standing

SILENT = 5
ENGINES = {"built-in": ("built in", "内置"), "opa-server": ("OPA server", "OPA 服务器")}
PACKAGED = ("came with the program", "随程序提供")


@policy.command()
@as_json
@click.pass_obj
def status(terminal: Terminal, as_json: bool) -> None:
    """Say which rules this node decides by: engine, revision, who signed them, since when, and whether it answers.

    Exit code 5 when the engine cannot be asked: then nothing is released. Nothing is recorded.

    Example:
        hutong --node kunshan policy status
    """
    from exchange.policy.standing import standing

    with terminal.open() as node:
        found = standing(node)
    if as_json:
        output.document(
            {
                "engine": found.engine,
                "revision": found.digest,
                "bundle": found.source,
                "signed_by": found.signed_by or None,
                "since": found.since and found.since.isoformat(),
                "entry": found.entry or None,
                "kept": found.kept,
                "ready": found.reason is None,
                "reason": found.reason
                and {"code": found.reason.code, "en": found.reason.en, "zh": found.reason.zh},
                "server": {"url": found.url, "revisions": list(found.revisions)} if found.url else None,
            }
        )
    else:
        for en, zh in _lines(terminal, found):
            terminal.say(en, zh)
    raise click.exceptions.Exit(SILENT if found.reason else 0)


def _lines(terminal: Terminal, found: "Standing") -> "list[tuple[str, str]]":
    """(en, zh), a fact a line."""
    engine, where = ENGINES[found.engine], f" {found.url}" if found.url else ""
    source = PACKAGED if found.source == "packaged" else (found.source, found.source)
    lines = [
        (f"engine: {engine[0]}{where}", f"引擎：{engine[1]}{where}"),
        (f"revision: {found.digest}", f"策略版本：{found.digest}"),
        (f"bundle: {source[0]}", f"策略包：{source[1]}"),
    ]
    if found.signed_by:
        lines.append((f"signed by: {found.signed_by}", f"签名密钥：{found.signed_by}"))
    if found.since:
        when = terminal.time(found.since)
        lines.append((f"since: {when} (entry {found.entry})", f"启用时间：{when}(条目 {found.entry})"))
    elif found.entry:
        lines.append(
            (
                f"since: entry {found.entry}, which is not as it was written (hutong ledger verify)",
                f"启用时间：条目 {found.entry} 已被改动(hutong ledger verify)",
            )
        )
    else:
        lines.append(("since: nothing was decided by it yet", "启用时间：尚未据此作出判定"))
    lines.append((f"older bundles kept: {found.kept}", f"留存的旧策略包：{found.kept}"))
    if found.url:
        told = ", ".join(found.revisions)
        lines.append((f"server has: {told or 'it does not say'}", f"服务器上的策略版本：{told or '未知'}"))
    if found.reason is None:
        lines.append(("answers: yes", "能否作答：能"))
    else:
        code = found.reason.code
        lines.append(
            (f"answers: NO, {found.reason.en} ({code})", f"能否作答：不能，{found.reason.zh}({code})")
        )
    return lines
