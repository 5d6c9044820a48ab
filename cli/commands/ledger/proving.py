"""Proof of single entries, for others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.ledger.noun import ledger
from cli.errors import CannotRead, DoNotGoTogether, NotVerified
from cli.files import answer_to, named, read_bytes
from cli.options import ENTRY_HELP, as_json, out_file
from cli.terminal import Terminal

if TYPE_CHECKING:
    from ledger import Entry


_ZIP = b"PK"


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
        f"核验方应另外向您索取本账本的公钥，而不是取自证明文件：{key}",
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
@click.option(
    "--policy",
    metavar="FILE",
    help="With a bundle: which witnesses must have signed (C2SP tlog-policy); else those the bundle names.",
)
@as_json
@click.pass_obj
def check(
    terminal: Terminal, file: str, key: str | None, opened: str | None, policy: str | None, as_json: bool
) -> None:
    """Check a proof or a bundle of evidence, without a node or a network. Exit code 4 when it does not hold.

    Example:
        hutong ledger check proof.json \\
            --key hutong.320583/ks-platform+1a2b3c4d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh
    """
    from ledger.proof import check as check_proof

    given = read_bytes(file)
    is_bundle = given.startswith(_ZIP)
    _require_fitting(is_bundle=is_bundle, opened=opened, policy=policy)
    if is_bundle:
        _check_bundle(terminal, given, key, _policy(policy), as_json=as_json)
        return
    checked = check_proof(given, key)
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
            f"证明成立：{checked.origin} 共 {checked.size} 条中序号为 {checked.index} 的条目，{when}",
        )
        output.line(f"  {_what(terminal, entry)}")
        if told is not None:
            terminal.say("  it committed to:", "  它承诺的内容：")
            for name, value in told.items():
                output.line(f"    {name}: {value if isinstance(value, str) else output.compact(value)}")
    if key is None:
        terminal.note(
            "checked with the key in the proof itself; give --key to know whose ledger it is",
            "使用的是证明文件自带的公钥；请用 --key 给出账本公钥以确认来源",
        )


def _what(terminal: Terminal, entry: "Entry") -> str:
    """What a proven entry says, in words; whoever checks it has no node, and so no rules to look codes up in."""
    from cli.commands.audit.looking import decided
    from exchange.audit import words

    purpose = words.purpose(entry.purpose, terminal.lang)
    told = (words.event(entry, terminal.lang), purpose, decided(terminal, entry, words.NO_RULES))
    return terminal.told(", ", "，").join(filter(None, told))


def _require_fitting(*, is_bundle: bool, opened: str | None, policy: str | None) -> None:
    if policy and not is_bundle:
        raise DoNotGoTogether(
            "ledger check",
            "--policy goes with a bundle, not with a proof",
            "--policy 用于证据包，不用于单条证明",
        )
    if opened and is_bundle:
        raise DoNotGoTogether(
            "ledger check",
            "--opening goes with a proof; a bundle holds its own",
            "--opening 用于单条证明；证据包自带所出示的内容",
        )


def _policy(file: str | None) -> str | None:
    """The text of a policy that can be read. Raises BadPolicy."""
    from ledger.witness import Policy
    from ledger.witness.policy import BadPolicy

    if file is None:
        return None
    try:
        text = read_bytes(file).decode()
    except UnicodeDecodeError:
        raise BadPolicy(0, "it is not UTF-8 text", "不是 UTF-8 文本") from None
    Policy.parse(text)
    return text


def _check_bundle(
    terminal: Terminal, bundle: bytes, key: str | None, policy: str | None, *, as_json: bool
) -> None:
    """The same for a bundle, by the program that lies in every bundle."""
    import io

    from ledger.bundle import verifier

    try:
        found = verifier.check(verifier.files_of(io.BytesIO(bundle)), key, policy)
    except verifier.Wrong as wrong:
        raise NotVerified(
            f"the evidence does not hold: {wrong}",
            f"证据不成立：{wrong.zh}",
            hint="ask whoever handed it out for it again; keep this one",
            hint_zh="请向出具方重新索取，并保留这一份",
        ) from None
    if as_json:
        output.document(found)
        return
    terminal.say("the evidence holds", "证据成立")
    for en, zh in verifier.words_of(found):
        terminal.say(f"  {en}", f"  {zh}")


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
