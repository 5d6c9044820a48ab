"""Keep the lines that could not be taken, so that nothing handed in is lost.

One JSON object a line: file, line, entry, reason (English and Chinese) and the line itself as `raw`, or
`raw_base64` where it is not UTF-8. The file holds patients' data: only its owner can read it.
"""

import base64
import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

import orjson

from exchange.records.database import explained, sync_folder
from exchange.records.problems import Problem


class Rejects:
    """A reject file in `folder`, made when the first line goes into it; `path` is None until then."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        self._stem = f"rejected-{now:%Y%m%dT%H%M%S}"
        self._file: BinaryIO | None = None
        self.path: Path | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            with explained(self._folder.name):
                self._file.close()

    def add(self, problem: Problem) -> None:
        """Write `problem` down. Raises StoreNotWritable."""
        with explained(self._folder.name):
            if self._file is None:
                self._file = self._create()
            self._file.write(orjson.dumps(_as_json(problem), option=orjson.OPT_APPEND_NEWLINE))
        self.count += 1

    def sync(self) -> None:
        """Return when everything added is on the disk."""
        if self._file:
            with explained(self._folder.name):
                self._file.flush()
                os.fsync(self._file.fileno())

    def _create(self) -> BinaryIO:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, 1_000_000):
            path = self._folder / f"{self._stem}{f'-{number}' if number > 1 else ''}.ndjson"
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                continue
            sync_folder(self._folder)
            self.path = path
            return os.fdopen(descriptor, "wb")
        raise FileExistsError(self._stem)


def _as_json(problem: Problem) -> dict[str, object]:
    place = problem.place
    line: dict[str, object] = {
        "file": place.file,
        "line": place.line or None,
        "entry": place.entry or None,
    }
    line |= {"reason": problem.en, "reason_zh": problem.zh}
    if problem.raw:
        try:
            line["raw"] = problem.raw.decode()
        except UnicodeDecodeError:
            line["raw_base64"] = base64.b64encode(problem.raw).decode()
    return line
