"""Who keeps a record decides whose staff need no further consent; so it is read from the record, with one limit."""

from datetime import date
from pathlib import Path

import pytest

from exchange.directory import read_directory, starter
from exchange.intake import take_in
from exchange.node.create import Founding
from exchange.path.subject import subject_of
from exchange.sample import write_sample
from exchange.wiring import found_node, open_node


@pytest.mark.parametrize(
    ("region", "custodian"), [("320583", "ks-first-hospital"), ("120000", "tj-platform")]
)
def test_a_hospital_elsewhere_is_never_the_custodian_of_what_is_held_here(
    tmp_path: Path, region: str, custodian: str
) -> None:
    """The same patient, treated in two regions: her Kunshan hospital keeps her record in Kunshan only."""
    write_sample(tmp_path / "people", patients=12, seed=1, today=date(2026, 11, 1))
    registry = tmp_path / "registry.toml"
    registry.write_bytes(starter())
    own = {"320583": "ks-platform", "120000": "tj-platform"}[region]
    founding = Founding(region=region, name="", node_id="n", organisation=own, registry=registry)
    found_node(tmp_path / "node", founding)
    with open_node(tmp_path / "node", {}) as node:
        take_in(node, [tmp_path / "people" / region])
        subject = subject_of(node.records, "ks-pt-0001", read_directory(registry), node.own)
    assert subject.custodian.id == custodian
