"""An audit message in XML has the parts RFC 3881 and DICOM PS3.15 A.5 ask for, in their order."""

from xml.etree import ElementTree

import pytest

from exchange.audit.export.event import Teller
from exchange.audit.export.message import DICOM, RFC_3881, Dialect, as_file, on_one_line
from exchange.audit.export.opening import Pseudonyms
from exchange.node.node import Node
from tests.exchange.nodes import allow, entries, put, question

PARTS = [
    "EventIdentification",
    "ActiveParticipant",
    "AuditSourceIdentification",
    "ParticipantObjectIdentification",
]


@pytest.mark.parametrize("dialect", [RFC_3881, DICOM], ids=["rfc3881", "dicom"])
def test_the_parts_stand_in_their_order(node: Node, dialect: Dialect) -> None:
    put(question(node), node.office)
    allow(node)
    put(question(node), node.office)
    teller = Teller.of(node, Pseudonyms())
    for one in entries(node):
        event = teller.tell(one)
        line = on_one_line(event, dialect)
        assert b"\n" not in line
        assert as_file(event, dialect).startswith(b"<?xml")
        root = ElementTree.fromstring(line)
        assert root.tag == "AuditMessage"
        assert list(dict.fromkeys(part.tag for part in root)) == PARTS
        identified = root[0]
        assert {"EventDateTime", "EventOutcomeIndicator", "EventActionCode"} == set(identified.attrib)
        assert all(
            {dialect.code, "codeSystemName", "originalText"} == set(code.attrib) for code in identified[:2]
        )
        explained = identified.find("EventOutcomeDescription") is not None
        assert explained == (dialect.explains and bool(one.entry.why))
