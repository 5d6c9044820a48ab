"""What can go wrong before a policy can be asked. Asking itself never raises: it refuses."""

from typing import ClassVar


class PolicyError(Exception):
    """The policy cannot be used; says what, and what to do next."""

    exit_code: ClassVar[int] = 2

    def __init__(self, en: str, zh: str, *, hint: str = "", hint_zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.hint = hint
        self.hint_zh = hint_zh


class BundleUnreadable(PolicyError):
    """The bundle is not there, or not a bundle."""

    exit_code = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} cannot be read as a policy bundle",
            f"{place} 不是可用的策略包",
            hint="install the program again, or build it from changed rules: python -m policies.build",
            hint_zh="请重新安装本程序;如修改过规则,请重新构建:python -m policies.build",
        )


class BundleChanged(PolicyError):
    """The bundle is not the one that was pinned when it was built."""

    exit_code = 4

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not the bundle this program was built with",
            f"{place} 与本程序发布时的策略包不一致",
            hint="install the program again, or build it from changed rules: python -m policies.build",
            hint_zh="请重新安装本程序;如修改过规则,请重新构建:python -m policies.build",
        )


class PolicyUnusable(PolicyError):
    """The bundle loads but does not decide as it must: nothing may be asked of it."""

    exit_code = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the policy bundle {en}",
            f"策略包{zh}",
            hint="nothing is released without a working policy; go back to the last release that worked",
            hint_zh="没有可用的策略就不会放行任何数据;请退回上一个可用的版本",
        )


class NoBuilder(PolicyError):
    """The pinned opa is not there, or refused the rules."""

    exit_code = 5

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            en,
            zh,
            hint="build the tools first (needs Go): make policy-tools",
            hint_zh="请先构建工具(需要 Go):make policy-tools",
        )
