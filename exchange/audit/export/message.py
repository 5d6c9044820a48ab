"""An entry as an audit message in XML: of RFC 3881, which WS/T 790.4 refers to, or of DICOM PS3.15 A.5.

The two differ in the name of a code's attribute, and in that DICOM has a place for the reason of an outcome. Words are
Chinese and English side by side, UTF-8.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from exchange.audit import words
from exchange.audit.export.agents import NOBODY
from exchange.audit.export.event import LANGUAGES, Event, Place, both
from exchange.audit.export.kinds import EVENTS, JOB, Shape

OURS = "hutong"
# What XML 1.0 cannot hold at all, and what would break the line. A name from another node may bring anything.
_ILLEGAL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]")
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
# PS3.15 A.5.1.2.3: what became of the object. Of a decision and of a notice nothing did.
_LIFE_CYCLES = {
    Shape.SENT: "11",
    Shape.RECEIVED: "12",
    Shape.READ: "6",
    Shape.CREATE: "1",
    Shape.UPDATE: "3",
    Shape.DELETE: "15",
}
# RFC 3881 section 5.5.3: what kind of number an object goes by.
_PATIENT_NUMBER, _SEARCH, _REPORT_NUMBER, _URI = (
    ("2", "Patient Number"),
    ("10", "Search Criteria"),
    ("9", "Report Number"),
    ("12", "URI"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the two forms: the attribute of a code, and whether an outcome may be explained."""

    code: str
    explains: bool


RFC_3881 = Dialect("code", explains=False)
DICOM = Dialect("csd-code", explains=True)


def on_one_line(event: Event, dialect: Dialect) -> bytes:
    """The message as it is sent: one line, no declaration (RFC 5424 says UTF-8)."""
    message = _message(event, dialect)
    for one in message.iter():
        one.text = one.text and _legal(one.text)
        one.attrib.update({name: _legal(value) for name, value in one.attrib.items()})
    return tostring(message, encoding="unicode").encode()


def as_file(event: Event, dialect: Dialect) -> bytes:
    """The message as a document of its own."""
    return _DECLARATION + on_one_line(event, dialect) + b"\n"


def _message(event: Event, dialect: Dialect) -> Element:
    root = Element("AuditMessage")
    _identification(root, event, dialect)
    _participants(root, event, dialect)
    source = SubElement(
        root,
        "AuditSourceIdentification",
        AuditEnterpriseSiteID=event.entry.region,
        AuditSourceID=event.entry.node,
    )
    is_decision = event.kind.shape is Shape.DECISION
    SubElement(source, "AuditSourceTypeCode", {dialect.code: "6" if is_decision else "4"})
    if event.entry.patient:
        _patient(root, event, dialect)
    _object(root, event, dialect)
    return root


def _identification(root: Element, event: Event, dialect: Dialect) -> None:
    entry = event.entry
    found = SubElement(
        root,
        "EventIdentification",
        EventActionCode=entry.action,
        EventDateTime=f"{event.found.time:%Y-%m-%dT%H:%M:%S.%fZ}",
        EventOutcomeIndicator=entry.outcome,
    )
    _code(found, "EventID", (event.kind.event, "DCM", EVENTS[event.kind.event]), dialect)
    said = both({lang: event.what(lang) for lang in LANGUAGES})
    _code(found, "EventTypeCode", (event.code, OURS, said), dialect)
    if entry.break_glass:
        _code(found, "EventTypeCode", ("110127", "DCM", "Emergency Override Started"), dialect)
    if dialect.explains and (why := _because(event)):
        SubElement(found, "EventOutcomeDescription").text = why


def _participants(root: Element, event: Event, dialect: Dialect) -> None:
    entry, people = event.entry, event.people
    asking = event.kind.shape is Shape.RECEIVED or event.code == "access.request"
    client, server = (event.here, event.holder) if asking else (event.asker, event.here)
    if entry.actor:
        role = both({lang: words.role(entry.role, lang) for lang in LANGUAGES})
        person = _participant(root, people.actor.pseudonym, is_asking=True)
        _named(person, people.actor.id, people.actor.name)
        if entry.role:
            _code(person, "RoleIDCode", (entry.role, OURS, role), dialect)
    if entry.on_behalf_of:
        behind = _participant(root, people.behind.pseudonym, is_asking=False)
        _named(behind, people.behind.id, people.behind.name)
    if entry.organisation:
        body = _participant(root, entry.organisation, is_asking=False)
        _named(body, "", both(event.organisation))
        _code(body, "RoleIDCode", ("organisation", OURS, "机构 · organisation"), dialect)
    # DCM 110153 is where the data or the question came from, 110152 where it went.
    question = event.kind.shape in (Shape.QUERY, Shape.CREATE, Shape.UPDATE, Shape.DELETE)
    ends = (client, server) if question else (server, client)
    for place, code, meaning in zip(
        ends, ("110153", "110152"), ("Source Role ID", "Destination Role ID"), strict=True
    ):
        _code(_machine(root, place), "RoleIDCode", (code, "DCM", meaning), dialect)


def _participant(root: Element, name: str, *, is_asking: bool) -> Element:
    return SubElement(
        root, "ActiveParticipant", UserID=name, UserIsRequestor="true" if is_asking else "false"
    )


def _named(participant: Element, number: str, name: str) -> None:
    if number:
        participant.set("AlternativeUserID", number)
    if name:
        participant.set("UserName", name)


def _machine(root: Element, place: Place) -> Element:
    found = _participant(root, place.id or NOBODY, is_asking=False)
    # 1: the name of a machine. RFC 3881 knows no URI here.
    found.set("NetworkAccessPointID", place.host)
    found.set("NetworkAccessPointTypeCode", "1")
    return found


def _patient(root: Element, event: Event, dialect: Dialect) -> None:
    named = event.people.patient
    found = SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=named.pseudonym,
        ParticipantObjectTypeCode="1",
        ParticipantObjectTypeCodeRole="1",
    )
    _code(found, "ParticipantObjectIDTypeCode", _numbered(_PATIENT_NUMBER), dialect)
    shown = " ".join(filter(None, (named.id, named.name)))
    SubElement(found, "ParticipantObjectName").text = shown or "假名 · pseudonym"


def _object(root: Element, event: Event, dialect: Dialect) -> None:
    """The thing itself, by the id of the entry; what else the entry says stands in its details."""
    entry, kind = event.entry, event.kind
    is_question = kind.shape is Shape.QUERY
    found = SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=entry.intent or event.found.id,
        ParticipantObjectTypeCode="2",
        ParticipantObjectTypeCodeRole="24" if is_question else kind.role,
    )
    if cycle := _LIFE_CYCLES.get(kind.shape):
        found.set("ParticipantObjectDataLifeCycle", cycle)
    number = _SEARCH if is_question else _URI if kind.role == JOB else _REPORT_NUMBER
    _code(found, "ParticipantObjectIDTypeCode", _numbered(number), dialect)
    if is_question:
        asked = "&".join(filter(None, (entry.purpose, entry.object_class))) or event.code
        SubElement(found, "ParticipantObjectQuery").text = _hidden(asked)
    else:
        SubElement(found, "ParticipantObjectName").text = kind.about
    for name, value in _details(event).items():
        if value:
            SubElement(found, "ParticipantObjectDetail", type=name, value=_hidden(value))


def _details(event: Event) -> dict[str, str]:
    entry = event.entry
    return {
        "entry": event.found.id,
        "index": str(event.found.index),
        "leaf": event.leaf,
        "phase": entry.phase,
        "decision": entry.decision,
        "why": _because(event),
        "purpose": entry.purpose,
        "classes": entry.object_class,
        "count": str(entry.count) if entry.count else "",
        "obligations": " ".join(entry.obligations),
        "consents": " ".join(entry.consents),
        "policy": entry.policy,
        "claimed": event.claimed.isoformat() if event.claimed else "",
    }


def _because(event: Event) -> str:
    return both({lang: event.because(lang) for lang in LANGUAGES})


def _numbered(one: tuple[str, str]) -> tuple[str, str, str]:
    return one[0], "RFC-3881", one[1]


def _code(parent: Element, name: str, said: tuple[str, str, str], dialect: Dialect) -> None:
    code, system, meaning = said
    SubElement(parent, name, {dialect.code: code, "codeSystemName": system, "originalText": meaning})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)


def _hidden(text: str) -> str:
    """Base64: a value may hold what would be taken for XML (PS3.15 A.5.1)."""
    return b64encode(text.encode()).decode()
