"""Make one DICOM file safe, or say why it is not handed over.

Read, gather what it says of who it is about, judge its picture, put a new data set together, write it, read that again
and search it. Whatever goes wrong on the way, nothing comes out.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from deid.dates import offset_days
from deid.dicom.attributes import bytes_of, element_of, place, word
from deid.dicom.charsets import DEFAULT, decoded
from deid.dicom.devices import Device
from deid.dicom.engine import PATIENT_ID, Engine, Job
from deid.dicom.gathering import Gatherer, charset
from deid.dicom.layout import tidy
from deid.dicom.objects import one_uid, quietly, read, require_known_kind, syntax_of, written
from deid.dicom.pixels import blanked, judge
from deid.dicom.redacting import Redactor
from deid.dicom.refusals import REFUSED, Refused
from deid.dicom.report import Kind, Outcome
from deid.dicom.searching import require_no_trace
from deid.pseudonyms import Pseudonyms, derive

# Of a pseudonym's 32 characters, enough to tell the patients of a project apart in a folder.
_FOLDER = 16


class Settings(NamedTuple):
    """What is asked for: options of deid.dicom.table, device rules, and who is who in FHIR records (Patient.id)."""

    options: frozenset[str]
    devices: tuple[Device, ...] = ()
    patients: Mapping[str, str] = {}
    version: str = ""


class DicomCleaner:
    """Applies PS3.15's confidentiality profile with the key of one project; pseudonyms and date shifts are the
    same as in FHIR records cleaned with that key (deid.cleaning.Cleaner).

    `key`: at least 32 secret bytes. `text`: the engine free text goes through; None removes free text.
    Raises BadKey.
    """

    def __init__(self, settings: Settings, *, key: bytes, text: Redactor | None = None) -> None:
        self._settings = settings
        self._names = Pseudonyms(derive(key, "pseudonym"))
        self._shift_key = derive(key, "date-shift")
        self._gatherer = Gatherer(settings.options)
        self._engine = Engine(self._names, settings.options, text)

    def clean(self, content: bytes) -> Outcome:
        """What becomes of the file with this content. Never raises for what stands in it."""
        with quietly():
            try:
                return self._cleaned(content)
            except Refused as refused:
                kind: Kind = "refused" if refused.reason in REFUSED else "quarantined"
                where = "" if refused.tag is None else place(refused.tag)
                return Outcome(kind, reasons=(refused.reason,), place=where)
            except RecursionError:
                return Outcome("refused", reasons=("too-deep",))

    def _cleaned(self, content: bytes) -> Outcome:
        source = read(content)
        require_known_kind(source)
        traces = self._gatherer.gather(source, DEFAULT)
        verdict = judge(source, self._settings.devices)
        masked = blanked(source, verdict.device) if verdict.device else None
        source = masked or source
        tidy(source)
        implicit, little = source.original_encoding
        patient = _patient(source)
        job = Job(self._names.of_number(patient), self._days(patient), traces, bool(implicit), bool(little))
        out = self._engine.clean(source, job, DEFAULT)
        if masked or word(source, "BurnedInAnnotation") in ("YES", "NO"):
            out.BurnedInAnnotation = "NO" if masked else word(source, "BurnedInAnnotation")
        if "head" in verdict.flags:
            out.RecognizableVisualFeatures = "YES"
        body = written(
            out,
            syntax=syntax_of(source),
            options=self._settings.options,
            masked=masked is not None,
            version=self._settings.version,
        )
        require_no_trace(read(body), traces)
        return Outcome(
            "quarantined" if verdict.reasons else "written",
            body,
            self._name(out, job.patient),
            verdict.reasons,
            flags=(*verdict.flags, "masked") if masked else verdict.flags,
            counts=job.counts,
        )

    def _days(self, patient: str) -> int:
        return offset_days(self._settings.patients.get(patient, patient), self._shift_key)

    def _name(self, out: Dataset, patient: str) -> str:
        return f"{patient[:_FOLDER]}/{one_uid(out, 'SOPInstanceUID')}.dcm"


def _patient(source: Dataset) -> str:
    """Whose file it is: the number; where there is none, the study, so that strangers share no distance of dates."""
    element = element_of(source, PATIENT_ID)
    raw = bytes_of(element) if isinstance(element, RawDataElement) else b""
    text = decoded(raw, charset(source, DEFAULT))
    return (raw.hex() if text is None else text) or one_uid(source, "StudyInstanceUID")
