"""What can go wrong when regions vouch for each other."""

from exchange.errors import ExchangeError


class QuorumOutOfReach(ExchangeError):
    """The settings ask for more witnesses than there are, so no state of the ledger can ever be witnessed."""

    exit_code = 5

    def __init__(self, asked: int, known: int) -> None:
        super().__init__(
            f"witness.quorum asks for {asked} witnesses, and {known} of the joined nodes can be one",
            f"witness.quorum 要求 {asked} 个见证方，而已互联的节点中只有 {known} 个可以见证",
            hint="nothing counts as witnessed until then: join more nodes (hutong node join), or set witness.quorum in"
            " node.toml to what there is, e.g. majority",
            hint_zh="在此之前任何状态都不算获得见证：请互联更多节点(hutong node join)，或将 node.toml 中的"
            " witness.quorum 改为可以达到的数目，例如 majority",
        )


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
