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
            hint="is the file there? packaged rules come with the program; your own are built by: hutong policy build",
            hint_zh="请确认文件存在；随程序提供的策略包请重新安装本程序，自有策略包由 hutong policy build 构建",
        )


class BundleChanged(PolicyError):
    """The bundle is not the one that was pinned when it was built."""

    exit_code = 4

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not the bundle this program was built with",
            f"{place} 与本程序发布时的策略包不一致",
            hint="install the program again, or build it from changed rules: python -m policies.build",
            hint_zh="请重新安装本程序；如修改过规则，请重新构建：python -m policies.build",
        )


class WrongRevision(PolicyError):
    """The name a bundle gives itself is not that of the files in it."""

    exit_code = 4

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the revision in the manifest of {place} is not that of its files",
            f"{place} 清单中的版本号与其文件不符",
            hint="take the bundle from where it was built, or build it again: hutong policy build",
            hint_zh="请取用原始构建的策略包，或重新构建：hutong policy build",
        )


class NotSigned(PolicyError):
    """The bundle is not signed by the key the node trusts."""

    exit_code = 4

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place} is not signed by the key of policy.key: {en}",
            f"{place} 不是由 policy.key 所指密钥签名：{zh}",
            hint="nothing is released by it; ask whoever makes your rules for a signed one, or correct policy.key",
            hint_zh="不会据此放行任何数据；请向规则制定方取得已签名的策略包，或更正 policy.key",
        )


class KeyUnusable(PolicyError):
    """A key for signing bundles is not there, or not of the one kind that is used."""

    exit_code = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not a P-256 key in PEM",
            f"{place} 不是 PEM 格式的 P-256 密钥",
            hint="make one with: openssl ecparam -name prime256v1 -genkey -noout -out policy-private.pem,"
            " its public half with: openssl ec -in policy-private.pem -pubout -out policy.pem",
            hint_zh="生成密钥：openssl ecparam -name prime256v1 -genkey -noout -out policy-private.pem；"
            "导出公钥：openssl ec -in policy-private.pem -pubout -out policy.pem",
        )


class TrustUnusable(PolicyError):
    """The certificates by which a policy server is known cannot be read."""

    exit_code = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} is not a file of PEM certificates",
            f"{place} 不是 PEM 证书文件",
            hint="name the file with the certificate of your own authority in policy.ca_file, or leave it out",
            hint_zh="请在 policy.ca_file 中填写自有证书机构的证书文件，或删去该项",
        )


class PolicyUnusable(PolicyError):
    """The bundle loads but does not decide as it must: nothing may be asked of it."""

    exit_code = 4

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(
            f"the policy bundle {en}",
            f"策略包{zh}",
            hint="nothing is released without a working policy; go back to the last release that worked",
            hint_zh="没有可用的策略就不会放行任何数据；请退回上一个可用的版本",
        )


class DataUnusable(PolicyError):
    """A table in the data of a bundle is not as it is read; `place` is where, from the root of the data."""

    exit_code = 6

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the data of the policy bundle cannot be read at {place}",
            f"策略包的数据在 {place} 处无法读取",
            hint="compare your own rules with the packaged ones, and build them again: hutong policy build",
            hint_zh="请将自有规则与随程序提供的规则对照后重新构建：hutong policy build",
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
