"""Other regions' nodes: cards handed over by people, never fetched. And a copy of this one, for bad days."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.absent import say_absent
from cli.errors import CannotRead, DoNotGoTogether, NotVerified
from cli.files import answer_to, read_bytes
from cli.kinds import Noun
from cli.options import as_json, out_file, person
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.node.backup import BackedUp
    from exchange.node.backup_check import Finding

HEAD = (
    ("node", "节点"),
    ("region", "地区"),
    ("name", "名称"),
    ("address", "地址"),
    ("valid until", "有效期至"),
    ("organisations", "机构数"),
)


@click.group(cls=Noun)
def node() -> None:
    """Join this node with those of other regions, and back it up."""


@node.command()
@out_file
@click.pass_obj
def card(terminal: Terminal, out: Path | None) -> None:
    """Write this node's card: its keys, region and organisations, signed. Nothing in it is secret.

    Hand it to the other region, and read the fingerprint out to them by telephone.

    Example:
        hutong --node kunshan node card -o kunshan.card.json
    """
    from exchange.federation.joining import own_card

    with answer_to(out) as file, terminal.open() as here:
        say_absent(terminal, here)
        made = own_card(here)
        file.write(made.written)
    terminal.note(made.spoken("en"), made.spoken("zh"))


@node.command()
@click.argument("file", help="The other node's card, or - for standard input.")
@click.option(
    "--fingerprint",
    required=True,
    metavar="DIGITS",
    help="The 30 digits the other region read out by telephone; another card is refused.",
)
@person
@as_json
@click.pass_obj
def join(terminal: Terminal, file: str, fingerprint: str, by: str, as_json: bool) -> None:
    """Accept another region's card: from now on its clinicians may ask here, and ours may ask there.

    Example:
        hutong --node kunshan node join zhuhai.card.json --by ks-so-001 \\
            --fingerprint "12345 67890 12345 67890 12345 67890"
    """
    from exchange.federation.joining import join as join_node

    with terminal.open() as here:
        joined = join_node(here, read_bytes(file), fingerprint=fingerprint, by=by)
    card, entry = joined.card, joined.entry.id
    if as_json:
        output.document(
            {"node": card.id, "region": card.region, "fingerprint": card.fingerprint, "entry": entry}
        )
        return
    terminal.say(
        f"joined {card.id} ({card.name}); entry {entry}", f"已加入 {card.id}({card.name})；账本条目 {entry}"
    )


@node.command("list")
@as_json
@click.pass_obj
def list_nodes(terminal: Terminal, as_json: bool) -> None:
    """List the nodes this one was joined with, and until when their cards are valid.

    Example:
        hutong --node kunshan node list
    """
    with terminal.open() as here:
        cards = list(here.peers)
    if as_json:
        output.document(
            [
                {
                    "node": one.id,
                    "region": one.region,
                    "name": one.name,
                    "url": one.url,
                    "expires": one.expires,
                    "fingerprint": one.fingerprint,
                    "organisations": [organisation.id for organisation in one.organisations],
                }
                for one in cards
            ]
        )
        return
    rows = [
        (one.id, one.region, one.name, one.url, terminal.time(one.expires), str(len(one.organisations)))
        for one in cards
    ]
    terminal.table(HEAD, rows, right=(5,))


@node.command()
@click.argument(
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the copy goes: a folder that is not there yet. With --check: where it is.",
)
@click.option(
    "--with-secrets", is_flag=True, help="Copy keys/ too: whoever has that copy can open everything."
)
@click.option("--check", "is_check", is_flag=True, help="Check the copy in DIR instead of making one.")
@click.option(
    "--known",
    metavar="NOTE",
    help="With --check: a checkpoint kept elsewhere, which must be of the same history.",
)
@as_json
@click.pass_obj
def backup(
    terminal: Terminal, folder: Path, with_secrets: bool, is_check: bool, known: str | None, as_json: bool
) -> None:
    """Copy this node to DIR while it runs, each file as it was at one moment, or check such a copy.

    The keys are not copied unless --with-secrets says so: without them no copy opens, so keep them elsewhere. The
    copy's checkpoint is written to DIR.checkpoint. The ledger says that a copy was made. With --check: the files, the
    whole ledger, the patients' keys and, where the node is still there, that its ledger continues the copy's; exit
    code 4 when something is wrong. Where --node is no node, the keys in the copy are used.

    Example:
        hutong --node kunshan node backup kunshan.backup
        hutong --node kunshan node backup --check kunshan.backup
    """
    if is_check:
        if with_secrets:
            raise DoNotGoTogether(
                "node backup", "--check or --with-secrets", "--check 与 --with-secrets 只能用一个"
            )
        _check(terminal, folder, known, as_json=as_json)
        return
    if known:
        raise DoNotGoTogether("node backup", "--known needs --check", "--known 须与 --check 同用")
    from exchange.node.backup import back_up

    with terminal.open() as here, terminal.progress("copying", "正在复制") as progress:
        made = back_up(here, folder, secrets=with_secrets, progress=progress)
    if as_json:
        output.document(made)
    else:
        terminal.say(
            f"copied to {folder}: {made.entries} ledger entries; checkpoint in {made.checkpoint.name}",
            f"已复制到 {folder}：账本 {made.entries} 条；检查点在 {made.checkpoint.name}",
        )
    _remind(terminal, made)


def _remind(terminal: Terminal, made: "BackedUp") -> None:
    """What the operator has to do besides, and what is not in the copy."""
    if made.secrets:
        terminal.note(
            "the copy holds the node's secrets: whoever has it can open everything; lock it away",
            "副本含有本节点的密钥，持有者可打开一切内容：请妥善封存",
        )
    else:
        terminal.note(
            "the secrets (keys/) are NOT in it: without them nothing in it opens; keep them elsewhere",
            "副本不含密钥(keys/)：没有密钥则任何内容都无法打开，请另行保存",
        )
    if not made.entry:
        terminal.note(
            "the ledger takes no entries, so it does not say that a copy was made: hutong status",
            "账本无法写入，因此没有记录此次备份：hutong status",
        )
    if made.spooled:
        terminal.note(
            f"{made.spooled} emergencies wait in its spool.jsonl; put it back where emergency.spool_file says",
            f"其中 spool.jsonl 有 {made.spooled} 条待入账的紧急调阅；恢复时放回 emergency.spool_file 所指位置",
        )
    if made.elsewhere:
        terminal.note(
            f"not copied, keep yourself: the files these settings name: {', '.join(made.elsewhere)}",
            f"未复制，请自行保存下列设置所指的文件：{'、'.join(made.elsewhere)}",
        )
    terminal.note(
        "keep the checkpoint elsewhere, best with another region: it shows later whether a copy is old",
        "请将检查点另处保存，最好交给其他地区：日后可据以判断副本是否过时",
    )


def _check(terminal: Terminal, folder: Path, known: str | None, *, as_json: bool) -> None:
    from exchange.node.backup_check import check
    from exchange.node.layout import Layout
    from exchange.wiring import verifier_key

    note = read_bytes(known) if known else None
    here = Layout(terminal.node)
    is_there = here.settings.is_file()
    keys = here if is_there else Layout(folder)
    if not keys.keys.is_dir():
        raise CannotRead(
            str(folder),
            "holds no keys to check it with",
            "不含可用于核对的密钥",
            hint=f"name the node it is a copy of: hutong --node DIR node backup --check {folder}",
            hint_zh=f"请指明它是哪个节点的副本：hutong --node 目录 node backup --check {folder}",
        )
    vkey = verifier_key(keys.root, terminal.environment)
    live = (
        here.ledger
        if is_there and here.ledger.is_file() and here.root.resolve() != folder.resolve()
        else None
    )
    with terminal.progress("checking", "正在核对") as progress:
        found = check(folder, keys, vkey, known=note, live=live, progress=progress)
    wrong = [one for one in found if not one.ok]
    _tell(terminal, found, is_there=is_there, as_json=as_json)
    if wrong:
        raise NotVerified(
            "this backup must not be relied on",
            "该备份不可依赖",
            hint="make a new one while the node is whole; keep this one as evidence",
            hint_zh="请趁节点完好重新备份；本备份留作证据",
        )


def _tell(terminal: Terminal, found: "list[Finding]", *, is_there: bool, as_json: bool) -> None:
    if as_json:
        output.document(found)
    else:
        for one in found:
            mark = terminal.told("ok", "正常") if one.ok else terminal.told("NOT OK", "异常")
            output.line(f"{mark}  {terminal.told(one.en, one.zh)}")
    if not is_there:
        terminal.note(
            "checked with the keys in the copy itself, not with a node's: it shows that the copy fits together",
            "使用的是副本自带的密钥，仅说明副本自身前后一致",
        )
