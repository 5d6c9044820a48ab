"""Numbers, addresses of machines and ways to reach somebody: others of the same form, nobody's where that can be had.

| | what is put there | why it is nobody's |
|---|---|---|
| mobile | 154 and eight figures | the Ministry (MIIT) has given 154 to no operator |
| landline | 026 or 0600 in front | area codes that no place in China has |
| 400, 800 | 4002 to 4005, 8002 to 8005 | of these services only 0, 1 and 6 to 9 follow |
| North America | 555-0100 to 555-0199 | kept for fiction (NANPA) |
| other countries | +999 | no country has it (ITU-T E.164) |
| short | a 0 in front | no subscriber's number begins with it |
| e-mail, web | example.org | RFC 2606 |
| IP | 192.0.2.x, 198.51.100.x, 203.0.113.x; 2001:db8:: | RFC 5737, RFC 3849 |
| MAC | 02 in front | RFC 7042: given by nobody's maker |
| plate | I behind the province | GA 36: neither I nor O is given |

Of the others (record numbers, passports, accounts) the form stays and nothing else; that one of them is somebody's
elsewhere cannot be ruled out, and says nothing there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deid.dates import MAX_SHIFT_DAYS
from deid.text.checks import has_birth_date, is_credit_code
from deid.text.operators.identity import PROVINCES, bank_cards, credit_codes, identity_cards, province_of
from deid.text.operators.keyed import Keyed

Numbers = Iterator[str]

_TRIES = 200
_MISREAD = str.maketrans("OoIl|x", "00111X")
_PLATES = dict(zip("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新", PROVINCES, strict=True))
_PLATE_OF = {code: char for char, code in _PLATES.items()}
_SSN = re.compile(r"\d{3}-?\d{2}-?\d{4}")
_IP6 = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whose number it is: the patient, whose province is one and the same, and their shift in days.

    `oldest` is the earliest year of birth that may be told (deid/ages.py).
    """

    scope: str
    days: int
    oldest: int


def others(keyed: Keyed, kind: str, number: str, whose: Bearer) -> Numbers:
    """Numbers to stand for `number`, of the type `kind`; the first free one to be taken. Never ends without one.

    A telephone comes and goes with what stands between its figures, others without blanks and marks.
    """
    make = _KINDS.get(kind, _any)
    for made in make(keyed, number, whose):
        if made != number:
            yield made
    for attempt in range(_TRIES):
        yield keyed.permuted(number, kind, f"again {attempt}")


def _any(keyed: Keyed, number: str, *_: object) -> Numbers:
    """Words in a number (军字第0123号) may say whose it is."""
    yield re.sub("[^\\x00-\\x7f]", "某", keyed.permuted(number, "number"))


def _identity(keyed: Keyed, number: str, whose: Bearer) -> Numbers:
    if _SSN.fullmatch(number):
        # 9 in front and 01 to 49 in the middle: never given, neither by the SSA nor as a tax number.
        for attempt in range(_TRIES):
            p = keyed.permuted(re.sub("-", "", number), "ssn", str(attempt))
            middle = f"{1 + int(p[3:5]) % 49:02d}"
            yield _in_form(f"9{p[1:3]}{middle}{p[5:]}", number)
        return
    plain = number.translate(_MISREAD)
    if len(plain) in (15, 18) and plain[:-1].isdecimal() and has_birth_date(plain):
        province = province_of(keyed, plain[:2], whose.scope)
        # Where no dates move, the day of birth does all the same.
        days = whose.days or 1 + keyed.number(MAX_SHIFT_DAYS, "birth", plain)
        yield from identity_cards(keyed, plain, days=days, province=province, oldest=whose.oldest)
    else:
        yield from _any(keyed, number)


def _bank(keyed: Keyed, number: str, *_: object) -> Numbers:
    digits = number.translate(_MISREAD)
    yield from bank_cards(keyed, digits) if digits.isdecimal() and len(digits) > 8 else _any(keyed, number)


def _credit(keyed: Keyed, code: str, *_: object) -> Numbers:
    yield from credit_codes(keyed, code) if is_credit_code(code) else _any(keyed, code)


def _plate(keyed: Keyed, plate: str, whose: Bearer) -> Numbers:
    rest = plate[1:]
    if plate[:1] in _PLATES and rest[:1].isascii():
        front = _PLATE_OF[province_of(keyed, _PLATES[plate[0]], whose.scope)] + "I"
        yield front + "".join(_plate_char(keyed, char, rest, at) for at, char in enumerate(rest[1:]))
    yield from _any(keyed, plate)


def _plate_char(keyed: Keyed, char: str, rest: str, at: int) -> str:
    if not char.isascii() or not char.isalnum():
        return char
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ" if char.isalpha() else "0123456789"
    return keyed.one_of([one for one in letters if one != char.upper()], "plate", rest, str(at))


def _phone(keyed: Keyed, number: str, *_: object) -> Numbers:
    """`number`: figures, and whatever stands between them; only the figures change."""
    digits = re.sub("[^0-9]", "", number)
    country = re.match(r"(?:00)?86(?=1[3-9]\d{9}$|0?[1-9]\d{9,10}$)", digits)
    before = country[0] if country else ""
    own = digits[len(before) :]
    for attempt in range(_TRIES):
        made = _subscriber(own, keyed.permuted(own, "phone", str(attempt)), "" if before else number)
        yield _in_form(before + made, number)


def _subscriber(digits: str, p: str, written: str) -> str:
    """Figures for `digits`, as many; `p` are as many keyed ones."""
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return "154" + p[3:]
    if re.fullmatch(r"0\d{9,17}", digits):
        return ("026" if re.match("01|02", digits) else "0600") + _behind_area(digits, p)
    if re.fullmatch(r"[48]00\d{7}", digits):
        return digits[:3] + "2345"[int(p[3]) % 4] + p[4:]
    if re.match(r"1?[2-9]\d{2}[2-9]\d{6}", digits) and re.search(r"[().+ -]", written):
        return _north_american(digits, p)
    if written.startswith("+"):
        return "999" + p[3:] if len(digits) > 3 else p
    return ("0" if len(digits) > 4 else p[:1]) + p[1:]


def _behind_area(digits: str, p: str) -> str:
    long = 3 if re.match("01|02", digits) else 4
    return "23456789"[int(p[long]) % 8] + p[long + 1 :]


def _north_american(digits: str, p: str) -> str:
    country = "1" if digits[0] == "1" else ""
    at = len(country)
    area = f"{'23456789'[int(p[at]) % 8]}{p[at + 1]}{p[at + 2]}"
    return f"{country}{area}55501{p[at + 8 : at + 10]}{p[at + 10 :]}"


def _in_form(digits: str, written: str) -> str:
    """The figures of `digits` one by one in the places `written` has figures."""
    left = iter(digits)
    return "".join(next(left) if char.isdecimal() else char for char in written)


def _mail(keyed: Keyed, address: str, *_: object) -> Numbers:
    local = re.split(r"\s?@\s?", address)[0]
    for attempt in range(_TRIES):
        yield f"{keyed.word(max(4, min(12, len(local))), 'mail', address.lower(), str(attempt))}@example.org"


def _web(keyed: Keyed, address: str, *_: object) -> Numbers:
    scheme = re.match(r"(?i)(?:https?|ftp)://", address)
    for attempt in range(_TRIES):
        path = keyed.word(8, "web", address, str(attempt))
        yield f"{scheme[0]}example.org/{path}" if scheme else f"www.example.org/{path}"


def _machine(keyed: Keyed, address: str, *_: object) -> Numbers:
    if _MAC.fullmatch(address):
        figures = keyed.word(12, "mac", address.lower()).translate(
            str.maketrans("abcdefghijkmnpqr", "0123456789ABCDEF")
        )
        yield address[2].join(("02", *(figures[at : at + 2] for at in range(2, 12, 2))))
    elif _IP6.fullmatch(address):
        for attempt in range(_TRIES):
            value = keyed.number(2**64, "ip6", address.lower(), str(attempt))
            yield "2001:db8::" + ":".join(f"{value >> at & 0xFFFF:x}" for at in (48, 32, 16, 0))
    elif re.fullmatch(r"[\d.]+", address):
        for attempt in range(_TRIES):
            seed = ("ip", address, str(attempt))
            yield keyed.one_of(_NETS, *seed) + str(1 + keyed.number(254, *seed, "host"))
    else:
        yield from _any(keyed, address)


_KINDS: dict[str, Callable[[Keyed, str, Bearer], Numbers]] = {
    "ID_CARD": _identity,
    "BANK_CARD": _bank,
    "ORG": _credit,
    "PLATE": _plate,
    "PHONE": _phone,
    "EMAIL": _mail,
    "URL": _web,
    "IP": _machine,
    "DEVICE_ID": lambda keyed, number, _: (_machine if _MAC.fullmatch(number) else _any)(keyed, number),
}
# Types whose surrogate is written out as it is: its length is its own.
OWN_FORM = frozenset(("EMAIL", "URL", "IP"))
