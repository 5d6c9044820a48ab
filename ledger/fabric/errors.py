"""What can go wrong on the way to a channel and on it, in words an operator can act on."""

from collections.abc import Sequence
from typing import ClassVar

from ledger.errors import LedgerError

# The calls of one transaction, and the two that only read: (en, zh).
STAGES = {
    "endorse": ("asking for endorsement", "请求背书"),
    "submit": ("handing it to the orderer", "提交排序"),
    "commit": ("waiting for its block", "等待上链"),
    "evaluate": ("asking the channel", "查询通道"),
    "events": ("reading events", "读取事件"),
}


class FabricError(LedgerError):
    """The channel, or the way to it, stopped the work. `stage` is one of STAGES, "" before the first call.

    `may_repeat`: a new proposal with the same content may go through.
    """

    exit_code: ClassVar[int] = 5

    def __init__(
        self,
        en: str,
        zh: str,
        *,
        hint: str = "",
        hint_zh: str = "",
        stage: str = "",
        may_repeat: bool = False,
    ) -> None:
        super().__init__(en, zh, hint=hint, hint_zh=hint_zh)
        self.stage = stage
        self.may_repeat = may_repeat


class FabricMissing(FabricError):
    """The libraries of the extra are not installed."""

    def __init__(self) -> None:
        super().__init__(
            "the libraries for Hyperledger Fabric are not installed",
            "未安装 Hyperledger Fabric 所需的库",
            hint="install the extra: pip install 'hutong[fabric]'",
            hint_zh="请安装附加组件：pip install 'hutong[fabric]'",
        )


class BadConnection(FabricError):
    """The connection file, or a file it names, is not usable. Names the place, never what stands there."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} {en}",
            f"{place} {zh}",
            hint="hutong fabric up writes one a region; of another network, its administrator knows what belongs there",
            hint_zh="hutong fabric up 会为每个地区写好；其他网络请向其管理员索取",
        )


class NotAnswering(FabricError):
    """A peer, or somebody behind it, did not answer in time. Nothing was written."""

    def __init__(self, peer: str, stage: str, why: str) -> None:
        en, zh = STAGES.get(stage, (stage, stage))
        super().__init__(
            f"{peer} does not answer ({en}): {why}",
            f"{peer} 没有应答({zh})：{why}",
            hint="what waits is anchored later; hutong fabric status names the part that is down",
            hint_zh="待上链内容稍后自动补上；hutong fabric status 会指出哪个部件停止",
            stage=stage,
            may_repeat=True,
        )


class NotEndorsed(FabricError):
    """The network refused. `details` are the endorsers' own words, (MSP id, text)."""

    def __init__(self, stage: str, why: str, details: Sequence[tuple[str, str]], *, may_repeat: bool) -> None:
        en, zh = STAGES.get(stage, (stage, stage))
        said = "; ".join(f"{msp}: {text}" if msp else text for msp, text in details) or why
        super().__init__(
            f"the network refused ({en}): {said}",
            f"网络拒绝({zh})：{said}",
            # To the client these all look the same; only the peer's own log tells them apart.
            hint="a revoked or wrong certificate, a wrong key or a missing node type shows in the peer's log only",
            hint_zh="证书被吊销或不符、密钥不符、缺少节点类型时，原因只见于 peer 的日志",
            stage=stage,
            may_repeat=may_repeat,
        )
        self.why = why
        self.details = tuple(details)


class Conflict(FabricError):
    """Under this key the channel holds something else: nothing was written."""

    exit_code: ClassVar[int] = 4

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the channel already holds something else as {key}",
            f"通道中 {key} 已有不同的内容",
            hint="hutong ledger verify --against fabric says whether it is this ledger's past",
            hint_zh="hutong ledger verify --against fabric 可说明它是否属于本账本的历史",
            stage="endorse",
        )


class OutcomeUnknown(FabricError):
    """The transaction was handed over and nobody said what came of it: it may or may not be on the channel."""

    def __init__(self, transaction: str, stage: str, why: str) -> None:
        en, zh = STAGES.get(stage, (stage, stage))
        super().__init__(
            f"whether transaction {transaction[:12]} was written is not known ({en}): {why}",
            f"交易 {transaction[:12]} 是否写入尚不可知({zh})：{why}",
            hint="the same content is proposed again; the channel says when it has it already",
            hint_zh="系统会以相同内容重新提交；如已写入，通道会予以说明",
            stage=stage,
            may_repeat=True,
        )
        self.transaction = transaction


_OVERTAKEN = (
    "another transaction of this region was in the same block; nothing was written, try again: nobody need be asked",
    "同一区块中有本地区的另一笔交易；未写入任何内容，请重试，无须联系管理员",
)
_INVALID = (
    "nothing was written; the channel's administrator knows which regions must endorse and who may write",
    "未写入任何内容；应由哪些地区背书、谁可写入，请联系通道管理员",
)


class Invalidated(FabricError):
    """The transaction stands in a block and does not count: nothing was written.

    Of one that was overtaken, by another that changed what it had read, the same content may go through next time.
    """

    def __init__(self, transaction: str, code: str) -> None:
        overtaken = code in ("MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT")
        hint, hint_zh = _OVERTAKEN if overtaken else _INVALID
        super().__init__(
            f"the peers found transaction {transaction[:12]} invalid: {code}",
            f"节点判定交易 {transaction[:12]} 无效：{code}",
            hint=hint,
            hint_zh=hint_zh,
            stage="commit",
            may_repeat=overtaken,
        )
        self.transaction = transaction
        self.code = code


class NotOnThisChannel(FabricError):
    """Where reading events ended is not on the channel: it is another channel, or one that was set up anew."""

    exit_code: ClassVar[int] = 4

    def __init__(self) -> None:
        super().__init__(
            "the place up to which events were read is not on this channel",
            "上次读到的事件位置不在该通道上",
            hint="the connection file leads to another channel, or the channel was set up anew",
            hint_zh="连接文件指向了另一个通道，或该通道被重新建立",
            stage="events",
        )


class BadAnswer(FabricError):
    """What the channel answered is not of the form this program writes."""

    exit_code: ClassVar[int] = 4

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the channel answers {what} in a form nobody here can read",
            f"通道返回的 {what} 格式无法识别",
            hint="the chaincode of the channel is not the one of this program's version",
            hint_zh="通道上的链码与本程序版本不一致",
        )
