"""Records that were deleted behind the node's back are missed; an import says what it did not do by the way."""

from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest

from exchange.audit.details import details_of
from exchange.holdings import missing
from exchange.intake import take_in
from exchange.node.node import Node
from exchange.records import AS_EVER, ImportReport, Terms
from exchange.soundness import NotSound, require_sound
from exchange.status import health
from tests.exchange.nodes import Site, allow, last, put, question
from tests.exchange.people import AN, BO, condition, labelled, patient


def bring_in(node: Node, site: Site, *resources: dict[str, Any], terms: Terms = AS_EVER) -> ImportReport:
    file: Path = site.folder / "more.ndjson"
    file.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in resources))
    return take_in(node, [file], terms=terms)[0]


def delete(site: Site, kind: str, name: str) -> None:
    """As somebody with the file would, and nothing but the file."""
    db = apsw.Connection(str(site.folder / "records.db"))
    db.execute("DELETE FROM resource WHERE type = ? AND id = ?", (kind, name))
    assert db.changes() == 1
    db.close()


def test_nothing_is_missing_after_imports_that_add_change_and_repeat(node: Node, site: Site) -> None:
    assert missing(node) == 0
    bring_in(node, site, condition("x-1", BO, "E11.9"))
    bring_in(node, site, condition("x-1", BO, "E11.8"), condition("x-2", BO, "I10"))
    bring_in(node, site, condition("x-1", BO, "E11.8"))
    assert missing(node) == 0
    require_sound(node, however_large=True)


@pytest.mark.attack
def test_a_record_that_was_deleted_is_missed(node: Node, site: Site) -> None:
    delete(site, "Condition", "an-f32")
    assert missing(node) == 1
    (line,) = (one for one in health(node) if one.name_en == "records")
    assert (line.ok, line.exit_code, line.en.startswith("1 records are gone")) == (False, 4, True)
    with pytest.raises(NotSound, match="1 records are gone"):
        require_sound(node, however_large=True)


@pytest.mark.attack
def test_records_of_another_type_do_not_make_up_for_it(node: Node, site: Site) -> None:
    delete(site, "Condition", "an-f32")
    report = bring_in(node, site, patient("p-new", serial=77))
    assert report.missing == 1
    assert details_of(node.office, last(node)).told["missing"] == 1


def test_after_they_were_imported_again_the_node_is_sound_and_the_gap_is_on_record(
    node: Node, site: Site
) -> None:
    delete(site, "Condition", "bo-e11")
    report = bring_in(node, site, condition("bo-e11", BO, "E11.9"))
    assert (report.new.total(), report.missing, missing(node)) == (1, 1, 0)
    assert bring_in(node, site, condition("bo-e11", BO, "E11.9")).missing == 0


def test_labels_that_were_lost_and_custodians_that_stay_are_named_in_the_sealed_details_only(
    node: Node, site: Site
) -> None:
    other = patient(BO, serial=2, born="1985-01-01")
    other["managingOrganization"] = {"reference": "Organization/ks-tcm-hospital"}
    report = bring_in(node, site, condition("an-f32", AN, "F32.1", labelled("N")), other)
    assert report.rejected.total() == 1
    entry = last(node)
    told = details_of(node.office, entry).told
    assert told["labels"] == {"count": 1, "records": ["Condition/an-f32"], "relabelled": False}
    assert told["custodians"] == {"count": 1, "records": [f"Patient/{BO}"], "moved": False}
    assert b"an-f32" not in entry.body
    assert BO.encode() not in entry.body


def test_a_psychiatric_record_that_comes_back_without_its_label_stays_closed(node: Node, site: Site) -> None:
    allow(node, except_sensitivities=("PSY",))
    before = put(question(node), node.office).refs
    bring_in(node, site, condition("an-f32", AN, "F32.1", labelled("N")))
    assert put(question(node), node.office).refs == before
    bring_in(node, site, condition("an-f32", AN, "F32.1", labelled("N")), terms=Terms(relabel=True))
    assert put(question(node), node.office).refs == before | {"Condition/an-f32"}


def test_the_staff_of_another_hospital_do_not_become_the_custodians_by_an_import(
    node: Node, site: Site
) -> None:
    other = patient(BO, serial=2, born="1985-01-01")
    other["managingOrganization"] = {"reference": "Organization/ks-tcm-hospital"}
    bring_in(node, site, other)
    assert not put(question(node, patient=BO), node.office).permit
    bring_in(node, site, other, terms=Terms(move_custodian=True))
    assert put(question(node, patient=BO), node.office).code == "INTERNAL_CARE"
