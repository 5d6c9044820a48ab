"""What can go wrong with the ledger, in words a person can act on."""

from typing import ClassVar


class LedgerError(Exception):
    """Something about the ledger stopped the work; says what, where, and what to do next."""

    exit_code: ClassVar[int] = 4

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class LedgerMissing(LedgerError):
    """There is no ledger at the place."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not there",
            f"{place} 不存在",
            hint="restore it from the backup of this node; a new ledger would hide what happened before",
            hint_zh="请从本节点的备份恢复；新建账本会掩盖以前发生的事",
        )


class LedgerExists(LedgerError):
    """A file is there already; a ledger is never overwritten."""

    exit_code: ClassVar[int] = 2

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is there already; nothing was changed",
            f"{place} 已存在，未作任何改动",
            hint="a ledger is never overwritten; choose an empty folder",
            hint_zh="账本不会被覆盖；请换一个空目录",
        )


class LedgerDamaged(LedgerError):
    """The file is not a ledger, or not whole, or cannot be read."""

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} {en}",
            f"{place} {zh}",
            hint="keep the file as evidence, restore a backup, compare it with a checkpoint kept elsewhere",
            hint_zh="请保留该文件作为证据，恢复最新备份，并与另处保存的检查点核对",
        )


class LedgerAltered(LedgerError):
    """What is stored is not what was appended. `index` is the first entry known to be concerned, if any."""

    def __init__(self, place: str, en: str, zh: str, *, index: int | None = None) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="nothing was written; keep the file as evidence and run: hutong ledger verify",
            hint_zh="没有写入任何内容；请保留该文件作为证据，并运行：hutong ledger verify",
        )
        self.index = index


class WrongSigner(LedgerError):
    """The ledger belongs to another origin or another key."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} was not made under this node's name and key",
            f"{place} 不是以本节点的名称和密钥建立的",
            hint="the keys folder and the ledger must come from the same node",
            hint_zh="keys 目录和账本必须来自同一节点",
        )


class CannotAppend(LedgerError):
    """The ledger cannot take entries now."""

    exit_code: ClassVar[int] = 5

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} cannot be written: {en}",
            f"无法写入 {place}：{zh}",
            hint="nothing was released; check free space and permissions of the node folder",
            hint_zh="没有放行任何数据；请检查节点目录的剩余空间和权限",
        )


class WriteAheadLogGone(CannotAppend):
    """The -wal file was deleted while the ledger was open: what is written to it is found by nobody afterwards."""

    def __init__(self, place: str) -> None:
        super().__init__(
            place,
            f"{place}-wal was deleted or exchanged while it was open",
            f"{place}-wal 在打开期间被删除或更换",
        )
        self.hint = "nothing was released; start this program again, then run: hutong ledger verify"
        self.hint_zh = "没有放行任何数据；请重新启动本程序，然后运行：hutong ledger verify"


class UnsafePlace(LedgerError):
    """What is written here could be lost although it was acknowledged."""

    exit_code: ClassVar[int] = 5

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} is not safe: {en}",
            f"{place} 不安全：{zh}",
            hint="a ledger needs a local disk and the SQLite that comes with apsw",
            hint_zh="账本需要本地磁盘和 apsw 自带的 SQLite",
        )


class EntryRefused(LedgerError):
    """An entry has a field the schema does not allow. Names the field, never what is in it."""

    exit_code: ClassVar[int] = 2

    def __init__(self, field: str, en: str, zh: str) -> None:
        super().__init__(
            f"entry field {field} {en}",
            f"条目字段 {field} {zh}",
            hint="nothing was written; entries hold short codes, pseudonyms and commitments only",
            hint_zh="没有写入任何内容；条目只含代码、假名和承诺值",
        )


class NoSuchEntry(LedgerError):
    """The ledger has no such entry."""

    exit_code: ClassVar[int] = 6

    def __init__(self) -> None:
        super().__init__(
            "the ledger has no entry with this id",
            "账本中没有该编号的条目",
            hint="hutong ledger list shows the newest entries",
            hint_zh="hutong ledger list 可查看最新条目",
        )


class BadNote(LedgerError):
    """A signed checkpoint is malformed, or its signature is not the one expected."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the signed checkpoint {en}",
            f"已签名的检查点{zh}",
            hint="get the checkpoint again from where it was kept, and the key from the node's card",
            hint_zh="请从保存处重新取得检查点，并从节点名片取得密钥",
        )


class BadKey(LedgerError):
    """A signing or verifying key is not one."""

    exit_code: ClassVar[int] = 6

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the ledger key {en}",
            f"账本密钥{zh}",
            hint="copy the whole line from the node's card",
            hint_zh="请从节点名片完整复制这一行",
        )


class ProofWrong(LedgerError):
    """A proof shows nothing: it is malformed, or one of its steps does not hold."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the proof does not hold: {en}",
            f"证明不成立：{zh}",
            hint="ask the node that keeps the ledger for a new proof of this entry",
            hint_zh="请向保管账本的节点重新索取该条目的证明",
        )


class CannotOpen(LedgerError):
    """Sealed details do not open: the key is another one or was destroyed, or they were changed."""

    def __init__(self) -> None:
        super().__init__(
            "the sealed details do not open with this key",
            "用此密钥无法打开密封内容",
            hint="after an erasure nobody can open them; the entry and its proof still stand",
            hint_zh="密钥销毁后任何人都无法打开；条目及其证明仍然有效",
        )
