"""The data of the rules hang together: no purpose without terms, no role without a workplace."""

from typing import Any

import orjson
import pytest

from policies.bundle import read_bundle

DATA: dict[str, Any] = orjson.loads(read_bundle().data)["hutong_data"]
KINDS = set(DATA["registry"]["kinds"])
ROLES = set(DATA["roles"])
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
        "roles", "kinds", "ceiling", "labels", "classes", "reach", "case", "profile", "minimum"
    }  # fmt: skip
    assert set(terms["roles"]) <= ROLES
    assert terms["kinds"] == "*" or set(terms["kinds"]) <= KINDS - {"supervisor"}
    assert terms["ceiling"] in LEVELS, "YAML reads a bare N as false"
    assert terms["labels"] in ("any", "none")
    assert terms["classes"] == "*" or isinstance(terms["classes"], list)
    assert terms["reach"] in ("anywhere", "care", "consortium", "jurisdiction")
    assert isinstance(terms["case"], bool)
    assert isinstance(terms["minimum"], bool)
    assert terms["profile"] in ("care", "research", "statistics", "project")


@pytest.mark.parametrize("name", DATA["roles"])
def test_a_role_is_complete(name: str) -> None:
    role = DATA["roles"][name]
    assert set(role) == {"kinds", "ceiling", "labels", "never", "classes", "content", "person"}
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
