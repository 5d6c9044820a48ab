"""A request for a record: who asks for whose record, for what, on what ground."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.directory import Organisation, type_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person or device that asks, as vouched for by its own node.

    `id` is the practitioner's id in the directory of the vouching node; `vouched_by` is that node's id. A device
    asks on behalf of a person of the same directory, and says which model in which version it is.
    """

    id: str
    role: str
    organisation: Organisation
    groups: tuple[str, ...]
    vouched_by: str
    name: str = ""
    on_behalf_of: str = ""
    on_behalf_of_name: str = ""
    on_behalf_of_role: str = ""
    model: str = ""
    model_version: str = ""

    @property
    def reference(self) -> str:
        """The FHIR reference of this actor at their own node. At a kiosk it is the patient who asks.

        What a consent of the holder means them by is `calling.called`.
        """
        if self.role == "kiosk" and self.on_behalf_of.startswith("Patient/"):
            return self.on_behalf_of
        return self.id if "/" in self.id else f"{type_of(self.role)}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasedOn:
    """What the asker names as evidence of the purpose: a case, a contract, a patient's code, a document.

    `open`: it holds at this moment for this asker. Only the node that has the record says so, by looking it up
    (exchange/evidence, docs/adr/0017). `id` of a code is never the code: on its way it is the token the code
    makes, once it was looked up the keyed hash of that; `door` is where wrong ones are counted. `paper` is what the
    holder read of a document: the SHA-256 of the file, the number, the dates, the parties.
    """

    kind: str
    id: str
    open: bool = False
    door: str = ""
    paper: Mapping[str, object] | None = None

    def as_kept(self) -> dict[str, object]:
        """What is sealed with the decision."""
        said: dict[str, object] = {"kind": self.kind, "id": self.id, "open": self.open}
        return said if self.paper is None else said | {"paper": dict(self.paper)}


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
    """One question put to the node that holds the record. Times are aware.

    `others` are asked for besides `actor`, as the experts of a consultation are: one decision, an entry for each.
    `authn_method` is how the patient was recognised, `zone` the network it came from; "" where that was not said
    (circumstances.py).
    """

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
    others: tuple[Actor, ...] = ()
    authn_method: str = ""
    zone: str = ""

    @property
    def is_emergency(self) -> bool:
        return self.emergency_reason is not None

    @property
    def rests_on_nothing(self) -> bool:
        """Whether what it names as evidence does not hold."""
        return self.based_on is not None and not self.based_on.open

    def each(self) -> tuple["Request", ...]:
        """The same question for one person at a time, all under the one id; whoever asks comes first."""
        return tuple(replace(self, actor=one, others=()) for one in (self.actor, *self.others))
