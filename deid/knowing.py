"""What a record itself knows of the people in it: no text of the patient may say it again.

Patients, relatives, contacts and those who treat, with their names, numbers, telephones and homes; hospitals and
employers by name. Read from FHIR R4 resources; what has not the shape FHIR gives it is passed over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from deid.text import known
from deid.text.folding import has_han
from deid.text.known import NOTHING, Known, known_all
from deid.text.operators.inventing import Sex
from deid.text.words import WORDS

# Resources that are about people and institutions; of others nothing is known by themselves.
PEOPLE = frozenset(("Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Person", "Organization"))
_PATIENTS = frozenset(("Patient", "RelatedPerson", "Person"))
# What an identifier is, by the system it is of (WS 364, HL7).
_KINDS = (
    ("2.16.156.10011.1.3", "ID_CARD"),
    ("2.16.156.10011.1.19", "HEALTH_CARD"),
    ("us-ssn", "ID_CARD"),
    ("passport", "PASSPORT"),
)
_CITY = re.compile(r"[市州盟县区旗]$")
_LEAST_ADDRESS = 4
_MONTHS = "january february march april may june july august september october november december".split()
_HOSPITAL = re.compile("院|所|站|中心|hospital|clinic|cent(?:er|re)|health", re.IGNORECASE)


def known_of(resources: Iterable[Mapping[str, Any]]) -> Known:
    """Everything those resources, and what is contained in them, know of people and institutions."""
    return known_all(
        one for resource in resources for each in _with_contained(resource) for one in _of_resource(each)
    )


def _with_contained(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield resource
    yield from _objects(resource.get("contained"))


def _of_resource(resource: Mapping[str, Any]) -> Iterator[Known]:
    kind = resource.get("resourceType")
    if kind not in PEOPLE:
        return
    if kind == "Organization":
        yield from _of_organisation(resource)
        return
    yield from _of_person(resource, patient=kind in _PATIENTS)
    for contact in _objects(resource.get("contact")):
        yield from _of_person(contact, patient=True)


def _of_organisation(resource: Mapping[str, Any]) -> Iterator[Known]:
    for text in (resource.get("name"), *_listed(resource.get("alias"))):
        # A single short word may be any word.
        if isinstance(text, str) and (len(text) > 3 if has_han(text) else " " in text.strip()):
            yield known.words(text, "HOSPITAL" if _HOSPITAL.search(text) else "ORG")
    yield from _ways_to_reach(resource)


def _of_person(person: Mapping[str, Any], *, patient: bool) -> Iterator[Known]:
    gender = person.get("gender")
    sex = cast("Sex", gender) if gender in ("male", "female") else "either"
    for one in _objects(person.get("name")):
        yield from _of_name(one, sex, in_parts=patient)
    for identifier in _objects(person.get("identifier")):
        yield from _of_identifier(identifier)
    yield from _ways_to_reach(person)
    if patient:
        for address in _objects(person.get("address")):
            yield from _of_address(address)
        yield from _of_birth(_text(person, "birthDate"))


def _of_name(one: Mapping[str, Any], sex: Sex, *, in_parts: bool) -> Iterator[Known]:
    """A doctor's given name alone, which may be any word, is not looked for in the texts of all patients."""
    family = _text(one, "family")
    given = [text for text in _listed(one.get("given")) if isinstance(text, str)]
    if has_han(family + "".join(given)):
        yield known.name(f"{family}{''.join(given)}", sex, in_parts=in_parts)
        # Also where the surname is none anybody knows.
        alone = "".join(given)
        yield known.words(alone, "NAME") if in_parts and alone not in WORDS.names["everyday"] else NOTHING
    elif family or given:
        yield known.name(f"{' '.join(given)} {family}".strip(), sex, in_parts=in_parts)
    if text := _without_titles(_text(one, "text"), one):
        yield known.name(text, sex, in_parts=in_parts)


def _without_titles(text: str, one: Mapping[str, Any]) -> str:
    titles = [
        part for name in ("prefix", "suffix") for part in _listed(one.get(name)) if isinstance(part, str)
    ]
    for title in titles:
        text = text.removeprefix(title).removesuffix(title).strip(" ,.")
    return text


def _of_identifier(identifier: Mapping[str, Any]) -> Iterator[Known]:
    value, system = _text(identifier, "value"), _text(identifier, "system")
    kind = next((kind for part, kind in _KINDS if part in system), "MRN")
    yield known.number(value, kind)
    plain = re.sub(r"\W", "", value)
    if kind == "ID_CARD" and re.fullmatch(r"\d{17}[\dXx]", plain):
        yield known.number(plain[:6] + plain[8:17], kind)  # as it was before 1999
        yield from _of_birth(f"{plain[6:10]}-{plain[10:12]}-{plain[12:14]}")


def _ways_to_reach(one: Mapping[str, Any]) -> Iterator[Known]:
    for telecom in _objects(one.get("telecom")):
        value = _text(telecom, "value")
        if "@" in value:
            yield known.words(value, "EMAIL")
            local = value.partition("@")[0]
            yield known.words(local, "EMAIL") if len(local) > _LEAST_ADDRESS else NOTHING
        elif sum(char.isdecimal() for char in value) >= 7:
            yield from _of_telephone(re.sub(r"\D", "", value))
        else:
            yield (
                known.words(value, "URL" if "." in value else "WECHAT_QQ")
                if len(value) > _LEAST_ADDRESS
                else NOTHING
            )


def _of_telephone(digits: str) -> Iterator[Known]:
    own = re.sub(r"^(?:00)?86(?=\d{10,11}$)", "", digits)
    yield known.number(own, "PHONE")
    if re.fullmatch(r"0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}", own):
        yield known.number(own[3 if own[:2] in ("01", "02") else 4 :], "PHONE")
    elif len(own) in (10, 11) and own[0] != "1":
        yield known.number(own[-10:], "PHONE")


def _of_address(address: Mapping[str, Any]) -> Iterator[Known]:
    lines = [text for text in _listed(address.get("line")) if isinstance(text, str)]
    names = [_text(address, name) for name in ("state", "city", "district")]
    for text in (_text(address, "text"), *lines, "".join((*names, *lines))):
        if len(text) >= _LEAST_ADDRESS:
            yield known.words(text, "ADDRESS")
    for town in names[1:]:
        if town:
            yield known.words(town, "ADDRESS")
            stem = _CITY.sub("", town)
            is_name = has_han(stem) and len(stem) > 1 and stem not in WORDS.names["everyday"]
            yield known.words(stem, "ADDRESS") if is_name else NOTHING
    yield known.number(_text(address, "postalCode"), "POSTCODE")


def _of_birth(written: str) -> Iterator[Known]:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", written)
    if found is None or not 1 <= int(found[2]) <= 12:
        return
    year, month, day = found.groups()
    m, d = int(month), int(day)
    name = _MONTHS[m - 1]
    forms = (
        f"{year}{month}{day}",
        f"{year}年{m}月{d}日",
        f"{year}年{month}月{day}日",
        f"{month}{day}{year}",
        f"{day}{month}{year}",
    )
    english = (f"{word}{d}{year}" for word in (name, name[:3]))
    turned = (f"{d}{word}{year}" for word in (name, name[:3]))
    yield from (known.number(form, "DATE") for form in (*forms, *english, *turned))
    yield Known(frozenset((known.Value(f"{year}{m}{d}", "DATE", "whole"),)))
    # A year alone stays, but beside the moved birthday the year of birth would tell how far that moved.
    years = (f"{year}年出生", f"生于{year}年", f"born in {year}", f"出生年份{year}", f"birth year {year}")
    yield from (known.number(form, "DATE") for form in years)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in _listed(value) if isinstance(one, Mapping))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value.strip() if isinstance(value, str) else ""
