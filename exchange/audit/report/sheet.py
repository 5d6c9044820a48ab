"""What stands on the page, in one language, before anybody says how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from exchange.audit.report.counted import Split


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the headline: what it is, how many, and the month before."""

    name: str
    value: str
    before: str


@dataclass(frozen=True, slots=True)
class Cards:
    """The headline."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Accesses by day: a chart, and a calendar with the same figures. `names`: of what was allowed, and refused.

    `title` and `description` tell the chart to whoever does not see it, `caption` how to read the calendar.
    """

    title: str
    description: str
    caption: str
    names: tuple[str, str]
    weekdays: tuple[str, ...]
    days: Mapping[date, Split]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is, how long its parts are (allowed, refused), and the figures beside it."""

    name: str
    parts: tuple[int, int]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows with a bar each; `head` names the column of names and those of figures.

    `total` is the last row, without a bar: what it is, and the figures; () where the rows do not add up to one.
    """

    head: tuple[str, ...]
    rows: tuple[Bar, ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their names; columns in `right` hold figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or two."""

    text: str


@dataclass(frozen=True, slots=True)
class ToCopy:
    """Lines that somebody copies as they are, letter by letter."""

    text: str


Block = Cards | Days | Bars | Table | Words | ToCopy


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All of it. `facts` (what it is, what is said) stand below the title; `warning` above all else, "" without one."""

    lang: str
    title: str
    facts: tuple[tuple[str, str], ...]
    warning: str
    sections: tuple[Section, ...]
