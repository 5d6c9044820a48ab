"""A bench that cannot measure what it is asked to says so, before it begins."""

import subprocess
import sys


def test_an_empty_ledger_is_not_measured() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledger", "--entries", "0"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--entries must be 1 or more" in done.stderr
