"""The receipt of a consent: made for the patient, checked by anybody."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import output
from cli.commands.consent.noun import CONSENT_HELP, consent, who
from cli.files import answer_to, read_bytes
from cli.options import as_json, out_file, patient
from cli.terminal import Terminal

if TYPE_CHECKING:
    from exchange.receipts import Checked


@consent.command()
@patient
@click.argument("consent_id", help=CONSENT_HELP)
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="Of this version; else the newest.")
@out_file
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write it as a page to print, too."
)
@click.option("--by", metavar="WHO", help="Who hands it out, e.g. ks-so-001; else the patient takes it.")
@click.pass_obj
def receipt(
    terminal: Terminal,
    patient: str,
    consent_id: str,
    version: int | None,
    out: Path | None,
    html: Path | None,
    by: str | None,
) -> None:
    """Make a receipt of a consent, which anybody can check offline. That it was made is put on record.

    It says all of what the consent says, so it is for the patient, and for whoever the patient shows it to.

    Example:
        hutong --node kunshan consent receipt ks-pt-0001 c-0123456789 -o receipt.json --html receipt.html
    """
    from exchange.receipts import issue, page
    from exchange.receipts.form import write

    # Both places are tried before the receipt is put on record.
    with answer_to(out) as file, answer_to(html) if html else nullcontext() as paper, terminal.open() as node:
        issued = issue(node, patient, consent_id, version=version, by=who(node, patient, by))
        file.write(write(issued.receipt))
        if paper is not None:
            paper.write(page(issued.receipt).encode())
        key = node.vkey
    terminal.note(
        f"receipt of {consent_id}, version {issued.version}; code {issued.receipt.code}; entry {issued.entry.id}",
        f"{consent_id} 第 {issued.version} 版的凭证；验证码 {issued.receipt.code}；账本条目 {issued.entry.id}",
    )
    terminal.note(
        f"whoever checks it needs this ledger's key from you, not from the receipt: {key}",
        f"核验方应另外向您索取本账本的公钥，而不是取自凭证：{key}",
    )


@consent.command()
@click.argument("file", metavar="RECEIPT", help="The receipt, or - for standard input.")
@click.option(
    "--key", metavar="VKEY", help="The ledger's key as its node told you; else the one in the receipt."
)
@as_json
@click.pass_obj
def check(terminal: Terminal, file: str, key: str | None, as_json: bool) -> None:
    """Check a receipt without a node and without a network. Exit code 4 when anything in it was changed.

    Example:
        hutong consent check receipt.json \\
            --key hutong.320583/ks-platform+1a2b3c4d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh
    """
    from exchange.receipts import check_receipt

    checked = check_receipt(read_bytes(file), key)
    if as_json:
        output.document(_as_dict(checked))
    else:
        _tell(terminal, checked)
    if checked.words_differ:
        terminal.note(
            "another edition of this program made it; the sentence above is in the words of this one",
            "凭证由本程序的另一版本出具；以上句子采用当前版本的措辞",
        )
    if not checked.pinned:
        terminal.note(
            "checked with the key in the receipt itself; give --key to know whose ledger it is",
            "使用的是凭证自带的公钥；请用 --key 给出账本公钥以确认来源",
        )


def _tell(terminal: Terminal, checked: "Checked") -> None:
    record, consent, lang = checked.receipt.record, checked.consent, terminal.lang
    output.line(checked.sentence[lang])
    as_of = record["state"]["as_of"]
    terminal.say(
        f"  when the receipt was made ({as_of}): {record['state']['en']}",
        f"  出具凭证时({as_of})：{record['state']['zh']}",
    )
    signers = terminal.told(", ", "、").join(one[lang] for one in record["said"]["signed_by"])
    signed = record["said"]["signed_on"][lang] or terminal.told("a day that is not said", "未写明日期")
    terminal.say(
        f"  signed by {signers or 'nobody it names'} on {signed}",
        f"  签署人：{signers or '未写明'}，{signed}",
    )
    when = terminal.time(consent.time)
    terminal.say(
        f"  entry {consent.index} of {consent.size} in {consent.origin}, {when}, signed by that ledger",
        f"  {consent.origin} 共 {consent.size} 条中序号为 {consent.index} 的条目，{when}，由该账本签名",
    )
    terminal.say(f"  code {checked.receipt.code}", f"  验证码 {checked.receipt.code}")


def _as_dict(checked: "Checked") -> dict[str, object]:
    return {
        "sentence": checked.sentence,
        "record": checked.receipt.record,
        "origin": checked.consent.origin,
        "index": checked.consent.index,
        "size": checked.consent.size,
        "time": checked.consent.time,
        "code": checked.receipt.code,
        "key_given": checked.pinned,
        "words_differ": checked.words_differ,
    }
