"""Keep every bundle a node has decided by, so that each decision can be made again as long as the ledger stands."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from exchange.errors import CannotWrite
from policies.bundle import Bundle, contents, opened
from policies.errors import PolicyError

_DIGEST = re.compile("sha256:[0-9a-f]{64}")


def file_of(folder: Path, digest: str) -> Path:
    """Where the bundle of this revision lies. `digest` is one, not a path: see `kept`."""
    return folder / f"{digest.removeprefix('sha256:')}.tar.gz"


def keep(folder: Path, bundle: Bundle) -> None:
    """Put the bundle there, whole and durable, unless it is there already. Raises CannotWrite."""
    file = file_of(folder, bundle.digest)
    if kept(folder, bundle.digest) is not None:
        return
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        part, name = tempfile.mkstemp(dir=folder, prefix=f".{file.name}.")
        try:
            with open(part, "wb") as stream:
                stream.write(bundle.packed)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
        _make_durable(folder)
    except OSError as error:
        raise CannotWrite(f"policies/{file.name}", error.strerror or type(error).__name__) from error


def kept(folder: Path, digest: str) -> Bundle | None:
    """The bundle with this revision, worked out again from its files; None where it is gone or was changed."""
    if not _DIGEST.fullmatch(digest):
        return None
    file = file_of(folder, digest)
    try:
        found = opened(contents(file), file.name)
    except PolicyError:
        return None
    return found if found.digest == digest else None


def all_kept(folder: Path) -> Iterator[str]:
    """The revisions of the bundles that are there, unread."""
    return (f"sha256:{file.name.removesuffix('.tar.gz')}" for file in sorted(folder.glob("[0-9a-f]*.tar.gz")))


def _make_durable(folder: Path) -> None:
    for place in (folder, folder.parent):
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
