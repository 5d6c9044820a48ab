"""The rules of a consent: what is permitted or denied to whom, for what, and the exceptions inside.

Read from `Consent.provision` of FHIR R4. Elements of a rule are joined by AND, repetitions of an element
by OR, and a nested rule inherits what it does not say again. What cannot be computed raises Unreadable.
"""

from collections.abc import Sequence

import msgspec

from consent import codes, fhir, terms, when
from consent.fhir import Json, Unreadable

_ELEMENTS = fhir.names(
    "id extension modifierExtension type period actor action securityLabel purpose class code dataPeriod data"
    " provision"
)
_ACTOR = frozenset(("id", "extension", "modifierExtension", "role", "reference"))
_DATA = frozenset(("id", "extension", "modifierExtension", "meaning", "reference"))
_MEANINGS = frozenset(("instance", "related", "dependents", "authoredby"))
# A patient's wishes are a few levels deep; a thousand levels are an attack.
MAX_DEPTH = 16


class Recipient(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Somebody a rule means by the one who asks; `is_named` where the role says recipient (IRCP, PRCP)."""

    reference: str
    is_named: bool
    role: str


class Labels(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Confidentiality levels and sensitivities a rule speaks of."""

    levels: tuple[str, ...]
    sensitivities: tuple[str, ...]


class Uses(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """GA4GH DUO terms of a research rule, and the diseases beside DUO 0000007."""

    terms: tuple[str, ...]
    diseases: tuple[str, ...]


class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Everything a rule can speak of. None: it does not speak of it."""

    period: when.Period | None = None
    recipients: tuple[Recipient, ...] | None = None
    custodians: tuple[str, ...] | None = None
    authors: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    purposes: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    codes: tuple[tuple[str, str], ...] | None = None
    uses: Uses | None = None
    labels: Labels | None = None
    data: tuple[tuple[str, str], ...] | None = None
    data_period: when.Period | None = None
    onward: bool | None = None
    deidentify: bool | None = None

    def under(self, parent: "Conditions") -> "Conditions":
        """These conditions with everything they leave unsaid taken from `parent`."""
        said = {name: value for name in _NAMES if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(parent, **said)

    @property
    def asks_about_items(self) -> bool:
        """Whether one must see the item to know if the rule means it."""
        return (
            self.labels is not None
            or self.kinds is not None
            or self.codes is not None
            or self.authors is not None
            or self.data is not None
            or self.data_period is not None
        )


_NAMES = Conditions.__struct_fields__


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One provision. `own` is what it says itself, `whole` includes what it inherits."""

    permits: bool
    path: str
    depth: int
    own: Conditions
    inheriting: Conditions | None = None  # None: it inherits nothing
    nested: tuple["Rule", ...] = ()

    @property
    def whole(self) -> Conditions:
        return self.inheriting or self.own

    def walk(self) -> Sequence["Rule"]:
        """This rule and all inside it, each before its own."""
        found = [self]
        for one in self.nested:
            found += one.walk()
        return found


def read_rules(provision: object, hours_east: int) -> Rule:
    """The rule tree in a root provision. Raises Unreadable."""
    return _rule(provision, "provision", Conditions(), 0, hours_east)


def _rule(value: object, place: str, parent: Conditions, depth: int, hours: int) -> Rule:
    said = fhir.closed(value, place, _ELEMENTS)
    if depth > MAX_DEPTH:
        raise Unreadable(place, f"is nested more than {MAX_DEPTH} deep", f"嵌套超过 {MAX_DEPTH} 层")
    if said.get("type") not in ("permit", "deny"):
        # R4 forbids a type at the root, IHE PCF demands it; without one, official examples mean opposites.
        raise Unreadable(f"{place}.type", "is neither permit nor deny", "既不是 permit 也不是 deny")
    own = _conditions(said, place, hours)
    whole = own.under(parent)
    inner = fhir.each(said, "provision", place)
    nested = tuple(_rule(one, where, whole, depth + 1, hours) for one, where in inner)
    return Rule(
        permits=said["type"] == "permit",
        path=place,
        depth=depth,
        own=own,
        inheriting=whole if whole != own else None,
        nested=nested,
    )


def _conditions(said: Json, place: str, hours: int) -> Conditions:
    recipients, custodians, authors = _actors(said, place)
    extensions = terms.of_provision(said, place)
    codes_, uses = _codes(said, place)
    return Conditions(
        period=_period(said, "period", place, hours),
        recipients=recipients,
        custodians=custodians,
        authors=authors,
        regions=extensions.regions,
        roles=extensions.roles,
        purposes=tuple(fhir.coding(one, where)[1] for one, where in fhir.each(said, "purpose", place))
        or None,
        actions=tuple(
            code for one, where in fhir.each(said, "action", place) for _, code in fhir.codings(one, where)
        )
        or None,
        kinds=tuple(_kind(one, where) for one, where in fhir.each(said, "class", place)) or None,
        codes=codes_,
        uses=uses,
        labels=_labels(said, place),
        data=tuple(_data(one, where) for one, where in fhir.each(said, "data", place)) or None,
        data_period=_period(said, "dataPeriod", place, hours),
        onward=extensions.onward,
        deidentify=extensions.deidentify,
    )


def _actors(
    said: Json, place: str
) -> tuple[tuple[Recipient, ...] | None, tuple[str, ...] | None, tuple[str, ...] | None]:
    recipients: list[Recipient] = []
    custodians: list[str] = []
    authors: list[str] = []
    for value, where in fhir.each(said, "actor", place):
        actor = fhir.closed(value, where, _ACTOR)
        roles = [code for _, code in fhir.codings(actor["role"], f"{where}.role")] if "role" in actor else []
        who = fhir.reference(actor.get("reference"), f"{where}.reference")
        if "CST" in roles:
            custodians.append(who)
        elif "AUT" in roles:
            authors.append(who)
        else:
            named = [code for code in roles if code in ("IRCP", "PRCP")]
            recipients.append(Recipient(who, is_named=bool(named), role=(named or roles or [""])[0]))
    return tuple(recipients) or None, tuple(custodians) or None, tuple(authors) or None


def _codes(said: Json, place: str) -> tuple[tuple[tuple[str, str], ...] | None, Uses | None]:
    """Codes of data, and apart from them terms of use: DUO writes its terms into the same element."""
    found = [one for value, where in fhir.each(said, "code", place) for one in fhir.codings(value, where)]
    uses = tuple(term for one in found if (term := terms.duo(*one)))
    beside = [one for one in found if not terms.duo(*one)]
    if terms.DISEASE_SPECIFIC not in uses:
        return tuple(beside) or None, Uses(uses, ()) if uses else None
    diseases = [one for one in beside if terms.is_disease(*one)] or beside
    rest = tuple(one for one in beside if one not in diseases)
    return rest or None, Uses(uses, tuple(terms.disease(code) for _, code in diseases))


def _labels(said: Json, place: str) -> Labels | None:
    levels: list[str] = []
    sensitivities: list[str] = []
    for value, where in fhir.each(said, "securityLabel", place):
        system, code = fhir.coding(value, where)
        is_level = code in tuple(codes.LEVELS)
        if (speaks_of_levels := system in codes.CONFIDENTIALITY_SYSTEMS) and not is_level:
            raise Unreadable(f"{where}.code", "is no level of confidentiality", "不是保密级别")
        (levels if speaks_of_levels or (not system and is_level) else sensitivities).append(code)
    return Labels(tuple(levels), tuple(sensitivities)) if levels or sensitivities else None


def _kind(value: object, place: str) -> str:
    system, code = fhir.coding(value, place)
    if system not in ("", codes.RESOURCE_TYPES):
        raise Unreadable(f"{place}.system", "is not the FHIR resource types", "不是 FHIR 资源类型代码系统")
    return code


def _data(value: object, place: str) -> tuple[str, str]:
    said = fhir.closed(value, place, _DATA)
    meaning = fhir.text(said, "meaning", place)
    if meaning not in _MEANINGS:
        raise Unreadable(f"{place}.meaning", "is not known", "取值未知")
    return meaning, fhir.reference(said.get("reference"), f"{place}.reference")


def _period(said: Json, name: str, place: str, hours: int) -> when.Period | None:
    if name not in said:
        return None
    try:
        return when.period(said[name], hours)
    except ValueError:
        raise Unreadable(f"{place}.{name}", "is not a period", "不是有效的时间段") from None
