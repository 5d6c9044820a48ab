"""Whom a patient's own record knows by name, so that no text of the patient names them again.

The patient and relatives come from everything held of the patient, those who treat and their hospitals from what the
records that leave point at.
"""

from collections.abc import Sequence

import orjson

from deid.knowing import known_of
from deid.text.known import Known
from exchange.records import Store

_OF_THE_PATIENT = ("Patient", "RelatedPerson")
_OF_THE_HOUSE = frozenset(("Practitioner", "PractitionerRole", "Organization"))


def known_of_patient(store: Store, patient: str, refs: Sequence[str]) -> Known:
    """All that is known of people when the records `refs` ("Type/id") of `patient` (by id) are made safe.

    Raises UnknownRecord, StoreAltered.
    """
    own = store.of_patient(patient, _OF_THE_PATIENT, joint=True)
    house = [one for one in store.shared_with(refs) if one.type in _OF_THE_HOUSE]
    return known_of(orjson.loads(one.body) for one in (*own, *house))
