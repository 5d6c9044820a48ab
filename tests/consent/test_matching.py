"""Which questions a rule means: several values of an element are alternatives, several elements are all demanded."""

from typing import Any

import pytest

from consent import Config, decide
from consent.codes import role_group
from tests.consent.papers import (
    DECLARED,
    DOCTOR,
    HOLDER,
    HOSPITAL,
    Json,
    ask,
    deny,
    extension,
    item,
    kind,
    level,
    paper,
    permit,
    topic,
    who,
    why,
)

OPEN = Config(named_recipient_required=False)
ELSEWHERE = "Organization/elsewhere"


def _decision(rule: Json, **asked: Any) -> str:
    return decide([paper(rule)], ask(asked.pop("purpose", "TREAT"), **asked), OPEN).decision


@pytest.mark.parametrize(
    "actors",
    [
        who(ELSEWHERE, HOSPITAL),
        who(HOSPITAL, role="PRCP"),
        who("Group/g"),
        [*who(HOLDER, role="CST"), *who(HOSPITAL)],
        [*who(HOLDER, ELSEWHERE, role="CST"), *who(ELSEWHERE, DOCTOR)],
        who(DOCTOR, role="DELEGATEE"),
        [{"reference": {"reference": DOCTOR}}],
    ],
)
def test_these_actors_mean_the_doctor_who_asks_for_what_the_holder_keeps(actors: list[Json]) -> None:
    asked: dict[str, Any] = {"actor": {"memberOf": ["Group/g"]}}
    assert _decision(permit(actor=actors), **asked) == "permit"
    assert _decision(permit(provision=[deny(actor=actors)]), **asked) == "deny"


@pytest.mark.parametrize(
    "actors",
    [
        who(ELSEWHERE),
        who("Group/other"),
        who(HOSPITAL, role="CST"),
        [*who(ELSEWHERE, role="CST"), *who(HOSPITAL)],
        [*who(HOLDER, role="CST"), *who(ELSEWHERE)],
    ],
)
def test_these_actors_do_not(actors: list[Json]) -> None:
    asked: dict[str, Any] = {"actor": {"memberOf": ["Group/g"]}}
    assert _decision(permit(actor=actors), **asked) == "deny"
    assert _decision(permit(provision=[deny(actor=actors)]), **asked) == "permit"


def test_only_a_recipient_by_role_is_named() -> None:
    for role, reason in (
        ("IRCP", "CONSENT_PERMIT"),
        ("PRCP", "CONSENT_PERMIT"),
        ("DELEGATEE", "RECIPIENT_NOT_NAMED"),
    ):
        rule = permit(actor=who(HOSPITAL, role=role))
        assert decide([paper(rule)], ask(), Config()).reason == reason


def test_a_holder_nobody_names_satisfies_no_permit_and_escapes_no_refusal() -> None:
    by_holder = who(ELSEWHERE, role="CST")
    assert _decision(permit(actor=by_holder), custodian=None) == "deny"
    assert _decision(permit(provision=[deny(actor=by_holder)]), custodian=None) == "deny"


def test_an_act_nobody_names_satisfies_no_permit_and_escapes_no_refusal() -> None:
    acts = [{"coding": [{"code": "use"}]}]
    for action, allowed in (("use", True), ("access", False), (None, False)):
        assert (_decision(permit(action=acts), action=action) == "permit") == allowed
    for action, allowed in (("use", False), ("access", True), (None, False)):
        assert (_decision(permit(provision=[deny(action=acts)]), action=action) == "permit") == allowed


def test_any_of_several_regions_will_do() -> None:
    regions = [extension("recipient-region", valueCode=code) for code in ("310000", "330100")]
    assert _decision(permit(extension=regions)) == "permit"
    assert _decision(permit(provision=[deny(extension=regions)])) == "deny"
    assert _decision(permit(extension=regions[:1])) == "deny"


def test_any_of_several_roles_will_do() -> None:
    roles = [extension("recipient-role", valueCode=one) for one in ("nurse", "physician")]
    for role, allowed in (("physician", True), ("pharmacist", False)):
        asked = {"memberOf": [role_group(role)]}
        assert (_decision(permit(extension=roles), actor=asked) == "permit") == allowed
        assert (_decision(permit(provision=[deny(extension=roles)]), actor=asked) == "deny") == allowed
    assert _decision(permit(provision=[deny(extension=roles)])) == "deny"


def test_an_emergency_purpose_among_others_is_named() -> None:
    rule = permit(purposes=("TREAT", "ETREAT"), provision=[deny(purpose=why("TREAT"))])
    assert _decision(rule, purpose="BTG") == "permit"
    refused = paper(deny(purpose=why("HPAYMT", "TREAT", "BTG")))
    assert decide([refused], ask("BTG", emergency=DECLARED), OPEN).reason == "EMERGENCY_ACCESS_REFUSED"


def test_a_kind_nobody_names_satisfies_no_permit_and_escapes_no_refusal() -> None:
    shown = [{"ref": "Thing/1", "confidentiality": "N", "sensitivity": []}]
    assert _decision(permit() | {"class": kind("Observation")}, items=shown) == "deny"
    assert _decision(permit(provision=[deny(**{"class": kind("Observation")})]), items=shown) == "deny"


def test_any_of_several_data_will_do() -> None:
    data = [{"meaning": "instance", "reference": {"reference": ref}} for ref in ("A/1", "A/2")]
    assert _decision(permit(data=data), items=[item("A/2")]) == "permit"
    assert _decision(permit(provision=[deny(data=data)]), items=[item("A/2")]) == "deny"


@pytest.mark.parametrize(("region", "allowed"), [("330108", True), ("330108001", True), ("330200", False)])
def test_a_city_holds_its_districts_and_their_streets(region: str, allowed: bool) -> None:
    rule = permit(extension=[extension("recipient-region", valueCode="330100")])
    assert (_decision(rule, actor={"region": region}) == "permit") == allowed


@pytest.mark.parametrize(
    ("author", "permitted", "escapes"),
    [("Practitioner/x", True, False), ("Practitioner/y", False, True), (None, False, False)],
)
def test_an_author_is_meant_by_role_or_by_datum(author: str | None, permitted: bool, escapes: bool) -> None:
    shown = [item("Observation/1", author=author)]
    for rule in (
        {"actor": who("Practitioner/x", role="AUT")},
        {"data": [{"meaning": "authoredby", "reference": {"reference": "Practitioner/x"}}]},
    ):
        assert (_decision(permit(**rule), items=shown) == "permit") == permitted
        assert (_decision(permit(provision=[deny(**rule)]), items=shown) == "permit") == escapes


@pytest.mark.parametrize("meaning", ["related", "dependents"])
@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        (item("Observation/1", encounter="Encounter/e"), True),
        (item("Encounter/e"), True),
        (item("Observation/2", encounter="Encounter/f"), False),
        (item("Observation/3"), False),
    ],
)
def test_a_visit_is_what_belongs_to_it_and_itself(meaning: str, shown: Json, meant: bool) -> None:
    data = [{"meaning": meaning, "reference": {"reference": "Encounter/e"}}]
    assert (_decision(permit(data=data), items=[shown]) == "permit") == meant
    assert (_decision(permit(provision=[deny(data=data)]), items=[shown]) == "deny") == meant


@pytest.mark.parametrize(
    ("codes", "permitted", "refused"),
    [
        (["http://loinc.org|1-1"], True, True),
        (["http://loinc.org|2-2", "http://loinc.org|1-1"], True, True),
        (["|1-1"], False, True),
        (["1-1"], False, True),
        (["http://snomed.info/sct|1-1"], False, False),
        ([], False, False),
    ],
)
def test_a_code_without_its_system_satisfies_no_permit_and_escapes_no_refusal(
    codes: list[str], permitted: bool, refused: bool
) -> None:
    meant = [{"coding": [{"system": "http://loinc.org", "code": "1-1"}]}]
    shown = [item("Observation/1", code=codes)]
    assert (_decision(permit(code=meant), items=shown) == "permit") == permitted
    assert (_decision(permit(provision=[deny(code=meant)]), items=shown) == "deny") == refused


# Labels of an item, and whether a permit for, and a refusal of, each set of labels means it.
LABELS = [
    ("N", (), topic("PSY"), False, False),
    ("R", ("PSY",), topic("PSY", "HIV"), True, True),
    ("R", ("PSY", "HIV"), topic("PSY", "HIV"), True, True),
    ("R", ("PSY", "HIV"), topic("PSY"), False, True),
    ("R", ("PSY",), topic("SPI"), True, True),
    ("R", ("SPI",), topic("PSY"), False, False),
    ("N", (), level("N"), True, True),
    ("M", (), level("N"), True, False),
    ("R", (), level("N", "R"), True, True),
    ("M", (), level("N", "R"), True, False),
    ("V", (), level("R"), False, True),
    ("R", (), level("V", "R"), True, True),
    ("N", (), level("V", "R"), True, False),
    ("N", ("HIV",), level("N"), True, True),
    ("N", ("HIV",), level("N") + topic("PSY"), False, True),
    ("R", ("PSY",), level("N") + topic("PSY"), True, True),
    ("N", (), level("N") + topic("PSY"), True, True),
    ("R", (), level("N") + topic("PSY"), False, True),
]


@pytest.mark.parametrize(("confidentiality", "topics", "labels", "permitted", "refused"), LABELS)
def test_labels_of_a_permit_and_of_a_refusal(
    confidentiality: str, topics: tuple[str, ...], labels: list[Json], permitted: bool, refused: bool
) -> None:
    shown = [item("Observation/1", confidentiality, topics)]
    assert (_decision(permit(securityLabel=labels), items=shown) == "permit") == permitted
    assert (_decision(permit(provision=[deny(securityLabel=labels)]), items=shown) == "deny") == refused


@pytest.mark.parametrize("labels", [level("N"), level("V"), level("N") + topic("PSY")])
def test_an_item_with_topics_but_no_level_is_unlabelled_where_levels_count(labels: list[Json]) -> None:
    shown = [{"ref": "Observation/1", "class": "Observation", "sensitivity": []}]
    for rule in (permit(securityLabel=labels), permit(provision=[deny(securityLabel=labels)])):
        assert decide([paper(rule)], ask(items=shown), OPEN).reason == "UNLABELED_DATA"


@pytest.mark.parametrize(
    ("rule", "tokens", "withhold", "only"),
    [
        (permit(), [], [], []),
        (
            permit(provision=[deny(securityLabel=topic("HIV"))]),
            ["REDACT:HIV"],
            [{"sensitivity": ["HIV"]}],
            [],
        ),
        (
            permit(provision=[deny(dataPeriod={"start": "2018"})]),
            ["REDACT:dataPeriod"],
            [{"dataPeriod": ["2018", ""]}],
            [],
        ),
        (
            permit(
                provision=[deny(data=[{"meaning": "related", "reference": {"reference": "Encounter/e"}}])]
            ),
            ["REDACT:related=Encounter/e"],
            [{"data": ["related=Encounter/e"]}],
            [],
        ),
        (
            permit(securityLabel=level("N"), provision=[deny(actor=who("Practitioner/x", role="AUT"))]),
            ["REDACT:authoredby=Practitioner/x"],
            [{"author": ["Practitioner/x"], "confidentiality": ["N"]}],
            [{"confidentiality": ["N"]}],
        ),
        (deny(provision=[permit(securityLabel=topic("PSY"))]), [], [], [{"sensitivity": ["PSY"]}]),
    ],
)
def test_without_items_what_is_refused_inside_goes_along(
    rule: Json, tokens: list[str], withhold: list[Json], only: list[Json]
) -> None:
    answer = decide([paper(rule)], ask(), OPEN).as_dict()
    assert answer["decision"] == "permit"
    assert answer["obligations"] == tokens
    assert (answer.get("withhold", []), answer.get("only", [])) == (withhold, only)


def test_a_refusal_of_another_paper_goes_along_too_until_it_is_lifted() -> None:
    no = paper(deny(securityLabel=topic("HIV")), "no", date="2024")
    vague, explicit = permit(HOSPITAL), permit(HOSPITAL, securityLabel=topic("HIV", "PSY"))
    assert decide([no, paper(vague)], ask(), OPEN).obligations == ("REDACT:HIV",)
    limits = decide([no, paper(explicit)], ask(), OPEN).only
    assert all(any(topic in repr(one) for one in limits) for topic in ("HIV", "PSY"))


@pytest.mark.parametrize(
    ("around", "inside", "tokens"),
    [
        (None, ("deidentify-required", True), ("REDACT:PSY",)),
        (("onward-sharing", True), ("onward-sharing", False), ("REDACT:PSY",)),
        (("deidentify-required", True), ("onward-sharing", True), ()),
        (None, None, ()),
    ],
)
def test_without_items_a_stricter_permit_inside_is_not_lost(
    around: tuple[str, bool] | None, inside: tuple[str, bool] | None, tokens: tuple[str, ...]
) -> None:
    """What it means might be given to whoever keeps its terms; unseen, nobody can know that they do."""
    nested, rule = permit(securityLabel=topic("PSY")), permit()
    for one, terms in ((nested, inside), (rule, around)):
        if terms:
            one["extension"] = [extension(terms[0], valueBoolean=terms[1])]
    rule["provision"] = [nested]
    asked = ask(research={"deidentified": True})
    assert decide([paper(rule)], asked, OPEN).obligations == tokens


def test_the_rule_that_decided_is_named_with_consent_and_version() -> None:
    consent = paper(permit(HOSPITAL, provision=[deny(actor=who(DOCTOR))])) | {"meta": {"versionId": "2"}}
    assert decide([consent], ask(), Config()).rule == "paper/2 provision.provision[0]"
    other = ask(actor={"reference": "Practitioner/other"})
    assert decide([consent], other, Config()).rule == "paper/2 provision"


def test_research_terms_never_serve_care() -> None:
    duo = [{"coding": [{"system": "http://purl.obolibrary.org/obo/duo.owl", "code": "DUO:0000042"}]}]
    assert decide([paper(permit(HOSPITAL, purposes=(), code=duo))], ask(), Config()).reason == "NOT_COVERED"


def test_an_emergency_at_home_needs_a_declaration() -> None:
    refused = paper(deny(purpose=why("TREAT")))
    assert decide([refused], ask("ETREAT", actor={"organization": HOLDER}), Config()).reason == "CONSENT_DENY"
