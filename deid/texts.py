"""Texts that only the object around them explains: what an attachment holds, and whom a reference names.

An attachment that is text is looked into and rewritten; any other content does not leave. FHIR R4 Attachment: `data`
is base64, `contentType` a MIME type that may name the character set.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

from deid.narrative import rewritten
from deid.subject import Subject
from deid.text.operators.rewriting import Rewriter, Rewritten
from deid.text.patterns import any_of
from deid.text.spans import CHECKED, Span
from deid.text.words import WORDS

_TYPE = re.compile(
    r"\s*(text/[a-z0-9.+-]+)\s*(?:;.*?charset\s*=\s*\"?([A-Za-z0-9_.:-]+))?", re.IGNORECASE | re.DOTALL
)
_MARKUP = frozenset(("text/html",))
# Others do not leave: RTF writes letters as codes that nobody finds a name in, XML says what is a name by its tags.
_PLAIN = frozenset(("text/plain", "text/markdown", "text/csv"))
# One character may be read in several ways where one byte is one character: those are not believed.
_BELIEVED = frozenset("utf-8 utf8 utf-16 utf-16le utf-16be gb2312 gbk gb18030 big5".split())
_POINTED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)[/?]")
_PLACES = frozenset(("Organization", "Location", "HealthcareService"))
# Names of these are words of medicine, or of the house; they are read like any text.
_THINGS = frozenset(
    """
    Medication Condition Observation Procedure DiagnosticReport Encounter ServiceRequest MedicationRequest Device
    Specimen ImagingStudy Immunization AllergyIntolerance CarePlan Goal EpisodeOfCare Appointment Composition
    Questionnaire
    """.split()
)
_TITLES = any_of(WORDS.names["titles"])
_ENGLISH = any_of(WORDS.english["titles"])
_TITLED = re.compile(
    rf"(?s)\s*(?:{_ENGLISH}\.?\s+|{_TITLES}[\s:：]*)?(?P<name>.*?)\s*(?:{_TITLES}|,?\s+{any_of(WORDS.english['degrees'])})?\s*"
)


def rewriting(rewriter: Rewriter, subject: Subject) -> Callable[[str], Rewritten]:
    """Rewrites texts of `subject`."""
    return lambda text: rewriter.rewrite(
        text, patient=subject.patient, days=subject.days, known=subject.known
    )


def rewritten_attachment(
    attachment: Mapping[str, Any], rewrite: Callable[[str], Rewritten]
) -> Mapping[str, Any]:
    """The attachment with its text rewritten, in UTF-8; without `data` where that is no text."""
    kind = attachment.get("contentType")
    bare = {name: value for name, value in attachment.items() if name not in ("data", "_data")}
    match = _TYPE.match(kind) if isinstance(kind, str) else None
    if match is None or match[1].lower() not in _MARKUP | _PLAIN:
        return bare
    text = _text(attachment.get("data"), (match[2] or "").lower())
    if text is None:
        return bare
    marked_up = match[1].lower() in _MARKUP or _is_markup(text)
    new = rewritten(text, rewrite) if marked_up else rewrite(text).text
    if new is None:
        return bare
    data = base64.b64encode(new.encode("utf-8", "replace")).decode()
    return bare | {"contentType": "text/html" if marked_up else "text/plain", "data": data}


def _is_markup(text: str) -> bool:
    return re.match(r"\s*<(?:!doctype|\?xml|html|div|body)\b", text, re.IGNORECASE) is not None


def _text(data: Any, charset: str) -> str | None:
    """The text in `data`; None where it is none, or written in a way that is not believed."""
    try:
        content = base64.b64decode(data) if isinstance(data, str) else None
    except (binascii.Error, ValueError):
        return None
    if content is None or (charset and charset not in _BELIEVED and not content.isascii()):
        return None
    for encoding in (charset if charset in _BELIEVED else "", "utf-8-sig", "gb18030"):
        try:
            if encoding:
                return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def text_attachment(
    attachment: Mapping[str, Any], subject: Subject, rewriter: Rewriter | None
) -> Mapping[str, Any]:
    """The attachment as it may leave; without a `rewriter`, without its content."""
    if rewriter is None:
        return {name: value for name, value in attachment.items() if name not in ("data", "_data")}
    return rewritten_attachment(attachment, rewriting(rewriter, subject))


def named_reference(
    reference: Mapping[str, Any], subject: Subject, rewriter: Rewriter | None
) -> Mapping[str, Any]:
    """The reference with its `display` as it may leave: a name as a whole where it points at somebody.

    Where it does not say at what it points, it may be a name.
    """
    if "display" not in reference:
        return reference
    bare = {name: value for name, value in reference.items() if name not in ("display", "_display")}
    display = reference["display"]
    if rewriter is None or type(display) is not str:
        return bare
    kind = _pointed_at(reference)
    found = () if kind in _THINGS else _all_but_titles(display, "HOSPITAL" if kind in _PLACES else "NAME")
    done = rewriter.rewrite(
        display, patient=subject.patient, days=subject.days, known=subject.known, found=found
    )
    return bare | {"display": done.text}


def _pointed_at(reference: Mapping[str, Any]) -> str:
    address, kind = reference.get("reference"), reference.get("type")
    match = _POINTED.search(address) if isinstance(address, str) else None
    return match[1] if match else kind if isinstance(kind, str) else ""


def _all_but_titles(display: str, kind: str) -> tuple[Span, ...]:
    """All of it, but for a title before or behind: 沈医生, Dr. Anna Mann."""
    match = _TITLED.fullmatch(display)
    if match is None or not match["name"].strip():
        return ()
    return (Span(match.start("name"), match.end("name"), kind, CHECKED),)
