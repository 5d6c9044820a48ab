"""Somebody who can write to the file, but has not the node's key, changes what is in it: and is found out."""

from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec
import pytest

from exchange.errors import WrongNodeKey
from exchange.records import Reach, Store, StoreAltered, prepare
from exchange.records.errors import StoreUnreadable
from exchange.records.identifiers import IDENTITY_CARD
from tests.records.made_up import (
    KEY,
    LI,
    LI_NUMBER,
    WANG,
    WANG_NUMBER,
    found,
    names,
    observation,
    put,
    resource,
)

pytestmark = pytest.mark.attack

HELD_BACK = resource("Observation", "held")
JOINT = resource("Appointment", "joint", participant=[
    {"actor": {"reference": "Patient/li"}}, {"actor": {"reference": "Patient/wang"}},
])  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Path:
    path = tmp_path / "records.db"
    with Store(path, key=KEY) as store:
        put(store, LI, WANG, observation("o", "Patient/li", status="final"), HELD_BACK, JOINT)
        put(store, resource("Organization", "hospital", name="A"))
    return path


def alter(path: Path, sql: str, *bindings: int | str | bytes) -> None:
    db = apsw.Connection(str(path))
    db.execute(sql, bindings)
    assert db.changes() > 0
    db.close()


def pack(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


READERS: dict[str, Callable[[Store], object]] = {
    "of_patient": lambda store: store.of_patient("li"),
    "bodies": lambda store: [*store.bodies(["Observation/o"])],
    "shared_with": lambda store: store.shared_with(["Observation/o"]),
    "get": lambda store: store.get("Observation", "o"),
}
FACT_READERS: dict[str, Callable[[Store], object]] = {"facts_of": lambda store: store.facts_of("li")}


@pytest.mark.parametrize("reader", READERS | FACT_READERS)
def test_what_nobody_touched_is_read(at: Path, reader: str) -> None:
    with Store(at, key=KEY) as store:
        (READERS | FACT_READERS)[reader](store)


def test_a_fact_that_was_altered_is_noticed_when_a_cohort_is_picked(at: Path) -> None:
    alter(
        at,
        "UPDATE resource SET facts = ? WHERE id = 'o'",
        pack(["Observation/o", "Observation", ["icd|J45"]]),
    )
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        list(store.patients(["Observation"], lambda facts: "icd|J45" in facts.codes))


@pytest.mark.parametrize("reader", READERS)
def test_one_byte_of_a_record(at: Path, reader: str) -> None:
    body = "CAST(replace(CAST(body AS TEXT), 'final', 'fjnal') AS BLOB)"
    alter(at, f"UPDATE resource SET body = {body} WHERE type = 'Observation' AND id = 'o'")
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered, match=r"^records\.db: row 3 was altered"):
        READERS[reader](store)


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"[" * 5000, "text"])
def test_a_record_that_became_something_else(at: Path, body: bytes | str) -> None:
    alter(at, "UPDATE resource SET body = ? WHERE type = 'Observation' AND id = 'o'", body)
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        store.of_patient("li")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("version", 2),
        ("reach", int(Reach.SHARED)),
        ("reach", 9),
        ("subjects", pack(["Patient/li", "Patient/wang"])),
        ("subjects", b"junk"),
        ("facts", pack(["Observation/o", "Observation"])),
        ("facts", "text"),
        ("digest", bytes(32)),
        ("seal", bytes(32)),
        ("seal", "text"),
    ],
)
@pytest.mark.parametrize("reader", [*READERS, *FACT_READERS])
def test_any_column_of_a_row(at: Path, column: str, value: bytes | str | int, reader: str) -> None:
    alter(at, f"UPDATE resource SET {column} = ? WHERE type = 'Observation' AND id = 'o'", value)
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        (READERS | FACT_READERS)[reader](store)


@pytest.mark.parametrize("id_", ["li", "o2"])
def test_a_record_under_another_name(at: Path, id_: str) -> None:
    alter(at, "UPDATE resource SET id = ? WHERE type = 'Observation' AND id = 'o'", id_)
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        store.get("Observation", id_)


def test_a_record_that_was_held_back_is_not_let_out(at: Path) -> None:
    alter(at, "UPDATE resource SET reach = 2 WHERE id = 'held'")
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        [*store.bodies(["Observation/held"])]


def test_bodies_that_changed_places(at: Path) -> None:
    with Store(at, key=KEY) as store:
        bodies = [store.get("Patient", who).body for who in ("wang", "li")]
    for who, body in zip(("li", "wang"), bodies, strict=True):
        alter(at, "UPDATE resource SET body = ? WHERE type = 'Patient' AND id = ?", body, who)
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        store.of_patient("li")


@pytest.mark.parametrize("joint", [False, True])
def test_a_record_slipped_into_another_persons_is_not_given_with_it(at: Path, joint: bool) -> None:
    """The table that leads from a person to their records is not sealed; the records themselves are."""
    alter(
        at,
        """INSERT INTO about SELECT s.num, r.num FROM subject s, resource r
           WHERE s.ref = 'Patient/wang'
           AND r.type || '/' || r.id IN ('Observation/o', 'Organization/hospital')""",
    )
    with Store(at, key=KEY) as store:
        assert "Observation/o" not in names(store.of_patient("wang", joint=joint))
        assert "Organization/hospital" not in names(store.of_patient("wang", joint=joint))


def test_a_number_that_was_moved_to_somebody_else(at: Path) -> None:
    """Whoever asks for Li by number must not be given Wang."""
    with Store(at, key=KEY) as store:
        hashed = store.lookup.one("Patient", IDENTITY_CARD, LI_NUMBER)
    alter(at, "UPDATE identifier SET id = 'wang' WHERE hash = ?", hashed)
    with Store(at, key=KEY) as store:
        with pytest.raises(StoreAltered):
            store.find("Patient", f"{IDENTITY_CARD}|{LI_NUMBER}")
        with pytest.raises(StoreAltered):
            store.of_patient("li")


def test_a_doctors_number_that_was_moved_to_another_doctor(at: Path) -> None:
    number = {"system": IDENTITY_CARD, "value": WANG_NUMBER}
    with Store(at, key=KEY) as store:
        put(store, resource("Practitioner", "dr", identifier=[number]), resource("Practitioner", "quack"))
        put(store, observation("p", "Patient/li", performer=[{"identifier": number}]))
    alter(at, "UPDATE identifier SET id = 'quack' WHERE type = 'Practitioner'")
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        store.facts_of("li")


def test_an_altered_row_is_not_made_right_by_a_newer_record_over_it(at: Path) -> None:
    alter(at, "UPDATE resource SET subjects = ? WHERE id = 'o'", pack(["Patient/wang"]))
    with Store(at, key=KEY) as store:
        newer = prepare(found(observation("o", "Patient/li", status="amended")), store.lookup)
        with pytest.raises(StoreAltered):
            store.put_many([newer])


def test_a_date_far_ahead_put_into_a_record_does_not_keep_newer_ones_out(at: Path) -> None:
    dated = observation("d", "Patient/li", meta={"lastUpdated": "2026-01-01T00:00:00Z"})
    with Store(at, key=KEY) as store:
        put(store, dated)
    body = "CAST(replace(CAST(body AS TEXT), '2026-01', '9999-01') AS BLOB)"
    alter(at, f"UPDATE resource SET body = {body} WHERE id = 'd'")
    dated["meta"]["lastUpdated"] = "2026-02-01T00:00:00Z"
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        put(store, dated)


def test_a_row_written_with_another_nodes_key(at: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "other.db", key=bytes(32)) as other:
        put(other, observation("o", "Patient/li", status="final", note="forged"))
    alter(at, "DELETE FROM resource WHERE id = 'o'")
    db = apsw.Connection(str(at))
    db.execute("ATTACH ? AS other", (str(tmp_path / "other.db"),))
    columns = "type, id, version, reach, subjects, facts, digest, seal, body"
    row = db.execute(f"SELECT {columns} FROM other.resource").fetchone()
    db.execute("INSERT INTO main.resource VALUES (3, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    db.close()
    with Store(at, key=KEY) as store, pytest.raises(StoreAltered):
        store.of_patient("li")


def test_another_nodes_key_opens_nothing(at: Path) -> None:
    for writable in (True, False):
        with pytest.raises(WrongNodeKey):
            Store(at, key=bytes(32), writable=writable)


@pytest.mark.parametrize("sql", ["DELETE FROM setting", "UPDATE setting SET value = x'00'"])
def test_without_the_mark_of_the_key_nothing_is_opened(at: Path, sql: str) -> None:
    alter(at, sql)
    with pytest.raises(WrongNodeKey):
        Store(at, key=KEY)


def test_a_store_without_its_tables_is_damaged(at: Path) -> None:
    db = apsw.Connection(str(at))
    db.execute("DROP TABLE setting")
    db.close()
    with pytest.raises(StoreUnreadable, match="is damaged"):
        Store(at, key=KEY)
