"""Look somebody up: organisations, people and groups by id, and their names by reference."""

from collections.abc import Iterable
from dataclasses import replace

from exchange.directory.errors import NotInDirectory, OrganisationDiffers
from exchange.directory.organisation import Organisation
from exchange.directory.people import Group, Person
from exchange.directory.regions import is_region, region_name

_REGION = "Region/"


class Directory:
    """What one node's registry lists. Never changed: `merge` gives a new one."""

    def __init__(
        self,
        organisations: Iterable[Organisation] = (),
        people: Iterable[Person] = (),
        groups: Iterable[Group] = (),
    ) -> None:
        self._organisations = {one.id: one for one in organisations}
        self._people = {one.id: one for one in people}
        self._groups = {one.id: one for one in groups}
        listed: list[Organisation | Person | Group] = [*self._organisations.values()]
        listed += [*self._people.values(), *self._groups.values()]
        self._named = {one.reference: one for one in listed}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Directory) and self._named == other._named

    def __hash__(self) -> int:
        return hash(frozenset(self._named.values()))

    def organisation(self, id: str) -> Organisation:
        """The organisation of this id. Raises NotInDirectory."""
        if found := self._organisations.get(id):
            return found
        raise NotInDirectory("organisation", "机构", id)

    def person(self, id: str) -> Person:
        """The person of this id. Raises NotInDirectory."""
        if found := self._people.get(id):
            return found
        raise NotInDirectory("person", "人员", id)

    def group(self, id: str) -> Group:
        """The group of this id. Raises NotInDirectory."""
        if found := self._groups.get(id):
            return found
        raise NotInDirectory("group", "群组", id)

    def ids(self) -> tuple[str, ...]:
        """Of everybody and everything listed."""
        return (*self._organisations, *self._people, *self._groups)

    def organisations(self) -> tuple[Organisation, ...]:
        """All of them, in the order of the registry."""
        return tuple(self._organisations.values())

    def people(self) -> tuple[Person, ...]:
        """All of them, in the order of the registry."""
        return tuple(self._people.values())

    def groups(self) -> tuple[Group, ...]:
        """All of them, in the order of the registry."""
        return tuple(self._groups.values())

    def groups_of(self, *references: str) -> tuple[str, ...]:
        """`Group/<id>` of every group with one of `references` as a member, in the order of the registry."""
        wanted = frozenset(references)
        return tuple(one.reference for one in self._groups.values() if not wanted.isdisjoint(one.members))

    def name_of(self, reference: str, lang: str) -> str | None:
        """The name to show for `Practitioner/x`, `Organization/y`, `Group/z`, `Region/320583`; None when unknown."""
        if reference.startswith(_REGION) and is_region(reference.removeprefix(_REGION)):
            return region_name(reference.removeprefix(_REGION), lang)
        found = self._named.get(reference)
        return found.name(lang) if found else None

    def merge(
        self,
        organisations: Iterable[Organisation] = (),
        people: Iterable[Person] = (),
        groups: Iterable[Group] = (),
    ) -> "Directory":
        """This directory and what is handed in besides; what is listed here already stays as it is here.

        Raises OrganisationDiffers when an organisation is listed here with another content: a peer must not
        move one of our hospitals to its own region. Only the parent and the contact may differ: a registry need
        not list what lies above its own region, and whom to call changes.
        """
        added = []
        for one in organisations:
            if (known := self._organisations.get(one.id)) is None:
                added.append(one)
            elif replace(one, parent=known.parent, contact=known.contact, phone=known.phone) != known:
                raise OrganisationDiffers(one.id)
        return Directory(
            (*self._organisations.values(), *added),
            (*self._people.values(), *(one for one in people if one.id not in self._people)),
            (*self._groups.values(), *(one for one in groups if one.id not in self._groups)),
        )
