"""Made safe: the permitted records, cleaned as the purpose and the obligations ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deid.text.known import NOTHING
from exchange.instants import CHINA
from exchange.path.acquaintances import known_of_patient
from exchange.path.mothers import shift_subject
from exchange.path.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """Cleaned resources as JSON bytes; the first `own` are the patient's, the rest is what they point at.

    `report` says what was kept, changed and dropped: counts, never values.
    """

    resources: tuple[bytes, ...]
    own: int
    report: Mapping[str, object]


def make_safe(
    office: Office, *, patient: str, refs: Sequence[str], profile: str, only: frozenset[str] | None = None
) -> Safe:
    """Clean the records named by `refs` ("Type/id") and what they point at (organisations, practitioners, drugs).

    `only` are the elements that may leave, "Type.element": then nothing of any other type does.
    """
    today = office.clock().astimezone(CHINA).date()
    cleaner = office.cleaners.of_exchange(profile, today, only)
    shift = shift_subject(office.records, patient)
    known = known_of_patient(office.records, patient, refs) if cleaner.rewrites else NOTHING

    def cleaned(bodies: Iterable[bytes]) -> list[bytes]:
        each = (
            cleaner.clean(body, subject=patient, shift_subject=shift, known=known).body for body in bodies
        )
        return [body for body in each if body is not None]

    own = cleaned(body for _, body in office.records.bodies(refs))
    shared = cleaned(stored.body for stored in office.records.shared_with(refs))
    return Safe(resources=(*own, *shared), own=len(own), report=cleaner.report.as_dict())
