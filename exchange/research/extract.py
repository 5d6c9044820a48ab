"""The extract: what an approved project receives, and the proof that nothing else left.

    approved? -> who belongs to the cohort -> did each patient agree, may it leave -> an intent for each,
    durably -> made safe -> written -> outcome recorded, with a receipt the project can check offline

The files appear in the project's folder all at once, after the last entry; until then nothing is there.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deid import Cleaner
from deid.text.known import NOTHING
from exchange.aftermath import following
from exchange.errors import ExchangeError
from exchange.instants import CHINA, to_us
from exchange.node.node import Node
from exchange.path.acquaintances import known_of_patient
from exchange.path.mothers import shift_subject
from exchange.path.overtaken import Overtaken, not_overtaken
from exchange.path.request import Actor, Request, Study
from exchange.research.cohort import cohort_of
from exchange.research.handing_over import SaidMeanwhile, hand_over, require_free
from exchange.research.inclusion import CONSENT_CHANGED, Included, choose
from exchange.research.mistakes import is_a_mistake
from exchange.research.projects import Project, find, require_in_force
from exchange.research.report import Numbers, measure
from exchange.soundness import require_sound
from ledger import Recorded
from ledger.errors import LedgerError
from ledger.identity import RANDOM_BYTES, entry_id

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """An extract that was handed over: where it lies, its ledger entry, and its numbers (small ones hidden)."""

    folder: Path
    entry: Recorded
    numbers: Numbers

    def as_dict(self) -> dict[str, object]:
        return {"folder": str(self.folder), "entry": self.entry.id, **self.numbers.as_dict()}


class TooFew(ExchangeError):
    """So few patients are left that the extract would point at them."""

    exit_code = 3

    def __init__(self, least: int) -> None:
        super().__init__(
            f"fewer than {least} patients of the cohort can be included; an extract that small points at people",
            f"可纳入的患者不足 {least} 人；这么小的数据集容易指向个人",
            hint="widen the cohort, or ask more patients; what is on record: hutong audit search --purpose HRESCH",
            hint_zh="请放宽入组条件或征得更多患者同意",
        )


def extract(
    node: Node, project_id: str, out: Path, progress: Progress | None = None, *, job: str = ""
) -> Extracted:
    """Make the extract of an approved project in `out`; `job` is the entry by which it waited, if it did.

    Whoever takes a consent back before it is handed over is not in it. Raises NotSound, NoSuchProject, NotApproved
    (nothing is written at all), TooFew, FolderTaken, CannotWrite, NoSuchJob.
    """
    require_sound(node, however_large=True)
    project = find(node.log, project_id)
    today = node.clock().astimezone(CHINA).date()
    require_in_force(project, today)
    require_free(out)
    protocol = project.protocol
    cleaner = node.office.cleaners.make(
        protocol.profile, use=f"project {protocol.id}", today=today, only=protocol.fields
    )
    request = _request(node, project)
    chosen = choose(node, protocol, request, cohort_of(node.records, protocol.cohort, today))
    for keys, verdict in chosen.refused:
        node.desk.refused(request, verdict, keys, node.house_key)
    least = int(node.settings["research.small_cell"])
    _require_enough(len(chosen.included), least)
    made = _Made(node, project, request, cleaner, out, least, job)
    started: list[tuple[Included, Recorded]] = []
    try:
        left_out = chosen.left_out + _start(node, request, chosen.included, started)
        while True:
            _require_enough(len(started), least)
            try:
                entry, numbers = made.of([one for one, _ in started], left_out, progress)
                break
            except SaidMeanwhile as late:
                # Every round leaves somebody out, so this ends.
                left_out[CONSENT_CHANGED] += _leave_out(node, started, late.patients)
    except BaseException:
        for one, intent in started:
            # Where even this cannot be written, the intents stand without an outcome, and the cause is told.
            with suppress(LedgerError, ExchangeError):
                node.desk.failed(intent, one.keys, "EXTRACT_FAILED")
        raise
    for one, intent in started:
        node.desk.finished(intent, one.keys, {"extract": entry.id}, count=len(one.verdict.permitted))
    return Extracted(folder=out, entry=entry, numbers=numbers)


@dataclass(frozen=True, slots=True)
class _Made:
    """How the extract is made of those who are included."""

    node: Node
    project: Project
    request: Request
    cleaner: Cleaner
    out: Path
    least: int
    job: str

    def of(
        self, included: Sequence[Included], left_out: Counter[str], progress: Progress | None
    ) -> tuple[Recorded, Numbers]:
        """Make it and hand it over. Raises SaidMeanwhile; then nothing was handed over."""
        self.cleaner.report.start_over()
        resources = _clean(self.node, included, self.cleaner, progress)
        numbers = measure(
            resources,
            included=len(included),
            left_out=left_out,
            report=self.cleaner.report,
            least=self.least,
        )
        entry = hand_over(
            self.node,
            self.project,
            self.request,
            self.out,
            resources,
            numbers,
            seen={one.keys.pseudonym: one.verdict.versions for one in included},
            job=self.job,
        )
        return entry, numbers


def _leave_out(node: Node, started: list[tuple[Included, Recorded]], patients: Collection[str]) -> int:
    """Take those patients out of what was begun, and record that it came to nothing; how many they are."""
    late = [pair for pair in started if pair[0].keys.pseudonym in patients]
    for one, intent in late:
        node.desk.failed(intent, one.keys, CONSENT_CHANGED)
        started.remove((one, intent))
    return len(late)


def _start(
    node: Node, request: Request, included: Sequence[Included], started: list[tuple[Included, Recorded]]
) -> Counter[str]:
    """Write an intent for each, into `started`; how many have said something new since they were judged."""
    changed: Counter[str] = Counter()
    for one in included:
        change = following(one.duties, not_overtaken(one.keys, one.verdict.versions))
        try:
            started.append((one, node.desk.started(request, one.verdict, one.keys, change)))
        except Overtaken:
            changed[CONSENT_CHANGED] += 1
    return changed


def _require_enough(patients: int, least: int) -> None:
    if patients < least:
        raise TooFew(least)


def _clean(
    node: Node, included: Sequence[Included], cleaner: Cleaner, progress: Progress | None
) -> dict[str, list[bytes]]:
    """Cleaned resources by type; what was entered in error is no data.

    They stand in the order of what is in them: that of the store is that of the patients' ids.
    """
    found: dict[str, list[bytes]] = {}
    for number, one in enumerate(included, start=1):
        shift = shift_subject(node.records, one.patient)
        known = (
            known_of_patient(node.records, one.patient, one.verdict.permitted)
            if cleaner.rewrites
            else NOTHING
        )
        for reference, body in node.records.bodies(one.verdict.permitted):
            if is_a_mistake(body):
                continue
            cleaned = cleaner.clean(body, subject=one.patient, shift_subject=shift, known=known)
            if cleaned.body is not None:
                found.setdefault(reference.partition("/")[0], []).append(cleaned.body)
        if progress:
            progress(number, len(included))
    return {kind: sorted(bodies) for kind, bodies in sorted(found.items())}


def _request(node: Node, project: Project) -> Request:
    protocol = project.protocol
    person = node.directory.person(protocol.principal)
    organisation = node.directory.organisation(protocol.organisation)
    return Request(
        id=entry_id(to_us(node.clock()), node.desk.entropy(RANDOM_BYTES)),
        patient="",
        purpose=protocol.purpose,
        actor=Actor(
            id=person.id,
            role=person.role,
            organisation=organisation,
            groups=node.directory.groups_of(person.reference, organisation.reference),
            vouched_by=node.id,
            name=person.name_zh,
        ),
        asked_at=node.clock(),
        classes=tuple(sorted(protocol.fields)),
        research=Study(
            project=protocol.id,
            use=protocol.use,
            approved=True,
            approved_until=project.last_day,
            profile=protocol.profile,
            disease=protocol.disease,
            disease_ancestors=protocol.disease_ancestors,
            for_profit=protocol.for_profit,
            genetic_data=protocol.genetic_data,
        ),
    )
