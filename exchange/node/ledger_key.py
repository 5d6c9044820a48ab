"""The key the ledger signs with: derived from the master secret at first, in a file of its own once it was changed.

A key that is derived can be derived again by whoever has the master secret. One that lay in a file of its own is gone
when the file is: nobody can sign the past anew then, not even the node (docs/adr/0026).
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import apsw

from exchange.errors import CannotWrite
from exchange.node.layout import Layout
from exchange.node.secrets import MasterSecret, read_secret, write_secret
from exchange.node.settings import Settings
from ledger import Signer
from ledger.checkpoint import sync_folder
from ledger.disk import connect_to_read
from ledger.errors import LedgerError
from ledger.keyring import keys_of_file
from ledger.note import SEED_BYTES


def signer_of(layout: Layout, settings: Settings, master: MasterSecret) -> Signer:
    """The signer whose key the ledger names as its own; the newest there is, where the ledger cannot say.

    Raises BadKeyFile.
    """
    origin = f"hutong.{settings['node.region']}/{settings['node.id']}"
    known = [first_signer(origin, master)]
    known += [Signer(origin, read_secret(path)) for path in later_keys(layout)]
    if len(known) == 1:
        return known[0]
    named = named_in(layout.ledger)
    return next((one for one in known if one.verifier_key == named), known[-1])


def first_signer(origin: str, master: MasterSecret) -> Signer:
    """The signer a ledger begins with."""
    return Signer(origin, master.for_use("ledger signer"))


def later_keys(layout: Layout) -> list[Path]:
    """The files of the keys after the first, oldest first."""
    found = {path: path.stem.removeprefix("ledger-") for path in layout.keys.glob("ledger-*.key")}
    return sorted(
        (path for path, digits in found.items() if digits.isdecimal()), key=lambda path: int(found[path])
    )


def not_in_force(layout: Layout, signer: Signer) -> list[Path]:
    """Files of other keys than `signer`'s, as a crash or a failing disk leaves them. Raises BadKeyFile."""
    return [
        path
        for path in later_keys(layout)
        if Signer(signer.origin, read_secret(path)).verifier_key != signer.verifier_key
    ]


def write_next(layout: Layout, origin: str, entropy: Callable[[int], bytes]) -> tuple[Path, Signer]:
    """A new key in the next file of its own, on disk when this returns. Raises CannotWrite."""
    numbers = [int(path.stem.removeprefix("ledger-")) for path in later_keys(layout)]
    path, seed = layout.keys / f"ledger-{max(numbers, default=1) + 1}.key", entropy(SEED_BYTES)
    try:
        write_secret(path, seed)
        sync_folder(layout.keys)
    except OSError as error:
        raise CannotWrite(f"keys/{path.name}", error.strerror or type(error).__name__) from error
    return path, Signer(origin, seed)


def destroy_all_but(layout: Layout, kept: Path) -> list[Path]:
    """Delete the files of the other keys after the first; those that may still be on the disk."""
    others, left = [path for path in later_keys(layout) if path != kept], list[Path]()
    for path in others:
        try:
            path.unlink()
        except OSError:
            left.append(path)
    try:
        sync_folder(layout.keys)
    except OSError:
        return others
    return left


def earlier_key(copy: Path, live: Path | None, vkey: str) -> str | None:
    """The key of the copy's ledger, where the node's own ledger shows that it handed over since."""
    if live is None:
        return None
    named = named_in(copy)
    return named if named != vkey and named in keys_of_file(live, vkey) else None


def named_in(ledger: Path) -> str:
    """The verifier key a ledger's file names as its own, "" where it cannot say; nothing is compared."""
    with suppress(LedgerError, apsw.Error):
        db = connect_to_read(ledger)
        try:
            return str(db.execute("SELECT verifier_key FROM identity").get)
        finally:
            db.close()
    return ""
