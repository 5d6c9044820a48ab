"""Asking for help, or for nothing much, does not wait for what is heavy."""

import subprocess
import sys

import pytest

from tests.cli.typing_in import BARE

# Each of these takes longer to load than the whole help page.
HEAVY = (
    "apsw",
    "cryptography",
    "duckdb",
    "fastapi",
    "fhir",
    "httpx",
    "msgspec",
    "nacl",
    "opapywasm",
    "orjson",
    "presidio_analyzer",
    "pydantic",
    "rich",
    "spacy",
    "uvicorn",
    "wasmtime",
)
ROOMS = ("ledger", "consent", "deid", "policies", "exchange")
_LOADED = """
import sys
from cli.app import run
try:
    run()
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--lang", "zh", "--help"], ["consent", "grant", "--help"], ["--version"], ["nonsense"]],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(words: list[str]) -> None:
    command = [sys.executable, "-c", _LOADED, *words]
    ran = subprocess.run(command, env=BARE, capture_output=True, text=True, timeout=60, check=False)
    loaded = {name.partition(".")[0] for name in ran.stderr.splitlines()[-1].split()}
    assert loaded & {*HEAVY, *ROOMS} == set()


def test_only_the_noun_that_is_used_is_read() -> None:
    command = [sys.executable, "-c", _LOADED, "ledger", "--help"]
    ran = subprocess.run(command, env=BARE, capture_output=True, text=True, timeout=60, check=False)
    loaded = {name for name in ran.stderr.split() if name.startswith("cli.commands.")}
    assert {name.split(".")[2] for name in loaded} == {"ledger"}
