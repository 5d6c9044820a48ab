"""What can go wrong with a sample, in words a person can act on."""

from typing import ClassVar

from exchange.errors import ExchangeError


class TooFewPatients(ExchangeError):
    """So few people do not make three regions with a family each."""

    exit_code: ClassVar[int] = 2

    def __init__(self, least: int) -> None:
        super().__init__(
            f"a sample needs at least {least} patients",
            f"示例人口至少需要 {least} 名患者",
            hint=f"give --patients {least} or more",
            hint_zh=f"请用 --patients 指定不少于 {least} 人",
        )


class FolderInUse(ExchangeError):
    """The folder holds something already, which must not be mixed with a sample."""

    exit_code: ClassVar[int] = 2

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} is not empty; nothing was written",
            f"{folder} 不是空目录，未写入任何内容",
            hint="choose a new folder",
            hint_zh="请换一个新目录",
        )
