"""Takes FHIR JSON apart and stops, naming the element, where a piece is not what it must be."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

Json = Mapping[str, Any]


class Unreadable(Exception):
    """An element no decision can rest on: where it stands, and what is wrong with it in both languages."""

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(f"{place} {en}")
        self.place = place
        self.en = en
        self.zh = zh


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is a JSON object."""
    # Nearly always a dict, and that is much quicker told.
    return type(value) is dict or isinstance(value, Mapping)


def names(text: str) -> frozenset[str]:
    """Element names written one after the other."""
    return frozenset(text.split())


def object_at(value: object, place: str) -> Json:
    """The object at `place`."""
    if not is_object(value):
        raise Unreadable(place, "is not an object", "不是对象")
    return value


def closed(value: object, place: str, known: frozenset[str]) -> Json:
    """The object at `place`. What stands beside the `known` elements may be a restriction: no guessing."""
    if not is_object(value):
        raise Unreadable(place, "is not an object", "不是对象")
    for name in value:
        if name not in known and name.removeprefix("_") not in known:
            raise Unreadable(
                f"{place}.{name}", "is not an element of FHIR R4 Consent", "不是 FHIR R4 Consent 的元素"
            )
    for name in ("modifierExtension", "implicitRules"):
        if name in value:
            raise Unreadable(
                f"{place}.{name}", "changes the meaning in a way not known here", "含义未知，不能忽略"
            )
    return value


def each(parent: Json, name: str, place: str) -> Iterator[tuple[Any, str]]:
    """Every repetition of an element with its place; an empty list is no FHIR."""
    if name not in parent:
        return
    values = parent[name]
    if not isinstance(values, list) or not values:
        raise Unreadable(f"{place}.{name}", "is not a list with something in it", "不是非空列表")
    for i, value in enumerate(values):
        yield value, f"{place}.{name}[{i}]"


def text(parent: object, name: str, place: str) -> str:
    """A text that must be there."""
    value = parent.get(name) if is_object(parent) else None
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{place}.{name}", "is missing", "缺失")
    return value


def optional_text(parent: Json, name: str, place: str) -> str:
    """A text, or "" where it is left out."""
    if not is_object(parent):
        raise Unreadable(place, "is not an object", "不是对象")
    return text(parent, name, place) if name in parent else ""


def coding(value: object, place: str) -> tuple[str, str]:
    """System ("" where none is given) and code of a Coding."""
    if not is_object(value):
        raise Unreadable(place, "is not an object", "不是对象")
    return optional_text(value, "system", place), text(value, "code", place)


def codings(concept: object, place: str) -> list[tuple[str, str]]:
    """Systems and codes of a CodeableConcept, at least one: words alone cannot be computed."""
    if not is_object(concept):
        raise Unreadable(place, "is not an object", "不是对象")
    if "coding" not in concept:
        raise Unreadable(f"{place}.coding", "is missing", "缺失")
    return [coding(one, where) for one, where in each(concept, "coding", place)]


def reference(value: object, place: str) -> str:
    """The address of a Reference, `Type/id`. A name or an identifier alone does not say for certain who is meant.

    Nor does an address on a server, of a version or of something contained: it would match nobody, and a refusal that
    matches nobody refuses nothing.
    """
    written = text(value, "reference", place)
    if written.startswith(("#", "urn:")) or written != local_part(written):
        raise Unreadable(f"{place}.reference", "is not written as Type/id", "应写作 类型/编号")
    return written


def local_part(written: str) -> str:
    """`Type/id` of an address on a server or of a version.

    >>> local_part("https://example.org/fhir/Patient/p1/_history/2")
    'Patient/p1'
    """
    bare = written.partition("/_history/")[0]
    return "/".join(bare.split("/")[-2:]) if "://" in bare else bare
