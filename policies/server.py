"""Ask the rules on an OPA server that has loaded the same bundle, where the built-in engine is outgrown.

It says yes only where the server says yes with the very revision this node expects, in every single answer. A server
that is silent, slow, swapped or strange is a refusal with a reason of its own, and the built-in engine never answers
in its place: an operator who chose a server wants to know that it is gone. See docs/adr/0015.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from policies.answer import ERROR, FAILED, NOT_READY, OTHER_REVISION, UNDEFINED, decision_from, refusal
from policies.bundle import ENTRYPOINT
from policies.canaries import MUST_PERMIT, require_canaries
from policies.decision import Decision, Reason
from policies.errors import PolicyUnusable
from policies.line import Line, NoAnswer
from policies.question import LARGEST_ANSWER, LARGEST_QUESTION, as_json

# `strict-builtin-errors`: a function that fails is an error and not merely a condition that does not hold.
_QUESTION = "/v1/data/{}?provenance=true&strict-builtin-errors=true"
_HEALTH = "/health?bundles&plugins"


class _Loaded(msgspec.Struct, frozen=True):
    revision: str = ""


class _Provenance(msgspec.Struct, frozen=True):
    """Which bundles answered. `revision` is what a server with one unnamed bundle says."""

    bundles: dict[str, _Loaded] = {}
    revision: str = ""

    @property
    def revisions(self) -> list[str]:
        return [*(one.revision for one in self.bundles.values()), *filter(None, (self.revision,))]


class _Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provenance: _Provenance
    result: Any = msgspec.UNSET
    decision_id: str = ""


class ServerEngine:
    """The engine on a server. Safe to use from several threads; `close()` ends the connection.

    The first question, and the first after anything went wrong, is asked only when the server is healthy and both
    canaries were answered as they must.
    """

    def __init__(
        self,
        digest: str,
        url: str,
        *,
        ca_file: Path | None = None,
        token_file: Path | None = None,
        deadline_ms: int,
    ) -> None:
        """`digest` is the revision the server must have. Nothing is sent yet. Raises TrustUnusable."""
        self._line = Line(
            url, ca_file=ca_file, token_file=token_file, deadline_ms=deadline_ms, limit=LARGEST_ANSWER
        )
        self._server = _Server(self._line, digest)
        self._is_ready = False

    @property
    def digest(self) -> str:
        return self._server.digest

    def decide(self, question: Mapping[str, object]) -> Decision:
        """The decision; a refusal with a POLICY_ reason where the server cannot be asked or does not answer."""
        if (reason := self.unready()) is not None:
            return refusal(reason)
        try:
            return self._server.decide(question)
        except NoAnswer as none:
            self._is_ready = False
            return refusal(none.reason)
        except Exception:  # noqa: BLE001 - whatever happens in there, an engine without an answer has not said yes
            self._is_ready = False
            return refusal(ERROR)

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        """What the rules say at another entrypoint, as JSON; None where they say nothing or cannot be asked."""
        if self.unready() is not None:
            return None
        try:
            return self._server.heard(question, entrypoint)
        except Exception:  # noqa: BLE001 - as above: no answer
            self._is_ready = False
            return None

    def unready(self) -> Reason | None:
        """Why the server must not be asked, or None where it may. The server is tried when that is not known."""
        if self._is_ready:
            return None
        try:
            self._server.require_healthy()
            require_canaries(self._server)
        except NoAnswer as none:
            return none.reason
        except PolicyUnusable:
            return NOT_READY
        except Exception:  # noqa: BLE001 - a server that could not be tried is not ready
            return ERROR
        self._is_ready = True
        return None

    def revisions(self) -> tuple[str, ...]:
        """The revisions the server says it has; none where it does not answer."""
        try:
            return tuple(self._server.ask(MUST_PERMIT).provenance.revisions)
        except Exception:  # noqa: BLE001 - see unready: that is where it is told what is wrong
            return ()

    def close(self) -> None:
        """End the connection; a closed engine refuses everything."""
        self._is_ready = False
        self._line.close()


class _Server:
    """The server itself, as it answers: NoAnswer where it does not."""

    def __init__(self, line: Line, digest: str) -> None:
        self._line = line
        self.digest = digest

    def require_healthy(self) -> None:
        """Return if its bundles and plugins are loaded."""
        try:
            self._line.get(_HEALTH)
        except NoAnswer as none:
            # A server that is not well says so with a 500.
            raise NoAnswer(NOT_READY if none.reason is FAILED else none.reason) from None

    def ask(self, question: Mapping[str, object], entrypoint: str = ENTRYPOINT) -> _Answered:
        """What it answers, by whatever rules it has."""
        asked = as_json(question)
        if len(asked) > LARGEST_QUESTION:
            raise NoAnswer(ERROR)
        return _read(self._line.post(_QUESTION.format(entrypoint), b'{"input":' + asked + b"}"))

    def heard(self, question: Mapping[str, object], entrypoint: str) -> Any:
        """What it answers by the rules this node expects."""
        answered = self.ask(question, entrypoint)
        if answered.provenance.revisions != [self.digest]:
            raise NoAnswer(OTHER_REVISION)
        if answered.result is msgspec.UNSET:
            raise NoAnswer(UNDEFINED)
        return answered.result

    def decide(self, question: Mapping[str, object]) -> Decision:
        return decision_from(self.heard(question, ENTRYPOINT))


def _read(content: bytes) -> _Answered:
    """The answer, if it can be understood in one way only. Raises NoAnswer."""
    try:
        told = json.loads(content.decode(), object_pairs_hook=_each_once)
        return msgspec.convert(told, _Answered, strict=True)
    except (ValueError, RecursionError, msgspec.ValidationError):
        raise NoAnswer(ERROR) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two answers under one name are none: readers differ in which one they take."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told
