"""Consents and questions as tests write them: short, and invented."""

from typing import Any

from consent.codes import EXTENSION, SEPARATE_CONSENT

Json = dict[str, Any]

T = "http://terminology.hl7.org/CodeSystem/"
ME = "Patient/lin"
HOSPITAL = "Organization/yufeng-hospital"
HOLDER = "Organization/dongmen-hospital"
DOCTOR = "Practitioner/dr-qiao"
DECLARED = {"declared": True, "authorizedToDeclare": True, "reason": "unconscious after a fall"}


def concept(system: str, code: str) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def who(*references: str, role: str = "IRCP") -> list[Json]:
    """Actors of a rule."""
    named = concept(f"{T}v3-ParticipationType", role)
    return [{"role": named, "reference": {"reference": one}} for one in references]


def why(*purposes: str) -> list[Json]:
    """Purposes of a rule."""
    return [{"system": f"{T}v3-ActReason", "code": one} for one in purposes]


def topic(*sensitivities: str) -> list[Json]:
    """Labels by topic."""
    return [{"system": f"{T}v3-ActCode", "code": one} for one in sensitivities]


def level(*levels: str) -> list[Json]:
    """Labels by confidentiality."""
    return [{"system": f"{T}v3-Confidentiality", "code": one} for one in levels]


def kind(*names: str) -> list[Json]:
    """Kinds of record."""
    return [{"system": "http://hl7.org/fhir/resource-types", "code": one} for one in names]


def extension(name: str, **value: object) -> Json:
    """One of our own extensions."""
    return {"url": f"{EXTENSION}{name}", **value}


def permit(*recipients: str, purposes: tuple[str, ...] = ("TREAT",), **more: object) -> Json:
    """A rule that permits."""
    rule: Json = {"type": "permit"}
    if recipients:
        rule["actor"] = who(*recipients)
    if purposes:
        rule["purpose"] = why(*purposes)
    return rule | more


def deny(**more: object) -> Json:
    """A rule that refuses."""
    return {"type": "deny", **more}


def paper(rule: Json | None, name: str = "paper", *, date: str = "2026-02-03", **more: object) -> Json:
    """A signed consent around a rule; a policy of its own keeps it from replacing another."""
    made: Json = {
        "resourceType": "Consent",
        "id": name,
        "status": "active",
        "scope": concept(f"{T}consentscope", "patient-privacy"),
        "category": [
            concept("http://loinc.org", "59284-0"),
            concept(SEPARATE_CONSENT, "sensitive"),
            concept(SEPARATE_CONSENT, "provide-third-party"),
        ],
        "patient": {"reference": ME},
        "dateTime": date,
        "performer": [{"reference": ME}],
        "sourceReference": {"reference": f"DocumentReference/form-{name}"},
        "policy": [{"uri": f"https://platform.example/policy/{name}|1"}],
    }
    if rule is not None:
        made["provision"] = rule
    return made | more


def ask(purpose: str = "TREAT", *, actor: Json | None = None, **more: object) -> Json:
    """A doctor of one hospital asks for what another hospital holds."""
    asker = {"reference": DOCTOR, "organization": HOSPITAL, "region": "330108", "memberOf": []}
    return {
        "patient": {"reference": ME, "birthDate": "1971-11-23"},
        "at": "2026-03-04T09:30:00+08:00",
        "actor": asker | (actor or {}),
        "custodian": HOLDER,
        "purpose": purpose,
        "action": "access",
        **more,
    }


def item(ref: str, confidentiality: str | None = "N", topics: tuple[str, ...] = (), **more: object) -> Json:
    """A labelled thing asked for."""
    labels = {} if confidentiality is None else {"confidentiality": confidentiality, "sensitivity": [*topics]}
    return {"ref": ref, "class": ref.partition("/")[0], **labels, **more}
