"""Why nothing is exported, in words a person can act on."""

from exchange.errors import ExchangeError
from exchange.officers import hints


class OnlyForOfficers(ExchangeError):
    """The person named is no security officer. The attempt is on record; `entry` is its id."""

    exit_code = 3

    def __init__(self, entry: str) -> None:
        super().__init__(
            f"refused: only a security officer may export the ledger (entry {entry})",
            f"被拒绝：只有安全负责人可以导出账本（条目 {entry}）",
            **hints("--as"),
        )
        self.entry = entry
