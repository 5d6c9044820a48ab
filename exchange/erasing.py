"""Erase a patient: an entry says so, durably, and then the key is destroyed (PIPL article 47).

The entry names the pseudonym, so that a key that is gone without one is missed. After a crash between the two, or where
an old vault was put back, the next opening of the node destroys the key.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import apsw

from consent import PatientKey
from exchange.elsewhere import names_of
from exchange.errors import ExchangeError, UnknownPatient
from exchange.instants import to_us
from exchange.path.office import Office
from exchange.withdrawal.outgoing import notices
from exchange.withdrawal.withdrawing import count_recipients
from ledger import Draft, Entry, Log, Recorded
from ledger.errors import LedgerError, NoSuchEntry

SCHEMA = """
CREATE TABLE IF NOT EXISTS erasure(
  entry TEXT PRIMARY KEY,        -- id of the erasure's entry
  patient TEXT NOT NULL          -- pseudonym whose key is destroyed
) STRICT, WITHOUT ROWID;
"""
# What is true of every erasure, and whoever asks for one should hear: (en, zh).
REMAINS: tuple[tuple[str, str], ...] = (
    (
        "with the key went all consents and refusals: the patient counts as one who never said anything",
        "同意和拒绝随密钥一并消失：该患者此后视为从未表态",
    ),
    (
        "the records are not erased: they belong to the hospitals that keep them",
        "档案本身未被删除：它们属于保管档案的医院",
    ),
    (
        "a backup of vault.db still holds the key: destroy those older than this entry",
        "vault.db 的备份中仍有该密钥：请销毁早于本条目的备份",
    ),
    (
        "whoever received data before keeps it; notices of what was taken back are still delivered",
        "此前已收到数据的各方仍持有数据；收回同意的通知仍会送达",
    ),
    (
        "an entry of what the patient did in person bears a name that this node can make again from the patient's id",
        "患者本人操作的条目带有操作者假名，本节点仍可由患者编号重新算出",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """`entries` say so, one for each key the patient had; `kept` entries about the patient stay in the ledger.

    `waiting` recipients are still to be told of something that was taken back before.
    """

    entries: tuple[Recorded, ...]
    kept: int
    waiting: int


class NothingToErase(ExchangeError):
    """The patient has no key, so nothing is kept sealed about them."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "this patient has no key here: nothing about them is kept sealed, or it was erased before",
            "该患者在此没有密钥：没有为其密封保存任何内容，或此前已销毁",
            hint="was the patient asked for elsewhere under a number? then the key goes by that number",
            hint_zh="如曾以证件号码向外地查询过该患者，请按该号码销毁",
        )


class StillToCount(ExchangeError):
    """Who received what the patient took back is not known yet; without the key nobody could find out."""

    exit_code = 5

    def __init__(self) -> None:
        super().__init__(
            "who received what this patient took back is still to be counted; the key was kept",
            "该患者收回的数据曾交给谁尚未清点完毕；密钥予以保留",
            hint="try again; if it stays like this, hutong status says what is wrong",
            hint_zh="请重试；若仍如此，请用 hutong status 查看原因",
        )


def erase(office: Office, patient_text: str, *, by: str, reason: str, holders: Sequence[str] = ()) -> Erased:
    """Destroy what opens everything sealed about the patient. There is no way back.

    `holders` are the nodes that may have been asked about them by these words.

    `by` is an id of the registry, `reason` is kept sealed under the node's key: both outlive the erasure. Raises
    NothingToErase, StillToCount, CannotAppend: then nothing was destroyed. CannotWrite: it is as soon as it can be.
    """
    keys = _keys_of(office, patient_text, holders)
    if not keys:
        raise NothingToErase
    return erase_keys(office, keys, by=by, reason=reason)


def erase_keys(office: Office, keys: Sequence[PatientKey], *, by: str, reason: str) -> Erased:
    """The same for keys that were found. Raises StillToCount, CannotAppend: then nothing was destroyed."""
    # Afterwards nobody could tell any more whom the notices of a withdrawal are for.
    count_recipients(office)
    written = office.log.append_many([_draft(office, one.pseudonym, by, reason) for one in keys])
    for erasure in written:
        office.vault.destroy(erasure)
    return Erased(
        entries=tuple(written),
        kept=sum(erasure.sequence for erasure in written),
        waiting=sum(len(notices(office, waiting_only=True, patient=one.pseudonym)) for one in keys),
    )


def erased(log: Log) -> frozenset[str]:
    """The pseudonyms of the patients that were erased."""
    return frozenset(patient for _, patient in _rows(log))


def unfinished(office: Office) -> Iterator[Recorded]:
    """Erasures whose key is still there. Raises what vault and ledger raise."""
    for entry, patient in _rows(office.log):
        if office.vault.key_behind(patient) is not None:
            # A row that somebody put there must not cost a patient their key.
            with suppress(NoSuchEntry):
                found = office.log.find(entry)
                if (found.entry.type, found.entry.patient) == ("erasure", patient):
                    yield found


def finish(office: Office) -> None:
    """Destroy the keys that should be gone. Where that cannot be done now, hutong status says so."""
    with suppress(ExchangeError, LedgerError):
        for erasure in list(unfinished(office)):
            office.vault.destroy(erasure)


def _keys_of(office: Office, text: str, holders: Sequence[str]) -> list[PatientKey]:
    """The patient's keys: by the id of our records, and by the words they were asked for elsewhere."""
    names = list(names_of(text, holders))
    with suppress(UnknownPatient):
        ours = office.records.patient(text)
        # Under an id of ours another region may know somebody else; a number is everywhere the same person's.
        names = [ours] if ours == text else [ours, *names]
    found = (office.vault.known(name) for name in dict.fromkeys(names))
    return [one for one in found if one is not None]


def _draft(office: Office, patient: str, by: str, reason: str) -> Draft:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        if db.execute("SELECT count(*) FROM uncounted WHERE patient = ?", (patient,)).get:
            raise StillToCount
        db.execute("INSERT INTO erasure VALUES (?, ?)", (recorded.id, patient))

    entry = Entry(
        type="erasure",
        subtype="destroy-key",
        action="D",
        outcome="0",
        region=office.desk.region,
        node=office.desk.node,
        source="vault",
        actor=office.desk.actor_named(by),
        patient=patient,
        claimed_us=to_us(office.clock()),
    )
    # Under the node's key: why a key was destroyed must be told when it is gone.
    return office.desk.draft(entry, {"by": by, "reason": reason}, key=office.house_key, change=change)


def _rows(log: Log) -> list[tuple[str, str]]:
    with log.reading() as db:
        if not db.table_exists(None, "erasure"):
            return []  # a ledger of an older program, on a disk where nothing can be added
        return [(str(entry), str(patient)) for entry, patient in db.execute("SELECT * FROM erasure")]
