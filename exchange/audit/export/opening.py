"""Who is behind a pseudonym: nobody unless names were asked for, and then as far as keys and registry tell."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import orjson

from exchange.audit.details import details_of
from exchange.errors import ExchangeError
from exchange.node.node import Node
from ledger import Recorded


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody in an entry: the pseudonym and, where it was opened, the id and the name."""

    pseudonym: str
    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who is in one entry. `holder` is the node that was asked, "" where it is not told."""

    actor: Named
    behind: Named
    patient: Named
    holder: str = ""


class Names(Protocol):
    """Tells who is in an entry."""

    def of(self, found: Recorded) -> People:
        """Everybody in it."""
        ...


class Pseudonyms:
    """Nobody is named."""

    def of(self, found: Recorded) -> People:
        """Everybody in it, by pseudonym alone."""
        entry = found.entry
        return People(Named(entry.actor), Named(entry.on_behalf_of), Named(entry.patient))


@dataclass
class Opened:
    """People by name: from the sealed details, else from the registry. Where a key was destroyed, pseudonyms stay."""

    node: Node
    _patients: dict[str, Named] = field(default_factory=dict)

    def of(self, found: Recorded) -> People:
        """Everybody in it, by name where it is known."""
        entry, told = found.entry, details_of(self.node.office, found).told
        request = _mapping(told.get("request"))
        actor = _mapping(request.get("actor"))
        return People(
            self._person(entry.actor, str(actor.get("id") or ""), str(actor.get("name") or "")),
            self._person(
                entry.on_behalf_of,
                str(actor.get("on_behalf_of") or ""),
                str(actor.get("on_behalf_of_name") or ""),
            ),
            self._patient(entry.patient, str(request.get("patient") or told.get("asked") or "")),
            str(told.get("holder") or ""),
        )

    def _person(self, pseudonym: str, told_id: str, told_name: str) -> Named:
        if not pseudonym:
            return Named("")
        known = self._staff.get(pseudonym, Named(pseudonym))
        return Named(pseudonym, told_id or known.id, told_name or known.name)

    def _patient(self, pseudonym: str, told_id: str) -> Named:
        if not pseudonym:
            return Named("")
        if pseudonym not in self._patients:
            patient = told_id or self._ids.get(pseudonym, "")
            if not patient:
                return Named(pseudonym)
            self._patients[pseudonym] = Named(pseudonym, patient, self._name_of(patient))
        return self._patients[pseudonym]

    @cached_property
    def _staff(self) -> Mapping[str, Named]:
        """Everybody of the registry by the pseudonym they act under here."""
        people = self.node.directory.people()
        return {
            name: Named(name, one.id, one.name("zh"))
            for one in people
            for name in (self.node.desk.actor_named(one.id),)
        }

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        """The patients of our records by pseudonym; read only where an entry does not say itself whose it is."""
        known = ((one, self.node.vault.known(one)) for one in self.node.records.patients())
        return {keys.pseudonym: patient for patient, keys in known if keys}

    def _name_of(self, patient: str) -> str:
        """The name in our records; "" for somebody of elsewhere."""
        with suppress(ExchangeError, KeyError):
            names = orjson.loads(self.node.records.get("Patient", patient).body).get("name", ())
            return next((str(one["text"]) for one in names if one.get("text")), "")
        return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
