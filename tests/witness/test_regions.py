"""Three regions on one machine, over HTTP: each signs what it saw of the others' ledgers."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from exchange.federation import front
from exchange.node.opening import WitnessesForgotten
from exchange.node.secrets import MASTER, MasterSecret, read_secret
from exchange.witnessing.asking import Asked, Asking
from exchange.witnessing.circle import ADD, SEEN, circle_of, policy_for, written
from exchange.witnessing.errors import QuorumOutOfReach
from exchange.witnessing.keeping_asked import keeping_asked
from exchange.witnessing.status_line import standing_of_witnesses
from exchange.witnessing.vouching import FORK
from ledger import Entry, Log, Signer
from ledger.errors import CannotAppend
from ledger.keys import Keys
from ledger.note import Verifier
from ledger.witness import Behind, Cosigner, Policy, SeenLogs, check_fork
from tests.cli.typing_in import typed
from tests.federation.nodes import Clock, Site, found, introduce
from tests.federation.regions import TIANJIN, ZHUHAI, card

REGIONS = (("kunshan", "320583"), ("tianjin", "120000"), ("zhuhai", "440400"))
LOG = Signer("example.com/log", bytes(32))
EMERGENCY = Entry(
    type="access",
    subtype="disclose",
    action="R",
    outcome="0",
    region="320583",
    node="kunshan",
    source="exchange",
)
LEDGER_FILES = ("ledger.db", "ledger.db-wal", "ledger.db-shm")


class Regions(list[Site]):
    """The three nodes; each is served from when it is first to be reached until the end."""

    def __init__(self, sites: list[Site], open_: ExitStack) -> None:
        super().__init__(sites)
        self._open = open_
        self._served: set[Path] = set()

    def serve(self, *sites: Site) -> None:
        for site in sites:
            if site.folder not in self._served:
                self._open.enter_context(site.served())
                self._served.add(site.folder)

    def ask(self, site: Site, *others: Site) -> list[Asked]:
        self.serve(*others)
        return asking(site).ask_all()


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Regions]:
    clock = Clock()
    made = [found(tmp_path / node, node=node, region=region, clock=clock) for node, region in REGIONS]
    for at, one in enumerate(made):
        for other in made[at + 1 :]:
            introduce(one, other)
    with ExitStack() as opened:
        yield Regions(made, opened)
    for one in made:
        one.close()


def asking(site: Site) -> Asking:
    node = site.node()
    return Asking(node.log, circle_of(node), site.line(timeout=2), site.clock)


def something_happens(site: Site) -> None:
    node = site.node()
    entry = Entry(
        type="node", subtype="test", action="E", outcome="0", region=node.region, node=node.id, source="test"
    )
    node.desk.write(entry, {}, key=node.house_key)


def test_every_region_signs_the_others_ledger(sites: Regions) -> None:
    kunshan, *others = sites
    told = sites.ask(kunshan, *others)
    size = kunshan.node().log.size
    assert told == [Asked(witness="tianjin", size=size), Asked(witness="zhuhai", size=size)]
    circle = circle_of(kunshan.node())
    witnessed = circle.notes.newest(Verifier.parse(kunshan.node().vkey), circle.policy)
    assert witnessed
    assert witnessed.checkpoint.size == size
    assert set(witnessed.by) == {"tianjin", "zhuhai"}


def test_anybody_checks_it_with_the_policy_as_a_file(sites: Regions) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    circle = circle_of(kunshan.node())
    log = Verifier.parse(kunshan.node().vkey)
    witnessed = circle.notes.newest(log, circle.policy)
    assert witnessed
    policy = Policy.parse(written(circle.policy))
    assert policy == circle.policy
    assert policy.require(witnessed.note, log)[0] == witnessed.checkpoint


@pytest.mark.attack
def test_a_witness_on_two_cards_counts_once() -> None:
    one, other = (str(Cosigner(f"{name}/witness", bytes(32)).key) for name in ("a", "b"))
    cards = (
        card(TIANJIN, "tj", "120000", witness_key=one),
        card(ZHUHAI, "zh", "440400", witness_key=other),
    )
    policy = policy_for(cards, "all", Keys.only(LOG.verifier_key))
    assert list(policy.witnesses) == ["tj"]
    assert Policy.parse(written(policy)) == policy, "a file with one key twice is not read"


@pytest.mark.parametrize("asked", [2, "2", 3])
def test_a_number_nobody_can_reach_is_said_and_never_taken_for_less(asked: str | int) -> None:
    key = str(Cosigner("a/witness", bytes(32)).key)
    policy = policy_for((card(TIANJIN, "tj", "120000", witness_key=key),), asked, Keys.only(LOG.verifier_key))
    assert not policy.is_met({"tj"})
    with pytest.raises(QuorumOutOfReach, match=f"asks for {asked} witnesses, and 1 of the joined nodes"):
        written(policy)


@pytest.mark.parametrize("words", ["majority", "all", "any", "none", 1, "1"])
def test_what_one_witness_can_reach_is_reached(words: str | int) -> None:
    key = str(Cosigner("a/witness", bytes(32)).key)
    cards = (card(TIANJIN, "tj", "120000", witness_key=key),)
    policy = policy_for(cards, words, Keys.only(LOG.verifier_key))
    assert policy.is_met({"tj"})
    assert Policy.parse(written(policy)) == policy


def test_a_node_that_asks_for_more_witnesses_than_there_are_says_so_everywhere(sites: Regions) -> None:
    kunshan, *others = sites
    assert all(one.problem is None for one in sites.ask(kunshan, *others))
    settings = kunshan.folder / "node.toml"
    settings.write_text(settings.read_text() + "\n[witness]\nquorum = 3\n")
    kunshan.reopen()
    said = "witness.quorum asks for 3 witnesses, and 2 of the joined nodes can be one"
    (told,) = standing_of_witnesses(kunshan.node())
    assert (told.code, told.ok, told.exit_code) == ("quorum-out-of-reach", False, 5)
    assert said in told.en
    assert "hutong node join" in told.en
    for words in ("witness ask", "witness policy", "ledger verify --witnessed"):
        answer = typed("--node", str(kunshan.folder), *words.split())
        assert (answer.exit_code, said in answer.stderr) == (5, True), words
    status = typed("--node", str(kunshan.folder), "witness", "status")
    assert (status.exit_code, said in status.stderr) == (0, True)


def test_a_silent_witness_is_named_and_the_others_still_sign(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    told = {one.witness: one.problem for one in sites.ask(kunshan, tianjin)}
    assert told["tianjin"] is None
    assert told["zhuhai"]
    assert "zhuhai" in told["zhuhai"][0]
    circle = circle_of(kunshan.node())
    assert circle.notes.newest(Verifier.parse(kunshan.node().vkey), circle.policy) is None, (
        "a majority is two"
    )


def test_what_grew_is_signed_again_and_what_did_not_is_left_in_peace(sites: Regions) -> None:
    kunshan, *others = sites
    assert asking(kunshan).due()
    sites.ask(kunshan, *others)
    assert not asking(kunshan).due()
    something_happens(kunshan)
    assert asking(kunshan).due()
    assert not any(one.problem for one in sites.ask(kunshan, *others))
    assert not asking(kunshan).due()


def test_whoever_has_signed_is_not_asked_again_because_another_is_silent(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    sites.ask(kunshan, tianjin)
    assert [card.id for card in asking(kunshan).due()] == ["zhuhai"]


def test_all_witnesses_are_shown_one_state_while_the_ledger_grows(sites: Regions) -> None:
    """Were each shown what is the newest when its turn comes, no state would ever have enough signatures."""
    kunshan, tianjin, zhuhai = sites
    sites.ask(kunshan, tianjin)
    sites.serve(zhuhai)
    busy, log = asking(kunshan), kunshan.node().log
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            log.append(
                Entry(
                    type="node", subtype="t", action="E", outcome="0", region="320583", node="k", source="t"
                )
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        told = [one for _ in range(3) for one in busy.ask_all()]
    finally:
        stop.set()
        writer.join()
    assert not any(one.problem for one in told)
    assert all(one.size == other.size for one, other in zip(told[::2], told[1::2], strict=True))


@pytest.mark.attack
@pytest.mark.parametrize("days", [-1, 1])
def test_a_signature_of_another_time_does_not_count_as_one_of_today(sites: Regions, days: int) -> None:
    """An old one handed out again would hide that the witness looks no more; one of tomorrow, that it will not."""
    kunshan, tianjin, zhuhai = sites
    tianjin.clock = Clock(kunshan.clock() + timedelta(days=days))
    told = {one.witness: one.problem for one in sites.ask(kunshan, tianjin, zhuhai)}
    assert told["zhuhai"] is None
    assert told["tianjin"]
    assert "clocks" in told["tianjin"][0]
    assert "tianjin" not in circle_of(kunshan.node()).notes.confirmed(kunshan.node().log.signer.origin)


def put_back(site: Site, copy: Path) -> None:
    """The ledger as it was when `copy` was made: what an operator does with a backup that is too old."""
    site.reopen()
    for name in LEDGER_FILES:
        (site.folder / name).unlink(missing_ok=True)
        if (copy / name).exists():
            shutil.copy(copy / name, site.folder / name)


def copied(site: Site, to: Path) -> Path:
    site.reopen()
    shutil.copytree(site.folder, to)
    return to


def test_a_backup_that_is_too_old_is_not_written_to_even_without_a_network(
    sites: Regions, tmp_path: Path
) -> None:
    kunshan, *others = sites
    old = copied(kunshan, tmp_path / "backup")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    put_back(kunshan, old)
    with pytest.raises(CannotAppend) as refused:
        something_happens(kunshan)
    assert isinstance(refused.value, Behind)
    assert refused.value.exit_code == 4
    assert kunshan.node().log.size == refused.value.seen - 1, "an officer can still read it"


def test_where_what_the_witnesses_saw_is_spoilt_nothing_is_written_and_everything_can_be_read(
    sites: Regions,
) -> None:
    kunshan, *others = sites
    sites.ask(kunshan, *others)
    kunshan.reopen()
    for ending in ("-wal", "-shm"):
        (kunshan.folder / f"witness.db{ending}").unlink(missing_ok=True)
    (kunshan.folder / "witness.db").write_bytes(b"not a database, but as long as one" * 400)
    with pytest.raises(WitnessesForgotten) as refused:
        something_happens(kunshan)
    assert refused.value.exit_code == 4
    assert "witness.db" in refused.value.hint
    assert list(kunshan.node().log.scan()), "an officer can still read it"
    kunshan.reopen()
    (kunshan.folder / "witness.db").unlink()
    assert not any(one.problem for one in sites.ask(kunshan, *others))
    something_happens(kunshan)


def test_a_whole_folder_put_back_is_found_when_the_witnesses_are_asked(
    sites: Regions, tmp_path: Path
) -> None:
    kunshan, *others = sites
    old = copied(kunshan, tmp_path / "backup")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    kunshan.reopen()
    shutil.rmtree(kunshan.folder)
    shutil.copytree(old, kunshan.folder)
    assert kunshan.node().log.size
    with pytest.raises(Behind):
        sites.ask(kunshan, *others)
    kunshan.reopen()
    with pytest.raises(Behind):
        something_happens(kunshan)


def test_what_is_written_to_a_whole_folder_put_back_before_anybody_asks_is_found_by_the_next_who_does(
    sites: Regions, tmp_path: Path
) -> None:
    """What the witnesses said went back with the rest: nothing on the machine knows better, so it is written."""
    kunshan, *others = sites
    old = copied(kunshan, tmp_path / "backup")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    key = kunshan.node().vkey
    kunshan.reopen()
    shutil.rmtree(kunshan.folder)
    shutil.copytree(old, kunshan.folder)
    assert typed("--node", str(kunshan.folder), "node", "backup", str(tmp_path / "new")).exit_code == 0
    with pytest.raises(Behind, match="another history"):
        sites.ask(kunshan, *others)
    told = typed("--node", str(kunshan.folder), "ledger", "rotate", "--by", "ks-so-001")
    assert (told.exit_code, "another history" in told.stderr) == (4, True), "it writes nothing more"
    for other in others:
        ((_, proof, _),) = SeenLogs(other.folder / "witness.db").forks()
        assert check_fork(proof, key).origin == kunshan.node().log.signer.origin


@pytest.mark.parametrize("words", ["ledger rotate --by ks-so-001", "node backup"], ids=str)
def test_where_the_ledger_alone_is_put_back_no_command_writes_and_nobody_need_be_asked(
    words: str, sites: Regions, tmp_path: Path
) -> None:
    kunshan, *others = sites
    old = copied(kunshan, tmp_path / "backup")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    put_back(kunshan, old)
    size = kunshan.node().log.size
    more = (str(tmp_path / "new"),) if words == "node backup" else ()
    told = typed("--node", str(kunshan.folder), *words.split(), *more)
    assert told.exit_code == (4 if "rotate" in words else 0), "what only reads goes on"
    assert kunshan.node().log.size == size


@pytest.mark.parametrize("command", [("witness", "ask"), ("serve", "--port", "0")])
def test_what_waits_in_the_spool_of_a_copy_put_back_is_not_written_before_the_witnesses_are_asked(
    command: tuple[str, ...], sites: Regions, tmp_path: Path
) -> None:
    """Else an operator who put back an honest backup has forked the ledger, and the others have proof of it."""
    kunshan, *others = sites
    old = copied(kunshan, tmp_path / "backup")
    something_happens(kunshan)
    sites.ask(kunshan, *others)
    kunshan.reopen()
    shutil.rmtree(kunshan.folder)
    shutil.copytree(old, kunshan.folder)
    size = kunshan.node().log.size
    kunshan.node().spool.append(EMERGENCY)
    kunshan.reopen()
    told = typed("--node", str(kunshan.folder), *command)
    assert told.exit_code == 4, told.stderr
    assert kunshan.node().log.size == size
    assert kunshan.node().spool.waiting() == 1


def rewritten(site: Site, *, entries: int) -> None:
    """What only the holder of the key can do: another past, signed as if it were the true one."""
    site.reopen()
    for name in LEDGER_FILES:
        (site.folder / name).unlink(missing_ok=True)
    master = MasterSecret(read_secret(site.folder / "keys" / MASTER))
    origin = f"hutong.{dict(REGIONS)[site.folder.name]}/{site.folder.name}"
    signer = Signer(origin, master.for_use("ledger signer"))
    with Log.create(site.folder / "ledger.db", signer=signer, clock=site.clock, entropy=bytes) as log:
        for number in range(entries):
            log.append(
                Entry(
                    type="node",
                    subtype=f"other-{number}",
                    action="E",
                    outcome="0",
                    region="320583",
                    node=site.folder.name,
                    source="test",
                )
            )


def test_a_past_rewritten_by_the_holder_of_the_key_is_found_and_can_be_shown_to_anybody(
    sites: Regions,
) -> None:
    kunshan, tianjin, zhuhai = sites
    sites.ask(kunshan, tianjin, zhuhai)
    key = kunshan.node().vkey
    size = kunshan.node().log.size
    rewritten(kunshan, entries=size + 3)
    (kunshan.folder / "witness.db").unlink()
    with pytest.raises(Behind):
        sites.ask(kunshan, tianjin, zhuhai)
    ((origin, proof, _),) = SeenLogs(tianjin.folder / "witness.db").forks()
    shown = check_fork(proof, key)
    assert (shown.origin, shown.size, shown.longest) == (origin, size, size + 3)
    kinds = [(one.entry.type, one.entry.subtype) for one in tianjin.node().log.scan()]
    assert kinds.count(FORK) == 1


def test_a_ledger_nobody_was_introduced_to_is_not_signed(sites: Regions) -> None:
    tianjin = sites[1]
    stranger = Signer("hutong.110000/stranger", bytes(32))
    note = stranger.sign(f"{stranger.origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    sites.serve(tianjin)
    url = tianjin.card().url
    assert httpx.post(url + ADD, content=b"old 0\n\n" + note).status_code == 404
    assert httpx.get(url + SEEN, params={"origin": stranger.origin}).status_code == 404
    assert httpx.post(url + ADD, content=b"x" * (1 << 20)).status_code == 413


@pytest.mark.attack
def test_whoever_floods_the_witness_takes_no_thread_from_care(
    sites: Regions, monkeypatch: pytest.MonkeyPatch
) -> None:
    kunshan, tianjin, _ = sites
    sites.serve(tianjin)
    monkeypatch.setattr(front, "MOST_WITNESSED", 0)
    reply = httpx.post(tianjin.card().url + ADD, content=b"old 0\n\n" + kunshan.node().log.checkpoint())
    assert reply.status_code == 503
    monkeypatch.setattr(front, "MOST_WITNESSED", 1)
    assert all(one.problem is None for _ in range(3) for one in asking(kunshan).ask([tianjin.card()]))


def test_the_answer_to_a_wrong_size_has_the_type_the_protocol_asks_for(sites: Regions) -> None:
    kunshan, tianjin, _ = sites
    sites.ask(kunshan, tianjin)
    note = kunshan.node().log.checkpoint()
    reply = httpx.post(tianjin.card().url + ADD, content=b"old 1\n\n" + note)
    assert (reply.status_code, reply.headers["content-type"]) == (409, "text/x.tlog.size")
    assert reply.text == f"{kunshan.node().log.size}\n"


def test_a_witness_cannot_stop_a_node_by_a_lie(sites: Regions) -> None:
    """A witness that only says it saw more shows nothing the ledger signed: it is named, and the node goes on."""
    kunshan, tianjin, zhuhai = sites
    sites.ask(kunshan, tianjin)
    liar = SeenLogs(tianjin.folder / "witness.db")
    origin = kunshan.node().log.signer.origin
    seen = liar.of(origin)
    assert seen

    def more(_: object) -> object:
        from dataclasses import replace

        return replace(seen, checkpoint=replace(seen.checkpoint, size=seen.checkpoint.size + 99))

    liar.judge(origin, more)  # type: ignore[arg-type]  # the liar's own table
    told = {one.witness: one.problem for one in sites.ask(kunshan, tianjin, zhuhai)}
    assert told["tianjin"] is not None
    assert told["zhuhai"] is None
    something_happens(kunshan)


def test_the_background_asks_and_stops_the_node_where_it_is_behind(sites: Regions, tmp_path: Path) -> None:
    kunshan, tianjin, zhuhai = sites
    old = copied(kunshan, tmp_path / "backup")
    stopped = threading.Event()
    sites.serve(tianjin, zhuhai)
    something_happens(kunshan)
    with keeping_asked(lambda: asking(kunshan), behind=stopped.set, poll=0.02):
        for _ in range(500):
            if not asking(kunshan).due():
                break
            threading.Event().wait(0.02)
        assert not asking(kunshan).due()
    assert not stopped.is_set()
    kunshan.reopen()
    shutil.rmtree(kunshan.folder)
    shutil.copytree(old, kunshan.folder)
    with keeping_asked(lambda: asking(kunshan), behind=stopped.set, poll=0.02):
        assert stopped.wait(10)
