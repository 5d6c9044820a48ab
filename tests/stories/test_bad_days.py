"""A bad day at the information centre: a clear error each time, the right exit code, nothing lost, nothing released."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from nacl.signing import SigningKey

from exchange.federation.card import make_card
from exchange.federation.keys import NodeKeys
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.node.secrets import MasterSecret
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node
from ledger import Entry
from ledger.keys import Keys

pytestmark = pytest.mark.slow
PATIENT = "ks-pt-0001"
# Their own hospital's doctor: allowed without a further consent, so that only the bad day can stop it.
ASK = ("exchange", "request", "--patient", PATIENT, "--for", "TREAT", "--as", "ks-dr-001")


@dataclass(frozen=True)
class Answer:
    code: int
    out: bytes
    err: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with people in it; every test works on a copy."""
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "people", patients=12, seed=1, today=date(2026, 11, 1))
    found_node(folder / "node", Founding(region="320583", name="昆山", node_id="", organisation=""))
    with open_node(folder / "node", {}) as node:
        take_in(node, [folder / "people" / "320583"])
    assert hutong(folder / "node", *ASK).code == 0  # the policy's compiled form is in the node's cache now
    return folder


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "node", tmp_path / "node"))


def hutong(
    node: Path, *words: str, environment: Mapping[str, str] | None = None, user: int | None = None
) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--lang", "en", "--node", str(node), *words],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | dict(environment or {}),
        capture_output=True,
        user=user,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr.decode())


def refused(answer: Answer, code: int, *says: str) -> None:
    """The promise of every row: the exit code, the words, a hint, no data, no traceback, nobody's name."""
    assert (answer.code, answer.out) == (code, b""), answer.err
    assert answer.err.startswith("hutong: error: ")
    assert "hutong: hint: " in answer.err
    assert "Traceback" not in answer.err
    for one in says:
        assert one in answer.err
    assert "沈若岚" not in answer.err


def entries(node: Path) -> int:
    with open_node(node, {}) as opened:
        return opened.log.size


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
@pytest.mark.parametrize("words", [(), ("-o", "/dev/full")])
def test_a_record_that_found_no_room_was_not_handed_over(node: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "--node", str(node), *ASK, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 5
    with open_node(node, {}) as opened:
        last = opened.log.read(opened.log.size - 1).entry
    assert (last.phase, last.why) == ("outcome", "HANDOVER_FAILED")


def test_on_a_good_day_it_is_released(node: Path) -> None:
    answer = hutong(node, *ASK)
    assert answer.code == 0
    assert answer.out.startswith(b'{"resourceType":"Bundle"')


# --- bad input ---


def test_a_broken_line_is_named_and_the_rest_goes_in(node: Path, tmp_path: Path) -> None:
    good = b'{"resourceType":"Basic","id":"b%d","subject":{"reference":"Patient/ks-pt-0001"},"code":{}}'
    lines = [good % 1, b'{"resourceType":"Basic",', b'{"resourceType":"Patiant","id":"x"}', good % 2]
    (tmp_path / "mixed.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    answer = hutong(node, "records", "import", str(tmp_path / "mixed.ndjson"))
    assert answer.code == 6
    assert "mixed.ndjson:2: is not JSON" in answer.err
    assert "mixed.ndjson:3: has a resourceType that FHIR R4 does not have" in answer.err
    kept = next((node / "rejects").iterdir()).read_text("utf-8").splitlines()
    assert len(kept) == 2
    with open_node(node, {}) as opened:
        assert opened.records.counts().by_type["Basic"] == 2


def test_a_patient_nobody_knows_is_refused_like_one_who_never_agreed(node: Path) -> None:
    other = list(ASK)
    other[other.index(PATIENT)] = "nobody-0000"
    refused(hutong(node, *other), 3, "the patient has not agreed to it", "NO_CONSENT")


def test_the_operator_is_told_that_a_patient_is_unknown(node: Path) -> None:
    refused(hutong(node, "consent", "list", "nobody-0000"), 6, "is not in this node's records")


def test_a_person_nobody_knows_cannot_ask(node: Path) -> None:
    refused(hutong(node, *ASK[:-1], "ks-dr-999"), 6, "registry")


def test_a_folder_that_is_no_node_says_how_to_make_one(tmp_path: Path) -> None:
    refused(hutong(tmp_path, *ASK), 2, "is not a node", "hutong init")


# --- keys ---


def test_a_peer_whose_keys_have_expired_is_not_asked(node: Path) -> None:
    then = datetime.now(UTC) - timedelta(days=400)
    keys = NodeKeys(SigningKey(b"s" * 32), NodeKeys.of(MasterSecret(b"m" * 32)).box)
    with open_node(node, {}) as opened:
        vkey = opened.vkey
        card = make_card(
            keys, node="zh-platform", region="440400", name="珠海", url="http://127.0.0.1:1", ledger=Keys.only(vkey),
            organisations=(), issued=then,
        )  # fmt: skip
        opened.peers.keep(card)
        joined = Entry(
            type="node",
            subtype="join",
            action="C",
            outcome="0",
            region="320583",
            node=opened.id,
            source="operator",
        )
        told = {"card": hashlib.sha256(card.written).hexdigest()}
        opened.desk.write(joined, told, key=opened.house_key)
    before = entries(node)
    refused(hutong(node, *ASK, "--from", "440400"), 4, "zh-platform", "expired on")
    assert entries(node) == before


@pytest.mark.attack
def test_a_card_that_somebody_put_among_the_peers_stops_every_release(node: Path) -> None:
    keys = NodeKeys.of(MasterSecret(b"x" * 32))
    with open_node(node, {}) as opened:
        card = make_card(
            keys, node="zh-platform", region="440400", name="珠海", url="http://127.0.0.1:1",
            ledger=Keys.only(opened.vkey), organisations=(), issued=datetime.now(UTC),
        )  # fmt: skip
        opened.peers.keep(card)
    refused(hutong(node, *ASK), 4, "the card of zh-platform was never joined")
    assert hutong(node, "status").code == 4


def test_a_node_with_another_nodes_key_opens_nothing(node: Path) -> None:
    key = node / "keys" / "master.key"
    key.chmod(0o600)
    key.write_bytes(b"another nodes key of 32 bytes ..")
    refused(hutong(node, *ASK), 4)


def test_a_missing_key_is_named(node: Path) -> None:
    (node / "keys" / "master.key").unlink()
    refused(hutong(node, *ASK), 6, "keys/master.key is missing", "backup")


def test_a_key_that_others_can_read_is_not_used(node: Path) -> None:
    (node / "keys" / "master.key").chmod(0o644)
    refused(hutong(node, *ASK), 6, "keys/master.key can be read by other users: chmod 600")


# --- somebody changed the files ---


@pytest.mark.attack
def test_a_changed_entry_is_named_and_nothing_is_released(node: Path) -> None:
    _sql(
        node / "ledger.db",
        "UPDATE entry SET body = CAST(replace(body, 'import', 'imp0rt') AS BLOB) WHERE place = 1",
    )
    answer = hutong(node, "ledger", "verify")
    assert (answer.code, "entry 1" in answer.err or b"entry 1" in answer.out) == (4, True)


@pytest.mark.attack
def test_a_ledger_that_was_cut_short_releases_nothing(node: Path) -> None:
    _sql(node / "ledger.db", "DELETE FROM entry WHERE place = (SELECT max(place) FROM entry)")
    refused(hutong(node, *ASK), 4, "ledger.db", "is missing")


@pytest.mark.attack
def test_a_changed_record_is_not_handed_out(node: Path) -> None:
    _sql(node / "records.db", "UPDATE resource SET body = CAST(replace(body, 'E11', 'E10') AS BLOB)")
    before = entries(node)
    refused(hutong(node, *ASK), 4, "was altered after it was imported")
    assert entries(node) > before, "that it could not be handed over is on record"


@pytest.mark.attack
def test_a_revocation_that_was_deleted_is_found(node: Path) -> None:
    grant = hutong(node, "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT", "--json")
    assert grant.code == 0
    _sql(node / "ledger.db", "DELETE FROM consent_version")
    answer = hutong(node, "status")
    assert answer.code == 4
    assert "consent version is missing" in answer.out.decode()
    refused(hutong(node, *ASK), 4, "this node is not sound", "consent version is missing")


@pytest.mark.attack
def test_an_approval_that_was_written_into_the_table_gives_no_extract(node: Path, made: Path) -> None:
    register = ("research", "register", str(made / "people" / "protocol.toml"), "--by", "ks-re-001")
    assert hutong(node, *register).code == 0
    _sql(
        node / "ledger.db",
        "UPDATE project SET approved_us = 1, approval = 'X', approved_until = '2027-06-30'",
    )
    out = node.parent / "extract"
    answer = hutong(node, "research", "extract", "diabetes-control-2026", "--out", str(out))
    refused(answer, 4, "this node is not sound")
    assert not out.exists()


@pytest.mark.attack
def test_a_patients_key_that_was_taken_away_stops_every_release(node: Path) -> None:
    """Without it the patient would look new, and a refusal would be forgotten."""
    assert hutong(node, "consent", "grant", PATIENT, "--refuse", "--for", "TREAT").code == 0
    refused(hutong(node, *ASK), 3, "CONSENT_DENY")
    _sql(node / "vault.db", "DELETE FROM patient_key")
    refused(hutong(node, *ASK), 4, "keys of patients are gone")


ERASE = ("patient", "erase", PATIENT, "--by", "ks-so-001", "--reason", "asked for by letter")


@pytest.mark.attack
def test_a_key_that_was_taken_away_is_missed_although_the_vault_calls_it_erased(node: Path) -> None:
    assert hutong(node, "consent", "grant", PATIENT, "--refuse", "--for", "TREAT").code == 0
    _sql(node / "vault.db", "INSERT INTO erased SELECT lookup FROM patient_key")
    _sql(node / "vault.db", "DELETE FROM patient_key")
    refused(hutong(node, *ASK), 4, "keys of patients are gone without an erasure")
    refused(hutong(node, *ERASE[:2], "ks-pt-0002", *ERASE[3:]), 4, "this node is not sound")


def test_after_an_honest_erasure_the_node_works_on(node: Path) -> None:
    assert hutong(node, "consent", "grant", PATIENT, "--refuse", "--for", "TREAT").code == 0
    assert hutong(node, *ERASE).out.startswith(b"erased: the key is destroyed")
    assert hutong(node, *ASK).code == 0  # the refusal is gone with the key, and was said to be
    assert hutong(node, "status").code == 0


def test_a_backup_of_the_vault_does_not_bring_an_erased_patient_back(node: Path) -> None:
    assert hutong(node, "consent", "grant", PATIENT, "--to", "ks-tcm-hospital", "--for", "TREAT").code == 0
    shutil.copy(node / "vault.db", node.parent / "backup.db")
    assert hutong(node, *ERASE).code == 0
    shutil.copy(node.parent / "backup.db", node / "vault.db")
    refused(hutong(node, "audit", "who-saw", PATIENT), 6, "this patient's key was destroyed")
    refused(hutong(node, "consent", "list", PATIENT), 6, "this patient's key was destroyed")


def test_an_erasure_in_the_wrong_hands_destroys_nothing(node: Path) -> None:
    assert hutong(node, "consent", "grant", PATIENT, "--refuse", "--for", "TREAT").code == 0
    refused(hutong(node, *ERASE[:4], "ks-dr-001", *ERASE[5:]), 3, "only a security officer")
    refused(hutong(node, *ASK), 3, "CONSENT_DENY")


def test_only_an_officer_approves_and_closes(node: Path, made: Path) -> None:
    register = ("research", "register", str(made / "people" / "protocol.toml"), "--by", "ks-re-001")
    assert hutong(node, *register).code == 0
    approve = ("research", "approve", "diabetes-control-2026", "--approval", "X", "--until", "2027-06-30")
    refused(hutong(node, *approve, "--by", "ks-re-001"), 3, "only a security officer")
    assert hutong(node, *approve, "--by", "ks-so-001").code == 0


@pytest.mark.attack
def test_a_changed_entry_far_back_stops_the_next_release(node: Path) -> None:
    _sql(
        node / "ledger.db",
        "UPDATE entry SET body = CAST(replace(body, 'node', 'n0de') AS BLOB) WHERE place = 0",
    )
    refused(hutong(node, *ASK), 4, "this node is not sound", "entry 0")


def test_an_answer_is_not_written_over_a_file_of_a_node(node: Path) -> None:
    answer = hutong(node, *ASK, "-o", str(node / "keys" / "master.key"))
    refused(answer, 5, "it lies in a node's folder")
    assert hutong(node, *ASK).code == 0


def test_records_that_are_gone_are_missed_not_made_anew(node: Path) -> None:
    (node / "records.db").unlink()
    refused(hutong(node, "status"), 6, "records.db is not there")
    assert not (node / "records.db").exists()


# --- no place to write ---


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)], check=False)
    if done.returncode:
        pytest.skip("a small disk of its own needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_stops_every_access(made: Path, small_disk: Path) -> None:
    node = Path(shutil.copytree(made / "node", small_disk / "node"))
    _fill(small_disk)
    refused(hutong(node, *ASK), 5, "ledger.db cannot be written: the disk")


def test_on_a_full_disk_an_emergency_goes_through_a_spool_elsewhere_and_is_not_lost(
    made: Path, small_disk: Path, tmp_path: Path
) -> None:
    node = Path(shutil.copytree(made / "node", small_disk / "node"))
    filling = _fill(small_disk)
    spool = {"HUTONG_EMERGENCY_SPOOL_FILE": str(tmp_path / "spool.jsonl")}
    emergency = ("exchange", "request", "--patient", PATIENT, "--for", "ETREAT", "--as", "ks-em-004")
    reason = ("--emergency", "--reason", "unconscious")
    answer = hutong(node, *emergency, *reason, environment=spool)
    assert (answer.code, answer.out[:24]) == (0, b'{"resourceType":"Bundle"'), answer.err
    assert b"unconscious" not in (tmp_path / "spool.jsonl").read_bytes()
    filling.unlink()
    listed = hutong(node, "review", "list", environment=spool)
    assert (listed.code, listed.out.count(b"waits for a decision\n")) == (0, 1)
    assert not (tmp_path / "spool.jsonl").exists()
    assert hutong(node, "ledger", "verify").code == 0


def test_on_a_read_only_disk_nothing_is_released_but_officers_still_see(made: Path, small_disk: Path) -> None:
    node = Path(shutil.copytree(made / "node", small_disk / "node"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused(hutong(node, *ASK), 5, "cannot be written")
    seen = hutong(node, "audit", "who-saw", PATIENT)
    assert (seen.code, b"saw your record" in seen.out) == (0, True), seen.err
    assert hutong(node, "ledger", "verify").code == 0


def test_without_permission_nothing_is_released(node: Path) -> None:
    if os.geteuid():
        pytest.skip("becoming somebody else needs root")
    for path in (node.parent, node, *node.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for folder in node.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    try:
        answer = hutong(node, *ASK, user=65534)
    except PermissionError:
        pytest.skip("nobody may not run this Python")
    refused(answer, 6, "keys/master.key")


def _sql(path: Path, statement: str) -> None:
    db = apsw.Connection(str(path))
    db.execute(statement)
    assert db.changes() >= 1, "the attack did something"
    db.close()


def _fill(disk: Path) -> Path:
    """Nothing more fits on this disk."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filling
