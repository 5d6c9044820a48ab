"""The receipt as a page to keep, print and hold up: the plain sentence first and large, Chinese and English.

One file: no script, nothing from elsewhere. Everything on it comes from the record of the receipt.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import segno

from exchange.receipts import form
from exchange.receipts.form import Receipt
from exchange.receipts.rows import Row, facts, notices, rights
from ledger.checkpoint import Checkpoint

_UNKNOWN = {
    "zh": "同意书没有写明，本节点也不知道。",
    "en": "The consent does not say, and this node does not know.",
}
_STYLE = (Path(__file__).parent / "receipt.css").read_text("utf-8")
_GOING_ON = ("in-force", "not-begun")


def page(receipt: Receipt) -> str:
    """The page, complete HTML."""
    record = receipt.record
    body = "\n".join(
        (
            *_head(record),
            *_table("这份同意说了什么", "What it says", facts(record)),
            *_lacking(record),
            *_table("您的权利", "Your rights", rights(record)),
            *_table("依法须告知的事项", "What the law wants told", notices(record)),
            *_proof(receipt),
        )
    )
    title = f"同意凭证 · Consent receipt {record['record_id']}"
    return (
        f'<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width">\n<style>\n{_STYLE}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(record: Mapping[str, Any]) -> Iterator[str]:
    sentence, state = record["said"]["sentence"], record["state"]
    kind = "" if state["code"] in _GOING_ON else " stopped"
    yield "<h1>同意凭证 <span class=en>Consent receipt</span></h1>"
    yield f"<p class=sentence>{escape(sentence['zh'])}</p>"
    yield f"<p class='sentence-en en' lang=en>{escape(sentence['en'])}</p>"
    yield f"<div class='state{kind}'>{_both(state)}</div>"


def _table(zh: str, en: str, rows: Iterable[Row]) -> Iterator[str]:
    lines = list(rows)
    if not lines:
        return
    yield f"<h2>{zh} <span class=en>{en}</span></h2>\n<table>"
    for row in lines:
        yield f"<tr><th>{_both(row.name)}</th><td>{_cell(row.value)}</td></tr>"
    yield "</table>"


def _cell(value: Mapping[str, str] | None) -> str:
    return _both(value) if value else f"<span class=unknown>{_both(_UNKNOWN)}</span>"


def _both(told: Mapping[str, str]) -> str:
    """Chinese, and English where it is not the same."""
    zh, en = escape(told["zh"]), escape(told["en"])
    return zh if zh == en else f"{zh} <span class=en lang=en>{en}</span>"


def _lacking(record: Mapping[str, Any]) -> Iterator[str]:
    if record["shortfalls"]:
        yield "<h2>目前还不能完全生效 <span class=en>It does not permit everything yet</span></h2>\n<ul>"
        yield from (f"<li>{_both(one)}</li>" for one in record["shortfalls"])
        yield "</ul>"


def _proof(receipt: Receipt) -> Iterator[str]:
    record = receipt.record
    signed = Checkpoint.parse(receipt.receipt.proof.checkpoint.partition("\n\n")[0] + "\n")
    first = record["event"][0]
    yield "<h2>存证 <span class=en>Proof</span></h2>\n<div class=proof>"
    yield _square(f"{form.FORMAT}\n{receipt.code}\n{signed.origin}\n{receipt.receipt.proof.index}")
    yield "<div>"
    yield f"<p>验证码 <span class=en>verification code</span><br><span class=code>{receipt.code}</span></p>"
    yield (
        f"<p>存证编号 {escape(first['entry'])}：账本 {escape(signed.origin)} 中序号 {first['index']}，"
        f"出具时共 {signed.size} 条，由该账本签名。"
        f"<span class=en lang=en>Entry {first['index']} of {signed.size} in the ledger {escape(signed.origin)},"
        " signed by it.</span></p>"
    )
    yield "</div></div>"
    yield (
        "<p class=small>凭证文件可以离线核验，无需联系出具方；打印件与文件的验证码须一致。请另外向该机构索取账本公钥。"
        "<span class=en lang=en>The receipt file can be checked offline, without us; its code must be the one printed"
        " here. Ask the organisation for the ledger's key separately.</span></p>"
    )
    yield "<pre>$ hutong consent check receipt.json --key VKEY</pre>"
    data = base64.b64encode(form.write(receipt)).decode()
    yield (
        f'<p class="small screen"><a download="receipt.json" href="data:application/json;base64,{data}">'
        "保存凭证文件 receipt.json <span class=en>save the receipt file</span></a></p>"
    )
    told = " · ".join(record[name] for name in ("receipt_id", "issued", "schema_version"))
    yield f"<p class=small>{escape(told)}</p>"


def _square(text: str) -> str:
    """A QR code as a picture in the page."""
    made: str = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=2)
    return made
