"""What can go wrong when a record is made safe, in words a person can act on."""

from typing import ClassVar


class DeidError(Exception):
    """De-identification could not be set up; says where, and what to do next, never a value."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class UnknownProfile(DeidError):
    """Nobody wrote rules under this name."""

    def __init__(self, profile: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"there is no de-identification profile {profile}",
            f"没有名为 {profile} 的去标识化方案",
            hint="choose one of: " + " ".join(known),
            hint_zh="可选：" + " ".join(known),
        )


class UnknownElement(DeidError):
    """An element was asked for that the rules of this profile never let through."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, profile: str) -> None:
        super().__init__(
            f"{place} is not an element that the profile {profile} lets through",
            f"方案 {profile} 不放行 {place}",
            hint="the elements of each type and profile are listed in deid/rules",
            hint_zh="各资源类型在各方案下可放行的元素见 deid/rules",
        )


class BadRules(DeidError):
    """A rule file says something that means nothing."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"rule {place} {en}",
            f"规则 {place} {zh}",
            hint="nothing is released under rules that cannot be read; restore the files of this version",
            hint_zh="规则无法读取时不放行任何数据；请恢复随本版本安装的规则文件",
        )


class BadKey(DeidError):
    """The project key is too short to protect anybody."""

    exit_code: ClassVar[int] = 6

    def __init__(self, least: int) -> None:
        super().__init__(
            f"the project key has fewer than {least} bytes",
            f"项目密钥不足 {least} 字节",
            hint="derive one per project from the node's master secret",
            hint_zh="请由节点主密钥为每个项目派生一个密钥",
        )


class BadRecognizers(DeidError):
    """A hospital's own recognisers cannot be used as they are written."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="what a file of recognisers may hold: hutong deid check --example",
            hint_zh="识别规则文件的写法：hutong deid check --example",
        )
