"""Do the tables beside the log say the same as the log? Somebody with the file, but not the keys, may have changed one.

Every consent version, review, notice, project, erasure and health code must have come with an entry, and every such
entry must have left its row. A revocation that was deleted from the table is found here, although no byte of the log
was touched.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import apsw

from exchange.evidence.account import CODES, CodeAccount
from exchange.panels import looks_along
from exchange.path.duties import hours
from exchange.policy.ground import digest_of
from exchange.withdrawal.account import INCOMING, JOBS, OUTGOING, UNCOUNTED, Account
from ledger import Log, Recorded
from ledger.errors import CannotOpen
from ledger.sealing import unseal

# A table as rows by their key, and what the log says must be in it.
Rows = Mapping[str, tuple[Any, ...]]
MICROSECOND = timedelta(microseconds=1)
REVIEW = "review:"
NOTICE = "notify-patient"
BROUGHT = "brought"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A row and the log that do not fit. `entry` is the id of the entry concerned, or of the project."""

    entry: str
    en: str
    zh: str


def disagreements(log: Log, house_key: bytes) -> list[Disagreement]:
    """All of them; the log itself is taken to be verified. `house_key` opens what projects were approved."""
    told, heard = _Told(), 0
    for one in log.scan():
        told.hear(one, house_key)
        heard = one.index + 1
    with log.reading() as db:
        # Tables and log as they are at one moment: what was written meanwhile is heard in the same snapshot. It is held
        # for that alone, however long the log is.
        for one in log.scan(heard):
            told.hear(one, house_key)
        # Not in a ledger of an older program on a disk where nothing can be added; never needed to be right.
        on_file = _rows(db, ON_FILE) if db.table_exists(None, "consent_on_file") else {}
        erasures = _beside(db, ERASURES)
        return [
            *_compared(_rows(db, CONSENTS), told.consents, "a consent version", "一个同意版本"),
            *_compared(on_file, told.on_file(on_file), "what is on file of a patient", "一位患者的在档同意"),
            *_compared(_rows(db, REVIEWS), told.reviews, "the review of an access", "一项调阅复核"),
            *_compared(_beside(db, SIGNED), told.signed, "the signature of a review", "一次复核签核"),
            *_compared(_beside(db, TAKEN), told.taken, "what was taken on for review", "一项列入复核的情形"),
            *_compared(_beside(db, WATCHED), told.watched, "a watched patient", "一名重点关注患者"),
            *_compared(_rows(db, NOTICES), told.notices, "a notice to a patient", "一条患者通知"),
            *_compared(_rows(db, PROJECTS), told.projects, "a research project", "一个研究项目"),
            *_compared(_rows(db, POLICIES), told.policies, "the adoption of a policy", "一次策略启用"),
            *_compared(_rows(db, REMINDERS), told.reminders, "a reminder", "一条提醒"),
            *_compared(erasures, told.erasures, "the erasure of a patient", "一次患者密钥销毁"),
            *_compared(_rows(db, CODES), told.codes.rows(ANY), "a health code", "一个健康码"),
            *_compared(
                _rows(db, OUTGOING), told.withdrawals.outgoing(), "a notice of a withdrawal", "一条收回通知"
            ),
            *_compared(
                _rows(db, INCOMING), told.withdrawals.incoming(), "a notice of another node", "一条外来通知"
            ),
            *_compared(
                _rows(db, UNCOUNTED), told.withdrawals.uncounted, "the count of recipients", "一次接收方清点"
            ),
            *_compared(_rows(db, JOBS), told.withdrawals.waiting(), "a waiting extract", "一项排队的提取"),
        ]


ON_FILE = "SELECT entry, patient FROM consent_on_file"
CONSENTS = "SELECT entry, patient, known_us, commitment FROM consent_version"
REVIEWS = "SELECT entry, opened_us, due_us, closed_us, finding FROM review"
SIGNED = "SELECT review, signed_us FROM review_signed"
TAKEN = "SELECT review, finding FROM review_taken"
WATCHED = "SELECT mark, entry, since_us FROM watched"
NOTICES = "SELECT entry, made_us, delivered_us FROM notice"
REMINDERS = "SELECT entry, patient, mark, told_us FROM reminder"
ERASURES = "SELECT entry, patient FROM erasure"
POLICIES = "SELECT entry, digest, ground FROM policy_adopted"
PROJECTS = (
    "SELECT id, CAST(protocol AS TEXT), registered_us, approved_us, approval, approved_until FROM project"
)


@dataclass(slots=True)
class _Told:
    """What the log says must stand in the tables: None where it does not settle a column."""

    consents: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    reviews: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    signed: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    taken: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    watched: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    notices: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    projects: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    policies: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    reminders: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    erasures: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    codes: CodeAccount = field(default_factory=CodeAccount)
    withdrawals: Account = field(default_factory=Account)
    before: Recorded | None = None

    def hear(self, one: Recorded, house_key: bytes) -> None:
        entry = one.entry
        self.withdrawals.hear(one, house_key)
        self.codes.hear(one)
        match entry.type, entry.subtype:
            case "consent", subtype:
                # One that another machine of the region took counts from when it did there.
                known_us = entry.claimed_us if subtype == BROUGHT else one.time_us
                self.consents[one.id] = (entry.patient, known_us, *entry.consents)
            case "access", "disclose" if entry.phase == "intent":
                self._duties(one)
            case "erasure", _:
                self.erasures[one.id] = (entry.patient,)
            case "review", step:
                self._reviewed(one, step)
            case "watchlist", step:
                self._listed(one, step)
            case "notice" | "reminder", step:
                self._noticed(one, step)
            case "policy", "adopt":
                self.policies[one.id] = (entry.policy, digest_of(_opened(one, house_key).get("ground")))
            case "research", step:
                self._researched(one, step, house_key)

    def _listed(self, one: Recorded, step: str) -> None:
        if step == "add":
            self.watched[one.entry.reason] = (one.id, one.time_us)
        else:
            self.watched.pop(one.entry.reason, None)

    def _noticed(self, one: Recorded, step: str) -> None:
        entry = one.entry
        if entry.type == "reminder":
            self.reminders[one.id] = (entry.patient, entry.reason, one.time_us)
        if entry.type == "reminder" or step == "misuse":
            self.notices[one.id] = (one.time_us, None)
        elif step == "delivered":
            made, *_ = self.notices.get(entry.intent, (ANY,))
            self.notices[entry.intent] = (made, one.time_us)

    def _researched(self, one: Recorded, step: str, house_key: bytes) -> None:
        if step == "register":
            self._registered(one, _opened(one, house_key))
        elif step == "approve":
            self._approved(one, _opened(one, house_key))

    def _reviewed(self, one: Recorded, step: str) -> None:
        entry = one.entry
        opened, due, *_ = self.reviews.get(entry.intent, (ANY, ANY))
        match step:
            case "take":
                self.taken[one.id] = (entry.reason,)
                self._duties(one)
            case "close":
                self.reviews[entry.intent] = (opened, due, one.time_us, entry.why)
            case "return":
                self.reviews[entry.intent] = (opened, due, None, None)
            case "sign-off":
                self.signed[entry.intent] = (one.time_us,)

    def on_file(self, rows: Rows) -> Rows:
        """Each of the rows must be of its patient's newest entry. Where there is none, none is missed."""
        newest = {told[0]: entry for entry, told in self.consents.items()}
        return {
            entry: (told[0],) if newest[told[0]] == entry else ()
            for entry, told in self.consents.items()
            if entry in rows
        }

    def _duties(self, one: Recorded) -> None:
        before, self.before = self.before, one
        if before is not None and looks_along(one, before):
            return
        obligations, spooled = one.entry.obligations, one.entry.source == "spool"
        within = [code.removeprefix(REVIEW) for code in obligations if code.startswith(REVIEW)]
        if within or spooled or one.entry.break_glass:
            # A spooled access is due from when it reached the ledger, by the setting of that day.
            due = ANY if spooled or not within else one.time_us + min(map(hours, within)) // MICROSECOND
            self.reviews[one.id] = (one.time_us, due, None, None)
        if NOTICE in obligations or spooled:
            self.notices[one.id] = (one.time_us, None)

    def _registered(self, one: Recorded, told: Mapping[str, Any]) -> None:
        self.projects[str(told.get("project"))] = (told.get("protocol"), one.time_us, None, None, None)

    def _approved(self, one: Recorded, told: Mapping[str, Any]) -> None:
        name = str(told.get("project"))
        protocol, registered, *_ = self.projects.get(name, (ANY, ANY))
        approval = (told.get("approval"), told.get("until"))
        self.projects[name] = (protocol, registered, one.time_us, *approval)


class _Any:
    """Equal to everything: what the log leaves open."""

    def __eq__(self, _: object) -> bool:
        return True

    __hash__ = object.__hash__


ANY = _Any()


def _opened(one: Recorded, house_key: bytes) -> Mapping[str, Any]:
    try:
        return unseal(one.sealed, key=house_key)
    except CannotOpen:
        return {}


def _rows(db: apsw.Connection, sql: str) -> Rows:
    found: dict[str, tuple[Any, ...]] = {}
    for name, *row in db.execute(sql):
        # Two rows for one entry: neither can be what it says.
        found[str(name)] = () if str(name) in found else tuple(row)
    return found


def _beside(db: apsw.Connection, sql: str) -> Rows:
    """The same of a table that a ledger of an older program has not, on a disk where nothing can be added."""
    return _rows(db, sql) if db.table_exists(None, sql.rpartition(" FROM ")[2]) else {}


def _compared(rows: Rows, told: Rows, en: str, zh: str) -> Iterator[Disagreement]:
    """Every row that is missing, every one nobody wrote, every one that says something else."""
    says: tuple[tuple[Callable[[str], bool], str, str], ...] = (
        (lambda name: name not in rows, "is missing", "缺失"),
        (lambda name: name not in told, "has no entry in the log", "在账本中没有条目"),
        (lambda name: rows[name] != told[name], "is not as the log says", "与账本不符"),
    )
    for name in sorted(rows.keys() | told.keys()):
        for holds, what, zh_what in says:
            if holds(name):
                yield Disagreement(name, f"{en} {what}: {name}", f"{zh}{zh_what}：{name}")
                break
