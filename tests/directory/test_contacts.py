"""Whom a patient turns to: named where it is known, and no reason for two regions to disagree."""

from dataclasses import replace

import pytest

from exchange.directory import (
    BadRegistry,
    Directory,
    Organisation,
    OrganisationDiffers,
    as_toml,
    from_card,
    parse_directory,
    to_card,
)

KNOWN = Organisation(
    id="h",
    name_zh="第一医院",
    name_en="First Hospital",
    kind="hospital",
    tier="county",
    region="320583",
    contact="医务科",
    phone="0512-0000-0000",
)
UNKNOWN = replace(KNOWN, contact="", phone="")


def test_a_contact_survives_the_registry_and_the_card() -> None:
    read = parse_directory(as_toml(Directory([KNOWN])).encode(), "registry.toml")
    assert read.organisation("h") == KNOWN
    assert from_card(to_card([KNOWN])) == (KNOWN,)


def test_a_card_leaves_off_a_contact_nobody_knows_so_that_older_programs_read_it() -> None:
    (written,) = to_card([UNKNOWN])
    assert not {"contact", "phone"} & written.keys()
    assert from_card([written]) == (UNKNOWN,)


@pytest.mark.parametrize("other", [UNKNOWN, replace(KNOWN, phone="0512-1111-1111")])
def test_regions_need_not_agree_on_whom_to_call(other: Organisation) -> None:
    assert Directory([KNOWN]).merge([other]).organisation("h") == KNOWN
    with pytest.raises(OrganisationDiffers):
        Directory([KNOWN]).merge([replace(other, region="440400")])


@pytest.mark.parametrize("contact", ['""', '" "', '"a\\u0007b"', "1", f'"{"x" * 201}"'])
def test_a_contact_that_cannot_be_read_out_is_refused(contact: str) -> None:
    text = as_toml(Directory([KNOWN])).replace('"医务科"', contact)
    with pytest.raises(BadRegistry, match="contact"):
        parse_directory(text.encode(), "registry.toml")
