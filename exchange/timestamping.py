"""Ask a time-stamp authority over HTTP (RFC 3161, section 3.4)."""

from exchange.errors import ExchangeError
from exchange.node.settings import Settings
from ledger.timestamp import MOST_BYTES, QUERY_TYPE, REPLY_TYPE


class NoStamp(ExchangeError):
    """The authority did not answer, or not with a time-stamp."""

    exit_code = 5

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the time-stamp authority did not answer: {why}",
            f"时间戳机构没有应答：{why}",
            hint="check the address; without a network: hutong ledger timestamp --request FILE, then --answer FILE",
            hint_zh="请核对地址；无网络时：hutong ledger timestamp --request 文件，再用 --answer 文件",
        )


def answer_of(url: str, query: bytes, settings: Settings) -> bytes:
    """The authority's answer (DER), at most 1 MiB. Its signature, not the line, says whose it is. Raises NoStamp."""
    import httpx

    try:
        with (
            httpx.Client(trust_env=False, timeout=settings["serve.timeout_seconds"]) as client,
            client.stream("POST", url, content=query, headers={"Content-Type": QUERY_TYPE}) as reply,
        ):
            body = bytearray()
            for chunk in reply.iter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise NoStamp("too much")
            if reply.status_code != httpx.codes.OK or reply.headers.get("content-type") != REPLY_TYPE:
                raise NoStamp(f"HTTP {reply.status_code}")
            return bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoStamp(type(error).__name__) from None
