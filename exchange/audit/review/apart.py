"""Who may judge: a security officer whom the matter does not touch."""

from exchange.audit.anomalies.kinship import own_patient
from exchange.audit.review.matter import Matter
from exchange.errors import ExchangeError
from exchange.node.node import Node
from exchange.officers import require_officer
from exchange.reviews import OwnAccess


def require_apart(node: Node, matter: Matter, officer: str) -> None:
    """Return if `officer` (an id) may take a step in it. Raises NotInDirectory, NotAnOfficer, OwnAccess.

    Neither who looked or had a device look, nor whose own record was looked at.
    """
    require_officer(node.directory, officer)
    person = node.directory.person(officer)
    if node.desk.actor_named(officer) in matter.people:
        raise OwnAccess
    own = own_patient(node.records, person)
    keys = node.vault.known(own) if own else None
    if keys is not None and keys.pseudonym in matter.patients:
        raise OwnAccess


def require_other(node: Node, officer: str, decided_by: str) -> None:
    """Return if `officer` is not the one with the pseudonym `decided_by`. Raises SameOfficer."""
    if node.desk.actor_named(officer) == decided_by:
        raise SameOfficer


class SameOfficer(ExchangeError):
    """Nobody signs off their own decision."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "whoever decided this cannot sign it off too",
            "作出结论的人不能自行签核",
            hint="a second security officer does it; where registry.toml lists only one, add another",
            hint_zh="请由另一名安全负责人签核；如 registry.toml 中只有一名，请再登记一名",
        )
