"""The answer of the decision point: permit or deny, why, on which consent, and what has to be done."""

from collections.abc import Mapping

import msgspec


class Redacted(msgspec.Struct, frozen=True, gc=False):
    """An item that is withheld, and the code of the reason."""

    ref: str
    reason: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `decision` is "permit" or "deny", `reason` a code of `reasons.py`.

    `basis` are the ids of the consents that permitted, `rule` the place of the provision that decided
    ("c-1/2 provision.provision[0]": consent, version, path). `obligations` are flat tokens; `withhold` and
    `only` say the same precisely where no items were shown: all elements of one object together, any object.
    """

    decision: str
    reason: str
    basis: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    redacted: tuple[Redacted, ...] = ()
    obligations: tuple[str, ...] = ()
    rule: str = ""
    withhold: tuple[Mapping[str, object], ...] = ()
    only: tuple[Mapping[str, object], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The answer object of the case format, and `rule`, `withhold`, `only` where there are any."""
        answer: dict[str, object] = {
            "decision": self.decision,
            "reason": self.reason,
            "basis": list(self.basis),
            "permittedItems": list(self.permitted),
            "redactedItems": [{"ref": one.ref, "reason": one.reason} for one in self.redacted],
            "obligations": list(self.obligations),
        }
        for name, value in (("rule", self.rule), ("withhold", self.withhold), ("only", self.only)):
            if value:
                answer[name] = value if isinstance(value, str) else [dict(one) for one in value]
        return answer
