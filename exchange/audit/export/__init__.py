"""The ledger in forms other programs read: IHE BALP, WS/T 790.4 (RFC 3881), DICOM audit messages, a spreadsheet."""

from exchange.audit.export.choosing import Choice
from exchange.audit.export.errors import OnlyForOfficers
from exchange.audit.export.exporting import Exported, Order, Sink, export
from exchange.audit.export.forms import BUNDLE, FORMS, WITH_MARK, Form

__all__ = [
    "BUNDLE",
    "FORMS",
    "WITH_MARK",
    "Choice",
    "Exported",
    "Form",
    "OnlyForOfficers",
    "Order",
    "Sink",
    "export",
]
