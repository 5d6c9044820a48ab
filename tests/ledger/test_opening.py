"""Opening: what is not this node's whole ledger on a safe disk is refused, in words one can act on."""

import os
import shutil
import stat
from pathlib import Path

import apsw
import pytest

from ledger import Log, Signer
from ledger.checkpoint import export_checkpoint
from ledger.disk import require_safe_place
from ledger.errors import (
    CannotAppend,
    LedgerDamaged,
    LedgerExists,
    LedgerMissing,
    UnsafePlace,
    WrongSigner,
)
from ledger.filesystem import network_kind
from ledger.verify import verify
from tests.ledger.books import ENTRY, SIGNER, VKEY, dice, fill, new_log, open_log, ticking

MOUNTS = """\
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:25 / /proc rw - proc proc rw
40 22 0:50 / /srv/share rw shared:9 - nfs4 10.0.0.1:/x rw,vers=4.2
41 40 8:1 / /srv/share/local rw - xfs /dev/sdb rw
42 22 0:51 / /srv/with\\040blank rw - cifs //server/x rw
43 22 0:52 / /srv/user rw - fuse.sshfs user@host: rw
44 22 0:53 / /srv/moved rw - ext4 /dev/sdc rw
45 22 0:54 / /srv/moved rw - nfs 10.0.0.1:/y rw
"""


def test_a_new_ledger_is_its_owner_s_alone(log: Log, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ledger_is_never_overwritten(log: Log, path: Path) -> None:
    log.append(ENTRY)
    with pytest.raises(LedgerExists):
        new_log(path)
    assert log.size == 1


def test_a_ledger_that_could_not_be_made_leaves_nothing_behind(path: Path) -> None:
    with pytest.raises(apsw.SQLError):
        new_log(path, tables=["CREATE NONSENSE"])
    assert os.listdir(path.parent) == []


def test_a_folder_that_is_not_there_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(CannotAppend, match="folder is not there"):
        new_log(path.parent / "nowhere" / "ledger.db")


def test_an_empty_ledger_opens_and_verifies(log: Log, path: Path) -> None:
    log.close()
    with open_log(path) as again:
        assert again.size == 0
        assert verify(again, VKEY).ok


def test_tables_are_made_when_they_are_not_there_yet(log: Log, path: Path) -> None:
    log.close()
    table = "CREATE TABLE IF NOT EXISTS later(x INT) STRICT"
    opened = Log.open(path, signer=SIGNER, clock=ticking(), entropy=dice(), tables=[table])
    with opened, opened.reading() as db:
        assert db.execute("SELECT count(*) FROM later").get == 0


@pytest.mark.parametrize("writable", [True, False])
def test_a_missing_ledger_is_not_made_anew(path: Path, writable: bool) -> None:
    with pytest.raises(LedgerMissing) as caught:
        open_log(path, writable=writable)
    assert caught.value.exit_code == 6
    assert not path.exists()


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("signer", [Signer(SIGNER.origin, bytes(32)), Signer("other.example", SIGNER.seed)])
def test_another_key_or_another_name_is_refused(log: Log, path: Path, signer: Signer, writable: bool) -> None:
    log.append(ENTRY)
    log.close()
    with pytest.raises(WrongSigner) as caught:
        open_log(path, signer=signer, writable=writable)
    assert caught.value.exit_code == 4


@pytest.mark.attack
@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be looked at" * 100])
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(
    path: Path, content: bytes, writable: bool
) -> None:
    path.write_bytes(content)
    with pytest.raises(LedgerDamaged) as caught:
        open_log(path, writable=writable)
    assert caught.value.exit_code == 4
    assert path.read_bytes() == content
    with pytest.raises(LedgerDamaged):
        verify(path, VKEY)


@pytest.mark.attack
def test_a_torn_page_is_found_out_or_was_none_of_the_log_s(log: Log, path: Path) -> None:
    fill(log, 300)
    before = list(log.scan())
    log.close()
    whole = path.read_bytes()
    starts = range(0, len(whole), 8192)
    found = 0
    for at in starts:
        path.write_bytes(whole[:at] + b"\xa5" * 512 + whole[at + 512 :])
        try:
            verdict = verify(path, VKEY)
        except LedgerDamaged:
            found += 1
            continue
        if verdict.ok:
            with open_log(path, writable=False) as again:
                assert list(again.scan()) == before
        found += not verdict.ok
    assert found > len(starts) // 2
    path.write_bytes(whole)
    assert verify(path, VKEY).ok


def test_another_application_s_database_is_refused(path: Path) -> None:
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE entry(x)")
    db.close()
    with pytest.raises(LedgerDamaged, match="not a ledger"):
        open_log(path)


def test_a_later_version_is_not_guessed_at(log: Log, path: Path) -> None:
    log.close()
    db = apsw.Connection(str(path))
    db.pragma("user_version", 3)
    db.close()
    with pytest.raises(LedgerDamaged, match="another version"):
        open_log(path)


def test_a_signature_lost_in_a_power_cut_is_made_again_the_same(log: Log, path: Path) -> None:
    """The signature is not synced, so after a power cut the newest may be missing; nothing else may be."""
    fill(log, 300)
    log.close()
    db = apsw.Connection(str(path))
    kept = db.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
    db.execute("DELETE FROM checkpoint WHERE size = 300")
    db.close()
    assert not verify(path, VKEY).ok
    with open_log(path) as again:
        assert verify(again, VKEY).ok
        with again.reading() as reader:
            assert reader.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall() == kept


def test_a_copy_taken_without_its_write_ahead_log_is_an_older_whole_ledger(log: Log, path: Path) -> None:
    """It opens, because it is whole. That it is older, only a checkpoint kept elsewhere shows."""
    fill(log, 10)
    elsewhere = log.checkpoint()
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    assert verify(copy, VKEY).ok
    verdict = verify(copy, VKEY, known=elsewhere)
    assert (verdict.ok, verdict.first_wrong) == (False, 0)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/var/lib/hutong/ledger.db", ""),
        ("/srv/share/ledger.db", "nfs4"),
        ("/srv/share/local/ledger.db", ""),
        ("/srv/shared/ledger.db", ""),
        ("/srv/with blank/ledger.db", "cifs"),
        ("/srv/user/ledger.db", "fuse.sshfs"),
        ("/srv/moved/ledger.db", "nfs"),
    ],
)
def test_a_network_drive_is_recognised(place: str, kind: str) -> None:
    assert network_kind(Path(place), MOUNTS) == kind


def test_a_network_drive_is_refused() -> None:
    with pytest.raises(UnsafePlace, match="network drive") as caught:
        require_safe_place(Path("/srv/share/ledger.db"), mounts=MOUNTS)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("version", "safe"), [("3.40.1", False), ("3.51.2", False), ("3.51.3", True), ("3.54.1", True)]
)
def test_a_sqlite_that_may_lose_pages_is_refused(tmp_path: Path, version: str, safe: bool) -> None:
    try:
        require_safe_place(tmp_path / "ledger.db", sqlite=version, mounts=MOUNTS)
        refused = False
    except UnsafePlace:
        refused = True
    assert refused is not safe


def test_a_checkpoint_is_kept_in_a_file_of_its_own(log: Log, path: Path) -> None:
    place = path.with_name("checkpoint.txt")
    export_checkpoint(log.checkpoint(), place)
    log.append(ENTRY)
    export_checkpoint(log.checkpoint(), place)
    assert place.read_bytes() == log.checkpoint()
    assert sorted(one.name for one in path.parent.iterdir() if one.suffix in (".txt", ".new")) == [
        "checkpoint.txt"
    ]
    with pytest.raises(CannotAppend):
        export_checkpoint(b"", path.parent / "nowhere" / "checkpoint.txt")
