"""Count the records of one house: of patients who agreed to it or as the law says, and only what the rules allow.

Each patient's consents are asked, and the policy for each kind of item, as for any release; but what leaves is numbers.
Counted are records of months that are over, and with them those that bear no date.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

import apsw
import orjson

from exchange.counting import months
from exchange.counting.figures import Tally, figures
from exchange.counting.judging import Judgement, Permitted
from exchange.counting.limit import SMALL_CELL, limit_here, limit_of
from exchange.counting.question import WITHOUT_CONSENT, Question, in_the_way, question
from exchange.counting.telling import Counted, Deliver, Record
from exchange.directory import NotInDirectory
from exchange.node.node import Node
from exchange.path.overtaken import Overtaken
from exchange.path.wording import OVERTAKEN
from exchange.records import ItemFacts
from exchange.research.cohort import age_on
from exchange.soundness import require_sound
from ledger import Change, Recorded

Progress = Callable[[int, int], None]
# The group a record of one patient belongs to; "" where that is not known.
KeyOf = Callable[[ItemFacts], str]
DECADE, OLDEST = 10, 90
# So often it is counted anew because of what a patient said meanwhile.
MOST_TIMES_COUNTED = 4
_VERSIONS = "SELECT count(*) FROM consent_version"


def count_records(
    node: Node,
    person: str,
    by: str,
    deliver: Deliver,
    *,
    custodian: str = "",
    progress: Progress | None = None,
) -> Counted:
    """Count by one of `BY` what `custodian` keeps, "" being where `person` works, and give the figures to `deliver`.

    That happens exactly once, after the intent is durable. Raises NotSound, NotInDirectory, CountRefused,
    TooFewPatients, LedgerError.
    """
    require_sound(node)
    asked = question(node, person, custodian)
    if reasons := in_the_way(asked.without_consent(), (WITHOUT_CONSENT,)):
        raise _record(node, asked, by).refuse(reasons)
    for _ in range(MOST_TIMES_COUNTED):
        try:
            return _count(node, asked, by, deliver, progress)
        except Overtaken:
            continue
    raise _record(node, asked, by).refuse((OVERTAKEN,))


def _count(node: Node, asked: Question, by: str, deliver: Deliver, progress: Progress | None) -> Counted:
    """Raises Overtaken where a patient has said something meanwhile; then nothing was told or written."""
    with node.log.reading() as db:
        seen = db.execute(_VERSIONS).get
    judgement = Judgement(node, asked)
    tally, left_out = Tally(), 0
    this_month = months.month_of(asked.request.asked_at)
    for one in judgement.of(_each(list(node.records.patients()), progress)):
        over = _over(one.items, this_month)
        left_out += not over
        if over:
            key_of = BY[by](node, one, months.first_of(this_month).date())
            for item in over:
                tally.add(key_of(item), one.patient)
    record = _record(node, asked, by, judged=judgement.digest)
    limit, unkept = limit_of(judgement.obligations, limit_here(node))
    if unkept:
        raise record.refuse(unkept)
    told = figures(tally, limit)
    if told is None:
        raise record.too_few(
            limit.least,
            "a patient allows it: hutong consent grant PATIENT --to HOUSE --for HPRGRP; what is of this month waits;"
            " a house with a duty by law to report needs no consent: consent.statutory_authorities in node.toml",
            "患者可允许统计：hutong consent grant 患者 --to 机构 --for HPRGRP；本月的记录下月才计入；"
            "依法负有报告职责的机构无需同意：node.toml 的 consent.statutory_authorities",
        )
    codes = {
        f"{one.code}:{one.value}" if one.value else one.code
        for one in judgement.obligations
        if one.code != SMALL_CELL
    }
    return record.tell(
        replace(told, left_out=limit.rounded(left_out) if left_out >= limit.least else 0),
        deliver,
        obligations=tuple(sorted((*codes, f"{SMALL_CELL}:{limit.least}"))),
        change=_nothing_said(seen),
    )


def _record(node: Node, asked: Question, by: str, **more: object) -> Record:
    return Record(node, asked, "records", {"grouped_by": by, "custodian": asked.custodian.id, **more})


def _nothing_said(seen: object) -> Change:
    """The change that refuses the intent where there are other consent versions than `seen`. Raises Overtaken."""

    def change(db: apsw.Connection, _: Recorded) -> None:
        if db.execute(_VERSIONS).get != seen:
            raise Overtaken

    return change


def _each(patients: Sequence[str], progress: Progress | None) -> Iterator[str]:
    for number, patient in enumerate(patients, start=1):
        yield patient
        if progress:
            progress(number, len(patients))


def _over(items: Iterable[ItemFacts], this_month: str) -> list[ItemFacts]:
    """What is of months before this one, and what bears no date where there is such.

    A year alone counts once it is over.
    """
    year = this_month[:4]
    kept, dated = [], False
    for item in items:
        month = months.month_in(item.authored_on or "")
        if month and month < this_month:
            dated = True
        elif month or (item.authored_on and item.authored_on[:4] >= year):
            continue
        kept.append(item)
    return kept if dated else []


def _by_class(_: Node, __: Permitted, ___: date) -> KeyOf:
    return attrgetter("class_")


def _by_month(_: Node, __: Permitted, ___: date) -> KeyOf:
    return lambda item: months.month_in(item.authored_on or "")


def _by_organisation(node: Node, _: Permitted, __: date) -> KeyOf:
    """Where whoever answers for the record works today."""

    def written_at(item: ItemFacts) -> str:
        kind, _, name = (item.author or "").partition("/")
        if kind == "Organization":
            return name
        try:
            return node.directory.person(name).organisation if kind == "Practitioner" else ""
        except NotInDirectory:
            return ""

    return written_at


def _by_sex(node: Node, one: Permitted, _: date) -> KeyOf:
    sex = str(_person(node, one).get("gender", ""))
    return lambda _: sex


def _by_age(node: Node, one: Permitted, today: date) -> KeyOf:
    """Ten years together, as `30-39`; from ninety on all."""
    age = age_on(str(_person(node, one).get("birthDate", "")), today)
    group = "" if age is None else f"{OLDEST}+" if age >= OLDEST else _decade(age)
    return lambda _: group


def _decade(age: int) -> str:
    start = age - age % DECADE
    return f"{start:02}-{start + DECADE - 1:02}"


def _person(node: Node, one: Permitted) -> Mapping[str, object]:
    """The Patient resource, where it may be counted; else nothing is known."""
    reference = f"Patient/{one.patient}"
    if not any(item.ref == reference for item in one.items):
        return {}
    person: Mapping[str, object] = orjson.loads(node.records.get("Patient", one.patient).body)
    return person


# By what records can be counted. Sex and age are the patient's, the organisation is where the author works.
BY: Mapping[str, Callable[[Node, Permitted, date], KeyOf]] = {
    "class": _by_class,
    "month": _by_month,
    "organisation": _by_organisation,
    "sex": _by_sex,
    "age": _by_age,
}
