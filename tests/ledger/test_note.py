"""Signed notes: the example of the Go reference implementation, and everything that must be refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint
from ledger.errors import BadKey, BadNote
from ledger.merkle import EMPTY_ROOT
from ledger.note import Signer, Verifier, read_note
from tests.ledger.books import SIGNER

# golang.org/x/mod/sumdb/note, which C2SP signed-note describes: published keys, text and signatures.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ROOT = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT + "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
).encode()

NOTE = Checkpoint(origin=SIGNER.origin, size=3, root=bytes(range(32))).signed(SIGNER)


def test_the_published_note_is_read_with_either_of_its_keys() -> None:
    assert Verifier.parse(NEUMANN).open(SIGNED) == TEXT
    assert Verifier.parse(ROOT).open(SIGNED) == TEXT


def test_the_published_key_and_signature_come_out_of_the_published_secret() -> None:
    signer = Signer("PeterNeumann", NEUMANN_SEED)
    assert signer.verifier_key == NEUMANN
    assert SIGNED.startswith(signer.sign(TEXT))


def test_a_checkpoint_of_ours_is_what_it_was() -> None:
    assert NOTE.decode() == (
        "hutong.example/320583\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n"
        "— hutong.example/320583 BTU1PqG2SllEu57IVohZ0+c7hBfTzbzX0wE+NXsFSxJ"
        "yu/Dg1EvpyF/W5I/Gj1N/LlV48vlqyMwDbuj3sJP/BayUhQI=\n"
    )


def test_signing_the_same_state_again_gives_the_same_note() -> None:
    again = Signer(SIGNER.origin, bytes(range(32)))
    assert Checkpoint(origin=SIGNER.origin, size=3, root=bytes(range(32))).signed(again) == NOTE


def test_a_checkpoint_reads_back() -> None:
    assert Checkpoint.open(NOTE, SIGNER.verifier) == Checkpoint(
        origin=SIGNER.origin, size=3, root=bytes(range(32))
    )


def test_the_signature_of_a_witness_is_passed_over() -> None:
    witness = Signer("witness.example", bytes(32)).sign(NOTE.decode().partition("\n\n")[0] + "\n")
    line = witness.partition(b"\n\n")[2]
    assert Checkpoint.open(NOTE + line, SIGNER.verifier).size == 3


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)
    assert "seed" not in repr(SIGNER)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (NOTE.partition(b"\n\n")[0] + b"\n", "no signature"),
        (NOTE.partition(b"\n\n")[0] + b"\n\n", "no signature"),
        (NOTE[:-1], "no signature"),
        (b"", "no signature"),
        (NOTE.replace(b"\n3\n", b"\n4\n"), "signature that is wrong"),
        (NOTE + NOTE.partition(b"\n\n")[2], "signed twice"),
        (NOTE.replace("—".encode(), b"-"), "malformed signature line"),
        (NOTE.replace(b"=\n\n", b"=\n\r\n\n"), "control characters"),
        (NOTE.replace(b"hutong", b"hut\xffng"), "not text"),
        (NOTE + b"\n", "no signature"),
        (NOTE + b"x" * 70_000, "too long"),
        (Signer("other.example", bytes(32)).sign("hutong.example/320583\n3\n"), "not signed by the key"),
        (Signer(SIGNER.origin, bytes(32)).sign(NOTE.decode().partition("\n\n")[0] + "\n"), "not signed by"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_note_that_was_tampered_with_is_refused(forged: bytes, reason: str) -> None:
    with pytest.raises(BadNote, match=reason):
        Checkpoint.open(forged, SIGNER.verifier)


@pytest.mark.attack
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hutong.example/320583\n3\n", "three lines"),
        (f"hutong.example/320583\n3\n{'A' * 43}=\nextension\n", "three lines"),
        (f"hutong.example/320583\n03\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n-3\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n٣\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n{2**63}\n{'A' * 43}=\n", "not a number"),
        (f"hutong.example/320583\n{'9' * 9000}\n{'A' * 43}=\n", "not a number"),
        ("hutong.example/320583\n3\nAAAA\n", "not a hash"),
        (f"hutong.example/320583\n3\n{'A' * 42}B=\n", "not a hash"),
        (f"hutong.example/320583\n0\n{'A' * 43}=\n", "not there"),
        (f"other.example\n3\n{'A' * 43}=\n", "another log"),
    ],
    ids=lambda value: value if len(value) < 40 else value[:40],
)
def test_a_checkpoint_that_is_oddly_written_is_refused_though_the_key_signed_it(
    text: str, reason: str
) -> None:
    with pytest.raises(BadNote, match=reason):
        Checkpoint.open(SIGNER.sign(text), SIGNER.verifier)


@pytest.mark.attack
@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_not_one_bit_of_a_note_can_be_changed(at: int, flip: int) -> None:
    changed = bytearray(NOTE)
    changed[at] ^= flip
    with pytest.raises(BadNote):
        Checkpoint.open(bytes(changed), SIGNER.verifier)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000+",
        NEUMANN[:-1],
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        "a b" + NEUMANN,
        NEUMANN + "=",
    ],
)
def test_a_mistyped_key_is_noticed_before_it_is_used(key: str) -> None:
    with pytest.raises(BadKey):
        Verifier.parse(key)


@pytest.mark.parametrize(
    ("origin", "seed"), [("", bytes(32)), ("a b", bytes(32)), ("a+b", bytes(32)), ("a", b"")]
)
def test_a_name_or_secret_that_cannot_be_used_is_refused(origin: str, seed: bytes) -> None:
    with pytest.raises(BadKey):
        Signer(origin, seed)


def test_an_empty_log_can_be_signed_too() -> None:
    empty = Checkpoint(origin=SIGNER.origin, size=0, root=EMPTY_ROOT)
    assert Checkpoint.open(empty.signed(SIGNER), SIGNER.verifier) == empty


# C2SP signed-note, "Example": the verifier key, and the note it verifies.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example that begins the same page; its text has an empty line.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC"
    "+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
# C2SP tlog-checkpoint and tlog-cosignature: a checkpoint, and the line of a witness below it.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()


def test_the_example_of_the_specification_is_verified_by_its_key() -> None:
    assert Verifier.parse(FOO).open(FOO_NOTE) == "This is an example message.\n"
    assert str(Verifier.parse(FOO)) == FOO


@pytest.mark.attack
def test_the_example_does_not_verify_when_its_text_is_another() -> None:
    with pytest.raises(BadNote, match="signature that is wrong"):
        Verifier.parse(FOO).open(FOO_NOTE.replace(b"message", b"massage"))


def test_the_text_of_a_note_may_hold_an_empty_line() -> None:
    text, lines = read_note(POEM)
    assert text.endswith("sole:\n\ned è subito sera.\n")
    assert [(name, key_id.hex()) for name, key_id, _ in lines] == [
        ("quasimodo.example/salvatore", "367ba04b")
    ]


def test_the_checkpoint_of_the_specification_is_read_and_both_its_lines() -> None:
    """Its keys are not published, so who signed cannot be checked; how it is read can."""
    text, lines = read_note(SOFA)
    told = Checkpoint.parse(text)
    assert (told.origin, told.size, told.root.hex()[:8]) == (
        "example.com/behind-the-sofa",
        20_852_163,
        "0ac5186a",
    )
    assert str(told) == text
    (log, log_key, signature), (witness, witness_key, cosignature) = lines
    assert (log, log_key.hex(), len(signature)) == ("example.com/behind-the-sofa", "033de0ae", 64)
    assert (witness, witness_key.hex(), len(cosignature)) == ("witness.example.com/w1", "8d66cf3f", 72)
    # "time 1679315147", as the page says.
    assert int.from_bytes(cosignature[:8]) == 1_679_315_147


def test_sixteen_signatures_of_others_do_not_hide_ours() -> None:
    """C2SP signed-note: a verifier must accept at least so many."""
    text = NOTE.decode().partition("\n\n")[0] + "\n"
    others = [Signer(f"w{n}.example", bytes([n]) * 32).sign(text).partition(b"\n\n")[2] for n in range(16)]
    head, gap, own = NOTE.partition(b"\n\n")
    assert Checkpoint.open(head + gap + b"".join(others) + own, SIGNER.verifier).size == 3


@pytest.mark.attack
def test_a_stranger_with_our_name_or_our_key_id_is_passed_over_and_vouches_for_nothing() -> None:
    """C2SP signed-note: a line counts only if both are those of the key that is known."""
    head, gap, own = NOTE.partition(b"\n\n")
    value = base64.b64decode(own.split(b" ")[-1])
    named = f"— {SIGNER.origin} ".encode() + base64.b64encode(b"\0\0\0\0" + value[4:]) + b"\n"
    keyed = "— other.example ".encode() + base64.b64encode(value) + b"\n"
    for line in (named, keyed):
        with pytest.raises(BadNote, match="not signed by the key"):
            Checkpoint.open(head + gap + line, SIGNER.verifier)
        assert Checkpoint.open(head + gap + line + own, SIGNER.verifier).size == 3


@pytest.mark.attack
@pytest.mark.parametrize("length", [0, 1, 3, 4, 63, 65, 128])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    head, gap, own = NOTE.partition(b"\n\n")
    value = base64.b64decode(own.split(b" ")[-1])
    cut = (value[:4] + (value[4:] * 2)[:length])[: 4 + length] if length > 4 else value[:length]
    line = f"— {SIGNER.origin} ".encode() + base64.b64encode(cut) + b"\n"
    with pytest.raises(BadNote):
        Checkpoint.open(head + gap + line, SIGNER.verifier)
