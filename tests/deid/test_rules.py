"""The rules are data: they can be read, they name elements that FHIR has, and every rule means something."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.resources import files
from typing import Any

import pytest

from deid import elements_known, load_rules, profile_names
from deid.codes import CodeSystems
from deid.errors import UnknownProfile
from deid.rulebook import WHOLE

FILES = sorted(file.name for file in files("deid").joinpath("rules").iterdir() if file.name.endswith(".toml"))
RULES = {profile: load_rules(profile) for profile in profile_names()}
WANTED = """
    Patient Practitioner PractitionerRole Organization Location Encounter Condition Observation DiagnosticReport
    MedicationRequest Medication MedicationAdministration MedicationStatement MedicationDispense Procedure
    Immunization AllergyIntolerance CarePlan CareTeam ImagingStudy DocumentReference Composition Claim
    ExplanationOfBenefit Coverage ServiceRequest Specimen Device EpisodeOfCare FamilyMemberHistory Goal
    Appointment RelatedPerson QuestionnaireResponse Media Provenance
""".split()
# Names our rules give to FHIR's types: the datatype itself, or a short name for three operations.
PRIMITIVES = {
    "boolean": {"bool"},
    "number": {"Integer", "PositiveInt", "UnsignedInt", "Decimal"},
    "date": {"Date", "DateTime"},
    "instant": {"Instant"},
    "time": {"Time"},
    "id": {"Id"},
    "free-text": {"String", "Markdown"},
    "guarded-text": {"String", "EncodedBytes"},
    "local-text": {"String", "Xhtml"},
}


def _source(name: str) -> dict[str, Any]:
    return tomllib.loads(files("deid").joinpath("rules", name).read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_a_rule_file_says_what_it_is_about(name: str) -> None:
    assert files("deid").joinpath("rules", name).read_text("utf-8").startswith("# ")
    assert _source(name)


@pytest.mark.parametrize("kind", WANTED)
def test_every_type_a_hospital_sends_has_rules(kind: str) -> None:
    assert all(kind in rules.resources for rules in RULES.values())
    assert elements_known(RULES["care"], kind)


def test_each_profile_has_a_digest_of_its_own_and_keeps_it() -> None:
    digests = {rules.digest for rules in RULES.values()}
    assert len(digests) == len(RULES)
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in digests)
    assert load_rules("research").digest == RULES["research"].digest


def test_a_profile_nobody_wrote_is_refused() -> None:
    with pytest.raises(UnknownProfile, match="profile anonymous"):
        load_rules("anonymous")


def _tables() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every table of elements with its path in FHIR."""
    for name in FILES:
        for kind, table in _source(name).items():
            if kind[0].isupper():
                yield from _inner(kind, table)
            elif kind == "datatypes":
                for datatype, elements in table.items():
                    yield from _inner("Period" if datatype == "YearPeriod" else datatype, elements)


def _inner(path: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield path, table
    for name, rule in table.items():
        if isinstance(rule, dict):
            yield from _inner(f"{path}.{name}", rule)


def _model(path: str) -> Any:
    """The R4B model class of a resource, a datatype, or a backbone element by its path."""
    head, *rest = path.split(".")
    head = "DomainResource" if head == "Resource" else head
    model = getattr(import_module(f"fhir.resources.R4B.{head.lower()}"), head)
    for name in rest:
        kind = _kind(_fields(model)[name])
        model = getattr(import_module(f"fhir.resources.R4B.{head.lower()}"), kind)
    return model


def _fields(model: Any) -> dict[str, Any]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    return {name: field for name, field in fields.items() if not name.endswith("__ext")} | {
        "resourceType": None
    }


def _kind(field: Any) -> str:
    """FHIR's name of an element's type: HumanName, String, bool."""
    text = str(field.annotation)
    found = re.search(r"abc\.(\w+)Type", text) or re.search(
        r"Annotated\[[\w.]+, <?(?:[\w.]+\.)?(\w+)[( ]", text
    )
    return found[1] if found else re.sub(r"\W|None|class", "", text)


TABLES = dict(_tables())


@pytest.mark.parametrize("path", TABLES)
def test_every_rule_is_about_an_element_that_fhir_has(path: str) -> None:
    known = _fields(_model(path))
    assert set(TABLES[path]) - {WHOLE} <= set(known)


@pytest.mark.parametrize("path", TABLES)
def test_every_rule_fits_the_type_of_its_element(path: str) -> None:
    known = _fields(_model(path))
    wrong = [name for name, rule in TABLES[path].items() if name in known and not _fits(rule, known[name])]
    assert wrong == []


def _fits(rule: Any, field: Any) -> bool:
    rule = rule[0] if isinstance(rule, list) else rule
    if field is None or isinstance(rule, dict):
        return True
    kind = _kind(field)
    if rule in PRIMITIVES:
        return kind in PRIMITIVES[rule]
    if str(rule)[0].isupper() and "." not in rule:
        return str(rule) == kind
    if rule == "related":
        return kind == "Reference"
    if rule == "keep":
        return not _is_complex(kind)
    return True


def _is_complex(kind: str) -> bool:
    return kind in TABLES or kind in ("Reference", "Signature")


@pytest.mark.parametrize("path", TABLES)
def test_a_word_list_holds_every_word_fhir_requires(path: str) -> None:
    words = _source("words.toml")["words"]
    for name, field in _fields(_model(path)).items():
        rule = TABLES[path].get(name)
        if isinstance(rule, str) and rule in words and field is not None:
            required = (field.json_schema_extra or {}).get("enum_values") or []
            assert set(required) - {"+"} <= set(words[rule].split()), f"{path}.{name}"


def test_research_lets_through_no_more_than_care() -> None:
    for kind in WANTED:
        coarser = set(elements_known(RULES["research"], kind)) - set(elements_known(RULES["care"], kind))
        payments = {
            "Claim",
            "ExplanationOfBenefit",
        }  # for care, bills are left out; research may ask for them
        assert kind in payments or not coarser, kind


@pytest.mark.parametrize(
    "element", ["name", "telecom", "identifier", "photo", "contact", "text", "communication"]
)
def test_nothing_that_says_who_is_ever_offered_to_research(element: str) -> None:
    assert element not in elements_known(RULES["research"], "Patient")
    assert element not in elements_known(RULES["statistics"], "Patient")


def test_what_is_offered_can_be_asked_for() -> None:
    assert {"gender", "birthDate", "address"} <= set(elements_known(RULES["research"], "Patient"))
    assert elements_known(RULES["statistics"], "Practitioner") == ()
    assert elements_known(RULES["research"], "Coding") == ()


@pytest.mark.parametrize(
    ("system", "code", "public"),
    [
        ("http://hl7.org/fhir/sid/icd-10", "E11.900", True),
        ("urn:oid:2.16.156.10011.2.3.3.11", "E11.900x001", True),
        ("http://hl7.org/fhir/sid/icd-10", "张三", False),
        ("http://snomed.info/sct", "44054006", True),
        ("http://snomed.info/sct", "13812345678", False),
        ("http://loinc.org", "4548-4", True),
        ("http://loinc.org", "110101199003074477", False),
        ("http://hl7.org/fhir/sid/us-ssn", "999-94-5397", False),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", True),
        ("http://terminology.hl7.org/张三", "AMB", False),
        ("http://hospital.example.org/codes", "A1", False),
    ],
)
def test_a_code_is_public_only_in_the_shape_of_its_list(system: str, code: str, public: bool) -> None:
    rules = RULES["research"]
    assert CodeSystems(rules.systems, cuts=rules.cuts).has(system, code) is public
