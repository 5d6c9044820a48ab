"""What the bytes of a text say, by the character set the file names; UTF-8 is how all text is written again.

Hospitals write Chinese where no character set, or a Western one, is named. Read as it is declared, "张三" is "ÕÅÈý":
nothing that looks for names finds it, and everybody who opens the file elsewhere can read it.
"""

import re
import warnings

from pydicom.charset import convert_encodings, decode_bytes, python_encoding
from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

UTF8 = "ISO_IR 192"
DEFAULT = ("iso8859",)
_ESCAPE = b"\x1b"
# Western single-byte sets, in which any bytes are a text.
_WESTERN = frozenset(("iso8859", "latin_1"))
# GB 2312: its characters are pairs of bytes of which both have the high bit (PS3.5 annex K).
_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")


def encodings_of(named: bytes) -> tuple[str, ...] | None:
    """Python's names for what Specific Character Set names; None for what nobody knows."""
    terms = [term.strip() for term in named.decode("ascii", "replace").strip("\0 ").split("\\")]
    if terms == [""]:
        return DEFAULT
    if not all(term in python_encoding for term in terms):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tuple(convert_encodings(terms))


def decoded(raw: bytes, encodings: tuple[str, ...] | None, *, name: bool = False) -> str | None:
    """The text, without the blanks and zeros that fill it up; None where it cannot be read for certain.

    `name`: a person's name, in which `^` and `=` end a run of another character set (PS3.5 section 6.1.2.5.3).
    """
    if raw.isascii() and _ESCAPE not in raw:
        return raw.decode("ascii").rstrip("\0 ")
    if encodings is None:
        text = _guessed(raw)
    elif _ESCAPE in raw:
        text = _switching(raw, encodings, name=name)
    elif encodings[0] in _WESTERN:
        text = _guessed(raw) or _strictly(raw, encodings[0] if encodings != DEFAULT else "ascii")
    else:
        text = _strictly(raw, encodings[0])
    return None if text is None else text.rstrip("\0 ")


def _guessed(raw: bytes) -> str | None:
    """UTF-8, or the Chinese of GB 2312, if it can be nothing else."""
    text = _strictly(raw, "utf-8")
    return _strictly(raw, "gb18030") if text is None and _PAIRS.fullmatch(raw) else text


def _strictly(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _switching(raw: bytes, encodings: tuple[str, ...], *, name: bool) -> str | None:
    """Text that changes its character set on the way (ISO 2022)."""
    parts = raw.split(b"=") if name else [raw]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = "=".join(decode_bytes(one, encodings, PN_DELIMS if name else TEXT_VR_DELIMS) for one in parts)
    return None if "\ufffd" in text or "\x1b" in text else text
