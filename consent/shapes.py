"""The closed shape of a request in the published case format. A field that is not here is an error."""

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", gc=False):
    """Every part of a request is closed, and everything in it may be null: that counts as not said."""


class Patient(Part, frozen=True, gc=False):
    """Whose record it is. Dates may be given to the day, the month or the year."""

    reference: str | None = None
    birth_date: str | None = None
    deceased_date: str | None = None


class Actor(Part, frozen=True, gc=False):
    """Who asks: a person or a device, and for which organisation."""

    reference: str | None = None
    organization: str | None = None
    member_of: list[str] | None = None
    region: str | None = None
    country: str | None = None
    relationship: str | None = None
    foreign_controlled: bool | None = None


class SaidItem(Part, frozen=True, gc=False):
    """One thing asked for, as written."""

    ref: str
    class_: str | None = msgspec.field(name="class", default=None)
    code: list[str] | None = None
    confidentiality: str | None = None
    sensitivity: list[str] | None = None
    author: str | None = None
    authored_on: str | None = None
    encounter: str | None = None


class CrossBorder(Part, frozen=True, gc=False):
    """On what legal mechanism the record would leave the country."""

    mechanism: str | None = None


class Emergency(Part, frozen=True, gc=False):
    """A declaration of an emergency."""

    declared: bool | None = None
    authorized_to_declare: bool | None = None
    reason: str | None = None


class Research(Part, frozen=True, gc=False):
    """What a study is about, and what it has been granted."""

    study: str | None = None
    use: list[str] | None = None
    disease: list[str] | str | None = None
    disease_ancestors: list[str] | None = None
    for_profit: bool | None = None
    irb_approved: bool | None = None
    deidentified: bool | None = None
    genetic_data: bool | None = None
    hgr_filing: bool | str | None = None


class SaidRequest(Part, frozen=True, gc=False):
    """A request, as written."""

    patient: Patient | None = None
    at: str | None = None
    known_at: str | None = None
    actor: Actor | None = None
    custodian: str | None = None
    purpose: str | None = None
    action: str | None = None
    items: list[SaidItem] | None = None
    onward: bool | None = None
    cross_border: CrossBorder | None = None
    emergency: Emergency | None = None
    legal_basis: str | None = None
    research: Research | None = None
