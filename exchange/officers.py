"""Some things only a security officer may do: approve a project, close a review."""

from exchange.directory import Directory
from exchange.errors import ExchangeError

OFFICER = "security-officer"


class NotAnOfficer(ExchangeError):
    """The person named has another role. `option` is where they were named."""

    exit_code = 3

    def __init__(self, option: str) -> None:
        super().__init__(
            "only a security officer may do this",
            "此操作只能由安全负责人进行",
            **hints(option),
        )


def hints(option: str) -> dict[str, str]:
    """What to type instead, where a person is named with `option`: `hint` and `hint_zh` of an error."""
    return {
        "hint": f"{option} names a person whose role in registry.toml is {OFFICER}, e.g. ks-so-001",
        "hint_zh": f"{option} 须为 registry.toml 中角色为 {OFFICER} 的人员，例如 ks-so-001",
    }


def require_officer(directory: Directory, person: str, *, option: str = "--by") -> None:
    """Return if `person`, named with `option`, is a security officer of the registry.

    Raises NotInDirectory, NotAnOfficer.
    """
    if directory.person(person).role != OFFICER:
        raise NotAnOfficer(option)
