"""What only a security officer may do: everybody else is told which option to name one with, and nothing happens."""

import json
import re
from pathlib import Path

import click
import pytest

from exchange.node.create import Founding
from exchange.wiring import found_node
from tests.cli.typing_in import commands, typed

DOCTOR = "ks-dr-001"
ENTRY = "0197f3a2-7c1e-7000-8000-000000000001"
ASKED: list[tuple[str, ...]] = [
    ("audit", "export", "--format", "csv", "--as", DOCTOR),
    ("ledger", "evidence", "{entry}", "--open", "--by", DOCTOR),
    ("notice", "answer", ENTRY, "--done", "deleted", "--by", DOCTOR),
    ("patient", "erase", "ks-pt-0001", "--reason", "-", "--by", DOCTOR),
    ("pseudonym", "reveal", "0" * 32, "--project", "p-1", "--reason", "-", "--by", DOCTOR),
    ("research", "approve", "p-1", "--approval", "IRB-1", "--until", "2027-06-30", "--by", DOCTOR),
    ("review", "decide", ENTRY, "--finding", "justified", "--note", "-", "--by", DOCTOR),
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("officers") / "node"
    found_node(folder, Founding(region="320583", name="昆山", node_id="", organisation=""))
    return str(folder)


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_hint_names_the_option_this_command_takes(node: str, words: tuple[str, ...], lang: str) -> None:
    (entry, *_) = json.loads(typed("--node", node, "audit", "search", "--json").stdout)
    done = typed("--node", node, "--lang", lang, *(word.format(entry=entry["id"]) for word in words))
    (hint,) = (line for line in done.stderr.splitlines() if "security-officer" in line)
    (option,) = re.findall("--[a-z]+", hint)
    assert (done.exit_code, done.stdout) == (3, "")
    assert words[words.index(DOCTOR) - 1] == option
    assert option in _options(words[:2])


def _options(path: tuple[str, ...]) -> list[str]:
    (command,) = (found for names, found, _ in commands() if names == path)
    return [name for option in command.params if isinstance(option, click.Option) for name in option.opts]


@pytest.mark.parametrize(
    ("limit", "shown", "note"),
    [
        ("2", slice(-2, None), "the newest 2 only; --limit 0 shows all"),
        ("0", slice(None), None),
        ("999", slice(None), None),
    ],
)
def test_a_search_shows_the_newest_and_says_where_there_are_more(
    node: str, limit: str, shown: slice, note: str | None
) -> None:
    every = [one["id"] for one in json.loads(typed("--node", node, "audit", "search", "--json").stdout)]
    done = typed("--node", node, "audit", "search", "--json", "--limit", limit)
    assert len(every) > 2
    assert every == sorted(every)
    assert [one["id"] for one in json.loads(done.stdout)] == every[shown]
    assert done.stderr == (f"hutong: {note}\n" if note else "")


def test_a_search_that_shows_as_many_as_there_are_speaks_of_no_more(node: str) -> None:
    every = json.loads(typed("--node", node, "audit", "search", "--json").stdout)
    done = typed("--node", node, "audit", "search", "--json", "--limit", str(len(every)))
    assert (json.loads(done.stdout), done.stderr) == (every, "")
