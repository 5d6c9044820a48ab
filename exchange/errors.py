"""What can go wrong on the way, in words a person can act on."""

from typing import ClassVar


class ExchangeError(Exception):
    """Something stopped the exchange; says what, where, and what to do next."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class NotANode(ExchangeError):
    """The folder holds no node."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} is not a node: it has no node.toml",
            f"{folder} 不是节点：缺少 node.toml",
            hint="make one with: hutong init DIR --region 320583 --name NAME, or name one with --node DIR",
            hint_zh="新建：hutong init 目录 --region 320583 --name 名称；或用 --node 指定已有节点",
        )


class NodeExists(ExchangeError):
    """The folder already holds a node, whose keys must not be overwritten."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} already holds a node; nothing was changed",
            f"{folder} 已有节点，未作任何改动",
            hint="choose an empty folder",
            hint_zh="请换一个空目录",
        )


class CannotWrite(ExchangeError):
    """A file of the node cannot be written."""

    exit_code: ClassVar[int] = 5

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"{place} cannot be written: {why}",
            f"无法写入 {place}：{why}",
            hint="nothing was released; check free space and permissions of the node folder",
            hint_zh="没有放行任何数据；请检查节点目录的剩余空间和权限",
        )


class BadKeyFile(ExchangeError):
    """A key file is missing, readable by others, or not a key."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} {en}",
            f"{place} {zh}",
            hint="restore the keys folder from the backup of this node; without it nothing can be opened",
            hint_zh="请从本节点的备份恢复 keys 目录；没有它任何内容都打不开",
        )


class BadSetting(ExchangeError):
    """A setting has a name nobody knows or a value that cannot be used."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="correct that line; without it the default counts, and hutong config show names every setting",
            hint_zh="请更正该行；删去则取默认值，之后 hutong config show 会列出所有设置",
        )


class UnknownPatient(ExchangeError):
    """This node holds no such patient. Said to the operator of the node only, never to another region."""

    exit_code: ClassVar[int] = 6

    def __init__(self) -> None:
        super().__init__(
            "the patient given is not in this node's records",
            "本节点没有这位患者的记录",
            hint="hutong records list shows the ids held here; elsewhere: hutong exchange request ... --from REGION",
            hint_zh="hutong records list 可查看本节点的患者编号；外地患者：hutong exchange request … --from 地区代码",
        )


class WrongNodeKey(ExchangeError):
    """A key does not belong to what it is asked to open."""

    exit_code: ClassVar[int] = 4

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} was not made with this node's keys",
            f"{place} 不是用本节点的密钥生成的",
            hint="the keys folder and the databases must come from the same node and the same backup",
            hint_zh="keys 目录和数据库必须来自同一节点的同一份备份",
        )


class BadRegion(ExchangeError):
    """What was given is not the code of a region."""

    def __init__(self) -> None:
        super().__init__(
            "--region is not a GB/T 2260 code",
            "--region 不是 GB/T 2260 行政区划代码",
            hint="six digits, trailing zeros for a whole city or province: 320583, 440400, 120000",
            hint_zh="六位数字，整市或整省以 0 补齐：320583、440400、120000",
        )
