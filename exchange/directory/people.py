"""The people who may ask for a record, and the groups they and their organisations form."""

from dataclasses import dataclass

ROLES = (
    "physician",
    "nurse",
    "emergency-physician",
    "family-doctor",
    "pharmacist",
    "researcher",
    "public-health-officer",
    "insurance-clerk",
    "security-officer",
    "patient",
    "next-of-kin",
    "ai-device",
    "kiosk",
    "radiologist",
    "ecg-physician",
    "pathologist",
    "manager",
    "data-processor",
    "courier",
    "home-nurse",
)
# Those who answer for what a device or an assistant looks up for them.
RESPONSIBLE = (
    "physician",
    "nurse",
    "emergency-physician",
    "family-doctor",
    "pharmacist",
    "radiologist",
    "ecg-physician",
    "pathologist",
)
DEVICES = ("ai-device", "kiosk")
_TYPES = {"patient": "Patient", "next-of-kin": "RelatedPerson", "ai-device": "Device", "kiosk": "Device"}


def type_of(role: str) -> str:
    """How FHIR calls somebody of that role: e.g. RelatedPerson for next-of-kin."""
    return _TYPES.get(role, "Practitioner")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody (or an AI device) who works for `organisation`, an id of the same registry.

    A device says which `model` in which `version` it is: what it found must be traceable to it (PIPL art. 24).
    `patient` is the id of the record they have here themselves, so that it is seen when they look at it.
    """

    id: str
    name_zh: str
    name_en: str
    role: str
    organisation: str
    model: str = ""
    version: str = ""
    patient: str = ""

    @property
    def reference(self) -> str:
        """The FHIR reference consents name this person by."""
        return f"{type_of(self.role)}/{self.id}"

    def name(self, lang: str) -> str:
        """The Chinese name for "zh", the English one otherwise."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Group:
    """A family-doctor team, a consortium, a chest-pain centre; `members` are references of the registry."""

    id: str
    name_zh: str
    name_en: str
    members: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The FHIR reference consents name it by."""
        return f"Group/{self.id}"

    def name(self, lang: str) -> str:
        """Its Chinese name for "zh", its English one otherwise."""
        return self.name_zh if lang == "zh" else self.name_en
