"""Put resources into the store: new ones, and newer versions of those it has.

Of two versions that both say when they were last updated, the newer is kept, whichever is read last; of
others, the one read last.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import apsw
import msgspec

from exchange.records.errors import StoreAltered
from exchange.records.filing import Filed, is_of, is_sealed, seal
from exchange.records.labels import ItemFacts
from exchange.records.relabelling import labels_of, stricter

Outcome = Literal["new", "changed", "unchanged", "older"]
# Told of each record whose new version says less about how private it is.
OnLostLabel = Callable[[Filed], None]

_REMEMBERED_SUBJECTS = 100_000
_pack = msgspec.msgpack.Encoder().encode
_unpack_facts = msgspec.msgpack.Decoder(ItemFacts).decode
_unpack_subjects = msgspec.msgpack.Decoder(tuple[str, ...]).decode


class _Meta(msgspec.Struct):
    lastUpdated: datetime


class _Dated(msgspec.Struct):
    meta: _Meta


_dated = msgspec.json.Decoder(_Dated).decode


class Writer:
    """Writes inside a transaction of the caller; `key` seals the rows, `place` names the file in errors."""

    def __init__(self, db: apsw.Connection, key: bytes, place: str) -> None:
        self._db = db
        self._key = key
        self._place = place
        self._subject_numbers: dict[str, int] = {}

    def put(
        self, resources: Iterable[Filed], *, relabel: bool, on_lost_label: OnLostLabel | None
    ) -> list[Outcome]:
        """What became of each. The version before a change stays in the history, body and all.

        A label that a new version has lost or lowered goes on counting, unless `relabel`.
        Raises StoreAltered rather than take what somebody else wrote for an earlier version.
        """
        # Numbers given in a transaction that was rolled back are not there any more.
        self._subject_numbers.clear()
        return [self._put(one, relabel, on_lost_label) for one in resources]

    def _put(self, one: Filed, relabel: bool, on_lost_label: OnLostLabel | None) -> Outcome:
        held: Any = self._db.execute(
            "SELECT digest, facts FROM resource WHERE type = ? AND id = ?", (one.type, one.id)
        ).fetchone()
        if held is None:
            self._write(one, None, 1)
            return "new"
        if held[0] == one.digest and not (relabel and _differ(held[1], one)):
            return "unchanged"
        return self._replace(one, relabel, on_lost_label)

    def _replace(self, one: Filed, relabel: bool, on_lost_label: OnLostLabel | None) -> Outcome:
        sql = """SELECT num, body, seal, type, id, version, reach, subjects, facts, digest
                 FROM resource WHERE type = ? AND id = ?"""
        held: Any = self._db.execute(sql, (one.type, one.id)).fetchone()
        number, body, sealed, *row = held
        _, _, version, _, subjects, facts, digest = row
        if not is_sealed(self._key, sealed, *row) or not is_of(digest, body):
            raise StoreAltered(self._place, f"row {number}")
        if is_older(one.body, body):
            return "older"
        kept = stricter(_unpack_facts(facts), one.facts)
        if kept != one.facts:
            if on_lost_label:
                on_lost_label(one)
            one = one if relabel else replace(one, facts=kept)
        self._db.execute(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?)", (one.type, one.id, version, digest, body)
        )
        for subject in _unpack_subjects(subjects):
            self._db.execute(
                "DELETE FROM about WHERE resource = ? AND subject = ?",
                (number, self._subject_number(subject)),
            )
        self._db.execute("DELETE FROM identifier WHERE type = ? AND id = ?", (one.type, one.id))
        self._write(one, number, version + 1)
        return "changed"

    def _write(self, one: Filed, number: int | None, version: int) -> None:
        row = (
            one.type,
            one.id,
            version,
            int(one.reach),
            _pack(one.subjects),
            _pack(one.facts),
            one.digest,
        )
        self._db.execute(
            "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, *row, seal(self._key, *row), one.body),
        )
        number = self._db.last_insert_rowid()
        for subject in one.subjects:
            self._db.execute(
                "INSERT INTO about VALUES (?, ?)",
                (self._subject_number(subject), number),
            )
        for hashed in one.identifiers:
            self._db.execute("INSERT INTO identifier VALUES (?, ?, ?)", (hashed, one.type, one.id))

    def _subject_number(self, reference: str) -> int:
        number = self._subject_numbers.get(reference)
        if number is None:
            self._db.execute(
                "INSERT INTO subject (ref) VALUES (?) ON CONFLICT DO NOTHING",
                (reference,),
            )
            found = self._db.execute("SELECT num FROM subject WHERE ref = ?", (reference,)).fetchone()
            number = int(found[0]) if found else 0
            if len(self._subject_numbers) >= _REMEMBERED_SUBJECTS:
                self._subject_numbers.clear()
            self._subject_numbers[reference] = number
        return number


def _differ(facts: bytes, one: Filed) -> bool:
    """Whether other labels count for what is held than the record itself carries."""
    return labels_of(_unpack_facts(facts)) != labels_of(one.facts)


def is_older(body: bytes, held: bytes) -> bool:
    """Whether `body` says that it was last updated before `held` was; False where one does not say."""
    mine, theirs = _updated(body), _updated(held)
    return mine is not None and theirs is not None and mine < theirs


def _updated(body: bytes) -> datetime | None:
    """`meta.lastUpdated`, which FHIR wants with its zone; None where it is not there or not so."""
    try:
        said = _dated(body).meta.lastUpdated
    except msgspec.DecodeError:
        return None
    return said if said.tzinfo else None
