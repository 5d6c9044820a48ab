"""The two ways to ask a bundle, ready to be used and closed again: inside this process, or on an OPA server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from policies.bundle import Bundle
from policies.decision import Engine, Reason
from policies.recognition import Asked


class AnyEngine(Engine, Asked, Protocol):
    """Either of the two: decides, and answers at the other entrypoints of its rules."""


@contextmanager
def built_in(bundle: Bundle, *, cache: Path | None, key: bytes, deadline_ms: int) -> Iterator[AnyEngine]:
    """The built-in engine with these rules, checked. Raises PolicyUnusable."""
    from policies.wasm import load

    with closing(load(cache, deadline_ms, key, bundle=bundle)) as engine:
        yield engine


@contextmanager
def opa_server(
    digest: str, url: str, *, ca_file: Path | None, token_file: Path | None, deadline_ms: int
) -> Iterator[AnyEngine]:
    """The engine on an OPA server that must have the revision `digest`. Raises TrustUnusable; asks nothing yet."""
    from policies.server import ServerEngine

    with closing(
        ServerEngine(digest, url, ca_file=ca_file, token_file=token_file, deadline_ms=deadline_ms)
    ) as engine:
        yield engine


def server_state(
    digest: str, url: str, *, ca_file: Path | None, token_file: Path | None, deadline_ms: int
) -> tuple[Reason | None, tuple[str, ...]]:
    """Why an OPA server must not be asked now (None: it may), and the revisions it says it has.

    Raises TrustUnusable.
    """
    from policies.server import ServerEngine

    with closing(
        ServerEngine(digest, url, ca_file=ca_file, token_file=token_file, deadline_ms=deadline_ms)
    ) as engine:
        return engine.unready(), engine.revisions()
