"""Consents and questions by the thousand: small worlds in which rules meet often."""

from typing import Any

from hypothesis import strategies as st

from tests.consent.papers import (
    DECLARED,
    DOCTOR,
    HOLDER,
    HOSPITAL,
    ME,
    Json,
    ask,
    extension,
    item,
    kind,
    level,
    paper,
    topic,
    who,
    why,
)

GROUP = "Group/lake-hospitals"
DAYS = ("2019", "2024-05", "2025-01-01", "2026-03-04", "2026-12-31")


def _some(*values: Any, most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


def _span() -> st.SearchStrategy[Json]:
    pairs = [(a, b) for a in ("", *DAYS) for b in ("", *DAYS) if (a or b) and (not (a and b) or a <= b)]
    return st.sampled_from([{k: v for k, v in (("start", a), ("end", b)) if v} for a, b in pairs])


_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "actor": _some(DOCTOR, HOSPITAL, GROUP, "Organization/elsewhere").map(lambda some: who(*some)),
    "purpose": _some("TREAT", "COC", "ETREAT", "BTG", "HPAYMT").map(lambda some: why(*some)),
    "action": st.just([{"coding": [{"code": "access"}]}]),
    "class": _some("Observation", "Condition").map(lambda some: kind(*some)),
    "code": _some("718-7", "2106-3").map(
        lambda some: [{"coding": [{"system": "http://loinc.org", "code": one}]} for one in some]
    ),
    "securityLabel": st.one_of(
        _some("HIV", "PSY", "SPI").map(lambda some: topic(*some)),
        _some("N", "R").map(lambda some: level(*some)),
    ),
    "period": _span(),
    "dataPeriod": _span(),
    "data": st.sampled_from(
        [
            [{"meaning": "instance", "reference": {"reference": "Observation/1"}}],
            [{"meaning": "related", "reference": {"reference": "Encounter/e"}}],
            [{"meaning": "authoredby", "reference": {"reference": DOCTOR}}],
        ]
    ),
    "extension": st.sampled_from(
        [[extension("recipient-region", valueCode=code)] for code in ("330000", "330100", "310000")]
    ),
}

conditions: st.SearchStrategy[Json] = st.sets(st.sampled_from(sorted(_PARTS)), max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: _PARTS[name] for name in sorted(names)})
)
refusals: st.SearchStrategy[Json] = conditions.map(lambda said: {"type": "deny", **said})
permits: st.SearchStrategy[Json] = conditions.map(lambda said: {"type": "permit", **said})
leaves = st.one_of(refusals, permits)
rules: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda rule, nested: rule | {"provision": nested}, leaves, st.lists(inner, min_size=1, max_size=2)
    ),
    max_leaves=4,
)
dates = st.sampled_from(("2023-05-05", "2024-06-06", "2025-07-07", "2025-07-07T12:00:00+08:00"))


@st.composite
def papers(draw: st.DrawFn, rule: st.SearchStrategy[Json] = rules, most: int = 3) -> list[Json]:
    """A few consents of one patient, each of its own series."""
    number = draw(st.integers(0, most))
    statuses = st.sampled_from(("active", "active", "active", "inactive", "draft"))
    return [paper(draw(rule), f"p{i}", date=draw(dates), status=draw(statuses)) for i in range(number)]


items = st.builds(
    lambda number, confidentiality, topics, more: item(
        f"Observation/{number}", confidentiality, tuple(topics), **more
    ),
    st.integers(1, 9),
    st.sampled_from((None, "N", "R", "V")),
    st.lists(st.sampled_from(("HIV", "PSY", "BH")), max_size=2, unique=True),
    st.fixed_dictionaries(
        {},
        optional={
            "class": st.just("Condition"),
            "code": st.just(["http://loinc.org|718-7"]),
            "author": st.sampled_from((DOCTOR, "Practitioner/x")),
            "authoredOn": st.sampled_from(("2019-05-05", "2024-05-31", "2025-01-01T10:00:00+08:00")),
            "encounter": st.sampled_from(("Encounter/e", "Encounter/f")),
        },
    ),
)


@st.composite
def questions(draw: st.DrawFn) -> Json:
    """Somebody asks for a few things."""
    asker = {
        "memberOf": draw(st.sampled_from(([], [GROUP]))),
        "region": draw(st.sampled_from(("330108", "310101", None))),
    }
    shown = draw(st.lists(items, min_size=1, max_size=4, unique_by=lambda one: one["ref"]))
    more: Json = {"items": shown, "custodian": draw(st.sampled_from((HOLDER, HOSPITAL)))}
    if draw(st.booleans()):
        more["emergency"] = DECLARED
    purpose = draw(st.sampled_from(("TREAT", "COC", "ETREAT", "BTG", "HPAYMT")))
    return ask(purpose, actor=asker, **more) | {"patient": {"reference": ME}}
