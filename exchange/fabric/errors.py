"""What can go wrong between a node and its channel, in words an operator can act on."""

from typing import ClassVar

from exchange.errors import ExchangeError


class NotOnFabric(ExchangeError):
    """The node's settings name no channel."""

    def __init__(self) -> None:
        super().__init__(
            "this node is not on a Fabric channel: ledger.backend is embedded",
            "本节点未接入 Fabric 通道：ledger.backend 为 embedded",
            hint='in node.toml: [ledger] backend = "fabric", connection = "connection.toml"',
            hint_zh='请在 node.toml 中填写：[ledger] backend = "fabric",connection = "connection.toml"',
        )


class KeysMissing(ExchangeError):
    """The channel has consents of patients whose key is not in this vault: their refusals would not be seen."""

    exit_code: ClassVar[int] = 4

    def __init__(self, patients: int) -> None:
        super().__init__(
            f"the keys of {patients} patients on the channel are not in this vault; nothing was taken over",
            f"通道上有 {patients} 位患者的密钥不在本密钥库中；未接收任何内容",
            hint="bring the newest vault of the region: hutong fabric rebuild --keys-from FOLDER",
            hint_zh="请取得本地区最新的密钥库：hutong fabric rebuild --keys-from 目录",
        )
        self.patients = patients


class NotAllCame(ExchangeError):
    """The channel has more than its peer handed out in time."""

    exit_code: ClassVar[int] = 5

    def __init__(self, groups: int) -> None:
        super().__init__(
            f"{groups} groups of consents did not come in time",
            f"{groups} 组同意未在时限内到达",
            hint="what came was taken over; run it again",
            hint_zh="已到达的内容均已接收；请重新执行",
        )


class GapInChannel(ExchangeError):
    """A group of consents is missing between others, or is not what was committed to."""

    exit_code: ClassVar[int] = 4

    def __init__(self, seq: int, en: str, zh: str) -> None:
        super().__init__(
            f"group {seq} of consents on the channel {en}; nothing of it was taken over",
            f"通道上第 {seq} 组同意{zh}；未接收其内容",
            hint="compare with another region's peer, and ask the region's first machine",
            hint_zh="请与其他地区的节点核对，并向本地区的首台机器查询",
        )


class OtherNodesKeys(ExchangeError):
    """The keys are of another region's node, or there are none."""

    exit_code: ClassVar[int] = 6

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} holds no keys of this region: it needs keys/master.key, vault.db, registry.toml and node.toml",
            f"{folder} 中没有本地区的密钥：须有 keys/master.key、vault.db、registry.toml 和 node.toml",
            hint="a backup with its secrets has them: hutong node backup DIR --with-secrets",
            hint_zh="含密钥的备份即可：hutong node backup 目录 --with-secrets",
        )


class SameName(ExchangeError):
    """The second machine would have the first one's name."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"{node_id} is the name of the first machine",
            f"{node_id} 是首台机器的名称",
            hint="two logs of one name are two pasts of one log: choose another --id",
            hint_zh="同名的两个账本即同一账本的两段历史：请另选 --id",
        )


class ChannelDiffers(ExchangeError):
    """The channel holds another past under this ledger's name; nothing is anchored any more."""

    exit_code: ClassVar[int] = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            en,
            zh,
            hint="nothing is anchored any more; every peer's word: hutong ledger verify --against fabric",
            hint_zh="已停止上链；查看各节点所存：hutong ledger verify --against fabric",
        )
