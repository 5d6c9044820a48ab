"""The ledger: what happened, and proof that nobody changed it."""

from pathlib import Path

import click
from click import IntRange

from cli import output
from cli.errors import CannotRead, NotVerified
from cli.files import answer_to, named, read_bytes
from cli.kinds import Noun
from cli.options import ENTRY_HELP, as_json, out_file
from cli.terminal import Terminal

HEAD = (
    ("no.", "序号"),
    ("time", "时间"),
    ("what", "事项"),
    ("phase", "阶段"),
    ("decision", "决定"),
    ("why", "原因"),
    ("entry", "条目"),
)


@click.group(cls=Noun)
def ledger() -> None:
    """Verify the ledger, and prove single entries of it to others."""


@ledger.command()
@click.option("--known", metavar="NOTE", help="A checkpoint kept elsewhere: this ledger must continue it.")
@as_json
@click.pass_obj
def verify(terminal: Terminal, known: str | None, as_json: bool) -> None:
    """Check every entry of the ledger, their order and signature, and name the first that is wrong.

    Works on a ledger that cannot be opened any more. Exit code 4 when it does not verify.

    Example:
        hutong --node kunshan ledger verify
    """
    from exchange.node.layout import Layout
    from exchange.wiring import verifier_key
    from ledger.verify import verify as verify_ledger

    note = read_bytes(known) if known else None
    key = verifier_key(terminal.node, terminal.environment)
    with terminal.progress("verifying", "正在验证") as progress:
        result = verify_ledger(Layout(terminal.node).ledger, key, progress=progress, known=note)
    if as_json:
        output.document(
            {
                "ok": result.ok,
                "size": result.size,
                "root": result.root,
                "first_wrong": result.first_wrong,
                "en": result.en,
                "zh": result.zh,
            }
        )
    else:
        terminal.say(result.en, result.zh)
    if not result.ok:
        raise NotVerified(
            "the ledger does not verify",
            "账本验证未通过",
            hint="keep the file as evidence; a checkpoint kept elsewhere shows what it was: --known FILE",
            hint_zh="请保留该文件作为证据;另处保存的检查点可以说明原状:--known 文件",
        )


@ledger.command()
@click.argument("entry", help=ENTRY_HELP)
@out_file
@click.pass_obj
def prove(terminal: Terminal, entry: str, out: Path | None) -> None:
    """Write a proof that ENTRY is in this ledger. Whoever has it can check it without this node.

    Example:
        hutong --node kunshan ledger prove 0197f3a2-7c1e-7000-8000-000000000001 -o proof.json
    """
    from ledger.proof import prove as prove_entry

    with answer_to(out) as file, terminal.open() as node:
        file.write(prove_entry(node.log, entry))
        key = node.vkey
    terminal.note(
        f"whoever checks it needs this ledger's key from you, not from the proof: {key}",
        f"核验方应另外向您索取本账本的公钥,而不是取自证明文件:{key}",
    )


@ledger.command()
@click.argument("file", metavar="PROOF", help="The proof, or - for standard input.")
@click.option(
    "--key", metavar="VKEY", help="The ledger's key as its node told you; else the one in the proof."
)
@click.option(
    "--opening",
    "opened",
    metavar="FILE",
    help="What the entry committed to, as it was handed out beside the proof.",
)
@as_json
@click.pass_obj
def check(terminal: Terminal, file: str, key: str | None, opened: str | None, as_json: bool) -> None:
    """Check a proof without a node and without a network. Exit code 4 when it does not hold.

    Example:
        hutong ledger check proof.json \\
            --key hutong.320583/ks-platform+1a2b3c4d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh
    """
    from ledger.proof import check as check_proof

    checked = check_proof(read_bytes(file), key)
    told = _opened(opened, checked.entry.details) if opened else None
    if as_json:
        output.document(
            {
                "origin": checked.origin,
                "index": checked.index,
                "size": checked.size,
                "time": checked.time,
                "entry": checked.entry,
                "key_given": key is not None,
                "opened": told,
            }
        )
    else:
        when, entry = terminal.time(checked.time), checked.entry
        terminal.say(
            f"the proof holds: entry {checked.index} of {checked.size} in {checked.origin}, {when}",
            f"证明成立:{checked.origin} 共 {checked.size} 条中序号为 {checked.index} 的条目,{when}",
        )
        what = " ".join(filter(None, (entry.type, entry.subtype, entry.purpose, entry.decision, entry.why)))
        output.line(f"  {what}")
        if told is not None:
            terminal.say("  it committed to:", "  它承诺的内容:")
            for name, value in told.items():
                output.line(f"    {name}: {value if isinstance(value, str) else output.compact(value)}")
    if key is None:
        terminal.note(
            "checked with the key in the proof itself; give --key to know whose ledger it is",
            "使用的是证明文件自带的公钥;请用 --key 给出账本公钥以确认来源",
        )


def _opened(file: str, commitment: str) -> dict[str, object]:
    """The details in an opening, if they are what the entry committed to. Raises CannotRead, NotVerified."""
    import orjson

    from ledger.sealing import is_opening

    try:
        opened = orjson.loads(read_bytes(file))
        if not isinstance(opened, dict):
            raise TypeError
        if not is_opening(opened, commitment):
            raise NotVerified(
                "the opening is not what the entry committed to",
                "所给内容与条目的承诺值不符",
                hint="ask the node for the opening that belongs to this proof",
                hint_zh="请向节点索取与该证明对应的 opening 文件",
            )
        told: dict[str, object] = orjson.loads(opened["details"])
    except (orjson.JSONDecodeError, TypeError):
        raise CannotRead(named(file), "is not an opening", "不是 opening 文件") from None
    return told


@ledger.command("list")
@click.option("--last", type=IntRange(min=1), default=20, metavar="N", help="How many, from the newest back.")
@as_json
@click.pass_obj
def list_entries(terminal: Terminal, last: int, as_json: bool) -> None:
    """List the newest entries as they stand: codes and pseudonyms, no names.

    Example:
        hutong --node kunshan ledger list --last 5
    """
    import orjson

    with terminal.open() as node:
        found = list(node.log.scan(max(0, node.log.size - last)))
    if as_json:
        output.document([{"index": one.index, "id": one.id, "body": orjson.loads(one.body)} for one in found])
        return
    rows = [
        (
            str(one.index),
            terminal.time(one.time),
            f"{one.entry.type} {one.entry.subtype}".rstrip(),
            one.entry.phase,
            one.entry.decision,
            one.entry.why,
            one.id,
        )
        for one in found
    ]
    terminal.table(HEAD, rows, right=(0,))


@ledger.command()
@click.pass_obj
def checkpoint(terminal: Terminal) -> None:
    """Print the newest signed checkpoint. Kept elsewhere, it shows later whether history was rewritten.

    Example:
        hutong --node kunshan ledger checkpoint > kunshan.checkpoint
    """
    with terminal.open() as node:
        output.raw(node.log.checkpoint())
