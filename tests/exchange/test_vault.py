"""One key a patient: always the same, found by nobody without the master secret, and gone for good when destroyed."""

import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from exchange.errors import BadKeyFile, CannotWrite, WrongNodeKey
from exchange.node.node import Node
from exchange.node.secrets import MasterSecret
from exchange.node.vault import Vault
from ledger import Entry, Recorded
from ledger.sealing import pseudonym
from tests.exchange.nodes import entropy
from tests.exchange.people import AN

MASTER = MasterSecret(b"m" * 32)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "vault.db"
    Vault.create(file, MASTER, entropy("create")).close()
    return file


def opened(path: Path, seed: str = "open", master: MasterSecret = MASTER) -> Vault:
    return Vault(path, master, entropy(seed))


def erasing(vault: Vault, patient: str) -> Recorded:
    """The entry by which the patient's key is destroyed."""
    return of(vault.key_of(patient).pseudonym)


def of(name: str) -> Recorded:
    entry = Entry(
        type="erasure",
        subtype="destroy-key",
        action="D",
        outcome="0",
        region="320583",
        node="ks",
        source="vault",
        patient=name,
    )
    return Recorded(
        index=0, id="entry-0", time_us=1, sequence=1, previous="", entry=entry, sealed=b"", body=b""
    )


def test_a_patients_key_is_always_the_same(path: Path) -> None:
    first = opened(path).key_of("p-1")
    again = opened(path, "again").key_of("p-1")
    assert (first, first.key) == (again, again.key)
    assert first.pseudonym == pseudonym(first.key, "patient")


def test_two_patients_share_nothing(path: Path) -> None:
    vault = opened(path)
    one, other = vault.key_of("p-1"), vault.key_of("p-2")
    assert one.key != other.key
    assert one.pseudonym != other.pseudonym
    assert vault.count() == 2


def test_a_key_is_found_by_its_pseudonym(path: Path) -> None:
    vault = opened(path)
    made = vault.key_of("p-1")
    assert vault.key_behind(made.pseudonym) == made
    assert vault.key_behind("0" * 32) is None


def test_to_ask_whether_there_is_a_key_makes_none(path: Path) -> None:
    vault = opened(path)
    assert (vault.known("p-1"), vault.count()) == (None, 0)
    made = vault.key_of("p-1")
    assert vault.known("p-1") == made


def test_keys_of_many_come_in_the_order_they_were_asked_for(path: Path) -> None:
    vault = opened(path)
    one, two = vault.key_of("p-1"), vault.key_of("p-2")
    vault.destroy(erasing(vault, "p-erased"))
    asked = ("p-2", "p-never", "p-1", "p-erased", "p-2")
    assert vault.known_of_each(asked) == [two, None, one, None, two] == [vault.known(each) for each in asked]
    names = (two.pseudonym, "0" * 32, one.pseudonym, '"', two.pseudonym)
    assert vault.keys_behind_each(names) == [two, None, one, None, two]
    assert (vault.known_of_each([]), vault.keys_behind_each([])) == ([], [])
    assert vault.count() == 2, "to ask makes none"


@pytest.mark.attack
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE patient_key SET wrapped = zeroblob(60) WHERE pseudonym = '{0}'",
        (
            "UPDATE patient_key SET wrapped = (SELECT wrapped FROM patient_key WHERE pseudonym = '{1}')"
            " WHERE pseudonym = '{0}'"
        ),
        "UPDATE patient_key SET pseudonym = 'another' WHERE pseudonym = '{0}'",
    ],
    ids=["a key that is none", "the key of another", "the name of another"],
)
def test_one_changed_key_among_many_is_found(path: Path, attack: str) -> None:
    vault = opened(path)
    names = [vault.key_of(one).pseudonym for one in ("p-1", "p-2")]
    vault._db.execute(attack.format(*names))
    with pytest.raises(WrongNodeKey):
        vault.known_of_each(["p-2", "p-1"])
    with pytest.raises(WrongNodeKey):
        vault.keys_behind_each(["another", *names])


PROCESS = """
import secrets, sys
from pathlib import Path
from exchange.node.secrets import MasterSecret
from exchange.node.vault import Vault
vault = Vault(Path(sys.argv[1]), MasterSecret(b"m" * 32), secrets.token_bytes)
print(*[vault.key_of(f"p-{number}").pseudonym for number in range(20)])
"""


@pytest.mark.slow
def test_two_processes_that_meet_the_same_patients_at_once_get_the_same_keys(path: Path) -> None:
    command = [sys.executable, "-c", PROCESS, str(path)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [one.communicate(timeout=60)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    assert told[0] == told[1] != ""
    assert opened(path).count() == 20


def test_a_destroyed_key_is_gone_and_the_next_is_another(path: Path) -> None:
    vault = opened(path)
    before = vault.key_of("p-1")
    assert (vault.destroy(erasing(vault, "p-1")), vault.destroy(of(before.pseudonym))) == (True, False)
    assert vault.key_behind(before.pseudonym) is None
    assert (vault.known("p-1"), vault.was_erased("p-1"), vault.was_erased("p-2")) == (None, True, False)
    after = vault.key_of("p-1")
    assert after.key != before.key
    assert after.pseudonym != before.pseudonym
    assert opened(path).was_erased("p-1")


def test_the_bytes_of_a_destroyed_key_are_overwritten(path: Path) -> None:
    vault = opened(path)
    vault.key_of("p-1")
    wrapped = bytes(vault._db.execute("SELECT wrapped FROM patient_key").get)
    assert wrapped in path.read_bytes()
    vault.destroy(erasing(vault, "p-1"))
    vault.close()
    assert [file.name for file in path.parent.iterdir() if wrapped in file.read_bytes()] == []


def test_nothing_in_the_file_says_who_has_a_key_or_what_it_is(path: Path) -> None:
    vault = opened(path)
    name = "110105199003070013"
    key = vault.key_of(name).key
    vault.close()
    content = path.read_bytes()
    assert name.encode() not in content
    assert key not in content


def test_another_master_secret_finds_nobody_and_opens_nothing(path: Path) -> None:
    made = opened(path).key_of("p-1")
    stranger = opened(path, "stranger", MasterSecret(b"x" * 32))
    assert stranger.known("p-1") is None
    with pytest.raises(WrongNodeKey) as refused:
        stranger.key_behind(made.pseudonym)
    assert refused.value.exit_code == 4


ATTACKS = [
    "UPDATE patient_key SET pseudonym = 'another'",
    "UPDATE patient_key SET wrapped = zeroblob(60)",
    "UPDATE patient_key SET wrapped = x''",
    "UPDATE patient_key SET wrapped = (SELECT wrapped FROM patient_key ORDER BY lookup DESC LIMIT 1)",
]


@pytest.mark.attack
@pytest.mark.parametrize("sql", ATTACKS)
def test_a_row_that_was_changed_opens_nothing(path: Path, sql: str) -> None:
    """Under another pseudonym a patient's refusals would not be found."""
    vault = opened(path)
    for name in ("p-1", "p-2"):
        vault.key_of(name)
    lookups = [row[0] for row in vault._db.execute("SELECT lookup FROM patient_key ORDER BY lookup")]
    db = apsw.Connection(str(path))
    db.execute(f"{sql} WHERE lookup = ?", (lookups[0],))
    db.close()
    refused = 0
    for name in ("p-1", "p-2"):
        try:
            vault.key_of(name)
        except WrongNodeKey:
            refused += 1
    assert refused == 1


def test_a_vault_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(BadKeyFile, match="is missing"):
        opened(tmp_path / "vault.db")
    assert not (tmp_path / "vault.db").exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_a_vault_that_is_no_vault_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.db").write_bytes(content)
    with pytest.raises(BadKeyFile, match="is damaged") as refused:
        opened(tmp_path / "vault.db").key_of("p-1")
    assert refused.value.exit_code == 6


def test_a_vault_that_is_locked_for_writing_makes_no_key(path: Path) -> None:
    vault = opened(path)
    known = vault.key_of("p-1")
    vault._db.set_busy_timeout(0)
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotWrite) as refused:
        vault.key_of("p-2")
    assert refused.value.exit_code == 5
    assert vault.key_of("p-1") == known
    with pytest.raises(CannotWrite):
        vault.destroy(of(known.pseudonym))
    other.close()
    assert vault.known("p-1") == known


def test_every_patient_that_comes_in_has_a_key_from_then_on(node: Node) -> None:
    """So that an emergency on a full disk does not fail for want of one."""
    assert all(node.vault.known(patient) for patient in node.records.patients())


def test_an_erased_patient_gets_no_new_key_by_an_import(node: Node) -> None:
    node.vault.destroy(erasing(node.vault, AN))
    node.vault.prepare(node.records.patients())
    assert node.vault.known(AN) is None
