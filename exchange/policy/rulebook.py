"""Start the engines of a node when they are first asked: the one in force, and those that decided before."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from exchange.node.layout import Layout
from exchange.node.secrets import MASTER, MasterSecret, read_secret
from exchange.node.settings import Settings, read_settings
from exchange.policy.choosing import Chosen, chosen_bundle, chosen_server
from exchange.policy.keeping import kept
from policies.bundle import Bundle
from policies.engines import AnyEngine, built_in, opa_server

# Nobody waits at a counter for a decision to be made again.
PATIENCE_MS = 10_000


@contextmanager
def rules_of(folder: Path, environment: Mapping[str, str]) -> Iterator["Rulebook"]:
    """The rules of the node in `folder`, without opening its stores: to ask, not to release.

    Raises NotANode, BadSetting, BadKeyFile.
    """
    layout = Layout(folder).require()
    settings = read_settings(layout.settings, environment)
    master = MasterSecret(read_secret(layout.keys / MASTER))
    with ExitStack() as stack:
        yield Rulebook(layout, settings, master, stack)


class Rulebook:
    """The rules of one node. Engines are closed with `stack`. Safe to use from several threads."""

    def __init__(self, layout: Layout, settings: Settings, master: MasterSecret, stack: ExitStack) -> None:
        self._root = layout.root
        self._settings = settings
        self._kept = layout.policies
        self._cache = layout.cache
        self._key = master.for_use("policy cache")
        self._stack = stack
        self._lock = threading.Lock()
        self._past: dict[str, AnyEngine | None] = {}
        self._now: AnyEngine | None = None

    @property
    def engine(self) -> str:
        """Which of the two engines is asked: "built-in" or "opa-server"."""
        return str(self._settings["policy.engine"])

    @cached_property
    def chosen(self) -> Chosen:
        """The rules in force. Raises BadSetting, PolicyError."""
        return chosen_bundle(self._settings, self._root)

    def in_force(self) -> AnyEngine:
        """The engine that decides now. Raises BadSetting, PolicyError; a server that is down only refuses."""
        with self._lock:
            if self._now is None:
                self._now = self._start()
            return self._now

    def as_of(self, digest: str) -> AnyEngine | None:
        """The built-in engine with the rules of this revision; None where they were never used here, or are gone."""
        with self._lock:
            if digest not in self._past:
                bundle = kept(self._kept, digest) or self._chosen_as(digest)
                self._past[digest] = None if bundle is None else self._built_in(bundle, PATIENCE_MS)
            return self._past[digest]

    def _start(self) -> AnyEngine:
        deadline_ms: int = self._settings["policy.deadline_ms"]
        server = chosen_server(self._settings, self._root)
        if server is None:
            return self._built_in(self.chosen.bundle, deadline_ms)
        return self._stack.enter_context(
            opa_server(
                self.chosen.bundle.digest,
                server.url,
                ca_file=server.ca_file,
                token_file=server.token_file,
                deadline_ms=deadline_ms,
            )
        )

    def _chosen_as(self, digest: str) -> Bundle | None:
        """The rules in force, if they are these: an emergency may have been decided by them before they were kept."""
        bundle = self.chosen.bundle
        return bundle if bundle.digest == digest else None

    def _built_in(self, bundle: Bundle, deadline_ms: int) -> AnyEngine:
        return self._stack.enter_context(
            built_in(bundle, cache=self._cache, key=self._key, deadline_ms=deadline_ms)
        )
