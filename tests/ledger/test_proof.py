"""A proof is checked by somebody who has nothing but the proof, and not one character of it can be changed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Draft, Log, Signer
from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerAltered, NoSuchEntry, ProofWrong
from ledger.merkle import leaf_hash, node_hash
from ledger.proof import check, prove
from ledger.sealing import opens_to, seal
from tests.ledger.attacking import attack
from tests.ledger.books import ENTRY, SIGNER, VKEY, dice, fill, new_log

SIZE = 300


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with new_log(tmp_path_factory.mktemp("book") / "ledger.db") as log:
        fill(log, SIZE)
        yield log


@pytest.fixture(scope="module")
def proof(book: Log) -> bytes:
    return prove(book, book.read(123).id)


def changed(proof: bytes, **fields: Any) -> bytes:
    told = json.loads(proof)
    told.update(fields)
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


@pytest.mark.parametrize("index", [0, 1, 123, 255, 256, 298, 299])
def test_a_proof_shows_the_entry_and_where_it_stands(book: Log, index: int) -> None:
    found = book.read(index)
    shown = check(prove(book, found.id), VKEY)
    assert (shown.index, shown.id, shown.time, shown.entry) == (index, found.id, found.time, found.entry)
    assert (shown.size, shown.origin, shown.pinned) == (SIZE, SIGNER.origin, True)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM tile WHERE level = 0 AND number = 2", "tile 0/2 is missing"),
        (
            "UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 2",
            "tree does not lead",
        ),
        ("UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 1", "tree does not lead"),
    ],
)
def test_a_proof_that_would_not_hold_is_not_handed_out(change: str, said: str, tmp_path: Path) -> None:
    """The entry and its own tile are well; what its path passes is not."""
    path = tmp_path / "ledger.db"
    with new_log(path) as log:
        fill(log, 600)
        entry = log.read(300).id
        attack(path, lambda db: db.execute(change))
        with Log(path, SIGNER, None) as restarted, pytest.raises(LedgerAltered, match=said):
            prove(restarted, entry)


def test_a_proof_alone_shows_no_more_than_that_somebody_signed_it(proof: bytes) -> None:
    shown = check(proof)
    assert (shown.pinned, shown.verifier_key) == (False, VKEY)


def test_a_proof_is_plain_json_whose_names_are_words(proof: bytes) -> None:
    told = json.loads(proof)
    assert list(told) == ["format", "index", "entry", "inclusion_path", "checkpoint", "verifier_key"]
    assert json.loads(told["entry"])["index"] == told["index"] == 123
    assert proof.endswith(b"}\n")


def test_blanks_between_the_words_of_a_proof_do_not_matter(proof: bytes) -> None:
    assert check(changed(proof), VKEY) == check(proof, VKEY)


def test_the_proof_of_an_entry_that_is_not_there_cannot_be_made(book: Log) -> None:
    with pytest.raises(NoSuchEntry):
        prove(book, "01a20feb-d86c-73ca-8a5e-90f0125ee8d3")


def test_a_proof_made_while_others_append_holds(tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        first = log.append(ENTRY)
        with log.reading():
            log.append(ENTRY)
            proof = prove(log, first.id)
        assert check(proof, VKEY).size == 1


@pytest.mark.attack
@given(st.data())
def test_not_one_character_of_a_proof_can_be_changed(proof: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(proof) - 2))
    other = data.draw(st.integers(33, 126).filter(lambda sign: sign != proof[at]))
    if proof[at : at + 1].isspace():
        return
    with pytest.raises(ProofWrong):
        check(proof[:at] + bytes([other]) + proof[at + 1 :], VKEY)


def _forgeries() -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    path = "inclusion_path"
    foreign = Signer("other.example", bytes(32))
    return {
        "another index": lambda told: {"index": told["index"] + 1},
        "a negative index": lambda told: {"index": -1},
        "a huge index": lambda told: {"index": 2**70},
        "a step less": lambda told: {path: told[path][1:]},
        "a step more": lambda told: {path: [*told[path], "00" * 32]},
        "a short step": lambda told: {path: ["00", *told[path][1:]]},
        "a step in capitals": lambda told: {path: [told[path][0].upper(), *told[path][1:]]},
        "a step with blanks": lambda told: {path: [told[path][0] + " ", *told[path][1:]]},
        "no hash at all": lambda told: {path: ["zz", *told[path][1:]]},
        "another outcome": lambda told: {"entry": told["entry"].replace('"outcome":"0"', '"outcome":"8"')},
        "another spelling": lambda told: {"entry": told["entry"].replace(",", ", ", 1)},
        "a foreign key": lambda told: {"verifier_key": foreign.verifier_key},
        "no key": lambda told: {"verifier_key": ""},
        "a stripped signature": lambda told: {"checkpoint": told["checkpoint"].partition("\n\n")[0]},
        "another size": lambda told: {"checkpoint": told["checkpoint"].replace("\n300\n", "\n301\n")},
        "another format": lambda told: {"format": "hutong-inclusion-proof-2"},
        "a word nobody knows": lambda told: {"note": "trust me"},
        "a number as text": lambda told: {"index": str(told["index"])},
    }


@pytest.mark.attack
@pytest.mark.parametrize("forgery", _forgeries())
def test_a_forged_proof_does_not_hold(proof: bytes, forgery: str) -> None:
    forged = changed(proof, **_forgeries()[forgery](json.loads(proof)))
    for key in (VKEY, None):
        with pytest.raises(ProofWrong) as caught:
            check(forged, key)
        assert caught.value.exit_code == 4


@pytest.mark.attack
@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff", b" " * 2_000_000, b'{"format":1}']
)
def test_what_is_no_proof_is_refused(content: bytes) -> None:
    with pytest.raises(ProofWrong):
        check(content, VKEY)


@pytest.mark.attack
def test_a_name_given_twice_is_refused(proof: bytes) -> None:
    """One reader would keep the first, another the last."""
    twice = proof.replace(b'"index": 123', b'"index": 122,\n  "index": 123')
    assert json.loads(twice)["index"] == 123
    with pytest.raises(ProofWrong):
        check(twice, VKEY)


@pytest.mark.attack
def test_a_log_made_up_by_somebody_else_convinces_only_who_does_not_ask_for_the_key(tmp_path: Path) -> None:
    """The control for pinning: the same proof holds without the key and falls with it."""
    forger = Signer(SIGNER.origin, bytes(32))
    with new_log(tmp_path / "forged.db", signer=forger) as log:
        forged = prove(log, log.append(replace(ENTRY, why="forged")).id)
    assert not check(forged).pinned
    with pytest.raises(ProofWrong, match="another log"):
        check(forged, VKEY)


@pytest.mark.attack
def test_the_checkpoint_of_another_moment_does_not_fit(tmp_path: Path, proof: bytes) -> None:
    root = Checkpoint(origin=SIGNER.origin, size=SIZE, root=bytes(32)).signed(SIGNER)
    with pytest.raises(ProofWrong, match="does not lead to the signed root"):
        check(changed(proof, checkpoint=root.decode()), VKEY)


@pytest.mark.attack
def test_an_entry_kept_at_another_place_than_it_says_proves_nothing(proof: bytes) -> None:
    """Only the key holder can make such a log: two entries swapped, and signed like that."""
    body = json.loads(proof)["entry"].encode()
    other = leaf_hash(b"other")
    root = node_hash(leaf_hash(body), other)
    forged = changed(
        proof,
        index=0,
        inclusion_path=[other.hex()],
        checkpoint=Checkpoint(origin=SIGNER.origin, size=2, root=root).signed(SIGNER).decode(),
    )
    with pytest.raises(ProofWrong, match="belongs to another place"):
        check(forged, VKEY)


def test_after_erasure_every_proof_still_holds_and_nobody_can_read_the_details(tmp_path: Path) -> None:
    """The patient's key is destroyed; the log is not touched."""
    key = bytes(range(32))
    sealed = seal({"name": "李四", "seen": ["Condition/1"]}, key=key, entropy=dice())
    with new_log(tmp_path / "ledger.db") as log:
        drafts = [Draft(entry=replace(ENTRY, details=sealed.commitment), sealed=sealed.ciphertext)]
        (found,) = log.append_many(drafts)
        assert opens_to(log.read(0).sealed, key, found.entry.details)
        forgotten = bytes(32)
        assert not opens_to(log.read(0).sealed, forgotten, found.entry.details)
        proof = prove(log, found.id)
    assert check(proof, VKEY).entry.details == sealed.commitment
    assert "李四".encode() not in (tmp_path / "ledger.db").read_bytes()
