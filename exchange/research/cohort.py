"""Who belongs to a project's cohort: by diagnosis, sex and age, from the records this node holds."""

from collections.abc import Iterator
from datetime import date

import orjson

from exchange.records import ItemFacts, Store, UnknownRecord
from exchange.research.protocol import Cohort

# ICD-10 as the WHO and as China's national code list (WS 364) name it.
ICD_10 = ("http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.156.10011.2.3.3.11")


def cohort_of(store: Store, wanted: Cohort, today: date) -> Iterator[str]:
    """Ids of the patients that fit, in order. One whose sex or day of birth is not known does not fit a limit."""

    def diagnosed(facts: ItemFacts) -> bool:
        return is_about(facts, wanted)

    return (one for one in store.patients(("Condition",), diagnosed) if _fits(store, one, wanted, today))


def belongs(store: Store, patient: str, wanted: Cohort, today: date) -> bool:
    """Whether the patient of this id fits."""
    diagnosed = any(is_about(facts, wanted) for facts in store.facts_of(patient, ("Condition",)))
    return diagnosed and _fits(store, patient, wanted, today)


def is_about(facts: ItemFacts, wanted: Cohort) -> bool:
    """Whether a record carries the code of one of the conditions looked for."""
    spelled = tuple(full for prefix in wanted.conditions for full in _written_out(prefix))
    return any(code.startswith(spelled) for code in facts.codes)


def _written_out(prefix: str) -> tuple[str, ...]:
    """`system|code` as it is; a bare prefix in every spelling of ICD-10."""
    return (prefix,) if "|" in prefix else tuple(f"{system}|{prefix}" for system in ICD_10)


def _fits(store: Store, patient: str, wanted: Cohort, today: date) -> bool:
    try:
        person = orjson.loads(store.get("Patient", patient).body)
    except UnknownRecord:
        return False
    if wanted.sex != "any" and person.get("gender") != wanted.sex:
        return False
    age = age_on(str(person.get("birthDate", "")), today)
    return age is not None and wanted.min_age <= age <= wanted.max_age


def age_on(birth_date: str, today: date) -> int | None:
    """Whole years on `today` from a full FHIR date; None when the day of birth is not known."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
