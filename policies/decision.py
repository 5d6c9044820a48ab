"""What the policy answers: yes or no, why not, and what has to be done with a yes."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why not, in both languages, with the law or contract the rule comes from."""

    code: str
    en: str
    zh: str
    law: str = ""


class Obligation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something a permit asks for, e.g. `deidentify` with "care", `review` with "PT24H", `seal` with None."""

    code: str
    value: str | int | None = None


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to one question: a refusal has at least one reason, a permit has obligations."""

    allow: bool
    reasons: tuple[Reason, ...] = ()
    obligations: tuple[Obligation, ...] = ()


class Engine(Protocol):
    """Something that answers questions of the shape of policies/schemas/input.json."""

    @property
    def digest(self) -> str:
        """The bundle it answers from: "sha256:" and the digest of the file."""
        ...

    def decide(self, question: Mapping[str, object]) -> Decision:
        """The decision. Never raises: whatever goes wrong is a refusal with a POLICY_ reason."""
        ...
