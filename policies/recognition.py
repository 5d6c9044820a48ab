"""Does a result of elsewhere count here, so that nobody is examined twice? Asks the rules about it.

Mutual recognition of results is decided by hutong/recognition: a mark that counts in this region, a kind of result
with days of validity, and not too old. Who examines again all the same gives one of the reasons in the rules' data.
Source: 《医疗机构检查检验结果互认管理办法》, Mutual Recognition Measures 2022.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from policies.answer import ERROR
from policies.decision import Reason

RECOGNITION = "hutong/recognition/decision"


class Declined(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a result that counts is not relied on, in both languages."""

    code: str
    en: str
    zh: str


class Recognition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer about one result.

    `outcome`: it is recognised, it is not (and why), it counts and was declined for one of the known reasons, or it
    counts and the reason for declining is none. `days` are how long results of its kind count after the day they were
    performed, `age` how many have gone; None where that is not known.
    """

    outcome: Literal["recognised", "not-recognised", "declined", "decline-refused"]
    reasons: tuple[Reason, ...] = ()
    days: int | None = None
    age: int | None = None
    declined: Declined | None = None


class Asked(Protocol):
    """An engine that can be asked at other entrypoints than the one of a release."""

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        """What the rules say there, as JSON; None where they say nothing or cannot be asked."""
        ...


def recognise(engine: Asked, question: Mapping[str, object]) -> Recognition:
    """The answer to a question of the shape of policies/schemas/recognition.json.

    Never raises: rules that cannot be asked, or do not answer as they must, recognise nothing (POLICY_ERROR).
    """
    try:
        answer = msgspec.convert(engine.evaluate(RECOGNITION, question), Recognition, strict=True)
    except (msgspec.ValidationError, RecursionError):
        return Recognition(outcome="not-recognised", reasons=(ERROR,))
    wants_reasons = answer.outcome in ("not-recognised", "decline-refused")
    if wants_reasons != bool(answer.reasons) or (answer.outcome == "declined") != (
        answer.declined is not None
    ):
        return Recognition(outcome="not-recognised", reasons=(ERROR,))
    return answer
