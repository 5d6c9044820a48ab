"""What is said to be lapsed, ended or void is what the decision point answers: for any consent, on any day."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import Config, Paper, Wish, build_consent, decide
from consent.document import read_document
from consent.when import age
from exchange.directory import Organisation
from exchange.path.subject import Subject
from exchange.reminders.calendar import anniversaries, birthday, months_after
from exchange.reminders.kinds import OF_REASON
from exchange.reminders.occasions import Occasion, Plan, occasions
from exchange.reminders.standing import obstacle, question_about

CHINA = timezone(timedelta(hours=8))
PATIENT, MOTHER, HOSPITAL = "Patient/p", "RelatedPerson/m", "Organization/h"
KEEPER = Organisation(id="k", name_zh="甲", name_en="K", kind="hospital", tier="county", region="320583")
SIGNERS = ((PATIENT,), (MOTHER,), (PATIENT, MOTHER))
PROOF = Paper(title="order", content_type="application/pdf", content=b"%PDF")
PLAN = Plan(within_days=30, long_months=12, every_months=12)
TERMS = "https://terms.example"

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


@st.composite
def consents(draw: st.DrawFn) -> dict[str, Any]:
    """A consent of anybody, signed by anybody, with or without an end, a proof, terms."""
    signed = draw(days)
    starts = draw(st.none() | days)
    ends = draw(st.none() | days)
    if starts and ends and ends < starts:
        starts, ends = ends, starts
    wish = Wish(
        patient=PATIENT,
        grantor=PATIENT,
        proof=draw(st.sampled_from([None, PROOF])),
        recipients=(HOSPITAL,),
        purposes=("TREAT",),
        confirmed=("sensitive", "third-party"),
        starts=starts.isoformat() if starts else "",
        ends=ends.isoformat() if ends else "",
        channel=draw(st.sampled_from(["", "paper form"])),
        policy=draw(st.sampled_from(["", f"{TERMS}|1", f"{TERMS}|2"])),
        custodian="Organization/k",
    )
    consent = build_consent(wish, consent_id="c", at=at_noon(signed))
    consent["performer"] = [{"reference": one} for one in draw(st.sampled_from(SIGNERS))]
    if draw(st.integers(0, 20)) == 0:
        consent["provision"].pop("type")
    return consent


def config(required: str) -> Config:
    return Config(required_policies={TERMS: required} if required else {})


def asked(subject: Subject, at: datetime) -> dict[str, Any]:
    """A doctor of the hospital that is named asks for treatment."""
    return {
        "patient": subject.as_case(),
        "at": at.isoformat(),
        "actor": {
            "reference": "Practitioner/d",
            "organization": HOSPITAL,
            "region": "320583",
            "country": "CN",
        },
        "custodian": "Organization/k",
        "purpose": "TREAT",
        "action": "disclose",
    }


def someone(born: date | None) -> Subject:
    return Subject(id="p", custodian=KEEPER, born=born.isoformat() if born else "")


@settings(max_examples=300, deadline=None)
@given(consents(), st.none() | days, days, st.sampled_from(["", "1", "2"]))
def test_a_consent_stands_as_the_decision_says(
    consent: dict[str, Any], born: date | None, day: date, required: str
) -> None:
    subject, at = someone(born), at_noon(day)
    rules = config(required)
    said = obstacle(read_document(consent, 8), question_about(subject, at.isoformat(), rules), rules)
    answer = decide([consent], asked(subject, at), rules)
    assert (said or "CONSENT_PERMIT") == answer.reason


@settings(max_examples=300, deadline=None)
@given(consents(), st.none() | days, days, st.sampled_from(["", "2"]))
def test_what_is_due_for_want_of_something_is_what_the_decision_refuses_for(
    consent: dict[str, Any], born: date | None, day: date, required: str
) -> None:
    subject, at, rules = someone(born), at_noon(day), config(required)
    found = list(occasions(read_document(consent, 8), subject, rules, PLAN, at))
    reason = decide([consent], asked(subject, at), rules).reason
    now = {one.kind for one in found} & set(OF_REASON.values())
    long_over = reason == "CONSENT_EXPIRED" and date.fromisoformat(
        consent["provision"]["period"]["end"]
    ) < day - timedelta(days=365)
    assert now == ({OF_REASON[reason]} if reason in OF_REASON and not long_over else set())


@settings(max_examples=300, deadline=None)
@given(consents(), st.integers(-40, 40), st.booleans())
def test_what_is_announced_happens_on_its_day_and_not_before(
    consent: dict[str, Any], offset: int, by_age: bool
) -> None:
    """Looked at near the end, or near the day a child who was sixteen at signing comes of age."""
    signed = datetime.fromisoformat(consent["dateTime"]).date()
    born = birthday(signed, 0) - timedelta(days=16 * 366)
    end = consent["provision"].get("period", {}).get("end")
    near = date.fromisoformat(end) if end and not by_age else birthday(born, 18)
    day, subject, rules = near + timedelta(days=offset), someone(born), config("")
    for one in occasions(read_document(consent, 8), subject, rules, PLAN, at_noon(day)):
        if one.kind == "ends":
            assert one.day is not None
            last, after = (at_noon(one.day + timedelta(days=days)) for days in (0, 1))
            assert decide([consent], asked(subject, after), rules).reason == "CONSENT_EXPIRED"
            assert decide([consent], asked(subject, last), rules).reason != "CONSENT_EXPIRED"
        if one.kind in ("guardian-lapses", "guardian-lapsed"):
            assert one.day is not None
            eve, morning = (
                datetime.combine(one.day + timedelta(days=days), time(), CHINA) for days in (-1, 0)
            )
            reasons = [
                decide([consent], asked(subject, at), rules).reason
                for at in (eve + timedelta(hours=23, minutes=59), morning)
            ]
            assert reasons[0] != "GUARDIAN_CONSENT_LAPSED"
            assert reasons[1] in ("GUARDIAN_CONSENT_LAPSED", "CONSENT_NOT_YET_VALID")


def _consent(**more: Any) -> dict[str, Any]:
    at = more.pop("at", at_noon(date(2025, 3, 1)))
    said: dict[str, Any] = {
        "patient": PATIENT,
        "grantor": PATIENT,
        "recipients": (HOSPITAL,),
        "purposes": ("TREAT",),
        "channel": "paper form",
        "proof": PROOF if more.get("grantor") else None,
    }
    return build_consent(Wish(**(said | more)), consent_id="c", at=at)


def _due(consent: dict[str, Any], day: date, born: date | None = None) -> list[Occasion]:
    return list(occasions(read_document(consent, 8), someone(born), Config(), PLAN, at_noon(day)))


def _kinds(consent: dict[str, Any], day: date, born: date | None = None) -> list[tuple[str, date | None]]:
    return [(one.kind, one.day) for one in _due(consent, day, born)]


END = date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (END - timedelta(days=31), []),
        (END - timedelta(days=30), [("ends", END)]),
        (END, [("ends", END)]),
        (END + timedelta(days=1), [("ended", END)]),
        (END + timedelta(days=365), [("ended", END)]),
        (END + timedelta(days=366), []),
    ],
)
def test_an_end_is_announced_thirty_days_before_and_remembered_for_a_year(
    day: date, kinds: list[tuple[str, date]]
) -> None:
    assert _kinds(_consent(ends="2025-12-31"), day) == kinds


def test_the_end_before_and_after_it_is_one_occasion() -> None:
    consent = _consent(ends="2025-12-31")
    (before,), (after,) = (_due(consent, END + timedelta(days=days)) for days in (0, 1))
    assert before.name == after.name


BORN = date(2008, 2, 29)
OF_AGE = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2026, 1, 1), [("yearly", None)]),
        (date(2026, 1, 30), [("guardian-lapses", OF_AGE), ("yearly", None)]),
        (date(2026, 2, 28), [("guardian-lapses", OF_AGE), ("yearly", None)]),
        (OF_AGE, [("guardian-lapsed", OF_AGE)]),
        (date(2040, 1, 1), [("guardian-lapsed", OF_AGE)]),
    ],
)
def test_somebody_born_on_29_february_comes_of_age_on_1_march(
    day: date, kinds: list[tuple[str, date | None]]
) -> None:
    consent = _consent(grantor=MOTHER, at=at_noon(date(2023, 1, 5)))
    found = [(kind, None if kind == "yearly" else when) for kind, when in _kinds(consent, day, BORN)]
    assert list(dict.fromkeys(found)) == kinds


def test_a_guardians_refusal_stands_and_is_shown_to_the_adult() -> None:
    refusal = _consent(grantor=MOTHER, refuse=True, recipients=(), at=at_noon(date(2023, 1, 5)))
    assert _kinds(refusal, date(2026, 2, 28), BORN) == []
    assert _kinds(refusal, OF_AGE, BORN) == [("refusal-stands", OF_AGE)]


def test_at_fourteen_the_child_is_asked_too_and_the_guardians_word_still_counts() -> None:
    consent = _consent(grantor=MOTHER, ends="2025-06-30")
    born = date(2011, 4, 10)
    assert ("own-say", date(2025, 4, 10)) in _kinds(consent, date(2025, 4, 10), born)
    subject = someone(born)
    assert decide([consent], asked(subject, at_noon(date(2025, 4, 10))), Config()).reason not in OF_REASON


def test_a_long_consent_is_brought_to_mind_every_year_and_a_short_one_never() -> None:
    assert _kinds(_consent(), date(2026, 2, 28)) == [("yearly", date(2026, 3, 1))]
    assert _kinds(_consent(), date(2028, 6, 1)) == [("yearly", date(2028, 3, 1))]
    assert _kinds(_consent(), date(2025, 6, 1)) == []
    assert _kinds(_consent(ends="2026-02-27"), date(2026, 1, 10)) == []
    assert _kinds(_consent(ends="2026-02-28"), date(2026, 1, 10)) == []


def test_of_somebody_who_died_or_took_it_back_nothing_is_due() -> None:
    consent = _consent(ends="2025-12-31")
    died = Subject(id="p", custodian=KEEPER, died="2025-11-01")
    assert list(occasions(read_document(consent, 8), died, Config(), PLAN, at_noon(END))) == []
    assert _kinds(consent | {"status": "inactive"}, END) == []


@given(days, st.integers(1, 120), days)
def test_birthdays_are_those_the_decision_counts_by(born: date, years: int, day: date) -> None:
    assert (age(born, day) >= years) == (day >= birthday(born, years))


@given(days, st.integers(1, 36), days)
def test_the_newest_anniversary_has_come_and_the_next_has_not(since: date, months: int, today: date) -> None:
    last, following = anniversaries(since, months, today)
    assert following > today or today < since
    assert last is None or since < last <= today
    if last is None and today >= since:
        assert today < months_after(since, months)


def test_now_is_the_instant_and_not_the_day() -> None:
    consent = _consent(ends="2025-12-31T10:00:00+08:00")
    document, subject = read_document(consent, 8), someone(None)
    kinds = [
        [
            one.kind
            for one in occasions(document, subject, Config(), PLAN, datetime(2025, 12, 31, hour, tzinfo=UTC))
        ]
        for hour in (1, 3)
    ]
    assert kinds == [["ends"], ["ended"]]
