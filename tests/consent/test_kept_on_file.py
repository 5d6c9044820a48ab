"""The row decisions go by: nobody without the key can change it unseen, and without it they are the same."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from msgspec import structs

from consent import PatientKey, Registry
from consent.document import read_document
from consent.errors import ConsentAltered, ConsentChanged
from consent.on_file import keep
from ledger import Draft, Log
from ledger.sealing import pseudonym, seal
from tests.consent.filing import (
    ATTACKS,
    BO,
    CARE,
    KEY,
    LIN,
    REFUSAL,
    TAKEN_BACK,
    answer,
    do,
    entry_of,
    insert,
    new_log,
    row,
    store,
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = new_log(tmp_path)
    yield made
    made.close()


@pytest.fixture
def registry(log: Log) -> Registry:
    return Registry(log.glance)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_is_kept_is_not_led_astray_by_a_changed_version(
    log: Log, registry: Registry, attack: str
) -> None:
    for one in (CARE, CARE | {"language": "zh"}, TAKEN_BACK):
        store(log, registry, one)
    do(log, attack)
    with suppress(ConsentAltered):
        assert answer(registry) == "CONSENT_WITHDRAWN"
    with pytest.raises(ConsentAltered):
        [registry.versions(LIN), registry.on_file(LIN, 8)]


# Each of these is an attempt on the row that decides, by somebody without the key.
ON_THE_ROW = {
    "a byte less": "UPDATE consent_on_file SET sealed = substr(sealed, 1, length(sealed) - 1)",
    "nothing in it": "UPDATE consent_on_file SET sealed = x''",
    "a version in its place": "UPDATE consent_on_file SET sealed = (SELECT sealed FROM consent_version LIMIT 1)",
    "it comes with another entry": "UPDATE consent_on_file SET entry = (SELECT entry FROM consent_version LIMIT 1)",
    "it is another patient's": (
        "DELETE FROM consent_on_file WHERE patient = '{lin}'; UPDATE consent_on_file SET patient = '{lin}'"
    ),
    "the newest version is taken out": "DELETE FROM consent_version WHERE version = 2",
    "all versions are taken out": "DELETE FROM consent_version WHERE patient = '{lin}'",
}


@pytest.mark.parametrize("attack", ON_THE_ROW.values(), ids=ON_THE_ROW.keys())
def test_a_row_somebody_changed_decides_nothing(log: Log, registry: Registry, attack: str) -> None:
    for one in (CARE, TAKEN_BACK):
        store(log, registry, one)
    store(log, registry, CARE, BO)
    do(log, attack.format(lin=LIN.pseudonym))
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_an_earlier_row_that_is_put_back_counts_for_nothing(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    earlier = row(log)
    store(log, registry, TAKEN_BACK)
    do(log, "REPLACE INTO consent_on_file VALUES (?, ?, ?, ?)", earlier)
    assert answer(registry) == "CONSENT_WITHDRAWN"


def test_a_row_that_is_gone_is_missed_by_nobody_and_comes_back(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    do(log, "DELETE FROM consent_on_file")
    assert answer(registry) == "CONSENT_PERMIT"
    store(log, registry, TAKEN_BACK)
    assert row(log)
    assert answer(registry) == "CONSENT_WITHDRAWN"


def test_a_row_read_by_other_rules_or_elsewhere_is_not_used(log: Log, registry: Registry) -> None:
    store(log, registry, CARE | {"dateTime": "2026-02-01"})
    there, here = registry.on_file(LIN, 0).documents[0], registry.on_file(LIN, 8).documents[0]
    assert there.signed
    assert here.signed
    assert there.signed.first - here.signed.first == timedelta(hours=8)
    do(log, "UPDATE consent_on_file SET reading = 'form 1, UTC+8'")
    assert registry.on_file(LIN, 8).documents == (here,)


def test_what_an_older_program_stored_since_counts(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    told = {"consent": "care", "version": 2, "resource": TAKEN_BACK}
    insert(log, pseudonym(KEY, "consent:care"), 2, seal(told, key=KEY, entropy=os.urandom))
    assert answer(registry) == "CONSENT_WITHDRAWN"


def test_a_ledger_without_the_table_decides_all_the_same(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    do(log, "DROP TABLE consent_on_file")
    assert answer(registry) == "CONSENT_PERMIT"
    assert [one.version for one in registry.versions(LIN)] == [1]


def test_several_statements_of_a_patient_in_one_go_are_all_on_file(log: Log, registry: Registry) -> None:
    first, second = (registry.storing(one, LIN, entropy=os.urandom) for one in (CARE, REFUSAL))
    log.append_many(
        [Draft(entry=entry_of(one.commitment, LIN), change=one.change) for one in (first, second)]
    )
    assert row(log)
    assert registry.on_file(LIN, 8).versions == (("care", 1), ("refusal", 1))
    assert answer(registry) == "CONSENT_DENY"


def test_nothing_is_kept_of_a_statement_that_was_not_written(log: Log, registry: Registry) -> None:
    first, second = (registry.storing(one, LIN, entropy=os.urandom) for one in (CARE, TAKEN_BACK))
    log.append(entry_of(first.commitment, LIN), change=first.change)
    before = row(log)
    with pytest.raises(ConsentChanged):
        log.append(entry_of(second.commitment, LIN), change=second.change)
    assert row(log) == before


def test_what_a_patient_says_is_recorded_though_an_earlier_word_was_changed(
    log: Log, registry: Registry
) -> None:
    store(log, registry, CARE)
    do(log, "UPDATE consent_version SET sealed = zeroblob(100)")
    recorded = store(log, registry, REFUSAL)
    assert log.find(recorded.id).entry.patient == LIN.pseudonym
    with pytest.raises(ConsentAltered):
        registry.on_file(LIN, 8)


def test_a_row_that_does_not_say_what_the_versions_say_is_found_when_they_are_looked_at(
    log: Log, registry: Registry
) -> None:
    """Only whoever holds the key could seal it; whoever lists the consents or replays a decision sees it."""
    store(log, registry, REFUSAL)
    entry, honest = row(log)[2], registry.on_file(LIN, 8)
    forged = structs.replace(honest, documents=(read_document(CARE, 8),))
    writer = apsw.Connection(str(log.path))
    keep(writer, LIN, forged, entry=entry, hours_east=8, entropy=os.urandom)
    writer.close()
    with pytest.raises(ConsentAltered, match=entry):
        registry.versions(LIN)


def test_after_erasure_what_is_on_file_is_ciphertext(log: Log, registry: Registry) -> None:
    store(log, registry, CARE)
    with pytest.raises(ConsentAltered):
        registry.on_file(PatientKey(LIN.pseudonym, bytes(32)), 8)
