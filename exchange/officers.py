"""Some things only a security officer may do: approve a project, close a review."""

from exchange.directory import Directory
from exchange.errors import ExchangeError

OFFICER = "security-officer"


class NotAnOfficer(ExchangeError):
    """The person named has another role."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "only a security officer may do this",
            "此操作只能由安全负责人进行",
            hint="--by names a person whose role in registry.toml is security-officer, e.g. ks-so-001",
            hint_zh="--by 须为 registry.toml 中角色为 security-officer 的人员，例如 ks-so-001",
        )


def require_officer(directory: Directory, person: str) -> None:
    """Return if `person` is a security officer of the registry. Raises NotInDirectory, NotAnOfficer."""
    if directory.person(person).role != OFFICER:
        raise NotAnOfficer
