"""The rules that are meant where no bundle is named: the node's, or without a node those of the program."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.terminal import Terminal

if TYPE_CHECKING:
    from policies import Engine
    from policies.bundle import Bundle


PATIENCE_MS = 500


@contextmanager
def engine_of(terminal: Terminal) -> "Iterator[Engine]":
    """The engine to ask. A node's own is asked as the node asks it, on a server if it has one; nothing is recorded.

    Raises BadSetting, BadKeyFile, PolicyError.
    """
    if _is_node(terminal.node):
        from exchange.policy.rulebook import rules_of

        with rules_of(terminal.node, terminal.environment) as rules:
            yield rules.in_force()
    else:
        from policies.bundle import read_bundle
        from policies.engines import built_in

        cache = _cache(terminal.environment)
        with built_in(read_bundle(), cache=cache, key=b"", deadline_ms=PATIENCE_MS) as engine:
            yield engine


def bundle_of(terminal: Terminal) -> "Bundle":
    """The rules themselves. Raises BadSetting, PolicyError."""
    from policies.bundle import read_bundle

    if not _is_node(terminal.node):
        return read_bundle()
    from exchange.node.layout import Layout
    from exchange.node.settings import read_settings
    from exchange.policy.choosing import chosen_bundle

    settings = read_settings(Layout(terminal.node).settings, terminal.environment)
    return chosen_bundle(settings, terminal.node).bundle


def _is_node(folder: Path) -> bool:
    return (folder / "node.toml").is_file()


def _cache(environment: Mapping[str, str]) -> Path | None:
    """Where this user keeps what can be made again; None where there is no such place. See policies/compiled.py."""
    if named := environment.get("XDG_CACHE_HOME"):
        return Path(named) / "hutong"
    home = environment.get("HOME")
    return Path(home) / ".cache" / "hutong" if home else None
