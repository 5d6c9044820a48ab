"""What is typed for a patient becomes exactly the wish it says, and nothing is added to it."""

from pathlib import Path
from typing import Any

import click
import pytest

from cli.commands.consent.giving import grant
from cli.errors import CannotRead
from cli.terminal import Terminal
from cli.wishes import CONFIRMATIONS, reference_of, wish_of
from consent.wish import SEPARATELY, Paper, Wish
from exchange.directory import Directory, NotInDirectory, parse_directory, starter

DIRECTORY = parse_directory(starter(), "starter.toml")


def test_a_plain_wish_says_who_what_for_and_how_long() -> None:
    said = _wish("--to", "zh-first-hospital", "--for", "TREAT", "--until", "2027-06-30")
    assert said == Wish(
        recipients=("Organization/zh-first-hospital",),
        purposes=("TREAT",),
        ends="2027-06-30",
    )


def test_everything_that_can_be_said_is_kept(tmp_path: Path) -> None:
    form, birth = tmp_path / "signed.pdf", tmp_path / "birth.jpg"
    form.write_bytes(b"form")
    birth.write_bytes(b"birth")
    said = _wish(
        *("--to", "ks-dr-001", "--to", "ks-family-team-1", "--to", "Practitioner/zh-dr-001"),
        *("--role", "family-doctor", "--region", "440400", "--for", "TREAT", "--for", "HRESCH"),
        *("--class", "Condition", "--class", "Observation", "--code", "http://loinc.org|718-7"),
        *("--sensitivity", "PSY", "--confidentiality", "N", "--from", "2026-01-31T08:00"),
        *("--data-since", "2020-01-01", "--data-until", "2025-12-31", "--except-class", "Media"),
        *("--except-sensitivity", "HIV", "--refuse", "--confirm", "sensitive", "--confirm", "automated"),
        *("--study", "diabetes-control-2026", "--use", "DUO:0000006", "--by", "mother-1"),
        *("--proof", str(birth), "--evidence", str(form), "--channel", "counter"),
    )
    assert said == Wish(
        refuse=True,
        recipients=("Practitioner/ks-dr-001", "Group/ks-family-team-1", "Practitioner/zh-dr-001"),
        roles=("family-doctor",),
        regions=("440400",),
        purposes=("TREAT", "HRESCH"),
        classes=("Condition", "Observation"),
        codes=("http://loinc.org|718-7",),
        sensitivities=("PSY",),
        confidentiality="N",
        starts="2026-01-31T08:00:00+08:00",
        data_since="2020-01-01",
        data_until="2025-12-31",
        except_classes=("Media",),
        except_sensitivities=("HIV",),
        confirmed=("sensitive", "automated"),
        study="diabetes-control-2026",
        uses=("DUO:0000006",),
        grantor="RelatedPerson/mother-1",
        proof=Paper(title="birth.jpg", content_type="image/jpeg", content=b"birth"),
        evidence=Paper(title="signed.pdf", content_type="application/pdf", content=b"form"),
        channel="counter",
    )


def test_what_can_be_confirmed_is_what_the_law_wants_asked_by_itself() -> None:
    assert set(CONFIRMATIONS) == set(SEPARATELY)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("ks-first-hospital", "Organization/ks-first-hospital"),
        ("ks-dr-001", "Practitioner/ks-dr-001"),
        ("ks-consortium", "Group/ks-consortium"),
        ("Practitioner/of-another-region", "Practitioner/of-another-region"),
    ],
)
def test_a_recipient_is_named_by_its_id_or_by_a_reference(text: str, reference: str) -> None:
    assert reference_of(DIRECTORY, text) == reference


def test_a_recipient_nobody_knows_is_refused_and_not_repeated() -> None:
    with pytest.raises(NotInDirectory) as told:
        reference_of(Directory(), "11990019900101001X")
    assert "1199" not in str(told.value) + told.value.zh


def test_a_paper_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"signed\.pdf"):
        _wish("--to", "ks-dr-001", "--for", "TREAT", "--evidence", str(tmp_path / "signed.pdf"))


def _wish(*words: str) -> Wish:
    """The wish in the options of `hutong consent grant`."""
    above = click.Context(click.Group("hutong"), obj=Terminal(environment={}))
    said: dict[str, Any] = grant.make_context("grant", ["ks-pt-0001", *words], parent=above).params
    return wish_of(DIRECTORY, {k: v for k, v in said.items() if k not in ("patient", "as_json")})
