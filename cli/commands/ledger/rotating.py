"""The keys the ledger is signed with."""

from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

import click

from cli import output
from cli.absent import say_absent
from cli.commands.ledger.noun import ledger
from cli.options import WHEN, When, as_json, person
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.rotating import Rotated
    from ledger.keys import Keys

HEAD = (
    ("from entry", "起始条目"),
    ("to entry", "截至条目"),
    ("changed", "更换时间"),
    ("verifier key", "验证公钥"),
)


@ledger.command()
@person
@click.option(
    "--in-doubt-since",
    type=WHEN,
    metavar="TIME",
    help="The old key may have been in other hands since then; the ledger says so for everybody to read.",
)
@as_json
@click.pass_obj
def rotate(terminal: Terminal, by: str, in_doubt_since: When | None, as_json: bool) -> None:
    """Change the key the ledger is signed with: once a year, and at once if it may be in other hands.

    The old key signs the new one and is destroyed, but for the first, which comes from keys/master.key. Entries,
    proofs and receipts stay as they are, and checkable with the key their reader knows. A running `hutong serve` must
    be started again, and the peers get a new card.

    Example:
        hutong --node kunshan ledger rotate --by ks-so-001
    """
    from exchange.rotating import rotate as hand_over

    with terminal.open() as node:
        done = hand_over(node, by=by, in_doubt_since=in_doubt_since.first if in_doubt_since else None)
    if as_json:
        output.document({"entry": done.entry.id, "old_key": done.old_key, "new_key": done.new_key})
        _tell_what_is_left(terminal, done)
        return
    terminal.say(
        f"after entry {done.entry.index} the ledger is signed with a new key: {done.new_key}",
        f"账本在第 {done.entry.index} 条之后改用新密钥签名：{done.new_key}",
    )
    _tell_what_is_next(terminal, done)


def _tell_what_is_next(terminal: Terminal, done: "Rotated") -> None:
    if done.derived:
        terminal.note(
            "the old key came from keys/master.key: whoever has that file can still make it",
            "旧密钥由 keys/master.key 派生：持有该文件的人仍可重新得到它",
        )
    elif not done.left:
        terminal.note(
            "the old key's file is gone; delete it from every copy of the keys folder too",
            "旧密钥文件已删除；请将 keys 目录的所有副本中的该文件一并删除",
        )
    _tell_what_is_left(terminal, done)
    terminal.note(
        f"next: copy keys/{done.file.name} to where keys/master.key is kept; start hutong serve again; hand every peer"
        " a new card (hutong node card); make a new backup",
        f"下一步：将 keys/{done.file.name} 存放到保管 keys/master.key 之处；重新启动 hutong serve；向各节点交付新名片"
        "（hutong node card）；重新备份",
    )


def _tell_what_is_left(terminal: Terminal, done: "Rotated") -> None:
    for path in done.left:
        terminal.note(
            f"keys/{path.name} may still be on the disk: delete it, here and in every copy of the keys folder",
            f"keys/{path.name} 可能仍在磁盘上：请自行删除，keys 目录的所有副本中也一并删除",
        )


@ledger.command()
@as_json
@click.pass_obj
def close(terminal: Terminal, as_json: bool) -> None:
    """Move the entries of earlier keys into files of their own, which never change again: ledger-1.db and so on.

    They stay part of the ledger. Such a file may lie on another disk, also a read-only one: leave a symbolic link in
    its place, and keep it in the backup.

    Example:
        hutong --node kunshan ledger close
    """
    from ledger.closing import close_volumes

    with terminal.open() as node, terminal.progress("moving entries", "正在移出条目") as progress:
        done = close_volumes(node.log, progress)
        files = [one.beside(node.layout.ledger).name for one in done]
    if as_json:
        output.document(
            [
                {"file": file, "from": one.first, "until": one.stop}
                for file, one in zip(files, done, strict=True)
            ]
        )
        return
    for file, one in zip(files, done, strict=True):
        terminal.say(
            f"{file}: the entries {one.first} to {one.stop - 1}",
            f"{file}：第 {one.first} 至 {one.stop - 1} 条",
        )
    if not done:
        terminal.say(
            "nothing to move: no key has handed over since the last time",
            "没有可移出的条目：上次以来未更换密钥",
        )


@ledger.command("keys")
@as_json
@click.pass_obj
def list_keys(terminal: Terminal, as_json: bool) -> None:
    """List the keys the ledger was ever signed with, and which entries each of them signed.

    With --json also what shows that each key was handed over by the one before it, for others to check.

    Example:
        hutong --node kunshan ledger keys
    """
    from msgspec import to_builtins

    with terminal.open() as node:
        say_absent(terminal, node)
        keys = node.log.keys
    rows = _rows(keys)
    if as_json:
        output.document(
            {
                "keys": [
                    {"verifier_key": key, "from": start, "until": until, "changed": at}
                    for start, until, at, key in rows
                ],
                "handovers": [to_builtins(one) for one in keys.handovers],
            }
        )
        return
    terminal.table(
        HEAD,
        [
            (str(start), "" if until is None else str(until - 1), terminal.time(at) if at else "", key)
            for start, until, at, key in rows
        ],
        right=(0, 1),
    )


def _rows(keys: "Keys") -> list[tuple[int, int | None, datetime | None, str]]:
    """First entry, the one after the last, when the key was changed, and the key."""
    found, start = [], 0
    for term, change in zip_longest(keys.terms, keys.handovers):
        found.append((start, term.until, change.time if change else None, str(term.verifier)))
        start = term.until or start
    return found
