"""What can go wrong with the hospitals' records, in words a person can act on."""

from typing import ClassVar

from exchange.errors import ExchangeError


class RecordsError(ExchangeError):
    """The records could not be read, kept or found."""

    exit_code: ClassVar[int] = 6


class PathNotFound(RecordsError):
    """A file or folder that was named is not there."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not there; nothing was imported",
            f"{place} 不存在，未导入任何内容",
            hint="give files (.json .ndjson, also .gz), folders of them, or - for standard input",
            hint_zh="请给出文件(.json .ndjson，可带 .gz)、包含它们的目录，或用 - 表示标准输入",
        )


class StoreMissing(RecordsError):
    """There is no record store yet."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not there: no records have been imported",
            f"{place} 不存在：尚未导入任何健康档案",
            hint="import some: hutong records import PATH",
            hint_zh="请先导入：hutong records import 路径",
        )


class StoreUnreadable(RecordsError):
    """The record store is damaged, is something else, or cannot be opened."""

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} {en}",
            f"{place} {zh}",
            hint="nothing was released; restore the file from a backup, or import the records again",
            hint_zh="没有放行任何数据；请从备份恢复该文件，或重新导入",
        )


class StoreNotWritable(RecordsError):
    """The record store, or the folder of rejected lines, cannot be written."""

    exit_code: ClassVar[int] = 5

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} cannot be written: {en}",
            f"无法写入 {place}：{zh}",
            hint="the last whole batch is kept; free space or fix permissions, then import the same again",
            hint_zh="最后一个完整批次已保存；请释放空间或修正权限后重新导入同样的数据",
        )


class StoreAltered(RecordsError):
    """A stored record is not what was imported: somebody or something changed the file."""

    exit_code: ClassVar[int] = 4

    def __init__(self, place: str, item: str) -> None:
        super().__init__(
            f"{place}: {item} was altered after it was imported",
            f"{place}:{item} 在导入后被改动",
            hint="nothing of it was released; restore the file from a backup and tell the security officer",
            hint_zh="没有放行该记录；请从备份恢复并通知安全管理员",
        )


class AmbiguousPatient(RecordsError):
    """A number belongs to more than one patient of this node."""

    def __init__(self) -> None:
        super().__init__(
            "the number given belongs to more than one patient",
            "所给号码对应多名患者",
            hint="give the system too (system|value), or the patient's id",
            hint_zh="请同时给出编码体系(体系|号码)，或直接给出患者编号",
        )


class UnknownRecord(RecordsError):
    """No record of that type and id is held here."""

    def __init__(self) -> None:
        super().__init__(
            "no record of that type and id is held here",
            "本节点没有该类型和编号的记录",
            hint="hutong records list shows what this node holds",
            hint_zh="hutong records list 可查看本节点保存的内容",
        )


class CountsDisagree(RecordsError):
    """As many records came in as went out plus were rejected: that did not hold."""

    exit_code: ClassVar[int] = 1

    def __init__(self, read: int, accounted: int) -> None:
        super().__init__(
            f"{read} items were read but {accounted} are accounted for",
            f"读入 {read} 项，但只有 {accounted} 项有着落",
            hint="do not rely on this import; report it with the numbers above",
            hint_zh="请不要依赖本次导入，并附上以上数字报告此问题",
        )
