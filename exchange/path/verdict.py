"""The verdict on a request: what may leave, what is withheld and why, and the evidence for both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exchange.path.duties import Duties


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason in both languages, with its code and the law it rests on.

    `person` is the id of whom it is about, where several were asked for.
    """

    code: str
    en: str
    zh: str
    law: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An item that stays here, and the code of the reason."""

    ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Permit or deny, with everything needed to say why and to decide again later.

    `consents` are commitments to the consent versions that were in force, `versions` is how many were looked
    at; `evidence` is the canonical question and answer of both engines, kept sealed.
    """

    permit: bool
    code: str
    reasons: tuple[Because, ...]
    permitted: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    duties: Duties | None
    consents: tuple[str, ...]
    versions: int
    policy_digest: str
    evidence: Mapping[str, object]

    def refused(self, why: Because) -> "Verdict":
        """The same judgement, and nothing leaves after all, because of `why`."""
        return replace(
            self,
            permit=False,
            code=why.code,
            reasons=(why,),
            permitted=(),
            withheld=(),
            duties=None,
            evidence={**self.evidence, "because": {"zh": why.zh, "en": why.en, "law": why.law}},
        )
