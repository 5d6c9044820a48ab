"""A research project on the cohort of people.py, and everybody's consent to it."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from consent import Wish
from exchange.consenting import Granted, grant
from exchange.node.node import Node
from exchange.research.extract import Extracted, extract
from exchange.research.projects import approve, register
from exchange.research.protocol import Protocol, read_protocol
from ledger import Recorded
from tests.exchange.nodes import OFFICER
from tests.exchange.people import COHORT

INSTITUTE = "Organization/ks-research-institute"
RESEARCHER = "ks-re-001"
STUDY: dict[str, Any] = {
    "id": "diabetes-1",
    "title_zh": "糖尿病研究",
    "title_en": "A study of diabetes",
    "organisation": "ks-research-institute",
    "principal": RESEARCHER,
    "purpose": "CLINTRCH",
    "use": ["HMB"],
    "valid_from": date(2026, 1, 1),
    "valid_until": date(2027, 12, 31),
    "cohort": {"conditions": ["E11"], "min_age": 18},
    "fields": {
        "Patient": ["gender", "birthDate", "address"],
        "Condition": ["code", "onsetDateTime"],
        "Observation": ["status", "code", "effectiveDateTime", "valueQuantity"],
    },
}
UNTIL = date(2027, 6, 30)


def protocol(place: Path, **changes: Any) -> Protocol:
    """The study, read from a file as the project hands it in."""
    file = place / "protocol.toml"
    file.write_text("".join(f"{name} = {_toml(value)}\n" for name, value in (STUDY | changes).items()))
    return read_protocol(file)


def _toml(value: Any) -> str:
    """Of what is in a protocol, all but tables and dates is written in TOML as in JSON."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + "}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def registered(node: Node, place: Path, **changes: Any) -> Protocol:
    one = protocol(place, **changes)
    register(node.desk, one, by=RESEARCHER, house_key=node.house_key)
    return one


def approved(node: Node, place: Path, **changes: Any) -> Protocol:
    """The study, on the register and approved by the officer."""
    one = registered(node, place, **changes)
    approve_until(node, one.id, UNTIL)
    return one


def approve_until(node: Node, project: str, until: date) -> Recorded:
    return approve(
        node.desk, node.log, project, approval="IRB-7", until=until, by=OFFICER, house_key=node.house_key
    )


def agree(node: Node, patient: str, **more: Any) -> Granted:
    """The patient takes part: health research by the institute, with the name removed."""
    said: dict[str, Any] = {
        "recipients": (INSTITUTE,),
        "purposes": ("HRESCH",),
        "confirmed": ("sensitive", "third-party", "research-broad"),
        "uses": ("DUO:0000006",),
        "deidentify": True,
    }
    return grant(node, patient, Wish(**(said | more)), by=f"Patient/{patient}")


def everybody_agrees(node: Node, patients: Iterable[str] = COHORT) -> dict[str, Granted]:
    return {patient: agree(node, patient) for patient in patients}


def extracted(node: Node, place: Path, project: str = "diabetes-1", name: str = "extract") -> Extracted:
    return extract(node, project, place / name)


def read(made: Extracted, kind: str) -> list[dict[str, Any]]:
    """The resources of one type in the extract."""
    return [orjson.loads(line) for line in (made.folder / f"{kind}.ndjson").read_bytes().splitlines()]
