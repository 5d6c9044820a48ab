"""What can go wrong with the registry, in words a person can act on."""

from collections.abc import Iterable
from typing import ClassVar

from exchange.errors import ExchangeError
from exchange.nearby import listed_hint


class DirectoryError(ExchangeError):
    """The registry cannot be read, or does not list what is asked for."""

    exit_code: ClassVar[int] = 6


class NotInDirectory(DirectoryError):
    """The registry lists nothing of this id, which is not repeated: it could be anybody's number."""

    def __init__(self, en: str, zh: str, sought: str = "") -> None:
        super().__init__(
            f"the {en} given is not in the registry",
            f"登记表中没有所给的{zh}",
            hint="registry.toml in the node's folder lists organisations, people and groups with their ids",
            hint_zh="节点目录中的 registry.toml 列出了机构、人员、群组及其编号",
        )
        self._sought = sought

    def suggest(self, listed: Iterable[str]) -> None:
        """Tell whoever sits at the node which ids there are, the nearest first; another node is never told."""
        self.hint, self.hint_zh = listed_hint(
            self._sought, tuple(listed), ("registry.toml lists all", "全部列在 registry.toml 中")
        )


class BadRegistry(DirectoryError):
    """A registry, or the organisations on a node's card, cannot be used. `place` is file, entry and field."""

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place} 有误：{zh}",
            hint="nothing of it was used; correct that entry and try again",
            hint_zh="未采用其中任何内容；请改正该条目后重试",
        )


class OrganisationDiffers(DirectoryError):
    """Another node describes an organisation otherwise than this node's registry does."""

    exit_code: ClassVar[int] = 4

    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"organisation {organisation} is described otherwise in this node's registry",
            f"机构 {organisation} 在本节点登记表中的描述与对方不同",
            hint="agree with the other region on one entry; until then nothing of it was used",
            hint_zh="请与对方地区核对并统一该条目；在此之前未采用其内容",
        )
