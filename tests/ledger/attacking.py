"""What somebody does who can write the ledger's file: one function for each attack, and the table of them.

The log they change has 600 entries of seven patients in six transactions; signed checkpoints of 200, 500 and 600 are
kept. The attacker has the file and not the key.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from ledger import Log, Signer
from ledger.body import prepare, record
from ledger.checkpoint import Checkpoint
from ledger.identity import entry_id
from ledger.merkle import leaf_hash
from ledger.tiles import Edge
from tests.ledger.books import ENTRY, PATIENTS, SIGNER, fill, new_log

SIZE = 600


def bytes_of(db: apsw.Connection, sql: str, bound: tuple[int, ...] = ()) -> bytes:
    """The one value that `sql` gives."""
    value = db.execute(sql, bound).get
    assert isinstance(value, bytes)
    return value


def body_at(db: apsw.Connection, index: int) -> bytes:
    return bytes_of(db, "SELECT body FROM entry WHERE place = ?", (index,))


def put(db: apsw.Connection, index: int, body: bytes) -> None:
    db.execute("UPDATE entry SET body = ? WHERE place = ?", (body, index))


def shift(db: apsw.Connection, first: int, by: int) -> None:
    """Move all entries from `first` on."""
    db.execute("UPDATE entry SET place = -1 - (place + ?) WHERE place >= ?", (by, first))
    db.execute("UPDATE entry SET place = -1 - place WHERE place < 0")


def retile(db: apsw.Connection) -> Edge:
    """Work out all tiles again from the bodies, as an attacker who knows the format would."""
    edge = Edge()
    db.execute("DELETE FROM tile")
    for (index,) in db.execute("SELECT place FROM entry ORDER BY place").fetchall():
        assert isinstance(index, int)
        edge.add(leaf_hash(body_at(db, index)))
    db.executemany("INSERT INTO tile VALUES (?, ?, ?)", edge.take_written())
    return edge


def reheaded(db: apsw.Connection, edge: Edge) -> None:
    """Make the stored end fit as well; the mark cannot be made without the key."""
    last = db.execute("SELECT max(place) FROM entry").get
    db.execute("UPDATE head SET size = ?, root = ?", (edge.size, edge.root()))
    db.execute(
        "UPDATE head SET time_us = json_extract((SELECT CAST(body AS TEXT) FROM entry WHERE place = ?), '$.time_us')",
        (last,),
    )


def other_outcome(body: bytes) -> bytes:
    assert b'"outcome":"0"' in body
    return body.replace(b'"outcome":"0"', b'"outcome":"8"')


def edited(db: apsw.Connection) -> None:
    put(db, 300, other_outcome(body_at(db, 300)))


def edited_in_form(db: apsw.Connection) -> None:
    put(db, 300, body_at(db, 300).replace(b",", b", ", 1))


def edited_with_its_tile(db: apsw.Connection) -> None:
    edited(db)
    retile(db)


def edited_with_everything(db: apsw.Connection) -> None:
    """The last entry of its patient, so that not even the patient's chain breaks."""
    put(db, 599, other_outcome(body_at(db, 599)))
    edge = retile(db)
    reheaded(db, edge)
    db.execute(
        "UPDATE patient_edge SET leaf = ? WHERE patient = ?", (leaf_hash(body_at(db, 599)), PATIENTS[4])
    )


def given_to_another_patient(db: apsw.Connection) -> None:
    put(db, 300, body_at(db, 300).replace(PATIENTS[6].encode(), PATIENTS[5].encode()))
    retile(db)


def deleted(db: apsw.Connection) -> None:
    db.execute("DELETE FROM entry WHERE place = 300")


def deleted_and_closed_up(db: apsw.Connection) -> None:
    deleted(db)
    shift(db, 301, -1)


def inserted(db: apsw.Connection) -> None:
    shift(db, 300, 1)
    db.execute("INSERT INTO entry VALUES (300, ?, ?)", (body_at(db, 299), b"sealed 299"))


def swapped(db: apsw.Connection) -> None:
    first, second = body_at(db, 300), body_at(db, 410)
    put(db, 300, second)
    put(db, 410, first)


def swapped_with_their_details(db: apsw.Connection) -> None:
    db.execute("UPDATE entry SET place = -1 WHERE place = 300")
    db.execute("UPDATE entry SET place = 300 WHERE place = 410")
    db.execute("UPDATE entry SET place = 410 WHERE place = -1")


def reordered(db: apsw.Connection) -> None:
    db.execute("UPDATE entry SET place = -1 - (620 - place) WHERE place BETWEEN 300 AND 320")
    db.execute("UPDATE entry SET place = -1 - place WHERE place < 0")


def renumbered(db: apsw.Connection) -> None:
    db.execute("UPDATE entry SET place = 9000 WHERE place = 300")


def sealed_details_changed(db: apsw.Connection) -> None:
    db.execute("UPDATE entry SET sealed = ? WHERE place = 300", (b"sealed 301",))


def sealed_details_deleted(db: apsw.Connection) -> None:
    db.execute("UPDATE entry SET sealed = x'' WHERE place = 300")


def back_dated(db: apsw.Connection) -> None:
    back_dated_at(db, 300)


def back_dated_at(db: apsw.Connection, index: int) -> None:
    body = body_at(db, index)
    told = body.partition(b'"time_us":')[2].partition(b",")[0]
    earlier = int(told) - 10_000_000
    start = body.index(b'"id":"') + 6
    body = body[:start] + entry_id(earlier, bytes(8)).encode() + body[start + 36 :]
    put(db, index, body.replace(told, b"%d" % earlier))
    retile(db)


def tile_changed(db: apsw.Connection) -> None:
    hashes = bytes_of(db, "SELECT hashes FROM tile WHERE level = 0 AND number = 1")
    at = (300 - 256) * 32
    hashes = hashes[:at] + bytes(32) + hashes[at + 32 :]
    db.execute("UPDATE tile SET hashes = ? WHERE level = 0 AND number = 1", (hashes,))


def tile_deleted(db: apsw.Connection) -> None:
    db.execute("DELETE FROM tile WHERE level = 0 AND number = 1")


def tile_cut_short(db: apsw.Connection) -> None:
    db.execute("UPDATE tile SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND number = 1")


def higher_tile_changed(db: apsw.Connection) -> None:
    db.execute("UPDATE tile SET hashes = zeroblob(64) WHERE level = 1")


def tile_added(db: apsw.Connection) -> None:
    db.execute("INSERT INTO tile VALUES (0, 77, zeroblob(32))")


def cut_off(db: apsw.Connection) -> None:
    db.execute("DELETE FROM entry WHERE place >= 550")


def cut_off_with_everything_but_the_signature(db: apsw.Connection) -> None:
    cut_off(db)
    reheaded(db, retile(db))


def added(db: apsw.Connection) -> None:
    db.execute("INSERT INTO entry VALUES (600, ?, x'')", (body_at(db, 599),))


def added_with_everything_but_the_signature(db: apsw.Connection) -> None:
    """A well-formed 601st entry, without a patient, in every table."""
    body = body_at(db, 599)
    told = int(body.partition(b'"time_us":')[2].partition(b",")[0])
    entry = replace(ENTRY, why="forged")
    forged = record(
        prepare(entry),
        entry_id=entry_id(told + 1, bytes(8)),
        index=600,
        previous="",
        sequence=0,
        time_us=told + 1,
    )
    db.execute("INSERT INTO entry VALUES (600, ?, x'')", (forged.body,))
    reheaded(db, retile(db))


def signature_stripped(db: apsw.Connection) -> None:
    db.execute("DELETE FROM checkpoint WHERE size = 600")


def all_signatures_stripped(db: apsw.Connection) -> None:
    db.execute("DELETE FROM checkpoint")


def signature_foreign(db: apsw.Connection) -> None:
    root = bytes_of(db, "SELECT root FROM head")
    mine = Signer(SIGNER.origin, bytes(32))
    note = Checkpoint(origin=SIGNER.origin, size=600, root=root).signed(mine)
    db.execute("UPDATE checkpoint SET note = ? WHERE size = 600", (note,))


def signature_malformed(db: apsw.Connection) -> None:
    db.execute("UPDATE checkpoint SET note = substr(note, 1, length(note) - 3) WHERE size = 600")


def signature_moved(db: apsw.Connection) -> None:
    db.execute("UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 500) WHERE size = 600")


def signature_of_another_history(db: apsw.Connection) -> None:
    """One the same key did make, for instance in a fork shown to somebody else."""
    note = Checkpoint(origin=SIGNER.origin, size=600, root=bytes(32)).signed(SIGNER)
    db.execute("UPDATE checkpoint SET note = ? WHERE size = 600", (note,))


def end_changed(db: apsw.Connection) -> None:
    db.execute("UPDATE head SET root = zeroblob(32)")


def end_deleted(db: apsw.Connection) -> None:
    db.execute("DELETE FROM head")


def count_of_a_patient_changed(db: apsw.Connection) -> None:
    db.execute("UPDATE patient_edge SET sequence = sequence + 1 WHERE patient = ?", (PATIENTS[3],))


def count_of_a_patient_deleted(db: apsw.Connection) -> None:
    db.execute("DELETE FROM patient_edge WHERE patient = ?", (PATIENTS[3],))


def key_replaced(db: apsw.Connection) -> None:
    db.execute("UPDATE identity SET verifier_key = ?", (Signer(SIGNER.origin, bytes(32)).verifier_key,))


def trigger_put_in(db: apsw.Connection) -> None:
    db.execute(
        "CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE place = new.place; END"
    )


def table_dropped(db: apsw.Connection) -> None:
    db.execute("DROP TABLE tile")


def table_replaced(db: apsw.Connection) -> None:
    """Text where bytes belong: what is read must not fall over it."""
    db.execute("ALTER TABLE entry RENAME TO old_entry")
    db.execute("CREATE TABLE entry(place INTEGER PRIMARY KEY, body, sealed)")
    db.execute(
        "INSERT INTO entry SELECT place, iif(place = 300, CAST(body AS TEXT) || ' ', body), sealed FROM old_entry"
    )


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, which entry must be named, and a part of what must be said."""

    on: Callable[[apsw.Connection], None]
    first_wrong: int | None
    said: str

    @property
    def name(self) -> str:
        """What docs/attacks.toml calls it."""
        return self.on.__name__


ATTACKS = [
    Attack(edited, 300, "entry 300 (id "),
    Attack(edited_in_form, 300, "canonical form"),
    # 307 refers back to 300; between the two only the signature after 200 vouches for anything.
    Attack(edited_with_its_tile, 300, "entry 307 (id "),
    Attack(edited_with_everything, 500, "one of the entries 500 to 599"),
    Attack(given_to_another_patient, 299, "entry 300 (id "),
    Attack(deleted, 300, "entry 300 is missing"),
    Attack(deleted_and_closed_up, 300, "written at place 301"),
    Attack(inserted, 300, "written at place 299"),
    Attack(swapped, 300, "entry 300"),
    Attack(swapped_with_their_details, 300, "written at place 410"),
    Attack(reordered, 300, "written at place 320"),
    Attack(renumbered, 300, "entry 300 is missing"),
    Attack(sealed_details_changed, 300, "other sealed details"),
    Attack(sealed_details_deleted, 300, "other sealed details"),
    Attack(back_dated, 300, "older than the one before it"),
    Attack(tile_changed, 300, "not what was hashed"),
    Attack(tile_deleted, 256, "tile 0/1"),
    Attack(tile_cut_short, 256, "tile 0/1"),
    Attack(higher_tile_changed, 0, "tile 1/0"),
    Attack(tile_added, None, "belong to no entry"),
    Attack(cut_off, 550, "cut off"),
    Attack(cut_off_with_everything_but_the_signature, 550, "cut off"),
    Attack(added, 600, "added from outside"),
    Attack(added_with_everything_but_the_signature, 600, "carry no signature"),
    Attack(signature_stripped, 500, "entries from 500 on carry no signature"),
    Attack(all_signatures_stripped, 0, "entries from 0 on carry no signature"),
    Attack(signature_foreign, None, "not signed by the key"),
    Attack(signature_malformed, None, "no signature"),
    Attack(signature_moved, None, "belongs to another size"),
    Attack(signature_of_another_history, 500, "one of the entries 500 to 599"),
    Attack(end_changed, None, "stored end"),
    Attack(end_deleted, None, "does not say where it ends"),
    Attack(count_of_a_patient_changed, None, "newest entry of a patient"),
    Attack(count_of_a_patient_deleted, None, "newest entry of a patient"),
    Attack(key_replaced, None, "another key"),
    Attack(trigger_put_in, None, "trigger"),
    Attack(table_dropped, None, "table of the ledger is missing"),
    Attack(table_replaced, 300, "entry 300"),
]


def attack(path: Path, on: Callable[[apsw.Connection], object]) -> None:
    db = apsw.Connection(str(path))
    on(db)
    db.close()


def rewritten_by_the_key_holder(path: Path, changed: int) -> Log:
    """The same history but for one entry, every signature right."""
    log = new_log(path)
    fill(log, changed, batch=100)
    log.append(replace(ENTRY, why="forged"))
    fill(log, SIZE - changed - 1)
    return log
