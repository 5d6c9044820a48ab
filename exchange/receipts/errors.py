"""What can be wrong with a receipt, in words a person can act on."""

from exchange.errors import ExchangeError


class ReceiptWrong(ExchangeError):
    """The receipt is not one, was changed, or contradicts itself."""

    exit_code = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the receipt does not hold: {en}",
            f"凭证不成立：{zh}",
            hint="do not rely on it; ask the node that made it for a new one: hutong consent receipt",
            hint_zh="请勿采信；可向出具凭证的节点重新索取：hutong consent receipt",
        )
