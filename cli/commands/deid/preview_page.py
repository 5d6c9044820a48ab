"""The preview as a page: line by line, what stands in the text and what would leave.

No script, nothing from elsewhere.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.deid.pieces import FAMILIES, FAMILY, Piece, lines
from cli.language import Language

if TYPE_CHECKING:
    from deid.text.spans import Span

_STYLE = (Path(__file__).parent / "preview.css").read_text("utf-8")


def page(text: str, spans: Sequence["Span"], *, lang: Language, labels: Language) -> str:
    """The page, complete HTML, in `lang`; what leaves has its labels in `labels`.

    It holds the original text: whoever has the page has the text.
    """
    title = "去标识化预览" if lang == "zh" else "What would be taken out"
    body = "\n".join((*_head(title, spans, lang), *_table(text, spans, lang, labels)))
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{title}</title>\n<meta name="viewport" content="width=device-width">\n<style>\n{_STYLE}</style>\n'
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(title: str, spans: Sequence["Span"], lang: Language) -> Iterator[str]:
    from deid.text.engine import LABELS_ZH

    yield f"<h1>{title}</h1>"
    if lang == "zh":
        yield f"<p>找到 {len(spans)} 处。左边是原文，右边是将要输出的文本。本页含原文，请按原文保管。</p>"
    else:
        yield (
            f"<p>{len(spans)} found. The text is on the left, what would leave is on the right. This page holds the "
            "text: keep it as you keep the text.</p>"
        )
    counts = Counter(span.type for span in spans)
    yield "<ul class=legend>"
    for family, en, zh, kinds in FAMILIES:
        there = [kind for kind in kinds if counts[kind]]
        if there:
            told = "，".join(f"{LABELS_ZH[kind]} {counts[kind]}" for kind in there)
            if lang == "en":
                told = ", ".join(f"{kind} {counts[kind]}" for kind in there)
            yield f"<li><mark class={family}>{zh if lang == 'zh' else en}</mark> {told}</li>"
    yield "</ul>"


def _table(text: str, spans: Sequence["Span"], lang: Language, labels: Language) -> Iterator[str]:
    head = ("行", "原文", "输出") if lang == "zh" else ("line", "text", "what leaves")
    yield "<table>\n<tr>" + "".join(f"<th>{one}</th>" for one in head) + "</tr>"
    for number, pieces in enumerate(lines(text, spans), 1):
        left = "".join(_shown(piece, lang) for piece in pieces)
        right = "".join(_left(piece, labels) for piece in pieces)
        yield f"<tr><td>{number}</td><td>{left}</td><td>{right}</td></tr>"
    yield "</table>"


def _shown(piece: Piece, lang: Language) -> str:
    if not piece.type:
        return escape(piece.text)
    return f"<mark class={FAMILY[piece.type]}>{escape(piece.text)}<small>{_label(piece, lang)}</small></mark>"


def _left(piece: Piece, lang: Language) -> str:
    if not piece.type:
        return escape(piece.text)
    return f"<mark class={FAMILY[piece.type]}>[{_label(piece, lang)}]</mark>" if piece.last else ""


def _label(piece: Piece, lang: Language) -> str:
    from deid.text.engine import LABELS_ZH

    return LABELS_ZH[piece.type] if lang == "zh" else piece.type
