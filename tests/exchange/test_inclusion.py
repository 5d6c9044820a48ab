"""By what a cohort is judged: whoever has never said anything unseen, everybody else by their records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from consent import Wish
from exchange.consenting import grant
from exchange.decisions.replaying import replay
from exchange.node.node import Node
from exchange.path.request import Actor, Request, Study
from exchange.records.errors import StoreAltered
from exchange.research.inclusion import Chosen, choose
from tests.exchange.nodes import NOW, Clock, Site
from tests.exchange.people import AN, BO, COHORT
from tests.exchange.studies import RESEARCHER, agree, protocol

AGREED, SILENT, REFUSED = COHORT[0], AN, BO


@dataclass
class Interrupted(Clock):
    """A clock that lets something happen once, in the moment somebody looks at it."""

    happens: Callable[[], object] | None = None

    def __call__(self) -> datetime:
        happens, self.happens = self.happens, None
        if happens:
            happens()
        return self.now


@pytest.fixture
def clock() -> Interrupted:
    return Interrupted()


@pytest.fixture
def house(site: Site, clock: Interrupted) -> Iterator[Node]:
    """One patient agreed to the study, one refused it, the others have said nothing."""
    with Site(site.folder, clock).open() as node:
        agree(node, AGREED)
        grant(node, REFUSED, Wish(refuse=True, purposes=("HRESCH",)), by=f"Patient/{REFUSED}")
        yield node


def chosen(node: Node, place: Path, *patients: str) -> Chosen:
    return choose(node, protocol(place), asking(node), patients)


def asking(node: Node) -> Request:
    """What the study of studies.py asks of each of them."""
    person = node.directory.person(RESEARCHER)
    organisation = node.directory.organisation(person.organisation)
    return Request(
        id="asking",
        patient="",
        purpose="CLINTRCH",
        actor=Actor(
            id=person.id,
            role=person.role,
            organisation=organisation,
            groups=node.directory.groups_of(person.reference, organisation.reference),
            vouched_by=node.id,
            name=person.name_zh,
        ),
        asked_at=NOW,
        classes=("Condition", "Observation", "Patient"),
        research=Study(
            project="diabetes-1",
            use=("HMB",),
            approved=True,
            approved_until=NOW.date(),
            profile="research",
        ),
    )


def test_who_agreed_is_included_and_the_others_are_refused_for_their_own_reasons(
    house: Node, tmp_path: Path
) -> None:
    made = chosen(house, tmp_path, SILENT, AGREED, REFUSED)
    assert [one.patient for one in made.included] == [AGREED]
    assert dict(made.left_out) == {"NO_CONSENT": 1, "CONSENT_DENY": 1}
    assert [keys for keys, _ in made.refused] == [house.vault.known(one) for one in (SILENT, REFUSED)]


def test_nothing_of_whoever_never_said_anything_is_looked_at(house: Node, tmp_path: Path) -> None:
    made = chosen(house, tmp_path, SILENT, REFUSED)
    told: list[Any] = [verdict.evidence["consent"] for _, verdict in made.refused]
    assert ["items" in one["case"] for one in told] == [False, True]


def test_a_refusal_made_unseen_is_replayed_to_the_same_bytes(house: Node, tmp_path: Path) -> None:
    [(keys, verdict)] = chosen(house, tmp_path, SILENT).refused
    entry = house.desk.refused(asking(house), verdict, keys, house.house_key)
    again = replay(house.office, entry.id)
    assert (again.possible, again.same, again.parts) == (True, True, ())


def test_a_damaged_record_of_whoever_never_said_anything_is_not_met(
    house: Node, site: Site, tmp_path: Path
) -> None:
    db = apsw.Connection(str(site.folder / "records.db"))
    db.execute("UPDATE resource SET facts = x'00' WHERE type = 'Condition'")
    db.close()
    assert dict(chosen(house, tmp_path, SILENT).left_out) == {"NO_CONSENT": 1}
    with pytest.raises(StoreAltered):
        chosen(house, tmp_path, AGREED)


def test_whoever_agrees_in_that_very_moment_is_judged_by_what_they_said(
    house: Node, clock: Interrupted, tmp_path: Path
) -> None:
    """The cohort was read, the patient had said nothing, and says yes before the judgement."""
    asked = asking(house)
    study = protocol(tmp_path)

    def patients() -> Iterator[str]:
        yield SILENT
        clock.happens = lambda: agree(house, SILENT)

    made = choose(house, study, asked, patients())
    assert [one.patient for one in made.included] == [SILENT]
    assert made.included[0].verdict.permitted


def test_a_cohort_larger_than_what_is_read_at_once_is_judged_to_the_end(house: Node, tmp_path: Path) -> None:
    many = [f"nobody-{number}" for number in range(127)]
    made = chosen(house, tmp_path, *many, AGREED, SILENT, *many, REFUSED)
    assert [one.patient for one in made.included] == [AGREED]
    assert dict(made.left_out) == {"NO_CONSENT": 2 * len(many) + 1, "CONSENT_DENY": 1}
