"""Invented places and institutions: of the same kind, as deep, as long; only who and where is another.

A province becomes the one that stands for it in all texts of the patient, in identity numbers and on plates too.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from deid.text.folding import has_han
from deid.text.operators.identity import PROVINCES, province_of
from deid.text.operators.keyed import Keyed
from deid.text.operators.numerals import of_han
from deid.text.operators.written import simplified
from deid.text.patterns import any_of

_TRIES = 200
_HAN = re.compile("[\u3400-\u9fff]")


def _read() -> dict[str, list[str]]:
    text = files("deid.text.operators").joinpath("places.toml").read_text("utf-8")
    read = tomllib.loads(text)
    return {
        name: list(words) if name in ("first", "second") else words.split() for name, words in read.items()
    }


LISTS = _read()


def institutions(keyed: Keyed, name: str) -> Iterator[str]:
    """Names of institutions of the same kind, the first free one to be taken. `name` is plain, without blanks."""
    make = _chinese_institution if has_han(name) else _english_institution
    for attempt in range(_TRIES):
        made = make(keyed, name, str(attempt))
        if made != name:
            yield made
    yield _town(keyed, 2, name, name, "last") + _kind(name)


def addresses(keyed: Keyed, address: str, *, scope: str) -> Iterator[str]:
    """Addresses of the same form, none of their names as they were; `scope` is the patient."""
    for attempt in range(_TRIES):
        if has_han(address):
            yield _chinese_address(keyed, address, scope, str(attempt))
        else:
            yield _english_words(keyed, address, "english-streets", str(attempt))


def province_in(address: str) -> str:
    """The province an address begins with, in its short form; "" where it tells none."""
    found = re.match(any_of(LISTS["provinces"]), simplified(address))
    return found[0] if found else ""


def _chinese_institution(keyed: Keyed, name: str, attempt: str) -> str:
    """昆山市第一人民医院 -> 青溪市第三人民医院: what is before the kind is another place, and a number another."""
    kind = _kind(name)
    own = name[: len(name) - len(kind)]
    town = _town(keyed, 2, own, "town", own, attempt) if own else ""
    return town + _other_ordinal(keyed, kind, name, attempt)


@cache
def _kinds() -> re.Pattern[str]:
    return re.compile(f"(?:{any_of(LISTS['kinds'])}|[()])*$")


def _kind(name: str) -> str:
    plain = simplified(name)
    at = next(at for at in range(len(name) + 1) if _kinds().match(plain, at))
    return plain[at:]


def _other_ordinal(keyed: Keyed, kind: str, name: str, attempt: str) -> str:
    def change(match: re.Match[str]) -> str:
        others = [one for one in "一二三四五六七八九" if one != match[1]]
        return "第" + keyed.one_of(others, "ordinal", name, attempt)

    return re.sub("第([一二三四五六七八九十])", change, kind)


def _english_institution(keyed: Keyed, name: str, attempt: str) -> str:
    return _english_words(keyed, name, "english-kinds", attempt)


def _english_words(keyed: Keyed, text: str, kept: str, attempt: str) -> str:
    """Every word that tells no kind becomes an invented one, several in a row a single one; figures others."""
    kinds = {one.lower() for one in LISTS[kept]}
    out: list[str] = []
    at, named = 0, False
    for match in re.finditer(r"\w[\w'.-]*", text):
        between = text[at : match.start()]
        word = match[0]
        if any(char.isdecimal() for char in word):
            out += [between, keyed.permuted(word, "address", text, attempt)]
            named = False
        elif word in LISTS["states"]:
            out += [between, keyed.one_of([one for one in LISTS["states"] if one != word], "state", word)]
            named = False
        elif word.lower().rstrip(".") in kinds:
            out += [between, word]
            named = False
        elif not (named and between == " "):
            out += [between, _english_name(keyed, word, text, attempt)]
            named = True
        at = match.end()
    return "".join((*out, text[at:]))


def _english_name(keyed: Keyed, word: str, *about: str) -> str:
    others = [one for one in LISTS["english"] if one[0].lower() != word[0].lower()]
    name = keyed.one_of(others, "english place", word.lower(), *about)
    return name.upper() if word.isupper() and len(word) > 1 else name


def _chinese_address(keyed: Keyed, address: str, scope: str, attempt: str) -> str:
    out, at = [], 0
    if province := province_in(address):
        out.append(_province(keyed, province, scope))
        at = len(province)
        kind = re.match("特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市", address[at:])
        out.append(_fitting(out[0]) if kind else "")
        at += kind.end() if kind else 0
    for match in _marks().finditer(address, at):
        out.append(_other_name(keyed, address[at : match.start()], attempt))
        out.append(match[0])
        at = match.end()
    return "".join((*out, _other_name(keyed, address[at:], attempt)))


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\u3400-\u9fff0-9A-Za-z]){any_of(LISTS['marks'])}")


def _province(keyed: Keyed, name: str, scope: str) -> str:
    code = dict(zip(LISTS["provinces"], PROVINCES, strict=True))[name]
    return LISTS["provinces"][PROVINCES.index(province_of(keyed, code, scope))]


def _fitting(province: str) -> str:
    if province in ("北京", "天津", "上海", "重庆"):
        return "市"
    regions = {
        "广西": "壮族自治区",
        "宁夏": "回族自治区",
        "新疆": "维吾尔自治区",
        "内蒙古": "自治区",
        "西藏": "自治区",
    }
    return regions.get(province, "省")


def _other_name(keyed: Keyed, name: str, attempt: str) -> str:
    """Another name or number of the same length; blanks and marks stay."""
    out: list[str] = []
    for match in re.finditer("[0-9A-Za-z]+|[\u3400-\u9fff]+|[^0-9A-Za-z\u3400-\u9fff]+", name):
        piece = match[0]
        if _HAN.match(piece):
            numeral = of_han(piece) if len(piece) < 4 else None
            out.append(
                _other_numeral(keyed, piece, attempt)
                if numeral
                else _town(keyed, len(piece), piece, "town", piece, attempt)
            )
        else:
            out.append(keyed.permuted(piece, "address", attempt))
    return "".join(out)


def _other_numeral(keyed: Keyed, piece: str, attempt: str) -> str:
    return "".join(
        keyed.one_of([one for one in "一二三四五六七八九" if one != char], "numeral", piece, str(at), attempt)
        for at, char in enumerate(piece)
    )


def _town(keyed: Keyed, length: int, old: str, *about: str) -> str:
    """A name of a place of `length` characters, none of them of `old`."""
    out: list[str] = []
    for at in range(length):
        listed = LISTS["second" if at % 2 or length == 1 else "first"]
        fitting = [char for char in listed if char not in old and char not in out] or listed
        out.append(keyed.one_of(fitting, *about, f"character {at}"))
    return "".join(out)
