"""Build a region's own rules into a bundle a node can run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.policy.noun import policy
from cli.errors import CannotRead, DoNotGoTogether
from cli.files import answer_to, read_bytes
from cli.options import as_json
from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies.regional import Built, Differences

FILE = click.Path(path_type=Path)


@policy.command()
@click.argument("folder", type=FILE, help="A folder with rules and their data, as --start makes it.")
@click.option(
    "--start", is_flag=True, help="Copy the packaged rules to FOLDER, to be changed there; build nothing."
)
@click.option("-o", "--out", type=FILE, metavar="BUNDLE", help="The bundle to write, e.g. region.tar.gz.")
@click.option("--sign", type=FILE, metavar="KEY.pem", help="Sign it with this private key (ECDSA, P-256).")
@click.option(
    "--opa", type=FILE, metavar="OPA", help="The opa to build with; without it policies/tools/bin/opa."
)
@as_json
@click.pass_obj
def build(
    terminal: Terminal,
    folder: Path,
    start: bool,
    out: Path | None,
    sign: Path | None,
    opa: Path | None,
    as_json: bool,
) -> None:
    """Check the rules in FOLDER, build them into BUNDLE, and say what differs from the packaged rules.

    Exit code 4 when opa, the rules' own tests or a canary says no; then nothing is written. 5 where there is no opa.

    Example:
        hutong policy build --start our-rules
        hutong policy build our-rules -o region.tar.gz
    """
    if start is not (out is None) or (start and sign is not None):
        raise DoNotGoTogether(
            "policy build",
            "name a bundle with -o, or --start alone",
            "请用 -o 指定策略包，或单独使用 --start",
        )
    if out is None:
        _start(terminal, folder, as_json)
        return
    from policies.build import OPA
    from policies.regional import RulesRejected, compare
    from policies.regional import build as build_rules
    from policies.signing import signed

    if not folder.is_dir():
        raise CannotRead(str(folder), "is not a folder", "不是目录")
    key = read_bytes(str(sign)) if sign else None
    with answer_to(out) as opened:
        try:
            built = build_rules(folder, opa or OPA)
        except RulesRejected as rejected:
            output.note(rejected.said.expandtabs())
            raise
        content = signed(built.packed, key, place=out.name, key_place=str(sign)) if key else built.packed
        opened.write(content)
    _tell(terminal, built, compare(built), signed=key is not None, as_json=as_json)


def _start(terminal: Terminal, folder: Path, as_json: bool) -> None:
    from policies.regional import start

    try:
        files = start(folder)
    except (FileExistsError, NotADirectoryError):
        raise CannotRead(
            str(folder), "is not an empty folder; nothing was changed", "不是空目录，未作任何改动"
        ) from None
    if as_json:
        output.document({"folder": folder, "files": files})
        return
    terminal.say(
        f"{len(files)} files of the packaged rules are in {folder}",
        f"{folder} 中已有随程序规则的 {len(files)} 个文件",
    )
    terminal.note(
        f"next: hutong policy build {folder} -o region.tar.gz",
        f"下一步：hutong policy build {folder} -o region.tar.gz",
    )


def _tell(terminal: Terminal, built: "Built", found: "Differences", *, signed: bool, as_json: bool) -> None:
    kinds = (
        ("added", found.added, "rules that were added", "新增的规则"),
        ("removed", found.removed, "rules that are gone", "已删除的规则"),
        ("logic", found.logic, "rules that decide otherwise", "判断已更改的规则"),
        ("words", found.words, "rules that say it in other words", "文字已更改的规则"),
        ("data", found.data, "data that differ", "有变动的数据"),
    )
    if as_json:
        told = {name: codes for name, codes, _, _ in kinds}
        output.document(
            {"revision": built.bundle.digest, "signed": signed, "tests": built.tests, "differences": told}
        )
        return
    output.line(built.bundle.digest)
    for _, codes, en, zh in kinds:
        if codes:
            terminal.say(f"{en}: {', '.join(codes)}", f"{zh}：{'、'.join(codes)}")
    if not any(codes for _, codes, _, _ in kinds):
        terminal.say("nothing differs from the packaged rules", "与随程序提供的规则无差异")
    terminal.note(
        f"checked, and {built.tests} tests of its own passed", f"已检查，自带的 {built.tests} 项测试全部通过"
    )
    if not signed:
        terminal.note(
            "not signed: no node takes it until it is (--sign)", "未签名：签名(--sign)之前任何节点都不会采用"
        )
