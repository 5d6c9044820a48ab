"""A copy of a node is whole, says when it is not, and holds no secret nobody asked for."""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import apsw
import orjson
import pytest

from exchange.erasing import erase
from exchange.errors import CannotWrite
from exchange.node.backup import ELSEWHERE, back_up
from exchange.node.node import Node
from exchange.node.settings import TABLE
from exchange.wiring import open_node
from ledger import Signer
from tests.cli.typing_in import typed

RECORDS = [
    {
        "resourceType": "Patient",
        "id": f"p-{number}",
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    }
    for number in (1, 2)
]
GRANT = ["--to", "ks-tcm-hospital", "--for", "TREAT", "--confirm", "sensitive", "--confirm", "third-party"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a node of two invented patients in it, each of whom agreed to something."""
    folder = tmp_path_factory.mktemp("backup")
    node = folder / "kunshan"
    assert typed("init", str(node), "--region", "320583", "--name", "昆山市区域卫生平台").exit_code == 0
    file = folder / "people.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, RECORDS)))
    assert typed("--node", str(node), "records", "import", str(file)).exit_code == 0
    for one in RECORDS:
        told = typed("--node", str(node), "consent", "grant", str(one["id"]), *GRANT)
        assert told.exit_code == 0, told.stderr
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """The same, to spoil, with a copy of the node in `copy` and one with its secrets in `whole`."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    for words in (["copy"], ["whole", "--with-secrets"]):
        told = typed(
            "--node", str(tmp_path / "kunshan"), "node", "backup", str(tmp_path / words[0]), *words[1:]
        )
        assert told.exit_code == 0, told.stderr
    return tmp_path


# How the name of a setting ends that names a file.
FILE_NAMES = ("_file", ".bundle", ".key", ".connection")


def checked(
    folder: Path, name: str = "copy", *more: str, node: str = "kunshan"
) -> tuple[int, dict[str, bool]]:
    """The exit code of a check, and what it says of each thing it looked at."""
    told = typed(
        "--node", str(folder / node), "node", "backup", "--check", str(folder / name), "--json", *more
    )
    return told.exit_code, {one["check"]: one["ok"] for one in orjson.loads(told.stdout or "[]")}


def grow(folder: Path) -> None:
    """One more entry in the ledger of the node."""
    told = typed(
        "--node", str(folder / "kunshan"), "consent", "grant", "p-1", *GRANT, "--until", "2030-01-01"
    )
    assert told.exit_code == 0, told.stderr


def test_a_copy_holds_no_secret_unless_it_was_asked_for(folder: Path) -> None:
    assert not (folder / "copy" / "keys").exists()
    assert (folder / "whole" / "keys" / "master.key").stat().st_mode & 0o077 == 0
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "third"))
    assert "the secrets (keys/) are NOT in it" in told.stderr
    assert (folder / "third").stat().st_mode & 0o077 == 0


def test_a_copy_checks_out_beside_its_node_and_a_whole_one_alone(folder: Path) -> None:
    code, found = checked(folder)
    assert (code, set(found.values())) == (0, {True})
    assert set(found) == {"list", "files", "ledger", "keys", "checkpoint", "node"}  # and no word on secrets
    code, found = checked(folder, "whole", node="nothing")
    assert (code, set(found.values())) == (0, {True})
    assert "node" not in found
    assert "secrets" in found


@pytest.mark.attack
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda key: key.write_bytes(b"spoilt"), "is not a key of 32 bytes"),
        (lambda key: key.write_bytes(bytes(32)), "is another node's"),
        (lambda key: key.unlink(), "is missing"),
        (lambda key: key.chmod(0o644), "can be read by other users"),
    ],
    ids=["spoilt", "of another node", "lost", "open to all"],
)
def test_secrets_in_a_copy_that_do_not_open_it_are_found(
    folder: Path, spoil: Callable[[Path], object], told: str
) -> None:
    spoil(folder / "whole" / "keys" / "master.key")
    code, found = checked(folder, "whole")
    assert (code, found["list"], found["secrets"]) == (4, True, False)
    said = typed("--node", str(folder / "kunshan"), "node", "backup", "--check", str(folder / "whole"))
    assert told in said.stdout


def test_a_check_leaves_the_copy_as_it_was(folder: Path) -> None:
    before = {path: path.read_bytes() for path in (folder / "copy").rglob("*") if path.is_file()}
    checked(folder)
    assert {path: path.read_bytes() for path in (folder / "copy").rglob("*") if path.is_file()} == before


def test_a_copy_with_the_keys_put_back_is_the_node_again(folder: Path) -> None:
    shutil.copytree(folder / "kunshan" / "keys", folder / "copy" / "keys")
    shutil.move(folder / "kunshan", folder / "kunshan.broken")
    shutil.move(folder / "copy", folder / "kunshan")
    here = ["--node", str(folder / "kunshan")]
    assert typed(*here, "ledger", "verify", "--known", str(folder / "copy.checkpoint")).exit_code == 0
    found = orjson.loads(typed(*here, "consent", "list", "p-2", "--json").stdout)
    assert len(found) == 1
    grow(folder)
    assert typed(*here, "status").exit_code == 0


def test_the_ledger_says_that_a_copy_was_made_and_the_copy_says_it_too(folder: Path) -> None:
    shutil.copytree(folder / "kunshan" / "keys", folder / "copy" / "keys")
    newest = orjson.loads(
        typed("--node", str(folder / "copy"), "ledger", "list", "--last", "1", "--json").stdout
    )
    entry = newest[0]["body"]["entry"]
    assert (entry["type"], entry["subtype"]) == ("node", "backup")


def test_an_older_copy_is_where_the_node_began_and_a_kept_checkpoint_goes_on_from_it(folder: Path) -> None:
    grow(folder)
    note = folder / "kept"
    note.write_text(typed("--node", str(folder / "kunshan"), "ledger", "checkpoint").stdout)
    code, found = checked(folder, "copy", "--known", str(note))
    assert (code, found["node"], found["known"]) == (0, True, True)
    # Without the node nobody can tell, and then the answer is no.
    code, found = checked(folder, "whole", "--known", str(note), node="nothing")
    assert (code, found["known"]) == (4, False)
    code, found = checked(folder, "whole", "--known", str(folder / "copy.checkpoint"), node="nothing")
    assert (code, found["known"]) == (0, True)


def rotate(folder: Path) -> None:
    told = typed("--node", str(folder / "kunshan"), "ledger", "rotate", "--by", "ks-so-001")
    assert told.exit_code == 0, told.stderr


def test_a_copy_from_before_the_key_was_changed_is_whole_and_cannot_be_gone_on_from(folder: Path) -> None:
    for _ in range(2):
        rotate(folder)
        note = folder / "kept"
        note.write_text(typed("--node", str(folder / "kunshan"), "ledger", "checkpoint").stdout)
        for known in (note, folder / "copy.checkpoint"):
            code, found = checked(folder, "copy", "--known", str(known))
            assert code == 4
            assert {check for check, ok in found.items() if not ok} == {"signer"}
            assert {"ledger", "keys", "checkpoint", "node", "known"} <= set(found)


@pytest.mark.attack
def test_a_copy_under_a_key_the_node_never_had_is_still_no_copy_of_it(folder: Path) -> None:
    rotate(folder)
    db = apsw.Connection(str(folder / "copy" / "ledger.db"))
    stranger = Signer("hutong.320583/kunshan", bytes(32)).verifier_key
    db.execute("UPDATE identity SET verifier_key = ?", (stranger,))
    db.close()
    code, found = checked(folder)
    assert (code, found["ledger"]) == (4, False)


def test_a_copy_with_secrets_holds_the_key_its_ledger_is_signed_with(folder: Path) -> None:
    rotate(folder)
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "new"), "--with-secrets")
    assert told.exit_code == 0, told.stderr
    assert checked(folder, "new")[0] == 0
    (folder / "new" / "keys" / "ledger-2.key").unlink()
    code, found = checked(folder, "new")
    assert (code, found["secrets"]) == (4, False)


@pytest.mark.attack
@pytest.mark.parametrize(
    "spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"[node")], ids=["lost", "spoilt"]
)
def test_settings_of_a_copy_with_secrets_that_cannot_be_read_are_found_beside_all_else(
    folder: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(folder / "whole" / "node.toml")
    code, found = checked(folder, "whole")
    assert (code, found["files"], found["secrets"], found["ledger"]) == (4, False, False, True)


@pytest.mark.attack
def test_two_histories_of_one_node_are_told_apart(folder: Path) -> None:
    shutil.copytree(folder / "whole", folder / "twin")
    told = typed("--node", str(folder / "twin"), "consent", "grant", "p-2", *GRANT, "--until", "2031-01-01")
    assert told.exit_code == 0, told.stderr
    grow(folder)
    assert typed("--node", str(folder / "twin"), "node", "backup", str(folder / "fork")).exit_code == 0
    grow(folder)
    code, found = checked(folder, "fork")
    assert (code, found["ledger"], found["node"]) == (4, True, False)


@pytest.mark.attack
@pytest.mark.parametrize("name", ["ledger.db", "vault.db", "records.db", "node.toml", "registry.toml"])
def test_one_changed_byte_is_found_and_its_file_is_named(folder: Path, name: str) -> None:
    file = folder / "copy" / name
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    told = typed("--node", str(folder / "kunshan"), "node", "backup", "--check", str(folder / "copy"))
    assert told.exit_code == 4
    assert f"NOT OK  changed: {name}" in told.stdout


@pytest.mark.attack
@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (lambda copy: (copy / "vault.db").unlink(), "files"),
        (lambda copy: (copy / "ledger.db-wal").write_bytes(b"pages from elsewhere"), "files"),
        (lambda copy: (copy / "backup.json").write_bytes(b"{}\n"), "list"),
        (
            lambda copy: (copy / "backup.json").write_bytes(
                (copy / "backup.json").read_bytes().replace(b'"secrets": false', b'"secrets": true')
            ),
            "list",
        ),
        (lambda copy: copy.with_name("copy.checkpoint").write_bytes(b"of nobody\n"), "checkpoint"),
    ],
    ids=["a lost file", "a smuggled file", "another list", "a changed list", "another checkpoint"],
)
def test_what_was_done_to_a_copy_is_found(folder: Path, spoil: Callable[[Path], object], wrong: str) -> None:
    spoil(folder / "copy")
    code, found = checked(folder)
    assert code == 4
    assert not found[wrong]


@pytest.mark.attack
def test_a_copy_of_another_node_is_not_taken_for_one_of_this(folder: Path) -> None:
    other = folder / "other"
    assert typed("init", str(other), "--region", "120000", "--name", "天津市平台").exit_code == 0
    code, found = checked(folder, node="other")
    assert (code, found) == (4, {"list": False, "ledger": False})


def test_a_copy_without_keys_needs_its_node_to_be_named(folder: Path) -> None:
    told = typed("--node", str(folder / "nothing"), "node", "backup", "--check", str(folder / "copy"))
    assert told.exit_code == 6
    assert "name the node it is a copy of" in told.stderr


def test_an_unfinished_copy_is_none(folder: Path) -> None:
    (folder / "copy" / "backup.json").unlink()
    assert checked(folder) == (6, {})
    (folder / "copy" / "backup.json").mkdir()
    assert checked(folder) == (6, {})


@pytest.mark.attack
@pytest.mark.parametrize("name", ["registry.toml", "ledger.db", "vault.db", "keys"])
def test_a_pipe_in_a_copy_does_not_hold_up_the_check_of_every_night(folder: Path, name: str) -> None:
    place = folder / "copy" / name
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    assert checked(folder) == (4, {"files": False})
    # Nor a link to one.
    (pipe := folder / "pipe").unlink(missing_ok=True)
    os.mkfifo(pipe)
    place.unlink()
    place.symlink_to(pipe)
    assert checked(folder) == (4, {"files": False})


def test_a_folder_where_the_checkpoint_lay_is_no_checkpoint(folder: Path) -> None:
    (folder / "copy.checkpoint").unlink()
    (folder / "copy.checkpoint").mkdir()
    code, found = checked(folder)
    assert (code, "checkpoint" in found) == (0, False)


def test_the_folder_one_stands_in_can_take_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here := folder / "third").mkdir()
    with monkeypatch.context() as there:
        there.chdir(here)
        told = typed("--node", str(folder / "kunshan"), "node", "backup", ".")
    assert told.exit_code == 0, told.stderr
    assert "checkpoint in third.checkpoint" in told.stdout
    assert checked(folder, "third")[0] == 0


def test_where_the_checkpoint_has_no_place_nothing_is_copied(folder: Path) -> None:
    (folder / "third.checkpoint").mkdir()
    before = sorted(folder.rglob("*"))
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "third"))
    assert (told.exit_code, sorted(folder.rglob("*"))) == (2, before)
    assert "nothing was copied" in told.stderr


def test_the_checkpoint_of_an_earlier_copy_of_the_same_name_is_kept(folder: Path) -> None:
    kept = (folder / "copy.checkpoint").read_bytes()
    (folder / "copy").rename(folder / "elsewhere")
    grow(folder)
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "copy"))
    assert told.exit_code == 2
    assert (
        "copy.checkpoint is the checkpoint of an earlier copy of that name; nothing was copied" in told.stderr
    )
    assert "with the day in its name" in told.stderr
    assert (folder / "copy.checkpoint").read_bytes() == kept
    assert not (folder / "copy").exists()
    (folder / "copy.checkpoint").rename(folder / "elsewhere.checkpoint")
    assert checked(folder, "elsewhere")[0] == 0
    assert typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "copy")).exit_code == 0


def test_a_copy_that_cannot_be_put_in_its_place_leaves_no_checkpoint(folder: Path) -> None:
    def meanwhile(_done: int, _total: int) -> None:
        (folder / "third").mkdir(exist_ok=True)
        (folder / "third" / "somebody else's").touch()

    before = set(folder.iterdir())
    with open_node(folder / "kunshan") as node, pytest.raises(CannotWrite):
        back_up(node, folder / "third", secrets=False, progress=meanwhile)
    assert set(folder.iterdir()) - before == {folder / "third"}


@pytest.mark.attack
def test_the_name_of_a_copy_is_synced_before_it_is_told(folder: Path) -> None:
    """Else a power cut leaves it under the name of a draft."""
    calls: list[str] = []

    def watch(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called in (os.rename, os.fsync):
            calls.append(getattr(called, "__name__", ""))

    with open_node(folder / "kunshan") as node:
        sys.setprofile(watch)
        try:
            back_up(node, folder / "third", secrets=False, progress=lambda *_: None)
        finally:
            sys.setprofile(None)
    assert calls[-2:] == ["rename", "fsync"]


def test_a_link_in_the_node_brings_no_secret_into_a_copy(folder: Path) -> None:
    (folder / "kunshan" / "peers" / "tianjin").symlink_to("../keys/master.key")
    assert typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "third")).exit_code == 0
    link = folder / "third" / "peers" / "tianjin"
    assert link.is_symlink()
    assert checked(folder, "third")[0] == 0
    link.unlink()
    link.symlink_to("../keys/tls.key")
    code, found = checked(folder, "third")
    assert (code, found["files"]) == (4, False)


def test_files_that_settings_name_are_told(folder: Path) -> None:
    settings = folder / "kunshan" / "node.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[ledger]\nconnection = "channel.toml"\n', "utf-8")
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / "third"))
    assert "not copied, keep yourself: the files these settings name: ledger.connection" in told.stderr


@pytest.mark.parametrize("setting", [one.key for one in TABLE if one.key.endswith(FILE_NAMES)])
def test_no_setting_that_names_a_file_is_forgotten(setting: str) -> None:
    assert setting in (*ELSEWHERE, "emergency.spool_file")  # that file is in the copy


@pytest.mark.parametrize("place", ["kunshan/inside", "kunshan", "copy"])
def test_a_copy_goes_where_nothing_is_yet(folder: Path, place: str) -> None:
    before = sorted(folder.rglob("*"))
    told = typed("--node", str(folder / "kunshan"), "node", "backup", str(folder / place))
    assert told.exit_code == 2
    assert "nothing was copied" in told.stderr
    assert sorted(folder.rglob("*")) == before


def test_emergencies_that_wait_for_the_ledger_are_copied(folder: Path) -> None:
    with open_node(folder / "kunshan") as node:
        node.spool.path.write_bytes(b"")
        node.office.spool.write(node.log.read(0).entry, {"why": "the ledger was full"}, key=node.house_key)
        back_up(node, folder / "spooled", secrets=False, progress=lambda _done, _total: None)
    assert (folder / "spooled" / "spool.jsonl").read_bytes().count(b"\n") == 1


def spooled(node: Node, why: str) -> None:
    node.office.spool.write(node.log.read(0).entry, {"why": why}, key=node.house_key)


def late(folder: Path, name: str) -> int:
    """How many entries out of the spool the ledger of the copy has once it is opened."""
    with open_node(folder / name) as copy:
        return sum(one.entry.source == "spool" for one in copy.log.scan())


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_emergencies_that_reach_the_ledger_while_it_is_copied_are_in_the_copy_once(
    folder: Path, step: int
) -> None:
    """Drained before the ledger was copied, or after it: neither loses one or takes it twice."""
    copied = iter(range(4))  # witness.db, ledger.db, records.db, vault.db
    with closing(apsw.Connection(str(folder / "kunshan" / "witness.db"))) as witness:
        witness.execute("CREATE TABLE something(seen)")

    def meanwhile(done: int, total: int) -> None:
        if done == total and next(copied, None) == step:
            with open_node(folder / "kunshan"):
                pass  # whatever opens the node drains the spool

    with open_node(folder / "kunshan") as node:
        spooled(node, "the ledger was full")
        back_up(node, folder / "third", secrets=True, progress=meanwhile)
        assert node.spool.waiting() == 0
    assert late(folder, "third") == 1
    assert checked(folder, "whole")[0] == 0


def test_an_emergency_written_down_while_the_node_is_copied_is_in_the_copy(folder: Path) -> None:
    def meanwhile(done: int, total: int) -> None:
        if done == total and node.spool.waiting() == 1:
            spooled(node, "and another one")

    with open_node(folder / "kunshan") as node:
        spooled(node, "the ledger was full")
        made = back_up(node, folder / "third", secrets=True, progress=meanwhile)
    assert made.spooled == 2
    assert late(folder, "third") == 2


def test_a_node_that_is_written_to_all_the_while_is_copied_whole(folder: Path) -> None:
    enough = Event()

    def write() -> None:
        with open_node(folder / "kunshan") as other:
            while not enough.is_set():
                other.desk.write(other.log.read(0).entry, {"n": 1}, key=other.house_key)

    writer = Thread(target=write)
    writer.start()
    try:
        with open_node(folder / "kunshan") as node:
            made = [
                back_up(node, folder / f"busy-{n}", secrets=False, progress=lambda _done, _total: None)
                for n in range(3)
            ]
    finally:
        enough.set()
        writer.join()
    assert made[0].entries < made[-1].entries
    for one in made:
        code, found = checked(folder, one.folder.name)
        assert (code, set(found.values())) == (0, {True})


def test_a_key_destroyed_while_files_are_copied_is_not_taken_for_lost(folder: Path) -> None:
    erased: list[str] = []

    def meanwhile(done: int, total: int) -> None:
        if not erased:
            with open_node(folder / "kunshan") as other:
                erased.extend(
                    one.id for one in erase(other.office, "p-2", by="ks-so-001", reason="asked").entries
                )

    with open_node(folder / "kunshan") as node:
        back_up(node, folder / "late", secrets=False, progress=meanwhile)
    assert erased
    code, found = checked(folder, "late")
    assert (code, found["keys"]) == (0, True)
