"""A region changes the key of its ledger: the others follow with the new card, and with nothing less."""

import resource
import secrets
import signal
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import orjson
import pytest

from exchange.federation.card import Card, make_card
from exchange.federation.errors import BadCard, CannotJoin
from exchange.federation.joining import join, own_card
from exchange.node.backup import back_up
from exchange.officers import NotAnOfficer
from exchange.rotating import NotYetInDoubt, rotate
from exchange.soundness import require_sound
from exchange.status import health
from exchange.wiring import open_node
from exchange.witnessing.circle import circle_of, written
from exchange.witnessing.keeping_asked import keeping_asked
from ledger import Signer
from ledger.closing import close_volumes
from ledger.errors import CannotAppend
from ledger.keyring import KeyHandedOver
from ledger.keys import Keys
from ledger.proof import check, prove
from ledger.verify import verify
from ledger.witness import Policy
from tests.federation.nodes import Site
from tests.witness.test_regions import Regions, asking, sites, something_happens

__all__ = ["sites"]


def rotated(site: Site) -> None:
    rotate(site.node(), by="ks-so-001")
    site.reopen()


def joined_again(site: Site, by: Site, card: Card | None = None) -> None:
    new = card or own_card(site.node())
    join(by.node(), new.written, fingerprint=new.fingerprint, by="operator-1")
    by.reopen()


def forged(site: Site, ledger: Keys) -> Card:
    """What whoever has the node's signing key, and not its ledger's, could hand out."""
    node = site.node()
    return make_card(
        node.keys,
        node=node.id,
        region=node.region,
        name="昆山",
        url="http://127.0.0.1:1",
        ledger=ledger,
        organisations=(),
        issued=site.clock(),
    )


def test_the_node_goes_on_with_its_new_key_and_the_old_one_is_gone(sites: Regions) -> None:
    kunshan = sites[0]
    first = kunshan.node().vkey
    rotated(kunshan)
    second = kunshan.node().vkey
    rotated(kunshan)
    assert [path.name for path in sorted((kunshan.folder / "keys").glob("ledger-*"))] == ["ledger-3.key"]
    something_happens(kunshan)
    node = kunshan.node()
    assert [str(key) for key in node.log.keys] == [first, second, node.vkey]
    close_volumes(node.log)
    require_sound(node, however_large=True)
    for key in (first, second, node.vkey):
        assert verify(node.log, key).ok


def test_only_a_security_officer_changes_the_key(sites: Regions) -> None:
    kunshan = sites[0]
    before = kunshan.node().vkey
    with pytest.raises(NotAnOfficer):
        rotate(kunshan.node(), by="ks-dr-001")
    kunshan.reopen()
    assert kunshan.node().vkey == before
    assert not list((kunshan.folder / "keys").glob("ledger-*"))


def test_an_interrupted_change_leaves_the_old_key_in_force_and_no_other(
    sites: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key's file is there and the ledger does not name it: as after a crash in between."""
    kunshan = sites[0]
    before = kunshan.node().vkey
    (kunshan.folder / "keys" / "ledger-2.key").write_bytes(secrets.token_bytes(32))
    (kunshan.folder / "keys" / "ledger-2.key").chmod(0o600)
    kunshan.reopen()
    assert kunshan.node().vkey == before
    something_happens(kunshan)
    rotated(kunshan)
    assert kunshan.node().vkey != before
    assert [path.name for path in (kunshan.folder / "keys").glob("ledger-*")] == ["ledger-3.key"]


def test_a_key_that_may_be_in_force_after_a_failing_disk_is_kept(sites: Regions) -> None:
    """The change may have reached the disk although the sync failed: without its key nobody could go on."""
    kunshan = sites[0]
    node = kunshan.node()
    first = node.vkey
    wal = Path(f"{node.layout.ledger}-wal").stat().st_size
    at_most = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(wal, 64), at_most[1]))
    try:
        with pytest.raises(CannotAppend):
            rotate(node, by="ks-so-001")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, at_most)
        signal.signal(signal.SIGXFSZ, before)
    assert [path.name for path in (kunshan.folder / "keys").glob("ledger-*")] == ["ledger-2.key"]
    kunshan.reopen()
    assert kunshan.node().vkey == first
    done = rotate(kunshan.node(), by="ks-so-001")
    assert done.derived, "the file that was kept is not the old key's"
    assert [path.name for path in (kunshan.folder / "keys").glob("ledger-*")] == ["ledger-3.key"]


def test_a_change_of_key_that_was_made_is_told_also_where_an_old_file_stays(sites: Regions) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    stays = kunshan.folder / "keys" / "ledger-1.key"
    node = kunshan.node()
    stays.mkdir()
    done = rotate(node, by="ks-so-001")
    assert done.left == [stays]
    assert not done.derived
    assert [str(key) for key in node.log.keys][-1] == done.new_key
    stays.rmdir()


def test_two_who_change_the_key_at_once_leave_one_new_key_and_its_file(sites: Regions) -> None:
    """The first one's tidying up could delete the file of the key the second one has just put in force."""
    kunshan = sites[0]
    other, refused = kunshan.node(), list[str]()

    def entropy(size: int) -> bytes:
        if size == 32 and not refused:
            refused.append("not")
            with pytest.raises(CannotAppend) as told:
                rotate(other, by="ks-so-001")
            refused[:] = [str(told.value)]
        return secrets.token_bytes(size)

    with open_node(kunshan.folder, {}, clock=kunshan.clock, entropy=entropy) as node:
        done = rotate(node, by="ks-so-001")
    assert refused == ["keys cannot be written: another process is at it"]
    kunshan.reopen()
    assert kunshan.node().vkey == done.new_key
    assert [path.name for path in (kunshan.folder / "keys").glob("ledger-*")] == [done.file.name]
    rotated(kunshan)


def test_the_witnesses_follow_with_the_new_card_and_not_before(sites: Regions) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    rotated(kunshan)
    told = sites.ask(kunshan, *others)
    assert all(one.problem and "hand it this node's card" in one.problem[0] for one in told)
    for other in others:
        joined_again(kunshan, other)
    assert not any(one.problem for one in sites.ask(kunshan, *others))
    circle = circle_of(kunshan.node())
    witnessed = circle.notes.newest(kunshan.node().log.keys, circle.policy)
    assert witnessed is not None
    assert witnessed.checkpoint.size == kunshan.node().log.size


def test_the_policy_as_a_file_names_every_key(sites: Regions) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    rotated(kunshan)
    sites.ask(kunshan, *others)
    circle = circle_of(kunshan.node())
    assert Policy.parse(written(circle.policy)) == circle.policy
    assert len(circle.policy.logs) == 2


def test_what_was_proved_before_is_checked_with_the_new_card(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    node = kunshan.node()
    before = prove(node.log, node.log.read(0).id)
    rotated(kunshan)
    something_happens(kunshan)
    after = prove(kunshan.node().log, kunshan.node().log.read(0).id)
    old_card = tianjin.peers.by_id("kunshan")
    assert check(after, old_card.ledger).index == 0, "with the card from before the change"
    joined_again(kunshan, tianjin)
    new_card = tianjin.peers.by_id("kunshan")
    assert [check(proof, new_card.ledger).index for proof in (before, after)] == [0, 0]
    assert new_card.ledger_key == kunshan.node().vkey != old_card.ledger_key


@pytest.mark.attack
def test_a_card_with_a_key_that_was_not_handed_over_is_not_joined(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    before = tianjin.peers.by_id("kunshan")
    origin = kunshan.node().log.signer.origin
    theirs = Signer(origin, b"\xaa" * 32)
    with pytest.raises(CannotJoin, match="without the old key's signature"):
        joined_again(kunshan, tianjin, forged(kunshan, Keys.only(theirs.verifier_key)))
    rotated(kunshan)
    with pytest.raises(CannotJoin, match="without the old key's signature"):
        joined_again(kunshan, tianjin, forged(kunshan, Keys.only(kunshan.node().vkey)))
    assert tianjin.peers.by_id("kunshan") == before


@pytest.mark.attack
def test_a_card_cannot_bring_back_a_key_that_handed_over(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    first = Keys.only(kunshan.node().vkey)
    rotated(kunshan)
    joined_again(kunshan, tianjin)
    with pytest.raises(CannotJoin, match="without the old key's signature"):
        joined_again(kunshan, tianjin, forged(kunshan, first))


@pytest.mark.attack
def test_a_card_whose_handover_was_altered_is_no_card(sites: Regions) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    keys = kunshan.node().log.keys
    size = keys.handovers[0].state().size
    spoiled = msgspec.structs.replace(
        keys.handovers[0], note=keys.handovers[0].note.replace(f"\n{size}\n", f"\n{size + 1}\n")
    )
    with pytest.raises(BadCard, match="was not handed over"):
        forged(kunshan, replace(keys, handovers=(spoiled,)))


def test_a_card_of_a_node_whose_key_was_never_changed_is_as_it_was(sites: Regions) -> None:
    told = orjson.loads(own_card(sites[0].node()).written)
    assert "ledger_handovers" not in told


def test_the_ledger_says_for_everybody_since_when_a_key_is_in_doubt(sites: Regions) -> None:
    kunshan = sites[0]
    done = rotate(kunshan.node(), by="ks-so-001", in_doubt_since=datetime(2026, 4, 30, 16, tzinfo=UTC))
    assert done.entry.entry.obligations == (
        f"signed-by:{done.new_key}",
        "in-doubt-since:2026-05-01T00:00:00+08:00",
    )
    assert done.derived


def test_the_old_key_s_file_is_gone_from_the_disk(sites: Regions, tmp_path: Path) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    seed = (kunshan.folder / "keys" / "ledger-2.key").read_bytes()
    rotated(kunshan)
    assert not [path for path in kunshan.folder.rglob("*") if path.is_file() and seed in path.read_bytes()]


def test_status_says_when_the_key_is_due(sites: Regions) -> None:
    kunshan = sites[0]

    def said() -> str:
        return next(one.en for one in health(kunshan.node()) if one.name_en == "keys")

    kunshan.clock.pass_by(timedelta(days=366))
    assert "rotate" not in said()
    kunshan.clock.pass_by(timedelta(days=1))
    assert "the ledger's own is 367 days old: hutong ledger rotate" in said()
    rotated(kunshan)
    assert "rotate" not in said()


def test_status_names_a_key_s_file_that_a_crash_left(sites: Regions) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    old = kunshan.folder / "keys" / "ledger-2.key"
    kept = old.read_bytes()
    rotated(kunshan)
    old.write_bytes(kept)
    old.chmod(0o600)

    def said() -> str:
        return next(one.en for one in health(kunshan.node()) if one.name_en == "keys")

    assert "not in force, and the next hutong ledger rotate deletes them: keys/ledger-2.key" in said()
    rotated(kunshan)
    assert "not in force" not in said()


def test_a_backup_holds_the_closed_volumes_also_those_on_another_disk(sites: Regions, tmp_path: Path) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    close_volumes(kunshan.node().log)
    away = tmp_path / "archive.db"
    (kunshan.folder / "ledger-1.db").rename(away)
    (kunshan.folder / "ledger-1.db").symlink_to(away)
    done = back_up(kunshan.node(), tmp_path / "copy", secrets=False, progress=lambda _done, _total: None)
    away.unlink()
    assert verify(done.folder / "ledger.db", kunshan.node().vkey).ok
    assert (done.folder / "ledger-1.db").stat().st_mode & 0o777 == 0o600


def test_a_node_that_is_served_with_the_old_key_says_once_to_start_it_again(
    sites: Regions, caplog: pytest.LogCaptureFixture
) -> None:
    kunshan = sites[0]
    served = asking(kunshan)
    with open_node(kunshan.folder, {}, clock=kunshan.clock) as beside:
        rotate(beside, by="ks-so-001")
    with keeping_asked(lambda: served, behind=lambda: None, poll=0.02):
        for _ in range(100):
            if caplog.records:
                break
            threading.Event().wait(0.05)
        threading.Event().wait(0.2)
    (said,) = [one.getMessage() for one in caplog.records if one.name == "hutong.witness"]
    assert "its key was changed, and this program holds an earlier one" in said
    assert "start this program again" in said


def test_a_key_is_not_in_doubt_from_a_time_to_come(sites: Regions) -> None:
    kunshan = sites[0]
    before = kunshan.node().vkey
    with pytest.raises(NotYetInDoubt):
        rotate(kunshan.node(), by="ks-so-001", in_doubt_since=kunshan.clock() + timedelta(seconds=1))
    kunshan.reopen()
    assert kunshan.node().vkey == before
    assert not list((kunshan.folder / "keys").glob("ledger-*"))


def test_where_the_new_key_s_file_is_gone_it_is_said_which_to_bring_back(sites: Regions) -> None:
    kunshan = sites[0]
    rotated(kunshan)
    (kunshan.folder / "keys" / "ledger-2.key").unlink()
    with pytest.raises(KeyHandedOver) as told:
        kunshan.node()
    assert "bring the newest keys/ledger-N.key back" in told.value.hint
