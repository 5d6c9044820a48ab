"""Whatever a patient says is one entry; and where it takes back what was permitted, whoever received it is told.

The statement and the remarks on waiting extracts are appended together, all or none; the notices follow at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from consent import PatientKey, StoredConsent, Storing
from consent.document import read_document
from exchange.node.node import Node
from exchange.research.queue import remarks
from exchange.withdrawal.disclosures import Disclosure
from exchange.withdrawal.withdrawing import count_recipients, take_back
from ledger import Entry, Recorded

# Series and kinds of rules do not depend on where dates without an offset are local.
CHINA_HOURS = 8


def state(
    node: Node,
    patient: str,
    keys: PatientKey,
    *,
    storing: Storing,
    resource: Mapping[str, Any],
    entry: Entry,
    told: Mapping[str, object],
) -> tuple[Recorded, tuple[Disclosure, ...]]:
    """Record the consent version `resource` of the patient with this id; the entry, and what it takes back.

    Raises CannotAppend, ConsentChanged; then nothing was recorded.
    """
    office = node.office
    before = office.consents.versions(keys)
    if not _may_take_back(before, storing, resource):
        return office.desk.write(entry, told, key=keys.key, change=storing.change), ()
    statement = office.desk.draft(entry, told, key=keys.key, change=storing.change)
    recorded = take_back(office, statement, besides=remarks(node, patient, keys, resource))
    return recorded, count_recipients(office, only=recorded.id)


def _may_take_back(before: Sequence[StoredConsent], storing: Storing, resource: Mapping[str, Any]) -> bool:
    """Whether something permitted `before` may be permitted no more: else the ledger need not be read for it."""
    if not any(one.resource.get("status") == "active" for one in before):
        return False
    said = read_document(resource, CHINA_HOURS)
    if storing.version > 1 or said.status != "active" or said.root is None:
        return True
    if not all(rule.permits for rule in said.root.walk()):
        return True
    return said.series is not None and any(
        read_document(one.resource, CHINA_HOURS).series == said.series for one in before
    )
