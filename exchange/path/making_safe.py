"""Made safe: the permitted records, cleaned as the purpose and the obligations ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from deid import Cleaner
from exchange.instants import CHINA
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


def cleaner_for(
    office: Office, profile: str, *, use: str, today: date, only: Mapping[str, Sequence[str]] | None = None
) -> Cleaner:
    """The cleaner of one profile. `use` names what the pseudonyms are for: each use has its own key.

    `only` are the elements a protocol asked for. Raises deid's UnknownElement for one the profile never lets out.
    """
    key = office.master.for_use(f"deid {use}")
    text = office.text() if profile == "research" else None
    return Cleaner(office.rules(profile), key=key, today=today, text=text, only=only)


def make_safe(office: Office, *, patient: str, refs: Sequence[str], profile: str) -> Safe:
    """Clean the records named by `refs` ("Type/id") and what they point at (organisations, practitioners, drugs)."""
    today = office.clock().astimezone(CHINA).date()
    cleaner = cleaner_for(office, profile, use=f"exchange {profile}", today=today)
    shift = shift_subject(office.records, patient)

    def cleaned(bodies: Iterable[bytes]) -> list[bytes]:
        each = (cleaner.clean(body, subject=patient, shift_subject=shift).body for body in bodies)
        return [body for body in each if body is not None]

    own = cleaned(body for _, body in office.records.bodies(refs))
    shared = cleaned(stored.body for stored in office.records.shared_with(refs))
    return Safe(resources=(*own, *shared), own=len(own), report=cleaner.report.as_dict())
