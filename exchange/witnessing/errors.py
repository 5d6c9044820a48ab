"""What can go wrong when regions vouch for each other."""

from exchange.errors import ExchangeError


class TooFewSigned(ExchangeError):
    """Fewer witnesses signed than the node's settings ask for."""

    exit_code = 5

    def __init__(self, signed: int, asked: int) -> None:
        super().__init__(
            f"{signed} of {asked} witnesses signed, which is too few",
            f"{asked} 个见证方中只有 {signed} 个签名，数目不足",
            hint="what is recorded is safe here; ask again when they answer, or see witness.quorum: hutong config show",
            hint_zh="记录已安全保存在本地；待对方应答后再试，或查看 hutong config show 中的 witness.quorum",
        )
