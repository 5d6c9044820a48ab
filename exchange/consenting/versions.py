"""Two versions of one consent, to be told apart: the ones asked for, else the newest and the one before it."""

from consent import StoredConsent
from exchange.consenting.granting import NoSuchConsent, consents_of
from exchange.errors import ExchangeError
from exchange.node.node import Node


class NoSuchVersion(ExchangeError):
    """The consent has not the version asked for, or only one where two are needed."""

    exit_code = 6

    def __init__(self, there: int) -> None:
        super().__init__(
            f"there is no such version: this consent has {there}",
            f"没有这个版本：该同意共有 {there} 个版本",
            hint="hutong consent list PATIENT --all shows every version; a first version has none before it",
            hint_zh="hutong consent list 患者 --all 可查看所有版本；第一个版本之前没有可比较的",
        )


def versions_of(node: Node, patient: str, consent_id: str) -> list[StoredConsent]:
    """Every version of one consent, the first first. Raises UnknownPatient, NoSuchConsent."""
    found = [one for one in consents_of(node, patient, all_versions=True) if one.consent_id == consent_id]
    if not found:
        raise NoSuchConsent
    return found


def version_of(versions: list[StoredConsent], number: int | None) -> StoredConsent:
    """The version of this number, else the newest. Raises NoSuchVersion."""
    found = versions[-1] if number is None else next((one for one in versions if one.version == number), None)
    if found is None:
        raise NoSuchVersion(len(versions))
    return found


def two_versions(
    node: Node, patient: str, consent_id: str, *, old: int | None, new: int | None
) -> tuple[StoredConsent, StoredConsent]:
    """The versions to compare. Raises UnknownPatient, NoSuchConsent, NoSuchVersion."""
    versions = versions_of(node, patient, consent_id)
    after = version_of(versions, new)
    return version_of(versions, after.version - 1 if old is None else old), after
