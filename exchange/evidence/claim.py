"""What somebody names as evidence on the command line: `referral:R-1`."""

from exchange.errors import ExchangeError
from exchange.path.request import BasedOn
from exchange.records.resource_types import is_id

# A code is shown by the patient and has an option of its own: it must not be mixed up with a number.
NAMED = ("referral", "consultation", "visit", "contract", "order", "agreement")


class BadCase(ExchangeError):
    """--case is not kind:id."""

    def __init__(self) -> None:
        super().__init__(
            "--case is not written as kind:id",
            "--case 应写作 KIND:ID，即类型与编号以半角冒号相连",
            hint=f"for example --case referral:R-2026-001 (kinds: {', '.join(NAMED)})",
            hint_zh=f"例如 --case referral:R-2026-001(类型：{'、'.join(NAMED)})",
        )


def claim_of(text: str) -> BasedOn:
    """The claim in `text`; nobody has looked it up yet. Raises BadCase."""
    kind, _, name = text.partition(":")
    if kind not in NAMED or not is_id(name):
        raise BadCase
    return BasedOn(kind=kind, id=name)
