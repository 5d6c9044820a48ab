"""A request for a record: who asks for whose record, for what, on what ground."""

from dataclasses import dataclass
from datetime import date, datetime

from exchange.directory import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person or device that asks, as vouched for by its own node.

    `id` is the practitioner's id in the directory of the vouching node; `vouched_by` is that node's id.
    """

    id: str
    role: str
    organisation: Organisation
    groups: tuple[str, ...]
    vouched_by: str
    name: str = ""
    on_behalf_of: str = ""

    @property
    def reference(self) -> str:
        """The FHIR reference consents name this actor by."""
        kind = {"patient": "Patient", "next-of-kin": "RelatedPerson", "ai-device": "Device"}.get(
            self.role, "Practitioner"
        )
        return self.id if "/" in self.id else f"{kind}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasedOn:
    """The open case a request belongs to: a referral, a consultation."""

    kind: str
    id: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The research project a request is made for: its terms as GA4GH DUO has them, and its approval."""

    project: str
    use: tuple[str, ...]
    approved: bool
    approved_until: date
    profile: str
    disease: str = ""
    disease_ancestors: tuple[str, ...] = ()
    for_profit: bool = False
    genetic_data: bool = False

    def as_case(self) -> dict[str, object]:
        """The `research` of a consent case. Extracts are always de-identified here."""
        case: dict[str, object] = {
            "study": f"ResearchStudy/{self.project}",
            "use": list(self.use),
            "forProfit": self.for_profit,
            "irbApproved": self.approved,
            "deidentified": True,
            "geneticData": self.genetic_data,
        }
        if self.disease:
            case |= {"disease": self.disease, "diseaseAncestors": list(self.disease_ancestors)}
        return case

    def as_question(self) -> dict[str, object]:
        """The `research` of a policy question."""
        return {
            "project": self.project,
            "approved": self.approved,
            "approved_until": self.approved_until.isoformat(),
            "profile": self.profile,
            "identified": False,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question put to the node that holds the record. Times are aware."""

    id: str
    patient: str
    purpose: str
    actor: Actor
    asked_at: datetime
    classes: tuple[str, ...] = ()
    emergency_reason: str | None = None
    based_on: BasedOn | None = None
    research: Study | None = None
    digest: str = ""

    @property
    def is_emergency(self) -> bool:
        return self.emergency_reason is not None
