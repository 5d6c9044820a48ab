"""The page as one file to print, file and read in twenty years: HTML, style and drawings in it, nothing else.

No script, no picture, no font and no address of anything else; the file itself forbids a browser to load any. Whatever
comes from the registry or the ledger is text, never markup.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path

from exchange.audit.report import charts
from exchange.audit.report.counted import Split
from exchange.audit.report.sheet import Bars, Block, Cards, Days, Section, Sheet, Table, ToCopy, Words

_STYLE = (Path(__file__).parent / "report.css").read_text("utf-8")
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_WEEK = 7
# A table of so few columns, with figures, is read more easily where they stand near their names.
_FEW_COLUMNS = 4


def page(sheet: Sheet) -> bytes:
    """The page as HTML in UTF-8, made for A4."""
    return "".join(_parts(sheet)).encode()


def _parts(sheet: Sheet) -> Iterator[str]:
    yield (
        f'<!doctype html>\n<html lang="{_LANGUAGES[sheet.lang]}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n{charts.PATTERNS}"
        f"<header>\n<h1>{escape(sheet.title)}</h1>\n<dl class=facts>"
    )
    for name, said in sheet.facts:
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>"
    yield "</dl>\n</header>\n<main>\n"
    if sheet.warning:
        yield f"<p class=warning>{escape(sheet.warning)}</p>\n"
    for section in sheet.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>\n"


def _section(section: Section) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(section.title)}</h2>\n"
    for block in section.blocks:
        yield _block(block)
    yield "</section>\n"


def _block(block: Block) -> str:
    match block:
        case Cards():
            return _cards(block)
        case Days():
            return _days(block)
        case Bars():
            return _bars(block)
        case Table():
            return _table(block)
        case Words(text):
            return f"<p>{escape(text)}</p>\n"
        case ToCopy(text):
            return f"<pre>{escape(text)}</pre>\n"


def _cards(block: Cards) -> str:
    told = (
        f"<div><dt>{escape(one.name)}</dt><dd class=value>{escape(one.value)}</dd>"
        f"<dd class=before>{escape(one.before)}</dd></div>"
        for one in block.cards
    )
    return f"<dl class=cards>{''.join(told)}</dl>\n"


def _days(block: Days) -> str:
    drawn = charts.by_day(block.days, title=block.title, description=block.description, names=block.names)
    return f"<figure>{charts.key(block.names)}{drawn}</figure>\n{_calendar(block)}"


def _calendar(block: Days) -> str:
    """A row for each week, a column for each day of it."""
    head = "".join(f"<th scope=col>{escape(day)}</th>" for day in block.weekdays)
    cells = [""] * next((day.weekday() for day in block.days), 0)
    cells += [_day(day, split, block.names) for day, split in block.days.items()]
    weeks = [cells[at : at + _WEEK] for at in range(0, len(cells), _WEEK)]
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*week, *[''] * (_WEEK - len(week))))}</tr>\n"
        for week in weeks
    )
    caption = f"<caption>{escape(block.caption)}</caption>"
    return f"<table class=calendar>{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"


def _day(day: date, split: Split, names: tuple[str, str]) -> str:
    allowed, refused = (f"<span class=unseen>{escape(name)} </span>" for name in names)
    return (
        f"<span class=day>{day.day}</span> {allowed}<span class=n>{split.allowed:,}</span>"
        f" {refused}<span class=r>{split.refused:,}</span>"
    )


def _bars(block: Bars) -> str:
    longest = max((sum(one.parts) for one in block.rows), default=0)
    name, *figures = block.head
    head = f"<th scope=col>{escape(name)}</th><td class=drawn></td>" + "".join(
        f"<th scope=col class=right>{escape(one)}</th>" for one in figures
    )
    rows = (
        f"<tr><th scope=row>{escape(one.name)}</th>"
        f"<td class=drawn>{charts.row(one.parts, longest, f'{one.name}: {sum(one.parts):,}')}</td>"
        + "".join(f"<td class=right>{escape(cell)}</td>" for cell in one.cells)
        + "</tr>\n"
        for one in block.rows
    )
    return (
        f"<table class=bars><thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>"
        f"{_total(block.total)}</table>\n"
    )


def _total(total: tuple[str, ...]) -> str:
    if not total:
        return ""
    name, *figures = total
    cells = "".join(f"<td class=right>{escape(cell)}</td>" for cell in figures)
    return f"\n<tfoot><tr><th scope=row>{escape(name)}</th><td class=drawn></td>{cells}</tr></tfoot>"


def _table(block: Table) -> str:
    rows = "".join(
        "<tr>"
        + "".join(f"<td{_kind(n, cell, block.right)}>{escape(cell)}</td>" for n, cell in enumerate(row))
        + "</tr>\n"
        for row in block.rows
    )
    head = ""
    if any(block.head):
        cells = (
            f"<th scope=col{' class=right' if n in block.right else ''}>{escape(one)}</th>"
            for n, one in enumerate(block.head)
        )
        head = f"<thead><tr>{''.join(cells)}</tr></thead>\n"
    kind = "" if len(block.head) > _FEW_COLUMNS or not block.right else " class=narrow"
    return f"<table{kind}>{head}<tbody>\n{rows}</tbody></table>\n"


def _kind(place: int, cell: str, right: Sequence[int]) -> str:
    """Figures stand to the right, ids and digests are told letter by letter, times and codes stay in one piece."""
    if place in right:
        return " class=right"
    if not cell.isascii() or len(cell) <= len("2026-10-31 00:00"):
        return " class=whole" if cell.isascii() else ""
    return "" if " " in cell else " class=code"
