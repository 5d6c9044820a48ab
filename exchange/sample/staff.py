"""Who works for an organisation of the starter registry, and those same people as FHIR resources."""

from collections.abc import Mapping

from exchange.directory import Directory, Organisation, Person, parse_directory, region_name, starter
from exchange.sample.dice import Dice
from exchange.sample.elements import Resource, hl7, present, ref
from exchange.sample.identity import INSTITUTION

_TYPES = {
    "insurer": "ins",
    "platform": "govt",
    "supervisor": "govt",
    "cdc": "govt",
    "research-institute": "edu",
}
_ROLES = {"physician": "doctor", "emergency-physician": "doctor", "family-doctor": "doctor", "nurse": "nurse",
          "radiologist": "doctor", "ecg-physician": "doctor", "pathologist": "doctor", "home-nurse": "nurse",
          "pharmacist": "pharmacist", "researcher": "researcher"}  # fmt: skip


class Staff:
    """The starter registry, asked for somebody to do the work."""

    def __init__(self) -> None:
        self.directory: Directory = parse_directory(starter(), "starter.toml")
        self._at: dict[str, list[Person]] = {}
        for person in self.directory.people():
            self._at.setdefault(person.organisation, []).append(person)

    def somebody(self, dice: Dice, organisation: str, *roles: str) -> Person:
        """One of those who work there in one of `roles`, in any other role where nobody does."""
        people = [one for one in self._at[organisation] if not _is_device(one)]
        return dice.one([one for one in people if one.role in roles] or people)

    def doctor(self, dice: Dice, organisation: str) -> Person:
        return self.somebody(dice, organisation, "physician", "family-doctor")

    def name(self, organisation: str) -> str:
        return self.directory.organisation(organisation).name_zh

    def resources(self) -> Mapping[str, list[Resource]]:
        """Organisations, people and machines of the registry; ids are the registry's."""
        people = self.directory.people()
        machines = [one for one in people if _is_device(one)]
        humans = [one for one in people if not _is_device(one)]
        return {
            "Organization": [_organization(one) for one in self.directory.organisations()],
            "Practitioner": [_practitioner(one) for one in humans],
            "PractitionerRole": [_role(one) for one in humans],
            "Device": [_device(one) for one in machines],
        }


def _is_device(one: Person) -> bool:
    return one.reference.startswith("Device/")


def _organization(one: Organisation) -> Resource:
    return present(
        {
            "resourceType": "Organization",
            "id": one.id,
            "identifier": [{"system": INSTITUTION, "value": one.id}],
            "active": one.standing == "active",
            "type": [{**hl7("organization-type", _TYPES.get(one.kind, "prov")), "text": one.kind}],
            "name": one.name_zh,
            "alias": [one.name_en],
            "address": [{"text": region_name(one.region, "zh"), "country": "CN"}],
            "partOf": ref(f"Organization/{one.parent}") if one.parent else None,
        }
    )


def _practitioner(one: Person) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": one.id,
        "active": True,
        "name": [{"use": "official", "text": one.name_zh}],
    }


def _role(one: Person) -> Resource:
    code = _ROLES.get(one.role)
    return {
        "resourceType": "PractitionerRole",
        "id": f"{one.id}-role",
        "active": True,
        "practitioner": ref(one.reference),
        "organization": ref(f"Organization/{one.organisation}"),
        "code": [{**(hl7("practitioner-role", code) if code else {}), "text": one.role}],
    }


def _device(one: Person) -> Resource:
    return {
        "resourceType": "Device",
        "id": one.id,
        "status": "active",
        "deviceName": [{"name": one.name_zh, "type": "user-friendly-name"}],
        "type": {"text": "AI辅助软件" if one.role == "ai-device" else "自助服务机"},
        "owner": ref(f"Organization/{one.organisation}"),
        "version": [{"value": "1.0"}],
    }
