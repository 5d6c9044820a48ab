"""Joining: on a fingerprint that was compared, on record, and never over somebody else's ground."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.directory import Directory, Organisation, OrganisationDiffers
from exchange.errors import ExchangeError
from exchange.federation.card import Card
from exchange.federation.errors import (
    BadCard,
    CannotJoin,
    CardAltered,
    CardExpired,
    FingerprintDiffers,
    KeptCardUnusable,
    UnknownPeer,
)
from exchange.federation.joining import join, own_card, require_joinable
from exchange.federation.peers import PeerBook
from ledger import Signer
from ledger.witness import Cosigner
from tests.federation.nodes import Clock, Site, found
from tests.federation.regions import (
    KUNSHAN,
    KUNSHAN_CARD,
    NOW,
    TIANJIN,
    TIANJIN_CARD,
    TIANJIN_HOSPITAL,
    ZHUHAI,
    ZHUHAI_CARD,
    ZHUHAI_HOSPITAL,
    card,
)

HERE = ("ks", "320583")
NOBODY = Directory()


@pytest.fixture
def peers(tmp_path: Path) -> PeerBook:
    return PeerBook(tmp_path)


@pytest.fixture
def kunshan(tmp_path: Path) -> Iterator[Site]:
    site = found(tmp_path / "ks", node="ks", region="320583", clock=Clock(NOW))
    yield site
    site.close()


def _may_join(one: Card, peers: PeerBook, registry: Directory = NOBODY, own: tuple[str, str] = HERE) -> bool:
    return require_joinable(one, peers, own=own, registry=registry)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", ZHUHAI_CARD.written.replace(b"Zhuhai", b"Zhubai")])
def test_a_kept_card_that_was_spoilt_is_named(peers: PeerBook, content: bytes) -> None:
    (peers.folder / "zh.json").write_bytes(content)
    with pytest.raises(KeptCardUnusable, match=r"peers/zh.json: ") as refused:
        list(peers)
    assert "peers/zh.json" in refused.value.zh


def test_a_card_is_kept_and_found_by_node_and_by_region(peers: PeerBook) -> None:
    peers.keep(ZHUHAI_CARD)
    peers.keep(TIANJIN_CARD)
    assert list(peers) == [TIANJIN_CARD, ZHUHAI_CARD]
    assert peers.by_id("zh") == ZHUHAI_CARD
    assert peers.by_region("440400") == ZHUHAI_CARD
    assert peers.by_region("120101") == TIANJIN_CARD


@pytest.mark.parametrize("node", ["ks", "", ".", "..", "../ks", "zh/../zh", "zh\0", "ZH.JSON"])
def test_who_was_not_joined_is_not_known(peers: PeerBook, node: str) -> None:
    peers.keep(ZHUHAI_CARD)
    with pytest.raises(UnknownPeer):
        peers.by_id(node)
    with pytest.raises(UnknownPeer):
        peers.by_region("320583")


@pytest.mark.attack
def test_a_card_under_another_nodes_name_is_refused(peers: PeerBook) -> None:
    (peers.folder / "tj.json").write_bytes(ZHUHAI_CARD.written)
    with pytest.raises(KeptCardUnusable, match=r"peers/tj.json: it is the card of another node"):
        peers.by_id("tj")


def test_half_a_card_is_never_read(peers: PeerBook) -> None:
    (peers.folder / "zh.draft").write_bytes(ZHUHAI_CARD.written[:100])
    assert list(peers) == []


def test_a_first_card_is_new_and_a_second_is_not(peers: PeerBook) -> None:
    assert not _may_join(ZHUHAI_CARD, peers)
    peers.keep(ZHUHAI_CARD)
    assert _may_join(ZHUHAI_CARD, peers)


@pytest.mark.parametrize(
    "one",
    [KUNSHAN_CARD, card(TIANJIN, "ks", "120000"), card(TIANJIN, "tj", "320583")],
    ids=["own card", "own name", "own region"],
)
def test_a_node_does_not_join_itself(peers: PeerBook, one: Card) -> None:
    with pytest.raises(CannotJoin, match="this node's own"):
        _may_join(one, peers)


@pytest.mark.parametrize("region", ["440400", "440402", "440000"])
def test_two_nodes_do_not_answer_for_one_region(peers: PeerBook, region: str) -> None:
    peers.keep(ZHUHAI_CARD)
    with pytest.raises(CannotJoin, match="node zh answers for a region that overlaps: Zhuhai"):
        _may_join(card(TIANJIN, "tj", region), peers)


@pytest.mark.attack
def test_a_node_does_not_speak_for_our_hospital(peers: PeerBook) -> None:
    ours = Organisation("ks-first-hospital", "昆山", "Kunshan", "hospital", "county", "320583")
    province = card(TIANJIN, "js", "320000", ours)
    with pytest.raises(CannotJoin, match="organisation ks-first-hospital is this node's"):
        _may_join(province, peers)


def test_a_county_speaks_for_its_own_hospital_to_its_city(peers: PeerBook) -> None:
    assert not _may_join(KUNSHAN_CARD, peers, own=("sz", "320500"))


@pytest.mark.attack
def test_a_node_does_not_speak_for_another_nodes_hospital(peers: PeerBook) -> None:
    peers.keep(ZHUHAI_CARD)
    same_name = replace(TIANJIN_HOSPITAL, id=ZHUHAI_HOSPITAL.id)
    with pytest.raises(CannotJoin, match="organisation zh-first-hospital is this node's, or another node's"):
        _may_join(card(TIANJIN, "tj", "120000", same_name), peers)


@pytest.mark.attack
def test_an_organisation_our_registry_describes_otherwise_is_refused(peers: PeerBook) -> None:
    registry = Directory((replace(ZHUHAI_HOSPITAL, emergency=False),))
    with pytest.raises(OrganisationDiffers):
        _may_join(ZHUHAI_CARD, peers, registry)


WITNESS = str(Cosigner("hutong.440400/zh/witness", bytes(32)).key)
SAME_KEY = str(Cosigner("hutong.120000/tj/witness", bytes(32)).key)
SAME_NAME = str(Cosigner("hutong.440400/zh/witness", bytes([1]) * 32).key)
OTHERS_LEDGER = Signer(ZHUHAI_CARD.ledger.name, bytes(32)).verifier_key
OUR_LEDGER = Signer("hutong.320583/ks", bytes(32)).verifier_key


@pytest.mark.attack
@pytest.mark.parametrize(
    ("ledger", "witness"),
    [("", WITNESS), ("", SAME_KEY), ("", SAME_NAME), (OTHERS_LEDGER, None), (OUR_LEDGER, None)],
    ids=["another's witness", "its key renamed", "its name", "another's ledger", "our ledger"],
)
def test_nobody_joins_with_the_ledger_or_witness_of_another(
    ledger: str, witness: str | None, peers: PeerBook
) -> None:
    peers.keep(card(ZHUHAI, "zh", "440400", witness_key=WITNESS))
    with pytest.raises(CannotJoin, match="another node's"):
        _may_join(card(TIANJIN, "tj", "120000", ledger_key=ledger, witness_key=witness), peers)
    renewed = card(ZHUHAI, "zh", "440400", witness_key=WITNESS)
    assert _may_join(renewed, peers), "its own, on a newer card"


@pytest.mark.attack
def test_an_old_card_does_not_bring_a_suspended_hospital_back(peers: PeerBook) -> None:
    suspended = card(ZHUHAI, "zh", "440400", replace(ZHUHAI_HOSPITAL, standing="suspended"), issued=NOW)
    assert suspended.issued > ZHUHAI_CARD.issued
    peers.keep(suspended)
    with pytest.raises(CannotJoin, match="a newer card"):
        _may_join(ZHUHAI_CARD, peers)


def test_joining_is_on_record_and_then_in_force(kunshan: Site) -> None:
    joined = join(kunshan.node(), ZHUHAI_CARD.written, fingerprint=ZHUHAI_CARD.fingerprint, by="operator-1")
    assert kunshan.kinds()[-1] == ("node", "join", "")
    assert kunshan.node().log.find(joined.entry.id).entry.action == "C"
    assert kunshan.peers.by_id("zh") == joined.card == ZHUHAI_CARD


def test_a_renewed_card_takes_the_place_of_the_old_one(kunshan: Site) -> None:
    for one in (
        ZHUHAI_CARD,
        card(ZHUHAI, "zh", "440400", replace(ZHUHAI_HOSPITAL, standing="suspended"), issued=NOW),
    ):
        joined = join(kunshan.node(), one.written, fingerprint=one.fingerprint, by="operator-1")
    assert joined.entry.entry.action == "U"
    assert kunshan.peers.by_id("zh").organisations[0].standing == "suspended"


def test_digits_may_be_grouped_as_one_likes(kunshan: Site) -> None:
    digits = ZHUHAI_CARD.fingerprint.replace(" ", "")
    join(kunshan.node(), ZHUHAI_CARD.written, fingerprint=f"  {digits}\n", by="operator-1")


@pytest.mark.attack
@pytest.mark.parametrize(
    ("written", "fingerprint", "error"),
    [
        (ZHUHAI_CARD.written, TIANJIN_CARD.fingerprint, FingerprintDiffers),
        (ZHUHAI_CARD.written, "", FingerprintDiffers),
        (ZHUHAI_CARD.written, ZHUHAI_CARD.fingerprint[:-1], FingerprintDiffers),
        (ZHUHAI_CARD.written, "指纹", FingerprintDiffers),
        (card(TIANJIN, "zh", "440400").written, ZHUHAI_CARD.fingerprint, FingerprintDiffers),
        (ZHUHAI_CARD.written.replace(b"zh.example", b"xx.example"), ZHUHAI_CARD.fingerprint, CardAltered),
        (b"{}", ZHUHAI_CARD.fingerprint, BadCard),
    ],
    ids=["another's", "none", "cut", "not digits", "forged", "altered", "no card"],
)
def test_what_was_not_compared_is_not_joined(
    kunshan: Site, written: bytes, fingerprint: str, error: type[ExchangeError]
) -> None:
    before = kunshan.kinds()
    with pytest.raises(error):
        join(kunshan.node(), written, fingerprint=fingerprint, by="operator-1")
    assert list(kunshan.peers) == []
    assert kunshan.kinds() == before


def test_an_expired_card_is_not_joined(kunshan: Site) -> None:
    short = card(ZHUHAI, "zh", "440400", valid_for=timedelta(days=1))
    with pytest.raises(CardExpired):
        join(kunshan.node(), short.written, fingerprint=short.fingerprint, by="operator-1")


def test_a_nodes_own_card_names_what_lies_in_its_region(kunshan: Site) -> None:
    mine = own_card(kunshan.node())
    assert (mine.id, mine.region) == ("ks", "320583")
    assert mine.organisation("ks-first-hospital") is not None
    assert mine.ledger_key == kunshan.node().vkey
    assert mine.url.startswith("http://127.0.0.1:")


def test_nothing_personal_is_on_a_card(kunshan: Site) -> None:
    node = kunshan.node()
    written: Any = own_card(node).written.decode()
    assert all(one.name_zh not in written and one.id not in written for one in node.directory.people())


def test_keys_and_card_of_a_node_belong_together(kunshan: Site) -> None:
    assert bytes(own_card(kunshan.node()).box) == bytes(kunshan.node().keys.box.public_key)
    assert bytes(own_card(kunshan.node()).box) != bytes(KUNSHAN.box.public_key)
