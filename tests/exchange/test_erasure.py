"""Erasure is the destruction of one key: afterwards nobody can read, and every proof still holds."""

import shutil
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import apsw
import pytest

from consent import Wish, withdraw
from exchange.audit import Sought, filter_of, show, who_saw
from exchange.audit.agreement import disagreements
from exchange.audit.story import RecordErased
from exchange.consenting import consents_of, grant, revoke
from exchange.consenting.granting import consent_entry
from exchange.erasing import NothingToErase, StillToCount, erase, unfinished
from exchange.errors import CannotWrite
from exchange.node.node import Node
from exchange.soundness import NotSound, require_sound
from exchange.status import health
from exchange.withdrawal.outgoing import notices
from exchange.withdrawal.withdrawing import take_back
from ledger.errors import CannotAppend
from ledger.proof import check, prove
from ledger.sealing import unseal
from ledger.verify import verify
from tests.exchange.nodes import (
    OFFICER,
    OTHER_HOSPITAL,
    REASON,
    Site,
    allow,
    deaf,
    emergency,
    last,
    put,
    question,
    released,
)
from tests.exchange.people import AN, AN_NUMBER, BO

WHY = "asked for by letter"


@pytest.fixture
def intent(node: Node) -> str:
    """An access to AN's record, before her key is destroyed."""
    allow(node)
    put(question(node, patient=AN_NUMBER), node.office)
    put(emergency(node), node.office)
    found = released(question(node), node.office).intent.id
    assert len(erase(node.office, AN, by=OFFICER, reason=WHY).entries) == 1
    return found


def test_who_looked_before_cannot_be_told_any_more_and_that_is_said(node: Node, intent: str) -> None:
    with pytest.raises(RecordErased) as erased:
        who_saw(node.office, AN)
    assert "密钥已销毁" in erased.value.zh
    assert intent not in str(erased.value)


def test_the_entry_is_shown_without_what_was_sealed_with_it(node: Node, intent: str) -> None:
    shown = show(node.office, intent)
    assert shown.as_dict()["details"] is None
    assert shown.lines("en")[-1] == "  the sealed details cannot be opened: their key was destroyed"
    assert shown.lines("zh")[-1] == "  密封内容无法打开：密钥已销毁"


def test_every_proof_still_holds(node: Node, intent: str) -> None:
    assert verify(node.log, node.vkey).ok
    assert check(prove(node.log, intent), node.vkey).entry.why == "CONSENT_PERMIT"
    assert all(one.ok for one in health(node) if one.name_en == "ledger")


def test_consents_are_gone_with_the_key(node: Node, intent: str) -> None:
    """So nobody else sees the record any more; the patient may agree again, under a new key."""
    with pytest.raises(RecordErased):  # "nothing found" would be false
        consents_of(node, AN)
    with pytest.raises(RecordErased):
        filter_of(node, Sought(patient=AN))
    assert put(question(node), node.office).code == "NO_CONSENT"
    allow(node)
    assert put(question(node), node.office).permit
    assert [look.permit for look in who_saw(node.office, AN)] == [False, True]


def test_no_file_of_the_node_holds_what_was_said(site: Site) -> None:
    """The record itself lies in records.db, which belongs to the hospitals; everything else forgets."""
    with site.open() as node:
        granted = allow(node)
        put(emergency(node), node.office)
        put(question(node, patient=AN_NUMBER), node.office)
        sentence = "玉峰中医医院为看病"
        said = [granted.consent_id, OTHER_HOSPITAL, REASON, "欧阳静姝", AN_NUMBER, sentence, f"Patient/{AN}"]
        keys = node.vault.key_of(AN)
        erase(node.office, AN, by=OFFICER, reason=WHY)
        node.log.checkpoint()
        assert _holding(site.folder, [*(one.encode() for one in said), keys.key]) == []
    assert _holding(site.folder, [*(one.encode() for one in said), keys.key]) == []


def _holding(folder: Path, words: list[bytes]) -> list[tuple[str, bytes]]:
    kept = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("records.db", "registry.toml")
    ]
    assert {"ledger.db", "vault.db", "master.key"} <= {path.name for path in kept}
    return [(path.name, word) for path in kept for word in words if word in path.read_bytes()]


def test_whoever_has_no_key_cannot_be_erased_and_is_given_none(node: Node) -> None:
    before = (node.log.size, node.vault.count())
    for nobody in ("p-404", "110105199003070013"):
        with pytest.raises(NothingToErase) as refused:
            erase(node.office, nobody, by=OFFICER, reason=WHY)
        assert (refused.value.exit_code, nobody in str(refused.value)) == (6, False)
    assert (node.log.size, node.vault.count()) == before
    assert not node.vault.was_erased("p-404")


def test_a_patient_is_erased_once_and_again_under_the_next_key(node: Node) -> None:
    node.vault.key_of(AN)
    erase(node.office, AN, by=OFFICER, reason=WHY)
    with pytest.raises(NothingToErase):
        erase(node.office, AN, by=OFFICER, reason=WHY)
    allow(node)
    erase(node.office, AN, by=OFFICER, reason=WHY)
    require_sound(node)
    assert disagreements(node.log, node.house_key) == []


def test_the_entry_names_the_pseudonym_and_keeps_who_did_it_and_why(node: Node) -> None:
    allow(node)
    keys = node.vault.key_of(AN)
    done = erase(node.office, AN_NUMBER, by=OFFICER, reason=WHY)
    entry = last(node)
    assert done.entries == (entry,)
    assert (entry.entry.type, entry.entry.patient) == ("erasure", keys.pseudonym)
    assert unseal(entry.sealed, key=node.house_key) == {"by": OFFICER, "reason": WHY}
    assert WHY.encode() not in entry.body
    assert done.kept == len(list(node.log.of_patient(keys.pseudonym))) == 2


def test_the_key_under_the_words_asked_for_elsewhere_goes_too(node: Node) -> None:
    asked = node.vault.key_of(AN_NUMBER)  # as a node that asks another makes it
    ours = node.vault.key_of(AN)
    done = erase(node.office, AN_NUMBER, by=OFFICER, reason=WHY)
    assert [one.entry.patient for one in done.entries] == [ours.pseudonym, asked.pseudonym]
    assert node.vault.known(AN) is node.vault.known(AN_NUMBER) is None


# --- the entry comes first, and the key goes after it ---


def test_without_a_ledger_no_key_is_destroyed(node: Node, site: Site) -> None:
    allow(node)
    with site.reader(node) as reader, pytest.raises(CannotAppend):
        erase(replace(deaf(node.office, reader), log=reader), AN, by=OFFICER, reason=WHY)
    assert node.vault.known(AN)


def test_a_crash_between_entry_and_key_is_told_and_mended_at_the_next_opening(node: Node, site: Site) -> None:
    allow(node)
    other = apsw.Connection(str(site.folder / "vault.db"))
    other.execute("BEGIN IMMEDIATE")  # a vault that cannot be written stops it just where a crash would
    node.vault._db.set_busy_timeout(0)
    with pytest.raises(CannotWrite):
        erase(node.office, AN, by=OFFICER, reason=WHY)
    other.close()
    assert node.vault.known(AN)
    told = next(one for one in health(node) if one.name_en == "keys")
    assert (told.ok, told.exit_code) == (False, 5)
    assert "1 keys of patients who were erased are still there" in told.en
    require_sound(node)  # whoever is still protected is no reason to stop
    with site.open() as again:
        assert again.vault.known(AN) is None
        assert again.vault.was_erased(AN)
        require_sound(again)
        assert next(one for one in health(again) if one.name_en == "keys").ok


def test_an_old_vault_put_back_forgets_again(site: Site) -> None:
    with site.open() as node:
        allow(node)
        shutil.copy(site.folder / "vault.db", site.folder / "old")
        erase(node.office, AN, by=OFFICER, reason=WHY)
    (site.folder / "old").replace(site.folder / "vault.db")
    with site.open() as again:
        assert (again.vault.known(AN), again.vault.was_erased(AN)) == (None, True)


# --- somebody with the files, but without the keys ---


def refusing_emergencies(site: Site) -> str:
    """AN refuses even emergencies; her pseudonym."""
    with site.open() as node:
        grant(node, AN, Wish(refuse=True, purposes=("ETREAT",)), by=f"Patient/{AN}")
        assert put(emergency(node), node.office).code == "EMERGENCY_ACCESS_REFUSED"
        return node.vault.key_of(AN).pseudonym


def without_key(site: Site, pseudonym: str) -> None:
    """Take the key out of the vault, and let the vault say that it was erased."""
    with apsw.Connection(str(site.folder / "vault.db")) as vault:
        row = vault.execute("SELECT lookup FROM patient_key WHERE pseudonym = ?", (pseudonym,)).fetchone()
        vault.execute("DELETE FROM patient_key WHERE lookup = ?", row)
        vault.execute("INSERT INTO erased VALUES (?)", row)


@pytest.mark.attack
def test_a_vault_that_says_itself_that_a_key_was_erased_is_not_believed(site: Site) -> None:
    without_key(site, refusing_emergencies(site))
    with site.open() as node:
        with pytest.raises(NotSound, match="1 keys of patients are gone without an erasure") as found:
            require_sound(node)
        assert "没有销毁记录" in found.value.zh
        told = next(one for one in health(node) if one.name_en == "keys")
        assert (told.ok, told.exit_code) == (False, 4)


@pytest.mark.attack
def test_the_erasure_of_one_patient_does_not_cover_the_key_of_another(site: Site) -> None:
    pseudonym = refusing_emergencies(site)
    with site.open() as node:
        allow(node, BO)
        erase(node.office, BO, by=OFFICER, reason=WHY)
        require_sound(node)
    without_key(site, pseudonym)
    with site.open() as node, pytest.raises(NotSound, match="1 keys"):
        require_sound(node)


FORGED = ("'entry-0'", "(SELECT entry FROM consent_version)")


@pytest.mark.attack
@pytest.mark.parametrize("entry", FORGED)
def test_a_row_nobody_signed_for_destroys_no_key_and_is_found(site: Site, entry: str) -> None:
    pseudonym = refusing_emergencies(site)
    with apsw.Connection(str(site.folder / "ledger.db")) as ledger:
        ledger.execute(f"INSERT INTO erasure SELECT {entry}, ?", (pseudonym,))
    with site.open() as node:
        assert node.vault.known(AN)
        with pytest.raises(NotSound, match="the erasure of a patient has no entry in the log"):
            require_sound(node)
        assert put(emergency(node), node.office).code == "EMERGENCY_ACCESS_REFUSED"


@pytest.mark.attack
@pytest.mark.parametrize(
    ("sql", "how"),
    [
        ("DELETE FROM erasure", "is missing"),
        ("UPDATE erasure SET patient = substr(patient, 2)", "is not as the log says"),
    ],
)
def test_an_erasure_taken_out_of_the_table_is_found(node: Node, site: Site, sql: str, how: str) -> None:
    allow(node)
    erase(node.office, AN, by=OFFICER, reason=WHY)
    with apsw.Connection(str(site.folder / "ledger.db")) as ledger:
        ledger.execute(sql)
    (wrong,) = disagreements(node.log, node.house_key)
    assert wrong.en.startswith(f"the erasure of a patient {how}")
    assert list(unfinished(node.office)) == []


# --- nobody is forgotten who must still be told ---


def taken_back_and_not_counted(node: Node) -> None:
    """AN takes back what was received, and the node dies right after her statement."""
    allow(node)
    released(question(node), node.office)
    keys, by = node.vault.key_of(AN), f"Patient/{AN}"
    (stored,) = consents_of(node, AN)
    storing = node.consents.storing(
        withdraw(stored.resource, at=node.clock(), by=by), keys, entropy=node.desk.entropy
    )
    entry = consent_entry(node.office, "revoke", "U", by, storing.commitment, keys.pseudonym)
    take_back(node.office, node.desk.draft(entry, {}, key=keys.key, change=storing.change))
    assert notices(node.office) == []


def test_who_received_what_was_taken_back_is_counted_before_the_key_goes(node: Node) -> None:
    taken_back_and_not_counted(node)
    assert notices(node.office) == []
    done = erase(node.office, AN, by=OFFICER, reason=WHY)
    (notice,) = notices(node.office, waiting_only=True)
    assert (done.waiting, notice.recipient) == (1, OTHER_HOSPITAL.removeprefix("Organization/"))
    assert disagreements(node.log, node.house_key) == []


@pytest.mark.attack
def test_where_it_cannot_be_counted_the_key_stays(node: Node, site: Site) -> None:
    taken_back_and_not_counted(node)
    with apsw.Connection(str(site.folder / "ledger.db")) as ledger:
        ledger.execute("DELETE FROM consent_version WHERE version = 2")
    with pytest.raises(StillToCount):
        erase(node.office, AN, by=OFFICER, reason=WHY)
    assert node.vault.known(AN)
    assert last(node).entry.type != "erasure"


# --- while others go on ---


def test_a_check_beside_honest_work_finds_nothing(site: Site) -> None:
    """Consents, emergencies, withdrawals, erasures in one process; another looks all the time."""
    stop = Event()
    found: list[str] = []
    looks: list[int] = []

    def look() -> None:
        with site.open() as other:
            while not stop.is_set():
                try:
                    require_sound(other)
                except NotSound as wrong:
                    found.append(str(wrong))
                looks.append(1)

    with site.open() as node:
        watcher = Thread(target=look)
        watcher.start()
        try:
            while len(looks) < 100 and not found:
                granted = allow(node)
                put(emergency(node), node.office)
                revoke(node, AN, granted.consent_id, by=f"Patient/{AN}")
                erase(node.office, AN, by=OFFICER, reason=WHY)
        finally:
            stop.set()
            watcher.join()
    assert found == []
