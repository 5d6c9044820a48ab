"""What each kind of entry is called elsewhere: one table from (type, subtype, phase) to profile and event.

Profiles: IHE Basic Audit Log Patterns (BALP). Events: DICOM PS3.15 A.5, the codes RFC 3881 messages use too. An entry
of a kind that is not in the table is told by its action alone; tests/audit/test_balp.py finds out that there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from exchange.reminders.kinds import KINDS as REMINDERS
from ledger import Entry


class Shape(Enum):
    """How an event is laid out. The value is the name of the BALP profile; Patient stands before it with a patient."""

    DECISION = "AuthZconsent"
    SENT = "PrivacyDisclosure.Source"
    RECEIVED = "PrivacyDisclosure.Recipient"
    QUERY = "Query"
    READ = "Read"
    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"

    @property
    def is_restful(self) -> bool:
        """Whether the profile is one of those for FHIR interactions, which fix outcome 0."""
        return self in _RESTFUL

    def profile(self, *, patient: bool) -> str:
        """The name after IHE.BasicAudit."""
        return f"Patient{self.value}" if patient and self.is_restful else self.value


_RESTFUL = frozenset((Shape.QUERY, Shape.READ, Shape.CREATE, Shape.UPDATE, Shape.DELETE))
# HL7 object-role: what the thing was in the event.
REPORT, RESOURCE, JOB = "3", "4", "20"
# DICOM PS3.15 A.5 event identifiers.
ACTIVITY, LOG_USED, EXPORT, IMPORT = "110100", "110101", "110106", "110107"
PATIENT_RECORD, PROCEDURE, QUERY, ALERT = "110110", "110111", "110112", "110113"
EVENTS: Mapping[str, str] = {
    ACTIVITY: "Application Activity",
    LOG_USED: "Audit Log Used",
    EXPORT: "Export",
    IMPORT: "Import",
    PATIENT_RECORD: "Patient Record",
    PROCEDURE: "Procedure Record",
    QUERY: "Query",
    ALERT: "Security Alert",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of entry is laid out, the DICOM event, what it was about (FHIR type) and as what (object-role)."""

    shape: Shape
    event: str
    about: str = "Basic"
    role: str = RESOURCE


_CONSENT = Kind(Shape.UPDATE, PATIENT_RECORD, "Consent")
_NOTICE = Kind(Shape.UPDATE, PATIENT_RECORD, "Communication")
_JOB = Kind(Shape.UPDATE, ACTIVITY, "Task", JOB)
_COUNT = Kind(Shape.QUERY, QUERY, "MeasureReport", REPORT)
_REVIEW = Kind(Shape.UPDATE, LOG_USED, "AuditEvent", REPORT)
_MATTER = Kind(Shape.CREATE, PROCEDURE, "ServiceRequest")


def _new(kind: Kind) -> Kind:
    return replace(kind, shape=Shape.CREATE)


KINDS: Mapping[tuple[str, str, str], Kind] = {
    # What will be released was decided before anything left: one event for the decision, another for what left.
    ("access", "disclose", "intent"): Kind(Shape.DECISION, ALERT, "Consent"),
    ("access", "disclose", ""): Kind(Shape.SENT, EXPORT, "Bundle", REPORT),
    ("access", "refuse", ""): Kind(Shape.DECISION, ALERT, "Consent"),
    ("access", "request", ""): Kind(Shape.QUERY, QUERY, "Bundle", REPORT),
    ("access", "receive", ""): Kind(Shape.RECEIVED, IMPORT, "Bundle", REPORT),
    ("access", "receipt", ""): Kind(Shape.READ, EXPORT, "Provenance", REPORT),
    ("audit", "evidence", ""): Kind(Shape.READ, EXPORT, "AuditEvent", REPORT),
    ("audit", "export", ""): Kind(Shape.READ, LOG_USED, "AuditEvent", REPORT),
    ("audit", "reveal", ""): Kind(Shape.READ, ALERT, "Patient"),
    ("code", "give", ""): Kind(Shape.CREATE, PATIENT_RECORD, "Consent"),
    ("consent", "grant", ""): _new(_CONSENT),
    ("consent", "refuse", ""): _new(_CONSENT),
    ("consent", "brought", ""): _new(_CONSENT),
    ("consent", "change", ""): _CONSENT,
    ("consent", "revoke", ""): _CONSENT,
    ("count", "accesses", ""): _COUNT,
    ("count", "records", ""): _COUNT,
    ("count", "report", ""): _COUNT,
    ("erasure", "destroy-key", ""): Kind(Shape.DELETE, PATIENT_RECORD, "Patient"),
    ("import", "records", ""): Kind(Shape.CREATE, IMPORT, "Bundle"),
    ("ledger", "handover", ""): Kind(Shape.UPDATE, ALERT, "Device"),
    ("ledger", "stretch", ""): Kind(Shape.CREATE, LOG_USED, "AuditEvent", REPORT),
    ("node", "backup", ""): Kind(Shape.READ, EXPORT, "Binary"),
    ("node", "create", ""): Kind(Shape.CREATE, ACTIVITY, "Device"),
    ("node", "join", ""): Kind(Shape.CREATE, ALERT, "Endpoint"),
    ("node", "question", ""): Kind(Shape.QUERY, QUERY, "Bundle"),
    ("node", "replay", ""): Kind(Shape.QUERY, ALERT, "Bundle"),
    ("notice", "again", ""): _NOTICE,
    ("notice", "answer", ""): _NOTICE,
    ("notice", "answered", ""): _NOTICE,
    ("notice", "counted", ""): _new(_NOTICE),
    ("notice", "delivered", ""): _NOTICE,
    ("notice", "done", ""): _NOTICE,
    ("notice", "incoming", ""): _new(_NOTICE),
    ("notice", "misuse", ""): _new(_NOTICE),
    ("notice", "refused", ""): _NOTICE,
    ("notice", "told", ""): _NOTICE,
    ("notice", "unreached", ""): _NOTICE,
    ("notice", "withdrawal", ""): _new(_NOTICE),
    ("policy", "adopt", ""): Kind(Shape.CREATE, ALERT, "Library"),
    ("receipt", "consent", ""): Kind(Shape.READ, EXPORT, "Consent", REPORT),
    ("recognition", "declined", ""): _MATTER,
    ("recognition", "not-recognised", ""): _MATTER,
    ("recognition", "recognised", ""): _MATTER,
    **{("reminder", code, ""): _new(_NOTICE) for code in REMINDERS},
    ("research", "approve", ""): Kind(Shape.UPDATE, ACTIVITY, "ResearchStudy"),
    ("research", "extract", ""): Kind(Shape.READ, EXPORT, "Bundle", REPORT),
    ("research", "job-changed", ""): _JOB,
    ("research", "job-ended", ""): _JOB,
    ("research", "queue", ""): _new(_JOB),
    ("research", "register", ""): Kind(Shape.CREATE, ACTIVITY, "ResearchStudy"),
    ("review", "close", ""): _REVIEW,
    ("review", "return", ""): _REVIEW,
    ("review", "sign-off", ""): _REVIEW,
    ("review", "take", ""): _new(_REVIEW),
    ("watchlist", "add", ""): Kind(Shape.CREATE, ALERT, "Flag"),
    ("watchlist", "remove", ""): Kind(Shape.DELETE, ALERT, "Flag"),
    ("witness", "fork", ""): Kind(Shape.CREATE, ALERT, "Provenance", REPORT),
}
# Two that may begin something or go on with it: their action tells.
_BOTH = frozenset((("consent", "brought"), ("node", "join")))
_BY_ACTION = {"C": Shape.CREATE, "R": Shape.READ, "U": Shape.UPDATE, "D": Shape.DELETE, "E": Shape.UPDATE}


def kind_of(entry: Entry) -> Kind:
    """How this entry is told elsewhere."""
    what = (entry.type, entry.subtype)
    kind = KINDS.get((*what, entry.phase)) or KINDS.get((*what, ""))
    if kind is None:
        return Kind(_BY_ACTION[entry.action], ACTIVITY)
    return replace(kind, shape=_BY_ACTION[entry.action]) if what in _BOTH else kind
