"""Why nothing is exported, in words a person can act on."""

from exchange.errors import ExchangeError


class OnlyForOfficers(ExchangeError):
    """The person named is no security officer. The attempt is on record; `entry` is its id."""

    exit_code = 3

    def __init__(self, entry: str) -> None:
        super().__init__(
            f"refused: only a security officer may export the ledger (entry {entry})",
            f"被拒绝：只有安全负责人可以导出账本（条目 {entry}）",
            hint="--as names a person whose role in registry.toml is security-officer, e.g. ks-so-001",
            hint_zh="--as 须为 registry.toml 中角色为 security-officer 的人员，例如 ks-so-001",
        )
        self.entry = entry
