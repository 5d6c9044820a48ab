"""What was found in a file, and what was wrong with a line, said without quoting it."""

from dataclasses import dataclass, field
from typing import Any

# reason: (English, Chinese). `{}` takes a size or a path, `{column}` where in the line; neither ever a value.
REASONS: dict[str, tuple[str, str]] = {
    "not-json": ("is not JSON{column}", "不是 JSON{column}"),
    "not-utf8": ("has bytes that are not UTF-8", "含有非 UTF-8 字节"),
    "byte-order-mark": (
        "begins with a byte order mark; save it as UTF-8 without one",
        "以 BOM 开头；请另存为无 BOM 的 UTF-8",
    ),
    "not-a-number": (
        "has NaN, Infinity or a number too large for JSON{column}",
        "含有 NaN、Infinity 或过大的数字{column}",
    ),
    "duplicate-key": ("has the same key twice in one object", "同一对象中有重复的键"),
    "too-deep": ("is nested too deeply", "嵌套过深"),
    "too-long": ("is longer than {}", "长度超过 {}"),
    "not-an-object": ("is JSON but not an object", "是 JSON 但不是对象"),
    "no-type": ("has no resourceType", "缺少 resourceType"),
    "unknown-type": ("has a resourceType that FHIR R4 does not have", "resourceType 不是 FHIR R4 的资源类型"),
    "no-id": ("has no id", "缺少 id"),
    "bad-id": (
        "has an id that is not a FHIR id (1 to 64 letters, digits, - or .)",
        "id 不符合 FHIR 规则(1 至 64 位字母、数字、- 或 .)",
    ),
    "id-not-fullurl": ("has an id that differs from its fullUrl", "id 与 fullUrl 不一致"),
    "fullurl-twice": (
        "has a fullUrl another record of the Bundle already has",
        "fullUrl 与同一 Bundle 中的另一条记录重复",
    ),
    "no-resource": (
        "holds no resource; an import adds records and never deletes",
        "没有资源；导入只增加记录，从不删除",
    ),
    "bundle-in-bundle": (
        "is a Bundle inside a Bundle; give it as a file of its own",
        "是 Bundle 中的 Bundle；请单独作为文件导入",
    ),
    "bad-entries": ("has an entry that is not a list", "entry 不是列表"),
    "cut-short": ("is where the compressed file ends early or is damaged", "处压缩文件被截断或损坏"),
    "unreadable": ("cannot be read: {}", "无法读取：{}"),
    "invalid": ("is not valid FHIR: {}", "不是有效的 FHIR:{}"),
    "not-a-consent": ("is not a Consent", "不是 Consent"),
    "unknown-code": ("has a code nobody knows: {}", "含有未知代码：{}"),
    "not-computable": ("cannot be used for a decision: {}", "无法用于判定：{}"),
    "patient-unknown": ("is about a patient this node does not hold", "所涉患者不在本节点"),
    "moves-custodian": (
        "would give a patient on record another managing organisation; if that is meant, use --move-custodian",
        "会改变已有患者的保管机构；如确系此意，请加 --move-custodian 导入",
    ),
    "not-in-r4b": ("is of a type the validator (R4B) does not have", "属于校验器(R4B)没有的类型"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, line counted from 1 (0 where lines mean nothing), place in a Bundle."""

    file: str
    line: int = 0
    entry: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where} {self.entry}" if self.entry else where


@dataclass(frozen=True, slots=True)
class Found:
    """One resource that can be kept.

    `body` is its JSON as it came; `tight` the same without blanks between tokens; `resource` the same parsed.
    """

    place: Place
    type: str
    id: str
    body: bytes = field(repr=False)
    tight: bytes = field(repr=False)
    resource: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be kept, and why. `raw` is the line itself: for the reject file only."""

    place: Place
    reason: str
    detail: str = ""
    type: str = ""
    raw: bytes = field(default=b"", repr=False)

    @property
    def en(self) -> str:
        column = f" (column {self.detail})" if self.detail else ""
        return f"{self.place}: {REASONS[self.reason][0].format(self.detail, column=column)}"

    @property
    def zh(self) -> str:
        column = f"(第 {self.detail} 列)" if self.detail else ""
        return f"{self.place}:{REASONS[self.reason][1].format(self.detail, column=column)}"

    def __str__(self) -> str:
        return self.en
