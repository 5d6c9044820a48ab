"""What patients say, turned into consent versions and ledger entries: granting, revoking, bringing in signed forms."""

from exchange.consenting.effect import shortfalls
from exchange.consenting.granting import Granted, NoSuchConsent, Revoked, consents_of, grant, revoke
from exchange.consenting.importing import ConsentImport, import_consents
from exchange.consenting.versions import NoSuchVersion, two_versions, version_of, versions_of

__all__ = [
    "ConsentImport",
    "Granted",
    "NoSuchConsent",
    "NoSuchVersion",
    "Revoked",
    "consents_of",
    "grant",
    "import_consents",
    "revoke",
    "shortfalls",
    "two_versions",
    "version_of",
    "versions_of",
]
