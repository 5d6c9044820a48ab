"""A consent as the decision sees it: who signed what, when, with which proof, and its rules.

Read from a FHIR R4 Consent. `problem` says why one cannot be computed; such a consent blocks instead of
being guessed.
"""

from datetime import datetime

import msgspec

from consent import fhir, terms
from consent.codes import SEPARATE_CONSENT, is_a
from consent.fhir import Json, Unreadable
from consent.rules import Rule, read_rules
from consent.when import Moment, moment

_ELEMENTS = fhir.names(
    "resourceType id meta implicitRules language text contained extension modifierExtension identifier status"
    " scope category patient dateTime performer organization sourceAttachment sourceReference policy"
    " policyRule verification provision"
)
# R4 consent-state-codes. A status that is not one of these could mean anything.
_STATUSES = frozenset(("draft", "proposed", "active", "rejected", "inactive", "entered-in-error"))
_SCOPES = frozenset(("patient-privacy", "treatment", "research", "adr"))
_NOTHING = terms.OnConsent()


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One version of one consent. `signed`: when the person said it; `known`: when the registry heard."""

    id: str
    version: str = ""
    status: str
    scope: str
    signed: Moment | None = None
    known: datetime | None = None
    policies: tuple[tuple[str, str], ...] = ()
    controllers: frozenset[str] = frozenset()
    signers: frozenset[str] = frozenset()
    separate: frozenset[str] = frozenset()
    has_evidence: bool = False
    ours: terms.OnConsent = _NOTHING
    root: Rule | None = None
    problem: Unreadable | None = None
    patient: str = ""

    @property
    def name(self) -> str:
        return f"{self.id}/{self.version}" if self.version else self.id

    @property
    def series(self) -> object:
        """Same scope, policy, controller and signer: the newer replaces the older. None: replaces nothing."""
        if not self.policies:
            return None
        bases = frozenset(base for base, _ in self.policies)
        return (self.scope, bases, self.controllers, self.signers)

    def serves(self, purpose: str) -> bool:
        """Whether the scope speaks of this purpose: research never of care, treatment never of research."""
        match self.scope:
            case "research":
                return is_a(purpose, "HRESCH")
            case "treatment":
                return not is_a(purpose, "HRESCH")
            case scope:
                return scope != "adr"  # an advance directive is about treatment, not about records


def read_document(consent: Json, hours_east: int) -> Document:
    """The consent, computable or not. Never raises: what cannot be read is its `problem`."""
    try:
        return _read(consent, hours_east)
    except Unreadable as problem:
        return _unreadable(consent, problem, hours_east)


def _read(consent: Json, hours: int) -> Document:
    said = fhir.closed(consent, "Consent", _ELEMENTS)
    status = fhir.text(said, "status", "Consent")
    if status not in _STATUSES:
        raise Unreadable("Consent.status", "is not known", "取值未知")
    scope = _scope(said)
    # An advance directive has no rules about records; a draft may not have them yet.
    has_rules = scope != "adr" and (status in ("active", "inactive") or "provision" in said)
    return Document(
        id=fhir.text(said, "id", "Consent"),
        version=_version(said),
        status=status,
        scope=scope,
        signed=_date(said, "dateTime", "Consent", hours),
        known=_known(said, hours),
        policies=_policies(said),
        controllers=_references(said, "organization"),
        signers=_references(said, "performer"),
        separate=_separate(said),
        has_evidence=any(
            fhir.is_object(said.get(n)) and said[n] for n in ("sourceReference", "sourceAttachment")
        ),
        ours=terms.of_consent(said, "Consent"),
        root=read_rules(said.get("provision"), hours) if has_rules else None,
        patient=fhir.reference(said.get("patient"), "Consent.patient"),
    )


def _unreadable(consent: Json, problem: Unreadable, hours: int) -> Document:
    """What can still be told of a consent that cannot be computed: enough to block, nothing to permit."""
    status = consent.get("status")
    try:
        known, scope = _known(consent, hours), _scope(consent)
    except Unreadable:
        known, scope = None, ""
    try:  # so that signing again can replace it
        signed, policies = _date(consent, "dateTime", "Consent", hours), _policies(consent)
        controllers, signers = _references(consent, "organization"), _references(consent, "performer")
    except Unreadable:
        signed, policies, controllers, signers = None, (), frozenset(), frozenset()
    return Document(
        id=str(consent.get("id", "")),
        version=_version(consent),
        status=status if isinstance(status, str) and status in _STATUSES else "active",
        scope=scope,
        signed=signed,
        known=known,
        policies=policies,
        controllers=controllers,
        signers=signers,
        problem=problem,
        patient=_patient(consent),
    )


def _patient(said: Json) -> str:
    """Whose consent it may be, written as `Patient/id`; "" where it may be anybody's: it then blocks for everybody."""
    patient = said.get("patient")
    reference = patient.get("reference") if fhir.is_object(patient) else None
    return fhir.local_part(reference) if isinstance(reference, str) else ""


def _version(said: Json) -> str:
    meta = said.get("meta")
    return str(meta.get("versionId", "")) if fhir.is_object(meta) else ""


def _known(said: Json, hours: int) -> datetime | None:
    meta = said.get("meta")
    known = _date(meta, "lastUpdated", "Consent.meta", hours) if fhir.is_object(meta) else None
    return known.first if known else None


def _scope(said: Json) -> str:
    found = [code for _, code in fhir.codings(said.get("scope"), "Consent.scope")]
    known = [code for code in found if code in _SCOPES]
    if not known:
        raise Unreadable("Consent.scope", "is not known", "取值未知")
    return known[0]


def _separate(said: Json) -> frozenset[str]:
    """Kinds of separate consent given (PIPL 23-25, 29, 39). Other categories only say what the paper is."""
    found = set()
    for value, where in fhir.each(said, "category", "Consent"):
        for one, place in fhir.each(fhir.object_at(value, where), "coding", where):
            if fhir.object_at(one, place).get("system") == SEPARATE_CONSENT:
                found.add(fhir.text(one, "code", place))
    return frozenset(found)


def _policies(said: Json) -> tuple[tuple[str, str], ...]:
    """Base and version of every policy the consent names, written `base|version`."""
    found = [fhir.optional_text(one, "uri", where) for one, where in fhir.each(said, "policy", "Consent")]
    return tuple((base, version) for base, _, version in (uri.partition("|") for uri in found if uri))


def _references(said: Json, name: str) -> frozenset[str]:
    return frozenset(fhir.reference(one, where) for one, where in fhir.each(said, name, "Consent"))


def _date(said: Json, name: str, place: str, hours: int) -> Moment | None:
    written = fhir.optional_text(said, name, place)
    try:
        return moment(written, hours) if written else None
    except ValueError:
        raise Unreadable(f"{place}.{name}", "is not a date", "不是日期") from None
