"""What can go wrong with consents, in words a person can act on."""

from typing import ClassVar


class ConsentError(Exception):
    """Something about a consent stopped the work; says what, where, and what to do next."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class BadCase(ConsentError):
    """A question or a setting of the decision point has a field nobody knows, or one that cannot be read."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint="a field that is not known is an error, never ignored: it may be a restriction",
            hint_zh="不认识的字段一律报错，不会忽略：它可能是一项限制",
        )
        self.place = place


class ConsentNotComputable(ConsentError):
    """A consent says something no machine can decide by, so it is not let in."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"the consent cannot be computed: {place} {en}",
            f"该同意书无法由系统判定：{place} {zh}",
            hint="write what is permitted and what is denied in so many words, every rule with its type",
            hint_zh="请逐条写明允许什么、拒绝什么，每条规则都要有 type",
        )
        self.place = place


class ConsentChanged(ConsentError):
    """Somebody else stored a version of this consent at the same moment; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "this consent was changed by somebody else just now; nothing was written",
            "该同意刚刚被他人更改，本次未写入",
            hint="look at the newest version and try again",
            hint_zh="请查看最新版本后重试",
        )


class ConsentAltered(ConsentError):
    """A stored consent is not what its ledger entry vouches for."""

    exit_code: ClassVar[int] = 4

    def __init__(self, entry: str) -> None:
        super().__init__(
            f"a stored consent does not match its ledger entry {entry}",
            f"存储的同意与账本条目 {entry} 不一致",
            hint="nothing is released on it; restore ledger.db from a backup and run hutong ledger verify",
            hint_zh="不会据此放行；请从备份恢复 ledger.db 并运行 hutong ledger verify",
        )


class WithdrawnAlready(ConsentError):
    """Only a consent that counts can be taken back."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"this consent is {status}, there is nothing to take back",
            f"该同意的状态是 {status}，无可收回",
            hint="hutong consent list shows which consents count",
            hint_zh="hutong consent list 可查看哪些同意有效",
        )


class BadWish(ConsentError):
    """What the person wants to agree to contradicts itself or leaves out something essential."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            en,
            zh,
            hint="say who, why, what and how long; hutong consent grant --help has an example",
            hint_zh="请说明谁看、为什么看、看什么、看多久；示例见 hutong consent grant --help",
        )
