"""The page about a decision as one file that can be printed, filed, and read in twenty years: HTML and nothing else.

No script, no picture, no font and no address of anything else, and the file itself forbids a browser to load any.
Whatever comes from a record or a registry is text, never markup.
"""

from collections.abc import Iterator
from html import escape

from exchange.decisions.page import Page, Section, Text

_HEAD = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 18mm 16mm 20mm; }}
body {{ font: 10pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #111; background: #fff; max-width: 178mm; margin: 8mm auto; padding: 0 4mm; }}
h1 {{ font-size: 15pt; margin: 0 0 1mm; }}
h1 + p {{ margin: 0 0 5mm; color: #444; }}
h2 {{ font-size: 11pt; margin: 5mm 0 1mm; padding-bottom: .5mm; border-bottom: .4mm solid #111; break-after: avoid; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
th, td {{ text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0; border-bottom: .1mm solid #bbb;
  overflow-wrap: anywhere; }}
th {{ width: 34mm; font-weight: 600; }}
tr {{ break-inside: avoid; }}
[lang=en] {{ color: #333; }}
th [lang=en] {{ display: block; font-weight: 400; }}
td [lang=en] {{ display: block; }}
@media print {{ body {{ margin: 0; padding: 0; max-width: none; }} }}
</style>
</head>
<body>
"""


def printed(page: Page) -> bytes:
    """The page as HTML in UTF-8, both languages beside each other, made for A4."""
    return "".join(_parts(page)).encode()


def _parts(page: Page) -> Iterator[str]:
    yield _HEAD.format(title=escape(page.title.zh))
    yield f'<h1>{escape(page.title.zh)}</h1>\n<p lang="en">{escape(page.title.en)}</p>\n'
    for section in page.sections:
        yield from _section(section)
    yield "</body>\n</html>\n"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{_inline(section.title)}</h2>\n<table>\n"
    for row in section.rows:
        yield f'<tr><th scope="row">{_both(row.name)}</th><td>{_both(row.text)}</td></tr>\n'
    yield "</table>\n"


def _inline(text: Text) -> str:
    return f'{escape(text.zh)} <span lang="en">{escape(text.en)}</span>'


def _both(text: Text) -> str:
    """Both languages; what is the same in both (a number, a digest) once."""
    if text.zh == text.en:
        return escape(text.zh)
    return f'{escape(text.zh)}<span lang="en">{escape(text.en)}</span>'
