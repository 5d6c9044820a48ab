"""Hospitals, employers and addresses, by how their names end and what stands in front of them."""

import re
from collections.abc import Iterator

from deid.text.patterns import HAN, any_of, pattern
from deid.text.spans import LABELLED, LIKELY, Span
from deid.text.words import WORDS

# An address without a label is less sure than a hospital or a name inside it.
_GRAMMAR = 0.5
_EMPLOYER = 0.8

_RUN = rf"(?:{HAN}|[A-Za-z0-9()·]){{1,24}}?"
_HOSPITAL = any_of(WORDS.places["hospitals"])
_ORG = f"{any_of(WORDS.places['organisations'])}(?!卡|账|帐)"
_INSTITUTIONS = (
    pattern("HOSPITAL", LIKELY, _RUN, _HOSPITAL, rf"(?:\([^()\n]{{2,12}}\)|{HAN}{{1,6}}(?:院区|分院))?"),
    pattern("ORG", LIKELY, _RUN, _ORG),
)
_ENDING = re.compile(f"(?:{_HOSPITAL}|{_ORG})$")
_IN_GENERAL = frozenset(WORDS.places["in-general"])
# Words that lead up to the name of a place and are no part of it. 于 belongs to 由于, 位于 and the like.
_LEAD = re.compile(rf"(?:[在至往到从赴经由住]|(?<![和关对由位属])于|{any_of(WORDS.places['leads'])}|[:,;。])")

_PROVINCE = any_of(WORDS.places["provinces"])
_LARGE = any_of(WORDS.places["large"])
_SMALL = any_of(WORDS.places["small"])
# A name of a unit holds none of these, but may begin with one (市北区); else the search would try every way.
_PLAIN = f"(?![市县区]){HAN}"
_UNIT = rf"市?(?:{_PLAIN}){{1,8}}?"
# 88弄3号楼502室, 甲12号, O座
_HOUSE = (
    rf"(?:(?:{HAN}{{0,4}}?[0-9A-Za-z一二三四五六七八九十甲乙丙]{{1,6}}[-号栋幢座楼层单元室弄巷组队户]{{1,2}}"
    r"(?:之[0-9一二三四五六七八九十])?){1,6}(?:\d{2,5}室?)?)"
)
_ADDRESSES = (
    pattern(
        "ADDRESS",
        _GRAMMAR,
        rf"(?:{_PLAIN}){{2,6}}?(?:市|自治州|自治县|县|区|旗|州|盟)",
        rf"(?:{_UNIT}{_LARGE}){{0,2}}(?:{_UNIT}{_SMALL}){{1,4}}{_HOUSE}?",
    ),
    pattern("ADDRESS", _GRAMMAR, rf"{HAN}{{2,6}}?{any_of(WORDS.places['streets'])}{_HOUSE}"),
)
_WITH_PROVINCE = pattern(
    "ADDRESS",
    _GRAMMAR + 0.05,
    rf"{_PROVINCE}(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?",
    rf"(?:{_UNIT}{_LARGE}){{0,4}}(?:{_UNIT}{_SMALL}){{0,4}}{_HOUSE}?",
)
_PROVINCE_ALONE = re.compile(_PROVINCE + "(?:省|市|自治区)?")

_LABELLED = (
    pattern(
        "ORG",
        _EMPLOYER,
        any_of(WORDS.places["employer-labels"]),
        r"[ \t]{0,3}[: ][ \t]{0,4}(?P<v>[^\s,;。:]{2,40})",
    ),
    pattern(
        "ADDRESS",
        LABELLED,
        any_of(WORDS.places["address-labels"]),
        r"[ \t]{0,3}[: ]?[ \t]{0,4}(?P<v>[^\s,;。:、][^\n,;。:]{1,60}?)",
        r"(?=[,;。\n]|$|[ \t]|邮编|邮政编码|电话|联系)",
    ),
    pattern(
        "ADDRESS", LIKELY, rf"[系为是](?P<v>{_PROVINCE}(?:省|市)?{HAN}{{0,6}}?[市县区]?)[人籍](?!民|口|体|员)"
    ),
    pattern(
        "POSTCODE", LABELLED, r"(?:邮编|邮政编码|邮码)[ \t]{0,3}[:是]?[ \t]{0,4}(?P<v>\d(?: ?\d){5})(?!\d)"
    ),
)


def find_places(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for institution in _INSTITUTIONS:
        for span in institution.spans(text):
            start = _behind_lead(text, span)
            core = _ENDING.sub("", text[start : span.end])
            if core and core not in _IN_GENERAL:
                yield Span(start, span.end, span.type, span.score)
    for address in _ADDRESSES:
        for span in address.spans(text):
            yield Span(_behind_lead(text, span), span.end, span.type, span.score)
    for span in _WITH_PROVINCE.spans(text):
        if not _PROVINCE_ALONE.fullmatch(text, span.start, span.end):
            yield span
    for labelled in _LABELLED:
        yield from labelled.spans(text)


def _behind_lead(text: str, span: Span) -> int:
    """Where the name itself begins: behind the last word that only leads up to it."""
    start = span.start
    for lead in _LEAD.finditer(text, start, max(start, span.end - 3)):
        start = lead.end()
    return start + (text[start] in "()·")
