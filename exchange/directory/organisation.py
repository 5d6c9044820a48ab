"""A hospital, clinic, insurer, platform: what an organisation is here, and where it lies."""

from dataclasses import dataclass

KINDS = (
    "platform",
    "hospital",
    "maternal-child-hospital",
    "emergency-centre",
    "community-centre",
    "township-centre",
    "village-clinic",
    "cdc",
    "research-institute",
    "insurer",
    "pharmacy",
    "internet-hospital",
    "supervisor",
    "diagnostic-centre",
    "home-nursing",
    "courier",
    "processor",
)
# The four tiers of the national plan, and the village below them.
TIERS = ("national", "provincial", "prefecture", "county", "village")
STANDINGS = ("active", "suspended")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the registry. `region` is its GB/T 2260 code, `parent` the id of the one above it.

    `emergency`: it runs an emergency service, so its emergency physicians may break the glass.
    `contact` is whom a patient turns to there, `phone` their number: a consent receipt names both (PIPL 17, 23).
    A suspended organisation stays listed (old entries must still have a name) and is given nothing.
    """

    id: str
    name_zh: str
    name_en: str
    kind: str
    tier: str
    region: str
    standing: str = "active"
    emergency: bool = False
    parent: str = ""
    contact: str = ""
    phone: str = ""

    @property
    def reference(self) -> str:
        """The FHIR reference consents name it by."""
        return f"Organization/{self.id}"

    def name(self, lang: str) -> str:
        """Its Chinese name for "zh", its English one otherwise."""
        return self.name_zh if lang == "zh" else self.name_en
