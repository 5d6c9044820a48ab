"""Engines of a few lines that keep the protocol: what a policy might say that ours does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from exchange.path.office import Office
from policies import Decision, Engine, Obligation, Reason

DIGEST = "sha256:" + "0" * 64
CARE = Obligation("deidentify", "care")


@dataclass(frozen=True)
class Says:
    """Answers every question with what `answer` makes of it."""

    answer: Callable[[Mapping[str, object]], Decision]
    digest: str = DIGEST

    def decide(self, question: Mapping[str, object]) -> Decision:
        return self.answer(question)


def permitting(*obligations: Obligation) -> Says:
    """Yes to everything, with these obligations."""
    return Says(lambda _: Decision(allow=True, obligations=obligations))


def refusing(code: str) -> Says:
    """No to everything."""
    return Says(lambda _: Decision(allow=False, reasons=(Reason(code, "because", "因为", "a law"),)))


def asking(office: Office, engine: Engine) -> Office:
    """The office, with another policy."""
    return replace(office, policy=lambda: engine)
