"""Two real nodes in two folders, joined with each other, served over real sockets on this machine."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from exchange.federation.card import Card
from exchange.federation.counter import Counter
from exchange.federation.joining import join, own_card
from exchange.federation.line import Line
from exchange.federation.peers import PeerBook
from exchange.federation.running import listen, serving
from exchange.federation.serving import app
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.node.node import Node
from exchange.path.office import Office
from exchange.wiring import found_node, open_node
from exchange.witnessing.vouching import witness_of
from ledger import Entry

PATIENT = "p-17"
NUMBER = "110105199003070013"
FAMILY = "欧阳"
# One patient without any consent, and two who have, by mistake, the same number.
SILENT = "p-18"
TWINS = ("p-19", "p-20")
SHARED_NUMBER = "110105198501010025"


def _patient(name: str, number: str) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": number}],
        "gender": "female",
        "birthDate": "1985-01-01",
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    }


RECORDS: tuple[dict[str, object], ...] = (
    _patient(SILENT, "110105198501010017"),
    *(_patient(twin, SHARED_NUMBER) for twin in TWINS),
    {
        "resourceType": "Patient",
        "id": PATIENT,
        "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": NUMBER}],
        "name": [{"text": FAMILY + "静姝"}],
        "gender": "female",
        "birthDate": "1990-03-07",
        "managingOrganization": {"reference": "Organization/ks-first-hospital"},
    },
    {
        "resourceType": "Condition",
        "id": "d-1",
        "meta": {
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]
        },
        "subject": {"reference": f"Patient/{PATIENT}"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11"}]},
    },
    {
        "resourceType": "Observation",
        "id": "o-1",
        "meta": {
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]
        },
        "status": "final",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
        "effectiveDateTime": "2026-04-01T08:00:00+08:00",
        "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
    },
)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 5, 1, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Site:
    """One region's node: a folder, a clock, an address."""

    folder: Path
    clock: Clock
    listener: socket.socket
    _open: ExitStack = field(default_factory=ExitStack)
    _own: threading.local = field(default_factory=threading.local)

    def node(self) -> Node:
        """The node, opened once for each thread."""
        if not hasattr(self._own, "node"):
            opened = open_node(self.folder, {}, clock=self.clock)
            self._own.node = self._open.enter_context(opened)
        found: Node = self._own.node
        return found

    def office(self) -> Office:
        return self.node().office

    @property
    def peers(self) -> PeerBook:
        return PeerBook(self.folder / "peers")

    def card(self) -> Card:
        return own_card(self.node())

    def line(self, timeout: float = 10.0) -> Line:
        node = self.node()
        return Line(
            keys=node.keys, node=node.id, clock=self.clock, entropy=secrets.token_bytes, timeout=timeout
        )

    def counter(self) -> Counter:
        return Counter(
            keys=self.node().keys,
            card=self.card(),
            peers=self.peers,
            office=self.office,
            witness=witness_of(self.node(), self.office),
            clock=self.clock,
            entropy=secrets.token_bytes,
            threads=2,
        )

    @contextmanager
    def served(self) -> Iterator[None]:
        with serving(app(self.counter()), self.listener):
            yield

    def reopen(self) -> None:
        """Close every thread's node; the next use opens it again."""
        self._open.close()
        self._own = threading.local()

    def close(self) -> None:
        """Close the node and give its address back."""
        self.reopen()
        self.listener.close()

    def kinds(self) -> list[tuple[str, str, str]]:
        """Type, subtype and reason of every entry of the ledger."""
        return [(one.entry.type, one.entry.subtype, one.entry.why) for one in self.node().log.scan()]


def found(folder: Path, *, node: str, region: str, clock: Clock) -> Site:
    """A new node with the starter registry of its region."""
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    founding = Founding(region=region, name=node, node_id=node, organisation="", url=url)
    found_node(folder, founding, {}, clock=clock)
    return Site(folder, clock, listener)


def introduce(one: Site, other: Site) -> None:
    """Each joins the other, and both open again so that they know the other's organisations."""
    cards = one.card(), other.card()
    for site, card in ((one, cards[1]), (other, cards[0])):
        join(site.node(), card.written, fingerprint=card.fingerprint, by="operator-1")
        site.reopen()


def fill(site: Site, folder: Path) -> None:
    """Bring the invented patient's records into the node."""
    source = folder / "records.ndjson"
    source.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in RECORDS))
    report, _ = take_in(site.node(), [source])
    assert report.rejected.total() == 0


def consent(site: Site, consent_id: str, *, recipient: str) -> None:
    """The patient lets `recipient` see everything but diagnoses, for treatment, as Chinese law asks for it."""
    node = site.node()
    keys = node.vault.key_of(PATIENT)
    hl7, ours = "http://terminology.hl7.org/CodeSystem", "https://consent.example.cn/fhir/CodeSystem"
    separate = [
        {"coding": [{"system": f"{ours}/separate-consent", "code": code}]}
        for code in ("sensitive", "provide-third-party")
    ]
    resource = {
        "resourceType": "Consent",
        "id": consent_id,
        "status": "active",
        "scope": {"coding": [{"system": f"{hl7}/consentscope", "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}, *separate],
        "patient": {"reference": f"Patient/{PATIENT}"},
        "dateTime": "2026-04-30T09:00:00+08:00",
        "performer": [{"reference": f"Patient/{PATIENT}"}],
        "organization": [{"reference": "Organization/ks-platform"}],
        "sourceReference": {"reference": "DocumentReference/signed-1"},
        "policy": [{"uri": "https://consent.example.cn/policy/regional-sharing|1"}],
        "provision": {
            "type": "permit",
            "actor": [
                {
                    "role": {"coding": [{"system": f"{hl7}/v3-ParticipationType", "code": "IRCP"}]},
                    "reference": {"reference": recipient},
                }
            ],
            "purpose": [{"system": f"{hl7}/v3-ActReason", "code": "TREAT"}],
            "provision": [
                {
                    "type": "deny",
                    "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}],
                }
            ],
        },
    }
    storing = node.consents.storing(resource, keys, entropy=secrets.token_bytes)
    entry = Entry(
        type="consent",
        subtype="grant",
        action="C",
        outcome="0",
        region=node.region,
        node=node.id,
        source="consent",
        patient=keys.pseudonym,
        consents=(storing.commitment,),
    )
    node.desk.write(entry, {}, key=keys.key, change=storing.change)
