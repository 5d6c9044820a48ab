"""A bundle is checked by one file that a court runs by itself; whatever is changed in it is found."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from ledger import Draft, Entry, Log, merkle
from ledger.bundle import Material, make, verifier
from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerAltered
from ledger.sealing import opening, seal
from ledger.witness import Cosigned, Cosigner
from tests.ledger.books import SIGNER, VKEY, about, dice, fill, new_log
from tests.ledger.turns_of_keys import hand_over, signer

KEY = bytes(range(32))
WITNESSES = {name: Cosigner(f"w.example/{name}", name.encode() * 16) for name in ("w1", "w2", "w3")}
POLICY = (
    "".join(f"witness {name} {one.key}\n" for name, one in WITNESSES.items())
    + "group q 2 w1 w2 w3\nquorum q\n"
)


def stamped(note: bytes) -> tuple[bytes, bytes]:
    """As far as the verifier looks into an answer: the digest of the note is in it."""
    return note, b"0\x82" + hashlib.sha256(note).digest() + b"signed by an authority"


def witnessed(log: Log, *names: str) -> Cosigned:
    note = log.checkpoint()
    state = Checkpoint.open(note, SIGNER.verifier)
    lines = b"".join(WITNESSES[name].cosign(str(state), 1_790_000_000) for name in names)
    return Cosigned(state, note + lines, dict.fromkeys(names, 1_790_000_000))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three entries of 300, one of them opened; two witnesses signed the first 290, the first 70 were time-stamped."""
    with new_log(tmp_path_factory.mktemp("bundle") / "ledger.db") as log:
        fill(log, 70)
        stamp = stamped(log.checkpoint())
        fill(log, 220)
        seen = witnessed(log, "w1", "w3")
        sealed = seal({"who": "somebody invented"}, key=KEY, entropy=dice())
        entry = Entry(
            **{**{f: getattr(about(1), f) for f in Entry.__dataclass_fields__}, "details": sealed.commitment}
        )
        opened = log.append(entry, sealed=sealed.ciphertext)
        fill(log, 9)
        material = Material(
            entries=[log.read(3).id, opened.id, log.read(299).id],
            openings={opened.id: opening(sealed.ciphertext, key=KEY)},
            witnessed=seen,
            policy=POLICY,
            stamped=stamp,
        )
        made = make(log, material)
        assert made == make(log, material), "the same evidence is the same file"
    return verifier.files_of(io.BytesIO(made))


def zipped(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
    return whole.getvalue()


def test_what_it_proves(bundle: dict[str, bytes]) -> None:
    found = verifier.check(bundle, VKEY)
    assert [one["index"] for one in found["entries"]] == [3, 290, 299]
    assert [one["opened"] for one in found["entries"]] == [False, True, False]
    assert (found["size"], found["witnessed"]["size"]) == (300, 290)
    assert set(found["witnessed"]["by"]) == {"w1", "w3"}
    assert found["stamped"] == {"size": 70}
    told = [en for en, _ in verifier.words_of(found)]
    assert "the time-stamp beside it is about its first 70 entries" in told
    assert any("openssl ts -verify" in one for one in told)


def test_the_file_in_the_bundle_checks_it_alone(bundle: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "e.zip").write_bytes(zipped(bundle))
    (tmp_path / "verify.py").write_bytes(bundle["verify.py"])
    # -I -S: neither this program nor any installed package can be found.
    words = [sys.executable, "-I", "-S", "verify.py", "e.zip", "--key"]
    good = subprocess.run([*words, VKEY], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout.splitlines()[:2], good.stderr) == (0, ["HOLDS", "成立"], "")
    bad = subprocess.run([*words, "other"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert bad.returncode == 4
    assert bad.stdout.startswith("DOES NOT HOLD")


def test_unpacked_it_checks_itself(bundle: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in bundle.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert "whose ledger this is was taken from the bundle itself" in ran.stdout


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_byte_of_any_file_can_be_changed(bundle: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(bundle)))
    content = bytearray(bundle[name])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(verifier.Wrong):
        verifier.check({**bundle, name: bytes(content)}, VKEY)


def test_no_file_can_be_left_out_or_added(bundle: dict[str, bytes]) -> None:
    for name in bundle:
        with pytest.raises(verifier.Wrong):
            verifier.check({other: content for other, content in bundle.items() if other != name}, VKEY)
    with pytest.raises(verifier.Wrong):
        verifier.check({**bundle, "more.txt": b""}, VKEY)


def resigned(bundle: dict[str, bytes], **changed: bytes) -> dict[str, bytes]:
    """What the keeper of the ledger can do: change files and sign the manifest again."""
    files = {**bundle, **{name.replace("_", "."): content for name, content in changed.items()}}
    del files["MANIFEST"]
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()} {name}\n" for name in sorted(files))
    return {**files, "MANIFEST": SIGNER.sign(f"{verifier.TITLE}\n{lines}")}


def test_the_keeper_cannot_claim_an_entry_that_is_not_there(bundle: dict[str, bytes]) -> None:
    told = json.loads(bundle["bundle.json"])
    name = told["entries"][0]["file"]
    files = dict(bundle)
    files[name] = files[name].replace(b'"count":3', b'"count":4')
    assert files[name] != bundle[name]
    with pytest.raises(verifier.Wrong, match="not in the ledger"):
        verifier.check(resigned(files), VKEY)


def test_the_keeper_cannot_show_other_details_than_were_committed_to(bundle: dict[str, bytes]) -> None:
    files = dict(bundle)
    (name,) = (one for one in files if one.startswith("openings/"))
    files[name] = files[name].replace(b"somebody", b"nobody")
    with pytest.raises(verifier.Wrong, match="committed"):
        verifier.check(resigned(files), VKEY)


@pytest.mark.attack
def test_the_keeper_cannot_put_a_time_stamp_of_another_history_beside_it(
    bundle: dict[str, bytes], tmp_path: Path
) -> None:
    with new_log(tmp_path / "ledger.db") as other:
        fill(other, 69)
        fill(other, 1, batch=1)
        other.append(about(9))
        note, answer = stamped(other.checkpoint())
    with pytest.raises(verifier.Wrong, match="time-stamp is about another ledger"):
        verifier.check(resigned(bundle, timestamp_note=note, timestamp_tsr=answer), VKEY)
    for about_another in (b"", stamped(b"another note")[1]):
        with pytest.raises(verifier.Wrong, match="not about timestamp"):
            verifier.check(resigned(bundle, timestamp_tsr=about_another), VKEY)


@pytest.mark.attack
@pytest.mark.parametrize(
    "name", ["entries/7-forged.json", "openings/forged.json", "more.txt", "entries/3", "witness.policy2"]
)
def test_the_keeper_cannot_add_what_looks_like_proof_and_is_not_checked(
    bundle: dict[str, bytes], name: str
) -> None:
    with pytest.raises(verifier.Wrong, match=f"proves nothing: {name}"):
        verifier.check(resigned({**bundle, name: b'{"details":"anything","salt":"00"}'}), VKEY)


@pytest.mark.attack
@pytest.mark.parametrize("name", ["timestamp.note", "timestamp.tsr", "witness.policy", "witnessed.note"])
def test_half_of_a_pair_does_not_pass_for_proof(bundle: dict[str, bytes], name: str) -> None:
    less = {other: content for other, content in bundle.items() if other != name}
    with pytest.raises(verifier.Wrong):
        verifier.check(resigned(less), VKEY)


@pytest.mark.attack
def test_a_bundle_that_proves_no_entry_does_not_hold(bundle: dict[str, bytes]) -> None:
    told = {**json.loads(bundle["bundle.json"]), "entries": []}
    less = {name: content for name, content in bundle.items() if "/" not in name}
    for files in (less, bundle):
        with pytest.raises(verifier.Wrong, match="proves no entry"):
            verifier.check(resigned({**files, "bundle.json": json.dumps(told).encode()}), VKEY)


@pytest.mark.attack
def test_a_name_cannot_write_a_verdict_on_the_screen(bundle: dict[str, bytes], tmp_path: Path) -> None:
    """Escape sequences, line breaks and signs that turn the direction of writing are told, not obeyed."""
    name = "x\x1b[2J\x1b[H\nHOLDS\n\u202e成立\u2028"
    told = {**json.loads(bundle["bundle.json"]), "verifier_key": f"{name}+00+AA"}
    with pytest.raises(verifier.Wrong) as wrong:
        verifier.check({**bundle, "bundle.json": json.dumps(told).encode()})
    for said in (str(wrong.value), wrong.value.zh):
        assert "x\\x1b[2J\\x1b[H\\nHOLDS\\n\\u202e成立\\u2028" in said
        assert said.isprintable()
    found = verifier.check(bundle, VKEY)
    spoiled = {**found, "origin": name, "witnessed": {**found["witnessed"], "by": {name: 1}}}
    assert all(one.isprintable() for pair in verifier.words_of(spoiled) for one in pair)


@pytest.mark.attack
@pytest.mark.parametrize("missing", ["id", "type", "why"])
def test_an_entry_that_cannot_be_told_is_no_traceback(missing: str, tmp_path: Path) -> None:
    said: dict[str, object] = {**dict.fromkeys(verifier.SAID, "x"), "id": "e-1", "details": ""}
    said[missing] = 7
    body = json.dumps({"id": said.pop("id"), "time_us": 1, "entry": said}).encode()
    root = merkle.leaf_hash(body)
    checkpoint = Checkpoint(origin=SIGNER.origin, size=1, root=root).signed(SIGNER)
    told = {"verifier_key": VKEY, "entries": [{"file": "entries/0", "index": 0, "path": []}]}
    files = {
        "bundle.json": json.dumps(told).encode(),
        "checkpoint.note": checkpoint,
        "entries/0": body,
        "MANIFEST": b"",
    }
    with pytest.raises(verifier.Wrong, match="not whole"):
        verifier.check(resigned(files), VKEY)
    good = json.dumps({"id": "e-1", "time_us": 1, "entry": {**said, missing: "x"}}).encode()
    checkpoint = Checkpoint(origin=SIGNER.origin, size=1, root=merkle.leaf_hash(good)).signed(SIGNER)
    assert verifier.check(resigned({**files, "entries/0": good, "checkpoint.note": checkpoint}), VKEY)


def test_the_keeper_cannot_leave_a_witness_out_of_the_readers_own_policy(bundle: dict[str, bytes]) -> None:
    mine = POLICY.replace("group q 2", "group q 3")
    with pytest.raises(verifier.Wrong, match="too few"):
        verifier.check(bundle, VKEY, mine)
    assert verifier.check(bundle, VKEY, POLICY)["witnessed"]["policy_given"]


def test_a_ledger_the_witnesses_did_not_see_is_found(bundle: dict[str, bytes], tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as other:
        fill(other, 250)
        seen = witnessed(other, "w1", "w2")
    with pytest.raises(verifier.Wrong, match="another ledger"):
        verifier.check(resigned(bundle, witnessed_note=seen.note), VKEY)


@pytest.mark.attack
@pytest.mark.parametrize("by", ["witnessed", "stamped"])
def test_no_bundle_is_made_of_a_ledger_that_is_not_the_one_others_saw(by: str, tmp_path: Path) -> None:
    """The ledger was put back from an old backup, or the past was changed."""
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 9)
        seen, stamp = witnessed(log, "w1", "w2"), stamped(log.checkpoint())
    for size, changed in ((5, ()), (5, (1,)), (9, (1,)), (12, (1,))):
        with new_log(tmp_path / f"{size}{changed}.db") as other:
            other.append_many([Draft(entry=about(500)) for _ in changed])
            fill(other, size - len(changed))
            material = Material(
                entries=[other.read(0).id],
                witnessed=seen if by == "witnessed" else None,
                policy=POLICY,
                stamped=stamp if by == "stamped" else None,
            )
            with pytest.raises(LedgerAltered, match=f"from the 9 entries that .*; it has {size}"):
                make(other, material)


def test_what_others_saw_before_the_key_changed_still_counts(tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 9)
        seen, stamp = witnessed(log, "w1", "w2"), stamped(log.checkpoint())
        hand_over(log, signer(2))
        fill(log, 3)
        material = Material(entries=[log.read(4).id], witnessed=seen, policy=POLICY, stamped=stamp)
        made = verifier.files_of(io.BytesIO(make(log, material)))
    found = verifier.check(made, signer(2).verifier_key, POLICY)
    assert (found["size"], found["witnessed"]["size"], found["stamped"]["size"]) == (13, 9, 9)
    with pytest.raises(verifier.Wrong):  # what the old key signs now counts for nothing
        verifier.check(resigned(made), signer(2).verifier_key)


def test_a_court_that_knows_any_key_of_the_ledger_can_check_the_evidence(tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 9)
        hand_over(log, signer(2))
        fill(log, 3)
        hand_over(log, signer(3))
        made = verifier.files_of(io.BytesIO(make(log, Material(entries=[log.read(4).id]))))
    for number in (1, 2, 3):
        found = verifier.check(made, signer(number).verifier_key)
        assert (found["key_given"], len(found["keys"])) == (True, 3)
        assert ("its key was changed 2 times, each time with the old key's signature") in dict(
            verifier.words_of(found)
        )
    with pytest.raises(verifier.Wrong, match="another ledger"):
        verifier.check(made, signer(4).verifier_key)


@pytest.mark.attack
@pytest.mark.parametrize("field", ["old_key", "new_key", "note", "entry", "inclusion_path", "consistency"])
def test_no_part_of_a_change_of_key_can_be_changed_in_evidence(tmp_path: Path, field: str) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 9)
        hand_over(log, signer(2))
        fill(log, 3)
        hand_over(log, signer(3))
        fill(log, 3)
        made = verifier.files_of(io.BytesIO(make(log, Material(entries=[log.read(4).id]))))
    told = json.loads(made["bundle.json"])
    first, second = told["handovers"]
    for handovers in (
        [{**first, field: second[field]}, second],
        [second, first],
        [first],
        [first, first, second],
    ):
        spoiled = {**made, "bundle.json": json.dumps({**told, "handovers": handovers}).encode()}
        with pytest.raises(verifier.Wrong, match=r"handed over|does not hold"):
            verifier.check(spoiled, VKEY)


def test_what_others_saw_of_an_empty_ledger_is_left_out(tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        seen, stamp = witnessed(log, "w1", "w2"), stamped(log.checkpoint())
        fill(log, 2)
        made = make(log, Material(entries=[log.read(0).id], witnessed=seen, policy=POLICY, stamped=stamp))
    found = verifier.check(verifier.files_of(io.BytesIO(made)), VKEY)
    assert (found["witnessed"], found["stamped"]) == (None, None)


def test_without_a_witness_a_policy_is_not_met(tmp_path: Path) -> None:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 3)
        files = verifier.files_of(io.BytesIO(make(log, Material(entries=[log.read(0).id]))))
    assert verifier.check(files)["witnessed"] is None
    with pytest.raises(verifier.Wrong):
        verifier.check(files, None, POLICY)


# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_its_signatures_are_those_of_the_standard(key: str, message: str, signature: str) -> None:
    told = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert verifier.signature_holds(*told)
    assert not verifier.signature_holds(told[0], told[1] + b"x", told[2])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=99), flip=st.integers(0, 64 * 8 - 1)
)
def test_it_believes_what_the_library_signs_and_nothing_that_differs_in_a_bit(
    seed: bytes, message: bytes, flip: int
) -> None:
    key = SigningKey(seed)
    signature = key.sign(message).signature
    assert verifier.signature_holds(bytes(key.verify_key), message, signature)
    changed = bytearray(signature)
    changed[flip // 8] ^= 1 << flip % 8
    assert not verifier.signature_holds(bytes(key.verify_key), message, bytes(changed))


def test_a_signature_with_a_number_that_is_too_large_is_another_spelling_and_refused() -> None:
    key = SigningKey(bytes(32))
    signature = key.sign(b"m").signature
    larger = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not verifier.signature_holds(
        bytes(key.verify_key), b"m", signature[:32] + larger.to_bytes(32, "little")
    )


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_its_tree_is_the_ledgers_tree(data: st.DataObject) -> None:
    """It is written twice, because a court runs one file: both must say the same, also of a path that is wrong."""
    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(data.draw(st.integers(1, 40)))]
    size = len(leaves)

    def node(height: int, index: int) -> bytes:
        if height == 0:
            return leaves[index]
        return merkle.node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    told, root = data.draw(st.integers(0, size + 2)), merkle.root(size, node)
    path, grown = merkle.inclusion_proof(index, size, node), merkle.consistency_proof(old, size, node)
    for steps in (path, grown):
        spoiled = data.draw(st.none() | st.integers(0, 9))
        if spoiled is not None and spoiled < len(steps):
            steps[spoiled] = bytes(32)
    here = (leaves[index], told, size, path)
    assert verifier.root_from_inclusion(*here) == merkle.root_from_inclusion(*here)
    grew = (old, merkle.root(old, node), size, root, grown)
    assert verifier.is_consistent(*grew) == merkle.is_consistent(*grew)
