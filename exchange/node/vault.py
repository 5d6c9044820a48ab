"""The vault: one secret key a patient, and nothing else.

What the ledger and the consent registry hold about a patient can be opened only with that patient's
key. Destroying the key is erasure (PIPL article 47): every proof still verifies, nobody can read it.
Keys are wrapped (AES-256-GCM) under the node's master secret; a stolen vault.db alone opens nothing.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent import PatientKey
from exchange.errors import BadKeyFile, CannotWrite, ExchangeError, WrongNodeKey
from exchange.node.secrets import KEY_BYTES, MasterSecret
from ledger import Recorded
from ledger.sealing import pseudonym

Entropy = Callable[[int], bytes]
NONCE_BYTES = 12

SCHEMA = """
CREATE TABLE IF NOT EXISTS patient_key(
  lookup BLOB PRIMARY KEY,      -- HMAC of the patient's id: the vault does not say whose key it is
  pseudonym TEXT UNIQUE NOT NULL,
  wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased(
  lookup BLOB PRIMARY KEY       -- of a patient whose key was destroyed
) STRICT, WITHOUT ROWID;
"""
_FOUND = "SELECT lookup, pseudonym, wrapped FROM patient_key"
_BY_LOOKUP, _BY_PSEUDONYM = f"{_FOUND} WHERE lookup = ?", f"{_FOUND} WHERE pseudonym = ?"
# Of many patients: `asked` is a JSON array of hexadecimal lookups, or of pseudonyms.
_OF_EACH = "FROM json_each(?) AS asked CROSS JOIN patient_key"
_BY_LOOKUPS = f"SELECT lookup, pseudonym, wrapped {_OF_EACH} ON lookup = unhex(asked.value)"
_BY_PSEUDONYMS = f"SELECT lookup, pseudonym, wrapped {_OF_EACH} ON pseudonym = asked.value"
_Row = tuple[bytes, str, bytes]


class Vault:
    """Finds, makes and destroys patients' keys. One row a patient.

    Everything raises BadKeyFile where the file is missing or damaged, CannotWrite where it cannot be written,
    WrongNodeKey where it is not this node's or was changed.
    """

    def __init__(self, path: Path, master: MasterSecret, entropy: Entropy) -> None:
        self._path = path
        self._lookup_key = master.for_use("vault lookup")
        self._wrap = AESGCM(master.for_use("vault wrap"))
        self._entropy = entropy
        if not path.exists():
            raise BadKeyFile(path.name, "is missing", "不存在")
        with self._explained():
            self._db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
            self._db.set_busy_timeout(5000)
            # secure_delete: a destroyed key is overwritten, not only unlinked.
            for setting in ("secure_delete=ON", "synchronous=FULL", "journal_mode=DELETE"):
                self._db.execute(f"PRAGMA {setting}").fetchall()

    @classmethod
    def create(cls, path: Path, master: MasterSecret, entropy: Entropy) -> "Vault":
        """Make an empty vault that only its owner can read."""
        path.touch(mode=0o600, exist_ok=False)
        vault = cls(path, master, entropy)
        with vault._explained():
            vault._db.execute(SCHEMA)
        return vault

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def key_of(self, patient: str) -> PatientKey:
        """The key of the patient with this id; made, durably, the first time it is asked for."""
        return self.known(patient) or self._make(self._lookup(patient))

    def prepare(self, patients: Iterable[str]) -> None:
        """Make, in one go, the keys of those who have none and were never erased.

        An emergency on a full disk must not fail because its patient has no key yet.
        """
        with self._explained(), self._db:
            for patient in patients:
                if not self.known(patient) and not self.was_erased(patient):
                    self._insert(self._lookup(patient))

    def known(self, patient: str) -> PatientKey | None:
        """The key of the patient with this id; None where nobody has needed one, or it was destroyed."""
        return self._find(_BY_LOOKUP, self._lookup(patient))

    def key_behind(self, patient_pseudonym: str) -> PatientKey | None:
        """The key behind a pseudonym in the ledger; None when it was destroyed."""
        return self._find(_BY_PSEUDONYM, patient_pseudonym)

    def known_of_each(self, patients: Sequence[str]) -> list[PatientKey | None]:
        """`known` of each of the patients with these ids, in their order, read by one statement."""
        lookups = [self._lookup(one) for one in patients]
        rows = self._rows(_BY_LOOKUPS, [one.hex() for one in lookups])
        keys = {row[0]: self._unwrapped(row) for row in rows}
        return [keys.get(one) for one in lookups]

    def keys_behind_each(self, pseudonyms: Sequence[str]) -> list[PatientKey | None]:
        """`key_behind` of each of the pseudonyms, in their order, read by one statement."""
        keys = {row[1]: self._unwrapped(row) for row in self._rows(_BY_PSEUDONYMS, pseudonyms)}
        return [keys.get(one) for one in pseudonyms]

    def destroy(self, erasure: Recorded) -> bool:
        """Destroy the key of the patient of `erasure`, which is durable. True if there was one. There is no way back.

        A key that is gone without such an entry was lost, or taken away: see exchange/soundness.py.
        """
        with self._explained(), self._db:
            found: _Row | None = self._db.execute(_BY_PSEUDONYM, (erasure.entry.patient,)).get
            if found is None:
                return False
            self._db.execute("DELETE FROM patient_key WHERE lookup = ?", (found[0],))
            self._db.execute("INSERT OR IGNORE INTO erased VALUES (?)", (found[0],))
        return True

    def was_erased(self, patient: str) -> bool:
        """Whether a key of this patient was destroyed: what was sealed under it cannot be opened any more."""
        with self._explained():
            return bool(
                self._db.execute("SELECT count(*) FROM erased WHERE lookup = ?", (self._lookup(patient),)).get
            )

    def count(self) -> int:
        """How many patients have a key."""
        with self._explained():
            number = self._db.execute("SELECT count(*) FROM patient_key").get
        return int(str(number))

    def _lookup(self, patient: str) -> bytes:
        return hmac.digest(self._lookup_key, patient.encode(), hashlib.sha256)

    def _find(self, sql: str, value: bytes | str) -> PatientKey | None:
        try:
            row: _Row | None = self._db.execute(sql, (value,)).get
        except apsw.Error as error:  # `_explained` costs as much as unwrapping the key
            raise self._told(error) from error
        return None if row is None else self._unwrapped(row)

    def _rows(self, sql: str, asked: Sequence[str]) -> list[_Row]:
        with self._explained():
            return list(self._db.execute(sql, (orjson.dumps(asked).decode(),)))

    def _unwrapped(self, row: _Row) -> PatientKey:
        lookup, name, wrapped = row
        try:
            key = self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], lookup)
        except (InvalidTag, ValueError):
            raise WrongNodeKey(self._path.name) from None
        # Under another pseudonym the patient's refusals would not be found.
        if name != _pseudonym(key):
            raise WrongNodeKey(self._path.name)
        return PatientKey(pseudonym=name, key=key)

    def _insert(self, lookup: bytes) -> None:
        key, nonce = self._entropy(KEY_BYTES), self._entropy(NONCE_BYTES)
        wrapped = nonce + self._wrap.encrypt(nonce, key, lookup)
        # OR IGNORE: two processes may meet the same patient at once; the first one's key stands.
        self._db.execute(
            "INSERT OR IGNORE INTO patient_key VALUES (?, ?, ?)", (lookup, _pseudonym(key), wrapped)
        )

    def _make(self, lookup: bytes) -> PatientKey:
        with self._explained():
            self._insert(lookup)
        # Erased again in this very moment: the patient gets a new key, as after any erasure.
        return self._find(_BY_LOOKUP, lookup) or self._make(lookup)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise self._told(error) from error

    def _told(self, error: apsw.Error) -> ExchangeError:
        if isinstance(error, apsw.NotADBError | apsw.CorruptError | apsw.SQLError):
            return BadKeyFile(self._path.name, "is damaged", "已损坏")
        return CannotWrite(self._path.name, type(error).__name__)


def _pseudonym(key: bytes) -> str:
    return pseudonym(key, "patient")
