"""A second machine of a region comes up from the channel alone, and decides as the first one does."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest

from consent.errors import ConsentChanged
from exchange.audit.agreement import disagreements
from exchange.consenting import consents_of, revoke
from exchange.erasing import erase
from exchange.errors import BadSetting, NodeExists
from exchange.fabric.errors import (
    GapInChannel,
    KeysMissing,
    NotAllCame,
    NotOnFabric,
    OtherNodesKeys,
    SameName,
)
from exchange.fabric.following import Followed
from exchange.fabric.items import KEY_USE, Erased, items_in
from exchange.fabric.opening import open_channel
from exchange.fabric.publishing import publish, waiting
from exchange.fabric.rebuilding import rebuild
from exchange.fabric.second_machine import found_second, take_keys
from exchange.fabric.turn import turn
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.soundness import lost_keys, require_sound
from exchange.wiring import found_node
from ledger.fabric.errors import BadConnection, OutcomeUnknown
from tests.exchange.nodes import Clock, Site, allow, fill, put, question
from tests.exchange.people import AN, BO, everybody
from tests.fabric.channels import BACKENDS, connections, now, real_network
from tests.fabric.fake_gateway import World, fake_network

NOBODY = Followed()


@dataclass
class Region:
    """Two machines of one region, and how they reach the channel. The second is not founded yet."""

    folder: Path
    connection: Path
    world: World | None = None
    clock: Clock = field(default_factory=lambda: Clock(now()))

    @contextmanager
    def first(self) -> Iterator[Node]:
        with self._open("first") as node:
            yield node

    @contextmanager
    def second(self, keys_from: Path | None = None) -> Iterator[Node]:
        """The second machine, made when it is asked for first."""
        if not (self.folder / "second").exists():
            found_second(
                self.folder / "second",
                keys_from or self.folder / "first",
                node_id=f"second-{secrets.token_hex(4)}",
                connection=self.connection,
                environment={},
                clock=self.clock,
                entropy=secrets.token_bytes,
            )
            with self._open("second") as node:
                fill(node, self.folder, everybody())
        with self._open("second") as node:
            yield node

    def tell(self) -> None:
        """The first machine puts onto the channel what waits."""
        with self.first() as node, open_channel(node) as channel:
            turn(node, channel, at_once=True)

    @contextmanager
    def _open(self, name: str) -> Iterator[Node]:
        self.clock.pass_by(timedelta(seconds=1))
        said = {"HUTONG_LEDGER_BACKEND": "fabric", "HUTONG_LEDGER_CONNECTION": str(self.connection)}
        with Site(self.folder / name, self.clock).open(**said) as node:
            yield replace(
                node, office=replace(node.office, desk=replace(node.desk, entropy=secrets.token_bytes))
            )


@contextmanager
def region_on(folder: Path, connection: Path, world: World | None = None) -> Iterator[Region]:
    region = Region(folder, connection, world)
    founding = Founding(region="320583", name="昆山", node_id=f"ks-{secrets.token_hex(4)}", organisation="")
    found_node(folder / "first", founding, {}, clock=region.clock, entropy=secrets.token_bytes)
    with region.first() as node:
        fill(node, folder, everybody())
    yield region


@pytest.fixture(params=BACKENDS)
def region(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    with ExitStack() as stack:
        stack.enter_context(connections(request.param, tmp_path / "network"))
        network = tmp_path / "network" if request.param == "fake" else real_network()
        yield stack.enter_context(region_on(tmp_path, network / "kunshan" / "connection.toml"))


@pytest.fixture
def faked(tmp_path: Path) -> Iterator[Region]:
    with (
        fake_network(tmp_path / "network") as network,
        region_on(tmp_path, network.files["kunshan"], network.world) as region,
    ):
        yield region


def decisions(node: Node) -> list[tuple[bool, str]]:
    answers = (put(question(node, patient=patient), node.office) for patient in (AN, BO))
    return [(one.permit, one.code) for one in answers]


def said(node: Node, patient: str = AN) -> list[tuple[str, int, str, object]]:
    return [
        (one.consent_id, one.version, one.commitment, one.resource)
        for one in consents_of(node, patient, all_versions=True)
    ]


def test_it_gets_every_consent_from_the_channel_and_decides_the_same(region: Region) -> None:
    with region.first() as first:
        given = allow(first)
        allow(first, BO, refuse=True, confirmed=())
        kept = allow(first, classes=("Condition",))
        region.clock.pass_by(timedelta(minutes=1))
        revoke(first, AN, given.consent_id, by=f"Patient/{AN}")
        assert kept.consent_id
        expected, words = decisions(first), said(first)
    region.tell()
    with region.second() as second:
        assert consents_of(second, AN) == []
        assert rebuild(second) == (0, Followed(versions=4))
        assert said(second) == words
        assert decisions(second) == expected
        assert {code for _, code in expected} != {"NO_CONSENT"}
        assert disagreements(second.log, second.house_key) == []
        require_sound(second)
        assert rebuild(second) == (0, NOBODY)


def test_what_is_said_later_comes_later_and_once(faked: Region) -> None:
    with faked.first() as first:
        given = allow(first)
    faked.tell()
    with faked.second() as second:
        rebuild(second)
        before = decisions(second)
    with faked.first() as first:
        revoke(first, AN, given.consent_id, by=f"Patient/{AN}")
    faked.tell()
    with faked.second() as second, open_channel(second) as channel:
        assert turn(second, channel, at_once=True).heard == Followed(versions=1)
        assert turn(second, channel, at_once=True).heard == NOBODY
        assert [one.version for one in consents_of(second, AN, all_versions=True)] == [1, 2]
        assert decisions(second) != before
    # What the second took over it does not tell again: the first would hear its own words.
    with faked.first() as first, open_channel(first) as channel:
        assert turn(first, channel).heard == NOBODY


def test_a_revocation_that_comes_over_the_channel_is_told_to_whoever_received_here(faked: Region) -> None:
    from exchange.withdrawal.outgoing import notices

    with faked.first() as first:
        given = allow(first)
    faked.tell()
    with faked.second() as second:
        rebuild(second)
        assert put(question(second), second.office).permit
    with faked.first() as first:
        revoke(first, AN, given.consent_id, by=f"Patient/{AN}")
    faked.tell()
    with faked.second() as second:
        rebuild(second)
        assert len(notices(second.office, waiting_only=True)) == 1


def test_a_consent_counts_from_when_it_counted_on_the_machine_that_took_it(faked: Region) -> None:
    with faked.first() as first:
        taken = allow(first).entry
    faked.clock.pass_by(timedelta(days=3))
    faked.tell()
    with faked.second() as second:
        rebuild(second)
        (found,) = second.consents.newest(second.vault.key_of(AN))
        assert found.known == taken.time
        brought = second.log.find(found.entry)
        assert (brought.entry.subtype, brought.entry.source) == ("brought", "channel")


def test_whoever_was_erased_on_the_first_machine_is_erased_on_the_second(region: Region) -> None:
    with region.first() as first:
        allow(first)
        allow(first, BO)
    region.tell()
    shutil.copytree(region.folder / "first", region.folder / "backup")
    with region.first() as first:
        erase(first.office, AN, by="ks-so-001", reason="asked for")
    region.tell()
    with region.second(region.folder / "backup") as second:
        pseudonym = second.vault.key_of(AN).pseudonym
        assert rebuild(second) == (0, Followed(versions=2, erased=1))
        assert second.vault.key_behind(pseudonym) is None
        assert second.vault.was_erased(AN)
        assert [one.version for one in consents_of(second, BO)] == [1]
        require_sound(second)


def test_of_a_patient_whose_key_is_destroyed_nothing_comes_from_the_channel(faked: Region) -> None:
    """The bytes stay on every peer for ever; without the key they are noise."""
    with faked.first() as first:
        allow(first)
        allow(first, BO)
    faked.tell()
    with faked.first() as first:
        erase(first.office, AN, by="ks-so-001", reason="asked for")
    faked.tell()
    with faked.second() as second:
        assert rebuild(second)[1] == Followed(versions=1)
        assert lost_keys(second) == 0


def test_a_vault_that_lacks_somebodys_key_takes_over_nothing(faked: Region) -> None:
    """Their refusal would not be seen: better no consents than some."""
    with faked.first() as first:
        fill(first, faked.folder, everybody())
        allow(first)
    faked.tell()
    empty = faked.folder / "backup"
    shutil.copytree(faked.folder / "first", empty)
    from exchange.node.vault import Vault

    (empty / "vault.db").unlink()
    with faked.first() as first:
        Vault.create(empty / "vault.db", first.office.master, secrets.token_bytes).close()
    found_second(
        faked.folder / "second",
        empty,
        node_id="second",
        connection=faked.connection,
        environment={},
        clock=faked.clock,
        entropy=secrets.token_bytes,
    )
    with faked.second() as second:
        before = second.log.size
        with pytest.raises(KeysMissing, match="the keys of 1 patients on the channel are not in this vault"):
            rebuild(second)
        assert second.log.size == before
        keys, followed = rebuild(second, faked.folder / "first")
        assert keys > 0
        assert followed.versions == 1


def test_it_goes_on_after_a_crash_in_the_middle_of_a_group(faked: Region) -> None:
    with faked.first() as first:
        allow(first)
        allow(first, BO)
        allow(first, classes=("Condition",))
    faked.tell()
    with faked.second() as second, open_channel(second) as channel:
        follow_two_and_break(second, channel)
        assert len(said(second, AN)) + len(said(second, BO)) == 2
    (faked.folder / "second" / "anchors.db").unlink()
    with faked.second() as second:
        assert rebuild(second) == (0, Followed(versions=1))
        require_sound(second)


def follow_two_and_break(node: Node, channel: Any) -> None:
    from exchange.fabric.following import _take_one

    (group,) = channel.groups.told(after=None, seconds=0.3)
    for item in items_in(group, node.office.master.for_use(KEY_USE))[:2]:
        _take_one(node, group, item)


def test_what_waits_is_told_after_an_outage_and_not_twice(faked: Region) -> None:
    assert faked.world

    def hung_up(context: Any) -> None:
        context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    with faked.first() as first, open_channel(first) as channel:
        allow(first)
        faked.world.trouble["after submit"] = hung_up
        with pytest.raises(OutcomeUnknown):
            publish(first.office, channel)
        allow(first, BO)
        faked.world.trouble.clear()
        assert waiting(first.office, channel)
        assert [publish(first.office, channel) for _ in range(3)] == [1, 1, 0]
        assert not waiting(first.office, channel)
        assert [one.seq for one in channel.groups.told(after=None, seconds=0.3)] == [1, 2]


def test_a_first_machine_that_forgot_how_far_it_was_asks_the_channel(faked: Region) -> None:
    with faked.first() as first:
        allow(first)
    faked.tell()
    (faked.folder / "first" / "anchors.db").unlink()
    with faked.first() as first, open_channel(first) as channel:
        allow(first, BO)
        assert publish(first.office, channel) == 1
        assert [one.seq for one in channel.groups.told(after=None, seconds=0.3)] == [1, 2]


@pytest.mark.attack
def test_nothing_on_the_channel_says_who(faked: Region) -> None:
    assert faked.world
    with faked.first() as first:
        given = allow(first)
        pseudonym = first.vault.key_of(AN).pseudonym
        erase(first.office, BO, by="ks-so-001", reason="本人要求")
    faked.tell()
    whole = b"".join(faked.world.state.values()) + b"".join(
        block.event.payload for block in faked.world.blocks if block.event
    )
    for secret in (AN, BO, pseudonym, given.consent_id, given.entry.id, "TREAT", "ks-so-001", "本人要求"):
        assert secret.encode() not in whole
    with faked.first() as first, open_channel(first) as channel:
        (group,) = channel.groups.told(after=None, seconds=0.3)
        version, gone = items_in(group, first.office.master.for_use(KEY_USE))
        assert isinstance(gone, Erased)
        # And inside it, the version opens with the patient's own key alone.
        assert given.consent_id.encode() not in version.row.sealed  # type: ignore[union-attr]  # a version


def test_another_node_of_the_region_with_other_keys_is_not_listened_to(faked: Region) -> None:
    """A region may run nodes that are not machines of one another; they share a channel and nothing else."""
    with faked.first() as first:
        allow(first)
    faked.tell()
    other = faked.folder / "stranger"
    other.mkdir()
    with region_on(other, faked.connection) as strangers, strangers.first() as node:
        allow(node)
        with open_channel(node) as channel:
            assert turn(node, channel).heard == NOBODY
        assert rebuild(node) == (0, NOBODY)


@pytest.mark.attack
def test_since_when_a_consent_counts_cannot_be_changed_behind_the_second_machines_back(faked: Region) -> None:
    with faked.first() as first:
        allow(first)
    faked.tell()
    with faked.second() as second:
        rebuild(second)
    db = apsw.Connection(str(faked.folder / "second" / "ledger.db"))
    db.execute("UPDATE consent_version SET known_us = known_us - 1")
    db.close()
    with faked.second() as second:
        (wrong,) = disagreements(second.log, second.house_key)
        assert "a consent version is not as the log says" in wrong.en


@pytest.mark.attack
def test_another_region_cannot_read_what_patients_said(faked: Region) -> None:
    with faked.first() as first:
        allow(first)
    faked.tell()
    with faked.first() as first, open_channel(first) as channel:
        (group,) = channel.groups.told(after=None, seconds=0.3)
    with pytest.raises(GapInChannel, match="does not open with the region's key"):
        items_in(group, bytes(32))


@pytest.mark.attack
@pytest.mark.parametrize("change", ["seq", "log", "sealed", "commitments"])
def test_a_group_that_was_changed_on_the_way_is_not_taken_over(faked: Region, change: str) -> None:
    with faked.first() as first:
        allow(first)
    faked.tell()
    with faked.first() as first, open_channel(first) as channel:
        (group,) = channel.groups.told(after=None, seconds=0.3)
        other: dict[str, Any] = {
            "seq": 2,
            "log": "hutong.320583/other",
            "sealed": group.sealed[:-8] + "AAAAAAA=",
            "commitments": ("0" * 64,),
        }
        changed = type(group)(
            **{name: getattr(group, name) for name in group.__struct_fields__} | {change: other[change]}
        )
        with pytest.raises(GapInChannel):
            items_in(changed, first.office.master.for_use(KEY_USE))


@pytest.mark.attack
def test_a_group_that_is_held_back_is_missed(faked: Region) -> None:
    assert faked.world
    for patient in (AN, BO):
        with faked.first() as first:
            allow(first, patient)
        faked.tell()
    held = next(block for block in faked.world.blocks if block.event and block.event.event_name == "consent")
    held.valid = False
    with faked.second() as second:
        with pytest.raises(GapInChannel, match="group 2 of consents on the channel came before"):
            rebuild(second)
        assert consents_of(second, AN) == []


@pytest.mark.attack
def test_the_last_group_held_back_is_missed_too(faked: Region) -> None:
    assert faked.world
    with faked.first() as first:
        allow(first)
    faked.tell()
    for block in faked.world.blocks:
        block.valid = block.event is None or block.event.event_name != "consent"
    from exchange.fabric.following import follow

    with (
        faked.second() as second,
        open_channel(second) as channel,
        pytest.raises(NotAllCame, match="1 groups of consents did not come in time") as caught,
    ):
        follow(second, channel, seconds=0.3)
    assert caught.value.exit_code == 5


def test_a_consent_changed_on_both_machines_is_nobodys_guess(faked: Region) -> None:
    with faked.first() as first:
        given = allow(first)
    faked.tell()
    with faked.second() as second:
        rebuild(second)
        revoke(second, AN, given.consent_id, by=f"Patient/{AN}")
    with faked.first() as first:
        revoke(first, AN, given.consent_id, by=f"Patient/{AN}")
    faked.tell()
    with faked.second() as second, pytest.raises(ConsentChanged):
        rebuild(second)


def test_a_second_machine_of_the_same_name_is_refused(faked: Region) -> None:
    with faked.first() as first:
        own = first.id
    with pytest.raises(SameName):
        found_second(
            faked.folder / "second",
            faked.folder / "first",
            node_id=own,
            connection=faked.connection,
            environment={},
            clock=faked.clock,
            entropy=secrets.token_bytes,
        )
    assert not (faked.folder / "second").exists()


def test_a_folder_without_keys_makes_no_node_and_leaves_nothing(faked: Region) -> None:
    def found(source: Path, folder: Path) -> None:
        found_second(
            folder,
            source,
            node_id="second",
            connection=faked.connection,
            environment={},
            clock=faked.clock,
            entropy=secrets.token_bytes,
        )

    backup = faked.folder / "backup"
    shutil.copytree(faked.folder / "first", backup)
    with pytest.raises(NodeExists):
        found(backup, faked.folder / "first")
    (backup / "vault.db").unlink()
    with pytest.raises(OtherNodesKeys):
        found(backup, faked.folder / "second")
    shutil.rmtree(backup / "keys")
    with pytest.raises(OtherNodesKeys):
        found(backup, faked.folder / "second")
    assert not (faked.folder / "second").exists()


@pytest.mark.attack
def test_keys_of_another_node_are_not_taken(faked: Region) -> None:
    found_node(
        faked.folder / "other",
        Founding(region="320583", name="别处", node_id="x", organisation=""),
        {},
        clock=faked.clock,
        entropy=secrets.token_bytes,
    )
    with faked.first() as first, pytest.raises(OtherNodesKeys):
        take_keys(first.layout, faked.folder / "other")


def test_a_key_that_was_destroyed_here_does_not_come_back_from_a_backup(faked: Region) -> None:
    shutil.copytree(faked.folder / "first", faked.folder / "backup")
    with faked.first() as first:
        allow(first)
        shutil.copyfile(faked.folder / "first" / "vault.db", faked.folder / "backup" / "vault.db")
        erase(first.office, AN, by="ks-so-001", reason="asked for")
        assert take_keys(first.layout, faked.folder / "backup") == 0
        assert first.vault.known(AN) is None


def test_a_node_without_a_channel_says_how_it_gets_one(faked: Region) -> None:
    with Site(faked.folder / "first", faked.clock).open() as node:
        with pytest.raises(NotOnFabric) as caught, open_channel(node):
            pass
        assert 'backend = "fabric"' in caught.value.hint
    for said, error, words in (
        ({"HUTONG_LEDGER_BACKEND": "fabric"}, BadSetting, r"ledger\.connection"),
        (
            {"HUTONG_LEDGER_BACKEND": "fabric", "HUTONG_LEDGER_CONNECTION": "nowhere.toml"},
            BadConnection,
            r"nowhere\.toml cannot be read",
        ),
    ):
        with (
            Site(faked.folder / "first", faked.clock).open(**said) as node,
            pytest.raises(error, match=words),
            open_channel(node),
        ):
            pass
