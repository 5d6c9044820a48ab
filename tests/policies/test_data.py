"""The data of the rules hang together: no purpose without terms, no role without a workplace."""

from typing import Any

import orjson
import pytest

from policies.bundle import read_bundle

DATA: dict[str, Any] = orjson.loads(read_bundle().data)["hutong_data"]
KINDS = set(DATA["registry"]["kinds"])
ROLES = set(DATA["roles"])
SORTS = {"none", *DATA["registry"]["evidence"].values()}
LEVELS = {"U", "L", "M", "N", "R", "V"}


def test_every_purpose_has_the_terms_of_a_family_and_words_in_both_languages() -> None:
    for purpose in DATA["purposes"].values():
        assert purpose["family"] in DATA["families"]
        assert purpose["zh"]
        assert purpose["en"]
    assert {purpose["family"] for purpose in DATA["purposes"].values()} == set(DATA["families"])


@pytest.mark.parametrize("name", DATA["families"])
def test_the_terms_of_a_family_are_complete(name: str) -> None:
    terms = DATA["families"][name]
    assert set(terms) == {
        "roles", "kinds", "ceiling", "labels", "classes", "reach", "needs", "datasets", "authors", "profile",
        "minimum", "notify",
    }  # fmt: skip
    assert set(terms["roles"]) <= ROLES
    assert terms["kinds"] == "*" or set(terms["kinds"]) <= KINDS - {"supervisor"}
    assert terms["ceiling"] in LEVELS, "YAML reads a bare N as false"
    assert terms["labels"] in ("any", "none")
    assert terms["classes"] == "*" or isinstance(terms["classes"], list)
    assert terms["reach"] in ("anywhere", "care", "consortium", "jurisdiction")
    assert terms["needs"] in SORTS
    assert set(terms["datasets"]) <= {"population", "archive", "emr"}
    assert terms["authors"] in ("any", "professional")
    assert isinstance(terms["notify"], bool)
    assert isinstance(terms["minimum"], bool)
    assert terms["profile"] in ("care", "research", "statistics", "project")


@pytest.mark.parametrize("name", DATA["roles"])
def test_a_role_is_complete(name: str) -> None:
    role = DATA["roles"][name]
    assert set(role) == {
        "kinds", "ceiling", "labels", "never", "classes", "content", "acts_for", "needs", "codes",
        "elements", "own_house",
    }  # fmt: skip
    assert set(role["acts_for"]) <= ROLES - {name}
    assert set(role["needs"]) <= set(DATA["families"])
    assert set(role["needs"].values()) <= SORTS - {"none"}
    assert all(one.partition(".")[0] in role["classes"] for one in role["elements"].split())
    assert all(name in role["classes"] and codes for name, codes in role["codes"].items())
    assert role["kinds"] == "*" or set(role["kinds"]) <= KINDS
    assert role["ceiling"] in LEVELS
    assert role["labels"] in ("any", "none")
    assert isinstance(role["content"], bool)


def test_somebody_can_ask_for_every_purpose_that_is_open() -> None:
    for name, terms in DATA["families"].items():
        possible = [
            role
            for role in terms["roles"]
            for works in [DATA["roles"][role]["kinds"]]
            if "*" in (works, terms["kinds"]) or set(works) & set(terms["kinds"])
        ]
        assert possible == terms["roles"], name


def test_levels_rank_as_hl7_has_them() -> None:
    rank = DATA["labels"]["rank"]
    assert sorted(rank, key=rank.__getitem__) == ["U", "L", "M", "N", "R", "V"]
    assert DATA["labels"]["unlabelled"] == "N"
    assert DATA["labels"]["sensitive"] == "R"


def test_a_province_is_two_digits_and_in_one_consortium() -> None:
    provinces = [p for one in DATA["regions"]["consortia"].values() for p in one["provinces"]]
    assert all(isinstance(p, str) and len(p) == 2 for p in provinces)
    assert len(provinces) == len(set(provinces))
    assert set(DATA["regions"]["outside"]) == {"71", "81", "82"}


def test_the_words_are_those_of_the_registry_and_the_request() -> None:
    from exchange.directory.organisation import KINDS as registered
    from exchange.directory.organisation import TIERS
    from exchange.directory.people import ROLES as known

    assert set(registered) == KINDS
    assert set(known) == ROLES
    assert set(TIERS) == set(DATA["regions"]["tiers"])


def test_every_class_that_can_be_about_a_patient_is_in_one_of_the_three_databases() -> None:
    from exchange.records.compartment import ABOUT
    from exchange.records.resource_types import R4_TYPES

    assert set(ABOUT) | {"Patient"} <= set(DATA["datasets"]) <= R4_TYPES
    assert set(DATA["datasets"].values()) == {"population", "archive", "emr"}
    listed = [one["classes"] for one in (*DATA["families"].values(), *DATA["roles"].values())]
    assert {name for classes in listed if classes != "*" for name in classes} <= set(DATA["datasets"])


def test_a_consent_that_names_a_database_means_the_classes_the_rules_count_to_it() -> None:
    from consent.databases import DATABASES

    listed = {name: {one for one, of in DATA["datasets"].items() if of == name} for name in DATABASES}
    assert listed == {name: set(classes) for name, classes in DATABASES.items()}
    assert set().union(*DATABASES.values()) == set(DATA["datasets"])


def test_a_device_acts_for_everybody_who_may_answer_for_one() -> None:
    from exchange.directory import RESPONSIBLE

    assert set(RESPONSIBLE) <= set(DATA["roles"]["ai-device"]["acts_for"])
    assert not any(DATA["roles"][name]["acts_for"] for name in DATA["roles"]["ai-device"]["acts_for"])


def test_a_count_hides_what_an_extract_hides() -> None:
    from exchange.node.settings import TABLE

    assert DATA["figures"]["smallest"] == next(
        one.default for one in TABLE if one.key == "research.small_cell"
    )


def test_everybody_in_the_starter_registry_works_where_the_rules_expect_it() -> None:
    from exchange.directory.reading import parse_directory
    from exchange.directory.starter import starter

    directory = parse_directory(starter(), "starter.toml")
    for person in directory.people():
        kinds = DATA["roles"][person.role]["kinds"]
        kind = directory.organisation(person.organisation).kind
        assert kinds == "*" or kind in kinds, f"{person.role} at {kind}"


def test_what_the_policy_may_ask_for_is_what_a_node_can_do() -> None:
    from exchange.path.duties import duties_from
    from policies import Obligation

    emergency = DATA["emergency"]
    duties = duties_from(
        [
            Obligation("deidentify", "care"),
            Obligation("notify-patient"),
            Obligation("review", emergency["review"]),
            Obligation("time-limit", emergency["limit"]),
            Obligation("minimum-necessary"),
            Obligation("seal"),
        ]
    )
    assert duties.review_within is not None
    assert duties.valid_for is not None
    assert duties.valid_for < duties.review_within
