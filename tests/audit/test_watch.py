"""The ledger is watched as it grows: what comes is shown, also what other processes wrote, and nothing else."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.audit import Filter
from exchange.audit.following import follow
from exchange.node.node import Node
from tests.cli.typing_in import BARE, hear_ctrl_c, typed
from tests.exchange.nodes import Site, allow, last, put, question


class _Enough(Exception):
    """Nothing more is waited for."""


def watched(node: Node, wanted: Filter, *meanwhile: Callable[[], object]) -> list[str]:
    """The ids that are shown while one thing after the other happens."""
    steps, shown = iter(meanwhile), list[str]()

    def wait() -> None:
        step = next(steps, None)
        if step is None:
            raise _Enough
        step()

    with suppress(_Enough):
        shown.extend(one.id for one in follow(node, wanted, wait))
    return shown


def test_what_comes_is_shown_once_and_what_was_there_is_not(node: Node) -> None:
    put(question(node), node.office)
    said: list[str] = []

    def ask() -> None:
        put(question(node), node.office)
        said.append(last(node).id)

    assert watched(node, Filter(decision="deny"), ask, lambda: None, ask) == said
    assert len(said) == 2


def test_only_what_meets_every_condition_is_shown(node: Node) -> None:
    def ask() -> None:
        put(question(node), node.office)

    assert watched(node, Filter(decision="permit"), ask) == []
    assert len(watched(node, Filter(type="consent"), ask, lambda: allow(node))) == 1


def test_from_an_hour_ago_the_earlier_come_first(node: Node, site: Site) -> None:
    put(question(node), node.office)
    earlier = last(node).id
    site.clock.pass_by(timedelta(hours=2))
    since = site.clock() - timedelta(hours=1)

    def ask() -> None:
        put(question(node), node.office)

    assert watched(node, Filter(decision="deny", since=since), ask) == [last(node).id]
    assert earlier in watched(node, Filter(decision="deny", since=since - timedelta(hours=2)))


def test_from_tomorrow_nothing_of_today_is_shown(node: Node, site: Site) -> None:
    tomorrow = site.clock() + timedelta(days=1)

    def ask() -> None:
        put(question(node), node.office)

    assert watched(node, Filter(since=tomorrow), ask, ask) == []
    just_before = tomorrow - site.clock() - timedelta(microseconds=1)
    shown = watched(
        node,
        Filter(since=tomorrow, decision="deny"),
        lambda: site.clock.pass_by(just_before),
        ask,
        lambda: site.clock.pass_by(timedelta(microseconds=1)),
        ask,
    )
    assert shown == [last(node).id]


@contextmanager
def watching(node: Path, *words: str) -> "Iterator[subprocess.Popen[str]]":
    """`hutong audit watch` in a process of its own, stopped at the end whatever happens."""
    command = [sys.executable, "-c", "from cli.app import run; run()", "--node", str(node), "audit", "watch"]
    with subprocess.Popen(
        [*command, "--every", "0.05", *words],
        env=BARE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - no thread runs here
    ) as process:
        try:
            assert process.stderr is not None
            assert "watching" in process.stderr.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("form", ["json", "words"])
def test_as_it_is_typed_entries_of_another_process_are_shown_until_ctrl_c(tmp_path: Path, form: str) -> None:
    node = tmp_path / "kunshan"
    assert typed("init", str(node), "--region", "320583", "--name", "昆山").exit_code == 0
    with watching(node, *(["--json"] if form == "json" else [])) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        export = ["audit", "export", "--format", "csv", "--as", "ks-so-001", "-o", str(tmp_path / "a.csv")]
        assert typed("--node", str(node), *export).exit_code == 0
        first, second = process.stdout.readline(), process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == "hutong: stopped\n"
    if form == "json":
        entries = [json.loads(line)["entry"]["entry"] for line in (first, second)]
        assert [(one["subtype"], one["phase"]) for one in entries] == [
            ("export", "intent"),
            ("export", "outcome"),
        ]
    else:
        assert all("export" in line.lower() for line in (first, second))
        assert "ks-so-001" not in first + second
