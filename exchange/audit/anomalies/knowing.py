"""Find out what a finding may rest on beside the ledger. Patients and their records are read, nothing is written."""

from collections.abc import Collection, Iterator, Sequence

from exchange.audit.anomalies.caseless import caseless
from exchange.audit.anomalies.finding import is_look, person_of
from exchange.audit.anomalies.kinship import Card, card_of, kinship, own_patient
from exchange.audit.anomalies.known import SELF, Known
from exchange.audit.details import details_of
from exchange.directory.people import DEVICES
from exchange.node.node import Node
from exchange.watchlist import watched_now
from ledger import Recorded

# They look at a record because it is theirs, or their relative's.
_FAMILY_BY_RIGHT = ("patient", "next-of-kin")


def known_about(node: Node, entries: Sequence[Recorded], kinds: Collection[str]) -> Known:
    """What is known of the looks among `entries`, as far as these kinds of finding rest on it.

    Every look for treatment is opened to find out what was open for it, and nothing else takes time.
    """
    looks = [one for one in entries if is_look(one)]
    return Known(
        kin=dict(_kin(node, looks)) if {"own-record", "family-record"} & {*kinds} else {},
        watched=watched_now(node.office),
        caseless=caseless(node.office, looks) if "without-case" in kinds else frozenset(),
        regions={one.id: one.region for one in node.directory.organisations()},
    )


def _kin(node: Node, looks: Sequence[Recorded]) -> Iterator[tuple[tuple[str, str], str]]:
    own = dict(_own_records(node))
    cards: dict[str, Card] = {}

    def card(patient: str) -> Card:
        if patient not in cards:
            cards[patient] = card_of(node.records, patient)
        return cards[patient]

    pairs = {(person_of(one), one.entry.patient): one for one in looks if person_of(one) in own}
    for pair, look in pairs.items():
        theirs, pseudonym = own[pair[0]]
        if pair[1] == pseudonym:
            yield pair, SELF
        elif (patient := _patient_of(node, look)) and (how := kinship(card(theirs), card(patient))):
            yield pair, how


def _own_records(node: Node) -> Iterator[tuple[str, tuple[str, str]]]:
    """Pseudonym of each of our people who is a patient here -> id of that record, and its pseudonym."""
    for person in node.directory.people():
        if person.role in (*DEVICES, *_FAMILY_BY_RIGHT):
            continue
        patient = own_patient(node.records, person)
        if patient is not None:
            keys = node.vault.known(patient)
            yield node.desk.actor_named(person.id), (patient, keys.pseudonym if keys else "")


def _patient_of(node: Node, look: Recorded) -> str:
    """The id of the patient of a look, as it was sealed; "" after an erasure."""
    request = details_of(node.office, look).told.get("request")
    return str(request.get("patient", "")) if isinstance(request, dict) else ""
