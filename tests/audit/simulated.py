"""A month in a region: sixty people at work, and those who do what an officer should see. The same in every run."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from exchange.audit.anomalies import Known
from exchange.audit.anomalies.known import CONTACT, RELATIVE, SELF
from ledger import Entry, Recorded

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
HOME, ABROAD = "320583", "440402"
# Of them the records hold cases, and none fits the looks of these people; see caseless.py for how that is found out.
UNEXPLAINED = "unexplained"
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


def known(entries: list[Recorded]) -> Known:
    """What a node would know of these people beside the ledger."""
    kin = {
        (person("proud"), person("proud herself")): SELF,
        (person("worried"), person("brother-in-law")): RELATIVE,
        (person("staff 7"), person("staff 7 herself")): SELF,
        (person("staff 8"), person("mother of staff 8")): CONTACT,
    }
    houses = {f"h-{number}": HOME for number in range(6)} | {f"far-{number}": ABROAD for number in range(20)}
    return Known(
        kin=kin,
        watched=frozenset((person("the mayor"), person("a colleague"))),
        caseless=frozenset(one.id for one in entries if one.entry.object_class == UNEXPLAINED),
        regions=houses,
    )


def odd_but_honest() -> dict[str, list[Happened]]:
    """What honest people do that looks like misuse, by what it looks like: so much is a false alarm."""
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
        # An extract that was approved: everybody in it at once.
        "research": [
            Happened(
                START + timedelta(days=15, hours=6, minutes=n // 60),
                replace(
                    LOOK,
                    actor=person("researcher"),
                    organisation="h-5",
                    patient=person(f"cohort {n}"),
                    purpose="HRESCH",
                ),
            )
            for n in range(120)
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
        # A doctor reads her own laboratory result; the ward her mother lies on is hers.
        "own-record": [
            Happened(
                START + timedelta(days=7, hours=4),
                replace(LOOK, actor=person("staff 7"), organisation="h-1", patient=person("staff 7 herself")),
            )
        ],
        "family-record": [
            Happened(
                START + timedelta(days=day, hours=2),
                replace(
                    LOOK, actor=person("staff 8"), organisation="h-2", patient=person("mother of staff 8")
                ),
            )
            for day in (12, 13, 14)
        ],
        # A colleague is ill for two days, and a team of four looks after her.
        "watched-patient": [
            Happened(
                START + timedelta(days=day, hours=1, minutes=one),
                replace(
                    LOOK, actor=person(f"staff {one}"), organisation="h-0", patient=person("a colleague")
                ),
            )
            for day in (5, 6)
            for one in (0, 6, 12, 18)
        ],
        # Whoever codes diagnoses for the statistics reads charts of patients who left long ago.
        "without-case": [
            Happened(
                START + timedelta(days=19, hours=3, minutes=2 * n),
                replace(
                    LOOK,
                    actor=person("staff 21"),
                    organisation="h-3",
                    patient=person(f"coded {n}"),
                    object_class=UNEXPLAINED,
                ),
            )
            for n in range(9)
        ],
        # He had refused; unconscious on the next day, he is opened in an emergency by the same doctor.
        "let-in-after-no": [
            Happened(
                START + timedelta(days=8, hours=3),
                replace(
                    REFUSAL,
                    actor=person("staff 15"),
                    organisation="h-3",
                    patient=person("the refuser"),
                    why="CONSENT_DENY",
                ),
            ),
            Happened(
                START + timedelta(days=9, hours=3),
                replace(
                    LOOK,
                    actor=person("staff 15"),
                    organisation="h-3",
                    patient=person("the refuser"),
                    purpose="ETREAT",
                    break_glass=True,
                ),
            ),
        ],
        # A third hospital over there has been connected.
        "unusual-region": _abroad("visitor", 24, 30),
    }


def _abroad(name: str, weekly: int, last: int) -> list[Happened]:
    """Twenty houses of another region, each `weekly` looks in all a week and in the last one `last` by each."""
    usual = [
        Happened(
            START + timedelta(days=7 * week + n % 5, hours=1, minutes=n),
            replace(
                LOOK,
                actor=person(f"{name} {n % 20}"),
                organisation=f"far-{n % 20}",
                patient=person(f"{name} {week} {n}"),
            ),
        )
        for week in range(4)
        for n in range(weekly)
    ]
    return usual + [
        Happened(
            START + timedelta(days=25 + n % 3, hours=1, minutes=n // 3),
            replace(
                LOOK,
                actor=person(f"{name} {n % 20}"),
                organisation=f"far-{n % 20}",
                patient=person(f"{name} last {n}"),
            ),
        )
        for n in range(20 * last)
    ]


def misuse() -> dict[str, list[Happened]]:
    """What they do, by the kind of finding it must make."""
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
        "let-in-after-no": [
            Happened(
                day,
                replace(no, actor=person("former friend"), patient=person("ex"), why="CONSENT_WITHDRAWN"),
            ),
            Happened(
                day + timedelta(days=2),
                replace(base, actor=person("former friend"), patient=person("ex"), purpose="HPAYMT"),
            ),
        ],
        "own-record": [
            Happened(day, replace(base, actor=person("proud"), patient=person("proud herself"))),
        ],
        "family-record": [
            Happened(day, replace(base, actor=person("worried"), patient=person("brother-in-law"))),
        ],
        "watched-patient": [
            Happened(day, replace(base, actor=person("reporter's friend"), patient=person("the mayor"))),
        ],
        "without-case": [
            Happened(
                day + timedelta(minutes=n),
                replace(
                    base,
                    actor=person("neighbour"),
                    patient=person(f"street {n}"),
                    object_class=UNEXPLAINED,
                ),
            )
            for n in range(4)
        ],
        "unusual-region": _abroad("broker", 60, 45),
    }
