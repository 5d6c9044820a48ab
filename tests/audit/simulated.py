"""A month in a region: sixty people at work, and six who do what an officer should see. The same in every run."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ledger import Entry

START = datetime(2026, 10, 1, tzinfo=UTC)
LOOK = Entry(
    type="access",
    subtype="disclose",
    action="R",
    outcome="0",
    region="320583",
    node="n",
    source="exchange",
    role="physician",
    purpose="TREAT",
    decision="permit",
    phase="intent",
)
REFUSAL = replace(LOOK, subtype="refuse", decision="deny", why="NO_CONSENT", phase="", outcome="8")


@dataclass(frozen=True)
class Happened:
    at: datetime
    entry: Entry


def draw(*what: object) -> int:
    """A number that looks drawn by lot and is the same in every run."""
    return int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:6])


def person(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def honest_month() -> Iterator[Happened]:
    """Each of sixty people sees 5 to 30 patients a working day, a few on Saturdays, now and then refused."""
    for number in range(60):
        actor, house = person(f"staff {number}"), f"h-{number % 6}"
        for day in range(30):
            at = START + timedelta(days=day)
            rest = at.weekday() == 6 or (at.weekday() == 5 and number % 4)
            for look in range(0 if rest else 5 + draw("looks", number, day) % 26):
                minutes = draw("minute", number, day, look) % 600  # 8:00 to 18:00 in China
                patient = person(f"patient {draw('who', number, day, look) % 4000}")
                base = REFUSAL if draw("no", number, day, look) % 40 == 0 else LOOK
                yield Happened(
                    at + timedelta(minutes=minutes),
                    replace(base, actor=actor, organisation=house, patient=patient),
                )
        # Night duty, with emergencies and a look or two that are none.
        if number % 10 == 0:
            for night in range(0, 30, 3):
                at = START + timedelta(days=night, hours=15)
                for look in range(4):
                    yield Happened(
                        at + timedelta(minutes=20 * look),
                        replace(
                            LOOK,
                            actor=actor,
                            organisation=house,
                            patient=person(f"n {night} {look}"),
                            break_glass=look > 1,
                        ),
                    )


def odd_but_honest() -> dict[str, list[Happened]]:
    """What honest people do that looks like misuse, by the kind of finding it makes: so much is a false alarm."""
    saturday, night = START + timedelta(days=9), START + timedelta(days=6, hours=15)
    return {
        "mass-access": [
            Happened(
                saturday + timedelta(minutes=4 * n),
                replace(
                    LOOK,
                    actor=person(f"nurse {one}"),
                    organisation="h-2",
                    patient=person(f"vaccinated {one} {n}"),
                ),
            )
            for one in range(3)
            for n in range(110)
        ],
        "after-hours": [
            Happened(
                night + timedelta(minutes=25 * n),
                replace(LOOK, actor=person("staff 33"), organisation="h-3", patient=person(f"shift {n}")),
            )
            for n in range(5)
        ],
        "refused-often": [
            Happened(
                START + timedelta(days=12, hours=2, minutes=3 * n),
                replace(REFUSAL, actor=person("registrar"), organisation="h-4", patient=person(f"new {n}")),
            )
            for n in range(14)
        ],
    }


def misuse() -> dict[str, list[Happened]]:
    """What the six do, by the kind of finding it must make."""
    day = START + timedelta(days=14, hours=3)
    curious, owl, prober, stubborn, late = (
        person(name) for name in ("curious", "owl", "prober", "stubborn", "late")
    )
    base = replace(LOOK, organisation="h-1")
    no = replace(REFUSAL, organisation="h-1")
    return {
        "mass-access": [
            Happened(day + timedelta(minutes=n), replace(base, actor=curious, patient=person(f"m {n}")))
            for n in range(90)
        ],
        "after-hours": [
            Happened(
                day + timedelta(hours=14, minutes=9 * n), replace(base, actor=owl, patient=person(f"o {n}"))
            )
            for n in range(4)
        ],
        "tried-until-permitted": [
            *(
                Happened(day + timedelta(minutes=5 * n), replace(no, actor=prober, patient=person("ex-wife")))
                for n in range(4)
            ),
            Happened(
                day + timedelta(minutes=30),
                replace(base, actor=prober, patient=person("ex-wife"), purpose="HPAYMT"),
            ),
        ],
        "refused-often": [
            Happened(day + timedelta(minutes=7 * n), replace(no, actor=stubborn, patient=person(f"r {n}")))
            for n in range(12)
        ],
        "after-withdrawal": [
            Happened(
                day + timedelta(days=n),
                replace(no, actor=late, patient=person(f"w {n}"), why="CONSENT_WITHDRAWN"),
            )
            for n in range(3)
        ],
        "unusual-volume": [
            Happened(
                START + timedelta(days=20 + n % 3, hours=1, minutes=n // 2),
                replace(base, organisation="h-5", actor=person(f"temp {n % 40}"), patient=person(f"v {n}")),
            )
            for n in range(900)
        ],
    }
