"""An authority says when the ledger was what it is; openssl's own authority runs in the test."""

import http.server
import json
import resource
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import Log
from ledger.errors import BadNote, CannotAppend, LedgerAltered
from ledger.timestamp import BadCertificates, Stamps, StampWrong, checked
from tests.cli.typing_in import typed
from tests.ledger.authority import Authority, authority
from tests.ledger.books import SIGNER, about, fill, new_log

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "ledger.db") as log:
        fill(log, 5)
        yield log


def test_a_state_is_stamped_and_found_again(book: Log, tsa: Authority, tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps")
    query = stamps.request(book.checkpoint(), SIGNER.verifier)
    found = stamps.keep(tsa.answer(query), tsa.ca.read_bytes(), SIGNER.verifier)
    assert found.checkpoint.size == 5
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert Stamps(tmp_path / "stamps").all(tsa.ca.read_bytes(), SIGNER.verifier) == [found]
    assert stamps.newest() == (found.note, found.answer)


def test_the_same_state_is_asked_about_once(book: Log, tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps")
    assert stamps.request(book.checkpoint(), SIGNER.verifier) == stamps.request(
        book.checkpoint(), SIGNER.verifier
    )


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may become larger: as on a full disk, a write stops in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_answer_the_full_disk_cut_off_takes_nothing_from_what_is_kept(
    book: Log, tsa: Authority, tmp_path: Path
) -> None:
    stamps, trusted = Stamps(tmp_path / "stamps"), tsa.ca.read_bytes()
    first = stamps.keep(
        tsa.answer(stamps.request(book.checkpoint(), SIGNER.verifier)), trusted, SIGNER.verifier
    )
    fill(book, 3)
    answer = tsa.answer(stamps.request(book.checkpoint(), SIGNER.verifier))
    with room_for(100), pytest.raises(CannotAppend):
        stamps.keep(answer, trusted, SIGNER.verifier)
    assert stamps.newest() == (first.note, first.answer)
    assert stamps.all(trusted, SIGNER.verifier) == [first]
    second = stamps.keep(answer, trusted, SIGNER.verifier)
    assert stamps.all(trusted, SIGNER.verifier) == [first, second]


@pytest.mark.parametrize("name", ["5.note", "5.tsq"])
def test_a_request_that_could_not_be_written_is_made_again(
    book: Log, tsa: Authority, tmp_path: Path, name: str
) -> None:
    stamps = Stamps(tmp_path / "stamps")
    (stamps.folder / f"{name}.new").mkdir(parents=True)
    with pytest.raises(CannotAppend):
        stamps.request(book.checkpoint(), SIGNER.verifier)
    (stamps.folder / f"{name}.new").rmdir()
    query = stamps.request(book.checkpoint(), SIGNER.verifier)
    assert stamps.keep(tsa.answer(query), tsa.ca.read_bytes(), SIGNER.verifier).checkpoint.size == 5


@pytest.mark.attack
def test_another_history_of_the_same_length_does_not_take_the_place_of_what_was_stamped(
    book: Log, tsa: Authority, tmp_path: Path
) -> None:
    stamps = Stamps(tmp_path / "stamps")
    kept = stamps.keep(
        tsa.answer(stamps.request(book.checkpoint(), SIGNER.verifier)), tsa.ca.read_bytes(), SIGNER.verifier
    )
    with new_log(tmp_path / "other.db") as other:
        other.append(about(7))
        fill(other, 4)
        with pytest.raises(LedgerAltered, match="its first 5 entries are not those"):
            stamps.request(other.checkpoint(), SIGNER.verifier)
    assert stamps.newest() == (kept.note, kept.answer)


# PKIStatusInfo with status 2 (rejection), without and with a failure; "granted" without a time-stamp; no answer at all.
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("30053003020102", "the authority refused"),
        ("3009300702010203020520", "the authority refused"),
        ("30053003020100", "it cannot be read"),
        ("", "it cannot be read"),
        ("3003", "it cannot be read"),
    ],
)
def test_a_refusal_is_told_as_one(book: Log, tmp_path: Path, answer: str, told: str) -> None:
    stamps = Stamps(tmp_path / "stamps")
    stamps.request(book.checkpoint(), SIGNER.verifier)
    with pytest.raises(StampWrong, match=told):
        stamps.keep(bytes.fromhex(answer), b"", SIGNER.verifier)


def test_only_a_digest_goes_out(book: Log, tmp_path: Path) -> None:
    query = Stamps(tmp_path / "stamps").request(book.checkpoint(), SIGNER.verifier)
    assert SIGNER.origin.encode() not in query
    assert len(query) < 100


def test_openssl_itself_finds_it_good(book: Log, tsa: Authority, tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps")
    stamps.keep(
        tsa.answer(stamps.request(book.checkpoint(), SIGNER.verifier)), tsa.ca.read_bytes(), SIGNER.verifier
    )
    words = ["openssl", "ts", "-verify", "-data", "5.note", "-in", "5.tsr", "-CAfile", str(tsa.ca)]
    assert subprocess.run(words, cwd=stamps.folder, check=False, capture_output=True).returncode == 0


def test_what_is_not_the_authoritys_or_of_another_state_does_not_hold(
    book: Log, tsa: Authority, tmp_path: Path
) -> None:
    note = book.checkpoint()
    answer = tsa.answer(Stamps(tmp_path / "stamps").request(note, SIGNER.verifier))
    good = tsa.ca.read_bytes()
    fill(book, 1)
    other = authority(tmp_path / "other")
    with pytest.raises(StampWrong):
        checked(book.checkpoint(), answer, good, SIGNER.verifier)
    with pytest.raises(StampWrong):
        checked(note, answer, other.ca.read_bytes(), SIGNER.verifier)
    with pytest.raises(BadNote):
        checked(note.replace(b"5", b"6", 1), answer, good, SIGNER.verifier)
    with pytest.raises(BadCertificates):
        checked(note, answer, b"no certificate", SIGNER.verifier)
    for place in range(30, len(answer), 37):
        broken = bytearray(answer)
        broken[place] ^= 0xFF
        with pytest.raises(StampWrong):
            checked(note, bytes(broken), good, SIGNER.verifier)


def test_an_answer_to_somebody_elses_request_is_not_kept(book: Log, tsa: Authority, tmp_path: Path) -> None:
    query = Stamps(tmp_path / "a").request(book.checkpoint(), SIGNER.verifier)
    with pytest.raises(StampWrong, match="answers no request"):
        Stamps(tmp_path / "b").keep(tsa.answer(query), tsa.ca.read_bytes(), SIGNER.verifier)


def served(tsa: Authority) -> http.server.HTTPServer:
    class Counter(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.headers["Content-Type"] == "application/timestamp-query"
            answer = tsa.answer(query) if known else b""
            self.send_response(200 if known else 400)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    return http.server.HTTPServer(("127.0.0.1", 0), Counter)


def test_as_it_is_typed_with_a_network_and_without(tsa: Authority, tmp_path: Path) -> None:
    node, ca = str(tmp_path / "kunshan"), str(tsa.ca)
    assert typed("init", node, "--region", "320583", "--name", "昆山").exit_code == 0
    assert typed("--node", node, "ledger", "timestamp").exit_code == 2
    # One slip of the hand must not cost the node its keys.
    keys = tmp_path / "kunshan" / "keys" / "master.key"
    before = keys.read_bytes()
    assert typed("--node", node, "ledger", "timestamp", "--request", str(keys)).exit_code == 5
    assert keys.read_bytes() == before
    query = tmp_path / "q.tsq"
    assert typed("--node", node, "ledger", "timestamp", "--request", str(query)).exit_code == 0
    (tmp_path / "a.tsr").write_bytes(tsa.answer(query.read_bytes()))
    kept = typed("--node", node, "ledger", "timestamp", "--answer", str(tmp_path / "a.tsr"), "--ca", ca)
    assert kept.exit_code == 0, kept.stderr
    with served(tsa) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        asked = typed("--node", node, "ledger", "timestamp", "--tsa", url, "--ca", ca)
        server.shutdown()
        thread.join()
    assert asked.exit_code == 0, asked.stderr
    gone = typed("--node", node, "ledger", "timestamp", "--tsa", url, "--ca", ca)
    assert gone.exit_code == 5
    listed = typed("--node", node, "ledger", "timestamp", "--ca", ca, "--json")
    assert '"size": 1' in listed.stdout
    _goes_into_a_bundle(node, tsa, tmp_path)


def _goes_into_a_bundle(node: str, tsa: Authority, folder: Path) -> None:
    """Which state it is about says the program in the bundle; by whom it is, openssl, with the command it prints."""
    (first,) = json.loads(typed("--node", node, "ledger", "list", "--json").stdout)
    made = typed("--node", node, "ledger", "evidence", first["id"], "-o", str(folder / "e.zip"))
    assert made.exit_code == 0, made.stderr
    told = typed("ledger", "check", str(folder / "e.zip")).stdout
    assert "the time-stamp beside it is about its first 1 entries" in told
    (folder / "unpacked").mkdir()
    zipfile.ZipFile(folder / "e.zip").extractall(folder / "unpacked")
    (command,) = (line.partition("openssl tells: ")[2] for line in told.splitlines() if "openssl" in line)
    words = command.replace("AUTHORITY.pem", str(tsa.ca)).split()
    assert subprocess.run(words, cwd=folder / "unpacked", check=False, capture_output=True).returncode == 0
