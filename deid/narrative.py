"""Narratives and HTML: out go the few tags and attributes that only lay out, and the text between them rewritten.

The text is read as one, across tags: 王<b>秀英</b> is a name, and a label in one cell belongs to the value in the next.
What comes out is well-formed whatever came in. FHIR R4 narrative.html, "Limited XHTML".
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

from deid.text.operators.rewriting import Rewritten

XHTML = "http://www.w3.org/1999/xhtml"

_INLINE = frozenset(
    "b i u em strong small big sub sup span code tt cite dfn kbd samp var abbr acronym q".split()
)
_CELLS = frozenset(("td", "th", "dt", "dd"))
_BLOCKS = frozenset(
    "div p ul ol li dl table thead tbody tfoot tr caption colgroup blockquote pre h1 h2 h3 h4 h5 h6".split()
)
_VOID = frozenset(("br", "hr", "col"))
_PART_OF_LINES = frozenset(
    ("a", "font", "col", "wbr", "img")
)  # not written again, but no end of a word either
_LAYOUT = _INLINE | _CELLS | _BLOCKS | _VOID
# What stands in these is no text of the page, or nobody sees it.
_UNSEEN = frozenset(
    ("script", "style", "head", "title", "svg", "object", "iframe", "template", "noscript", "select")
)
_NUMBERED = frozenset(("colspan", "rowspan", "span"))
_LARGEST_SPAN = 1000


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters `start` to `end` of the text as a whole."""

    start: int
    end: int


def rewritten(html: str, rewrite: Callable[[str], Rewritten]) -> str | None:
    """One `div` with the layout of `html` and its text through `rewrite`; None where no text is left."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    done = rewrite(reader.text)
    if not done.text.strip():
        return None
    return reader.again(done)


class _Reader(HTMLParser):
    """Takes a page apart into tags, as they will be written again, and pieces of one text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str | _Piece] = []
        self._texts: list[str] = []
        self._length = 0
        self._open: list[str] = []
        self._unseen: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen or tag in _UNSEEN:
            if tag not in _VOID:
                self._unseen.append(tag)
            return
        self._part_texts(tag)
        if tag not in _LAYOUT:
            return
        said = "".join(f' {name}="{int(value)}"' for name, value in attrs if value and _is_span(name, value))
        self._parts.append(f"<{tag}{said}/>" if tag in _VOID else f"<{tag}{said}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            return
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            # Whatever was left open inside ends with it.
            if tag in self._unseen:
                del self._unseen[len(self._unseen) - 1 - self._unseen[::-1].index(tag) :]
            return
        self._part_texts(tag)
        while tag in self._open:
            last = self._open.pop()
            self._parts.append(f"</{last}>")
            if last == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(_Piece(self._length, self._length + len(data)))
            self._add(data)

    def unknown_decl(self, data: str) -> None:
        """CDATA is text like any other."""
        if data.startswith("CDATA["):
            self.handle_data(data.removeprefix("CDATA["))

    def again(self, done: Rewritten) -> str:
        """The page with the rewritten text in the places of the old."""
        inside = "".join(
            part if isinstance(part, str) else escape(_said(part, done), quote=False) for part in self._parts
        )
        inside += "".join(f"</{tag}>" for tag in reversed(self._open))
        return f'<div xmlns="{XHTML}">{inside}</div>'

    def _part_texts(self, tag: str) -> None:
        """Before and behind a tag that is not part of a line, the text is not one word."""
        if tag in _CELLS:
            self._add(" ")
        elif tag not in _INLINE and tag not in _PART_OF_LINES:
            self._add("\n")

    def _add(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)


def _is_span(name: str, value: str) -> bool:
    return (
        name in _NUMBERED
        and value.isascii()
        and value.isdecimal()
        and len(value) < 5
        and int(value) <= _LARGEST_SPAN
    )


def _said(piece: _Piece, done: Rewritten) -> str:
    """What stands in the new text where `piece` stood; what goes over its end belongs to where it began."""
    out: list[str] = []
    at, moved = piece.start, 0
    for change in done.changes:
        if change.end <= piece.start:
            moved = change.new_end - change.end
            continue
        if change.start >= piece.end:
            break
        out.append(done.text[at + moved : max(at, change.start) + moved])
        if change.start >= piece.start:
            out.append(done.text[change.new_start : change.new_end])
        at, moved = min(piece.end, change.end), change.new_end - change.end
    out.append(done.text[at + moved : piece.end + moved])
    return "".join(out)
