"""Keep the FHIR records of the region's hospitals, and find those of one patient.

One SQLite file (see database.py). Bodies stay byte for byte as they came; what the decision needs is kept
beside them; every row is sealed under the node's key, so a change made behind our back is noticed before
anything is handed out (see rows.py for what a seal cannot show). One Store belongs to one thread; any number
of processes may read while one imports.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from exchange.errors import UnknownPatient
from exchange.records.compartment import SHARED
from exchange.records.database import connect, explained, transaction
from exchange.records.errors import AmbiguousPatient, UnknownRecord
from exchange.records.filing import Filed, Reach
from exchange.records.identifiers import Lookup
from exchange.records.labels import ItemFacts
from exchange.records.references import pointed_at
from exchange.records.resource_types import is_id
from exchange.records.rows import Rows, StoredResource
from exchange.records.writing import OnLostLabel, Outcome, Writer

_ABOUT = """resource r WHERE r.num IN (SELECT a.resource FROM about a JOIN subject s ON s.num = a.subject
                              WHERE s.ref IN (SELECT value FROM json_each(?1)))
                  AND (?2 IS NULL OR +r.type IN (SELECT value FROM json_each(?2)))
            ORDER BY r.type, r.id"""
# Few by many: SQLite is told to go through what is asked for, and to look each one up.
_ASKED = """json_each(?) asked CROSS JOIN resource r
            WHERE r.type = asked.value ->> 0 AND r.id = asked.value ->> 1 ORDER BY asked.key"""
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """What a store holds. `held` are records about nobody who can be found: they are never handed out."""

    by_type: dict[str, int]
    patients: int
    shared: int
    held: int
    earlier_versions: int


class Store:
    """The record store at `path`. `key` is 32 secret bytes of the node; the same are needed every time.

    Made if it is not there and `writable`. Raises StoreMissing, StoreNotWritable, StoreUnreadable, and
    WrongNodeKey for another node's key.
    """

    def __init__(self, path: str | os.PathLike[str], *, key: bytes, writable: bool = True) -> None:
        self._place = Path(path).name
        self.lookup = Lookup(key)
        self._db = connect(Path(path), key=key, writable=writable)
        self._rows = Rows(self._db, key, self.lookup, self._place)
        self._writer = Writer(self._db, key, self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used any more."""
        self._db.close()

    def put_many(
        self, resources: Iterable[Filed], *, relabel: bool = False, on_lost_label: OnLostLabel | None = None
    ) -> list[Outcome]:
        """Store all of them or, if anything fails, none. Durable when it returns.

        A label that a new version has lost or lowered goes on counting (relabelling.py), unless `relabel`;
        `on_lost_label` is told of each such record either way. Raises StoreNotWritable, StoreAltered.
        """
        with explained(self._place), transaction(self._db):
            return self._writer.put(resources, relabel=relabel, on_lost_label=on_lost_label)

    def patient(self, text: str) -> str:
        """The id of the patient meant by `text`: see `find`. Raises UnknownPatient, AmbiguousPatient."""
        try:
            return self.find("Patient", text)
        except UnknownRecord:
            raise UnknownPatient from None

    def find(self, kind: str, text: str) -> str:
        """The id meant by an id, `kind/id`, `system|value`, or an identity or health-card number alone.

        Raises UnknownRecord, AmbiguousPatient, StoreAltered.
        """
        text = text.strip().removeprefix(f"{kind}/")
        system, bar, value = text.rpartition("|")
        if not bar and is_id(text) and self._is_known(kind, text):
            return text
        hashed = self.lookup.one(kind, system, value)
        if found := self._rows.owner(kind, hashed):
            return found
        raise AmbiguousPatient if self._rows.owners(hashed) else UnknownRecord

    def of_patient(
        self, patient: str, classes: Collection[str] | None = None, *, joint: bool = False
    ) -> list[StoredResource]:
        """The records about this patient (by id), of the types in `classes`, ordered by type and id.

        Records that are about somebody else too (an appointment of two, a group) come only when `joint`:
        one patient's consent does not cover them. Raises StoreAltered.
        """
        records = self._about("Patient", patient, classes, joint=joint)
        return [one for one in records if one.reach == Reach.PATIENT]

    def facts_of(self, patient: str, classes: Collection[str] | None = None) -> list[ItemFacts]:
        """The facts of what `of_patient` would give, without reading the records."""
        records = self._about("Patient", patient, classes, bodies=False)
        return [one.facts for one in records if one.reach == Reach.PATIENT]

    def roles_of(self, practitioner: str) -> list[StoredResource]:
        """The PractitionerRole resources of a practitioner (by id)."""
        return self._about("Practitioner", practitioner, ("PractitionerRole",))

    def get(self, kind: str, key: str) -> StoredResource:
        """One record by type and id. Raises UnknownRecord, StoreAltered."""
        for one in self._rows.read("resource r WHERE r.type = ? AND r.id = ?", (kind, key)):
            return one
        raise UnknownRecord

    def bodies(self, refs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Each of `refs` ("Type/id") with its JSON as imported, in the order asked, read as they are taken.

        Raises UnknownRecord for one that is not held or that may never be handed out, StoreAltered.
        """
        for start in range(0, len(refs), _ASKED_AT_ONCE):
            asked = refs[start : start + _ASKED_AT_ONCE]
            found = {f"{one.type}/{one.id}": one for one in self._asked(asked)}
            for ref in asked:
                if ref not in found or found[ref].reach == Reach.HELD:
                    raise UnknownRecord
                yield ref, found[ref].body

    def shared_with(self, refs: Sequence[str]) -> list[StoredResource]:
        """The shared records (a hospital, a doctor, a drug) that the records `refs` point at, by type and id.

        What points at nothing held here is left out; records about a patient are never among them.
        Raises UnknownRecord, StoreAltered.
        """
        targets = {
            target
            for _, body in self.bodies(refs)
            for target in pointed_at(orjson.loads(body))
            if target.type in SHARED
        }
        named = sorted({self._rows.resolved(self.lookup.reference(target)) for target in targets} - {*refs})
        parts = (named[start : start + _ASKED_AT_ONCE] for start in range(0, len(named), _ASKED_AT_ONCE))
        return [one for part in parts for one in self._asked(part) if one.reach == Reach.SHARED]

    def patients(
        self,
        classes: Collection[str] | None = None,
        where: Callable[[ItemFacts], bool] | None = None,
    ) -> Iterator[str]:
        """The ids of all patients; or of those with a record of `classes` whose facts pass `where`.

        With `where`, the facts of every such record are read: some 100,000 a second.
        """
        if classes is None and where is None:
            with explained(self._place):
                sql = "SELECT id FROM resource WHERE type = 'Patient' ORDER BY id"
                yield from (str(row[0]) for row in self._db.execute(sql))
            return
        which = """resource r WHERE r.reach = ?1
                   AND (?2 IS NULL OR r.type IN (SELECT value FROM json_each(?2)))"""
        seen: set[str] = set()
        for one in self._rows.read(which, (int(Reach.PATIENT), _json(classes)), bodies=False):
            if where is None or where(one.facts):
                seen.update(one.subjects)
        named = {self._rows.resolved(subject) for subject in seen}
        yield from sorted(subject.removeprefix("Patient/") for subject in named if "?" not in subject)

    def counts(self) -> Counts:
        """How much there is of what."""
        with explained(self._place):
            by_type = dict(
                self._db.execute("SELECT type, count(*) FROM resource GROUP BY type ORDER BY type")
            )
            reach = dict(self._db.execute("SELECT reach, count(*) FROM resource GROUP BY reach"))
            earlier = self._db.execute("SELECT count(*) FROM history").get
        return Counts(
            by_type=by_type,
            patients=by_type.get("Patient", 0),
            shared=reach.get(Reach.SHARED, 0),
            held=reach.get(Reach.HELD, 0),
            earlier_versions=int(earlier),
        )

    def _about(
        self,
        kind: str,
        key: str,
        classes: Collection[str] | None,
        *,
        joint: bool = False,
        bodies: bool = True,
    ) -> list[StoredResource]:
        names = self._rows.names_of(kind, key)
        found = self._rows.read(_ABOUT, (_json(names), _json(classes)), bodies=bodies)
        # The seal says whom a record is about; the table that led to it could have been changed.
        own = names.intersection if joint else names.issuperset
        return [one for one in found if one.subjects and own(one.subjects)]

    def _asked(self, refs: Sequence[str]) -> Iterator[StoredResource]:
        pairs = orjson.dumps([ref.split("/", 1) for ref in refs]).decode()
        return self._rows.read(_ASKED, (pairs,))

    def _is_known(self, kind: str, key: str) -> bool:
        sql = """SELECT EXISTS (SELECT 1 FROM resource WHERE type = ? AND id = ?)
                     OR EXISTS (SELECT 1 FROM subject s JOIN about a ON a.subject = s.num WHERE s.ref = ?)"""
        with explained(self._place):
            return bool(self._db.execute(sql, (kind, key, f"{kind}/{key}")).get)


def _json(texts: Collection[str] | None) -> str | None:
    return None if texts is None else orjson.dumps(list(texts)).decode()
