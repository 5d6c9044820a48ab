"""The report of a month: what a security officer files and a supervising body is given, on one page that prints.

See docs/how-to/monthly-report.md; for what a supervisor may be told, docs/adr/0024.
"""

from exchange.audit.report.coarse import SupervisorsReport, for_supervisor
from exchange.audit.report.figures import OfficersReport, for_officer
from exchange.audit.report.officers_sheet import officers_sheet
from exchange.audit.report.page import page
from exchange.audit.report.period import BeforeTheLedger, NotBegun
from exchange.audit.report.supervisors_sheet import supervisors_sheet

__all__ = [
    "BeforeTheLedger",
    "NotBegun",
    "OfficersReport",
    "SupervisorsReport",
    "for_officer",
    "for_supervisor",
    "officers_sheet",
    "page",
    "supervisors_sheet",
]
