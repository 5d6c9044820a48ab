"""What can go wrong between two nodes, in words a person can act on."""

from dataclasses import dataclass
from typing import ClassVar

from exchange.errors import ExchangeError


class FederationError(ExchangeError):
    """Two nodes could not speak. `why` is the code an entry of the ledger gives."""

    exit_code: ClassVar[int] = 4
    why: ClassVar[str] = "PEER_NOT_TRUSTED"


class BadCard(FederationError):
    """A card cannot be read, or says something a card may not say."""

    exit_code: ClassVar[int] = 6

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the card cannot be used: {en}",
            f"名片无法使用：{zh}",
            hint="nothing was joined; ask the other region for a new one: hutong node card > card.json",
            hint_zh="未加入任何节点；请对方重新生成：hutong node card > card.json",
        )


class KeptCardUnusable(FederationError):
    """A card this node keeps among its peers is not what was joined."""

    exit_code: ClassVar[int] = 6

    def __init__(self, file: str, en: str, zh: str) -> None:
        super().__init__(
            f"peers/{file}: {en}",
            f"peers/{file}：{zh}",
            hint="nothing is asked or answered meanwhile; move the file away, then: hutong node join CARD",
            hint_zh=f"在此期间不查询也不应答；请移走 peers/{file} 并重新加入：hutong node join 名片文件",
        )


class CardAltered(FederationError):
    """The card's signature does not fit what it says."""

    def __init__(self) -> None:
        super().__init__(
            "the card was altered after it was signed, or was not signed by its own key",
            "名片在签名后被改动，或不是用其自身密钥签名",
            hint="nothing was joined; get the card again from the other region by a way you trust",
            hint_zh="未加入任何节点；请通过可信渠道向对方重新索取名片",
        )


class CardExpired(FederationError):
    """The card, and with it the node's keys, may not be used any more."""

    why: ClassVar[str] = "CARD_EXPIRED"

    def __init__(self, node: str, on: str) -> None:
        super().__init__(
            f"the keys on the card of {node} expired on {on}",
            f"节点 {node} 名片上的密钥已于 {on} 过期",
            hint="ask that region for a new card, then: hutong node join CARD --fingerprint DIGITS --by ID",
            hint_zh="请对方提供新名片，然后执行：hutong node join 名片文件 --fingerprint 指纹 --by 工号",
        )


class CardNotYetValid(FederationError):
    """The card says it was issued later than now."""

    def __init__(self, node: str) -> None:
        super().__init__(
            f"the card of {node} was issued in the future",
            f"节点 {node} 名片的签发时间晚于当前时间",
            hint="compare the clocks of both nodes",
            hint_zh="请核对两个节点的时钟",
        )


class CannotJoin(FederationError):
    """The card is in order, but this node may not join its node."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"not joined: {en}",
            f"未加入：{zh}",
            hint="hutong node list shows the nodes this one knows",
            hint_zh="hutong node list 可查看已加入的节点",
        )


class FingerprintDiffers(FederationError):
    """The digits that were read out are not those of the card."""

    def __init__(self) -> None:
        super().__init__(
            "the fingerprint given is not that of the card; nothing was joined",
            "所给指纹与名片不符，未加入任何节点",
            hint="have the other region read it out again; if it still differs, the card is forged",
            hint_zh="请对方重新口述指纹；若仍不符，名片系伪造",
        )


class UnknownPeer(FederationError):
    """No node of this id or region was joined."""

    exit_code: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__(
            "no node that was joined has this id or answers for this region",
            "没有已加入的节点使用该编号或负责该地区",
            hint="hutong node list shows the nodes this one knows; hutong node join CARD adds one",
            hint_zh="hutong node list 可查看已加入的节点；hutong node join 名片文件 可加入新节点",
        )


class InsecureAddress(FederationError):
    """The card's address is neither https nor on this machine."""

    exit_code: ClassVar[int] = 2

    def __init__(self, node: str) -> None:
        super().__init__(
            f"the address of {node} is neither https nor on this machine; nothing was sent",
            f"节点 {node} 的地址既不是 https，也不在本机；未发送任何内容",
            hint="ask that region to serve behind TLS and to send a new card",
            hint_zh="请对方启用 TLS 并发来新名片",
        )


class PeerUnreachable(FederationError):
    """The other node did not answer, or not in time."""

    exit_code: ClassVar[int] = 5
    why: ClassVar[str] = "PEER_UNREACHABLE"

    def __init__(self, node: str, en: str, zh: str) -> None:
        super().__init__(
            f"{node} did not answer: {en}",
            f"节点 {node} 没有应答：{zh}",
            hint="nothing was received; try again, or ask that node's operator. The attempt is on record",
            hint_zh="未收到任何数据；请重试或联系对方运维人员。本次尝试已记录",
        )


class PeerRejected(FederationError):
    """The other node would not read our message; `code` is its reason, from REJECTIONS."""

    exit_code: ClassVar[int] = 5
    why: ClassVar[str] = "PEER_REJECTED"

    def __init__(self, node: str, code: str) -> None:
        words = REJECTIONS.get(code, _UNTOLD)
        super().__init__(
            f"{node} did not take the question: {words.en}",
            f"节点 {node} 未受理请求：{words.zh}",
            hint="nothing was received; the attempt is on record",
            hint_zh="未收到任何数据；本次尝试已记录",
        )
        self.code = code


class PeerNotTrusted(FederationError):
    """What came back was not provably that node's answer to this question."""

    def __init__(self, node: str, en: str, zh: str) -> None:
        super().__init__(
            f"the answer in the name of {node} cannot be trusted: {en}",
            f"以 {node} 名义返回的应答不可信：{zh}",
            hint="it was thrown away unread; tell the security officers of both regions",
            hint_zh="该应答未经阅读即丢弃；请通知双方安全负责人",
        )


class AnswerTooLarge(FederationError):
    """The answer is larger than a node accepts."""

    exit_code: ClassVar[int] = 5
    why: ClassVar[str] = "ANSWER_TOO_LARGE"

    def __init__(self, node: str, limit: int) -> None:
        super().__init__(
            f"the answer of {node} is larger than {limit >> 20} MiB",
            f"节点 {node} 的应答超过 {limit >> 20} MiB",
            hint="it was thrown away; ask for fewer classes of items at once",
            hint_zh="该应答已丢弃；请减少一次请求的数据类别",
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a message is not taken: HTTP status, English, Chinese."""

    status: int
    en: str
    zh: str


# What may be said to somebody whose message is not taken. The same for everybody, and nothing of the message.
REJECTIONS: dict[str, Rejection] = {
    "too-large": Rejection(413, "the message is too large", "消息过大"),
    "too-slow": Rejection(408, "the message did not arrive in time", "消息未能按时到达"),
    "wrong-type": Rejection(415, "the message is not of the type nodes exchange", "消息类型不符"),
    "bad-signature": Rejection(401, "the message is not signed as it must be", "消息签名无效"),
    "unknown-node": Rejection(401, "the node that signed was not joined here", "签名节点未在本节点加入"),
    "expired-card": Rejection(401, "the card of the node that signed has expired", "签名节点的名片已过期"),
    "wrong-time": Rejection(
        401,
        "the message is too old, or the clocks differ by more than a minute",
        "消息过旧，或双方时钟相差超过一分钟",
    ),
    "replayed": Rejection(409, "the message was received before", "消息此前已收到"),
    "not-for-us": Rejection(400, "the message was not sealed to this node", "消息不是密封给本节点的"),
    "not-a-question": Rejection(400, "the message holds no question", "消息中没有请求"),
    "busy": Rejection(503, "the node has too many questions under way", "节点正在处理的请求过多"),
    "failed": Rejection(503, "the node could not answer", "节点无法应答"),
    "cannot-record": Rejection(503, "the node cannot record, so it gives nothing", "节点无法记账，故不应答"),
}
_UNTOLD = Rejection(0, "it gave no reason", "未说明原因")


class Rejected(FederationError):
    """On the answering side: this message is not taken; `code` is a key of REJECTIONS."""

    def __init__(self, code: str) -> None:
        words = REJECTIONS.get(code, _UNTOLD)
        super().__init__(
            words.en,
            words.zh,
            hint="ask the operator of the node that answered, by telephone",
            hint_zh="请致电应答节点的运维人员",
        )
        self.code = code
        self.status = words.status
