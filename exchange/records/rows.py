"""Read what is stored, and let nobody see a row that is not as it was written.

A changed row is noticed, whichever column was touched; so is an identifier that was moved to somebody else,
as the record it leads to does not carry it. A row that was deleted, or put back as an earlier import had
left it, is not noticed here: importing the same again and comparing digests with the ledger's shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import apsw
import msgspec
import orjson

from exchange.records.database import explained
from exchange.records.errors import StoreAltered
from exchange.records.filing import Reach, is_of, is_sealed
from exchange.records.identifiers import Lookup
from exchange.records.labels import ItemFacts

_SEALED = "r.type, r.id, r.version, r.reach, r.subjects, r.facts, r.digest"
_unpack_facts = msgspec.msgpack.Decoder(ItemFacts).decode
_unpack_subjects = msgspec.msgpack.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class StoredResource:
    """One record.

    `subjects` are the references it is about; `body` is its JSON as imported, b"" where it was not asked for.
    """

    type: str
    id: str
    version: int
    reach: Reach
    subjects: tuple[str, ...]
    facts: ItemFacts
    body: bytes = field(repr=False)


class Rows:
    """The rows of one open store; `key` is the one they were sealed with."""

    def __init__(self, db: apsw.Connection, key: bytes, lookup: Lookup, place: str) -> None:
        self._db = db
        self._key = key
        self._lookup = lookup
        self._place = place

    def read(self, which: str, bindings: tuple[Any, ...], *, bodies: bool = True) -> Iterator[StoredResource]:
        """The resources `r` that the SQL after FROM chooses. Raises StoreAltered at the first altered one."""
        authors: dict[str, str] = {}
        drugs: dict[str, tuple[str, ...]] = {}
        for one in self._intact(which, bindings, bodies=bodies):
            facts = one.facts
            if (author := facts.author) and "?" in author:
                if author not in authors:
                    authors[author] = self.resolved(author)
                facts = msgspec.structs.replace(facts, author=authors[author])
            if drug := facts.drug:
                if drug not in drugs:
                    drugs[drug] = self._codes_of(drug)
                facts = msgspec.structs.replace(facts, codes=tuple(dict.fromkeys(facts.codes + drugs[drug])))
            yield StoredResource(one.type, one.id, one.version, one.reach, one.subjects, facts, one.body)

    def owner(self, kind: str, hashed: str) -> str:
        """The id of the one `kind` with this keyed identifier, or "" where there is none or more than one.

        Raises StoreAltered where the index names somebody who does not carry it.
        """
        found = self.owners(hashed)
        if len(found) != 1:
            return ""
        if hashed not in self._identifiers_in(kind, found[0]):
            raise StoreAltered(self._place, f"{kind} (index of identifiers)")
        return found[0]

    def owners(self, hashed: str) -> list[str]:
        """The ids under this keyed identifier, two at most: as the index says, unchecked."""
        with explained(self._place):
            sql = "SELECT id FROM identifier WHERE hash = ? LIMIT 2"
            return [str(row[0]) for row in self._db.execute(sql, (hashed,))]

    def names_of(self, kind: str, key: str) -> set[str]:
        """Every reference that means this one and nobody else: by id, and by each identifier of its own."""
        names = {f"{kind}/{key}"}
        for hashed in self._identifiers_in(kind, key):
            found = self.owners(hashed)
            if key not in found:
                raise StoreAltered(self._place, f"{kind} (index of identifiers)")
            if len(found) == 1:
                names.add(f"{kind}?{hashed}")
        return names

    def resolved(self, reference: str) -> str:
        """`Type/id` for a keyed reference, where exactly one is meant; otherwise the reference as it is."""
        kind, mark, hashed = reference.partition("?")
        key = self.owner(kind, hashed) if mark and hashed else ""
        return f"{kind}/{key}" if key else reference

    def _identifiers_in(self, kind: str, key: str) -> set[str]:
        """The keyed identifiers the record itself carries."""
        which = "resource r WHERE r.type = ? AND r.id = ?"
        bodies = [one.body for one in self._intact(which, (kind, key), bodies=True)]
        return {hashed for body in bodies for hashed in self._lookup.every(orjson.loads(body))}

    def _codes_of(self, drug: str) -> tuple[str, ...]:
        """The codes of a Medication another record points at; none where it is not held here."""
        which = "resource r WHERE r.type = 'Medication' AND r.id = ?"
        rows = self._intact(which, (drug.partition("/")[2],), bodies=False)
        return tuple(code for one in rows for code in one.facts.codes)

    def _intact(self, which: str, bindings: tuple[Any, ...], *, bodies: bool) -> Iterator[StoredResource]:
        sql = f"SELECT r.num, {_SEALED}, r.seal, {'r.body' if bodies else 'NULL'} FROM {which}"
        with explained(self._place):
            for number, *row, sealed, body in self._db.execute(sql, bindings):
                kind, key, version, reach, subjects, facts, digest = row
                if not is_sealed(self._key, sealed, *row) or (bodies and not is_of(digest, body)):
                    raise StoreAltered(self._place, f"row {number}")
                yield StoredResource(
                    kind,
                    key,
                    version,
                    Reach(reach),
                    _unpack_subjects(subjects),
                    _unpack_facts(facts),
                    body if bodies else b"",
                )
