"""A page about a decision: headings and rows, each said in Chinese and in English."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.audit.words import COLON


@dataclass(frozen=True, slots=True)
class Text:
    """The same thing said twice."""

    zh: str
    en: str

    def told(self, lang: str) -> str:
        """In one language, "zh" or "en"."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Row:
    """What is asked, and the answer."""

    name: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Section:
    """Rows below a heading."""

    title: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All of it. `title` is the answer in one line."""

    title: Text
    sections: tuple[Section, ...]

    def lines(self, lang: str) -> Iterator[str]:
        """For a terminal."""
        yield self.title.told(lang)
        for section in self.sections:
            yield ""
            yield section.title.told(lang)
            for row in section.rows:
                yield f"  {row.name.told(lang)}{COLON[lang]}{row.text.told(lang)}"

    def as_list(self) -> list[dict[str, object]]:
        """For JSON."""
        return [
            {
                "zh": section.title.zh,
                "en": section.title.en,
                "rows": [{"name": _dict(row.name), "text": _dict(row.text)} for row in section.rows],
            }
            for section in self.sections
        ]


def _dict(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
