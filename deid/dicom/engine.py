"""Take out of a DICOM data set what says who: attribute by attribute, into every sequence.

The table of PS3.15 decides first. What it does not name is judged by its type: names, addresses and unknown bytes go,
UIDs are keyed, dates move, text goes through the text engine. A new data set is put together; nothing of the old one
is in it that was not looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from deid.dicom import values
from deid.dicom.attributes import bytes_of, element_of, known, owner, place, registered, type_of
from deid.dicom.charsets import decoded
from deid.dicom.gathering import CHARSET, DEEPEST, Encodings, charset, items, uids
from deid.dicom.objects import PLAIN
from deid.dicom.redacting import Redactor
from deid.dicom.refusals import Refused
from deid.dicom.table import Action, beside, group_of_its_own, rows
from deid.dicom.traces import Traces
from deid.pseudonyms import Pseudonyms

PATIENT_NAME, PATIENT_ID, ACCESSION = 0x00100010, 0x00100020, 0x00080050
PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
# What the data set says of its own making safe, and its character set: written anew (deid/dicom/objects.py).
WRITTEN_ANEW = frozenset((CHARSET, 0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280302, 0x00280303))
UNDEFINED = 0xFFFFFFFF
# SH has room for 16 characters: half of a pseudonym, 64 bits.
_SHORT = 16
_ROOM = {"SH": 16, "LO": 64, "ST": 1024, "LT": 10240}
_REMEMBERED = 16_384


@dataclass(slots=True)
class Job:
    """One file on its way: how far its dates move, what it must not say, how it is written, what was done."""

    patient: str
    days: int
    traces: Traces
    implicit: bool
    little: bool
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def did(self, verb: str, tag: int) -> None:
        """Count what happened to an attribute."""
        self.counts[verb, place(tag)] += 1


@dataclass(slots=True, frozen=True)
class _Level:
    """A data set or an item: its character set, how deep it lies, and whether a dummy is to be made of it."""

    encodings: Encodings
    depth: int
    dummy: bool = False

    def below(self, *, dummy: bool) -> "_Level":
        """The level of its items."""
        return _Level(self.encodings, self.depth + 1, self.dummy or dummy)


@dataclass(slots=True, frozen=True)
class _At:
    """Where a value stands: its attribute and type, its level, its file."""

    tag: int
    vr: str
    level: _Level
    job: Job


class Engine:
    """Applies the table with the options of one project, under its key. Without `text`, no free text comes out."""

    def __init__(self, names: Pseudonyms, options: frozenset[str], text: Redactor | None) -> None:
        self._names = names
        self._options = options
        self._rows = rows()
        self._actions = {tag: row.action(options) for tag, row in self._rows.items()}
        self._beside = beside()
        self._text = text if "descriptors" in options else None
        self._redacted = lru_cache(maxsize=_REMEMBERED)(self._redact)
        self._do = {
            Action.KEEP: self._keep,
            Action.REMOVE: lambda at, raw: None,
            Action.EMPTY: lambda at, raw: b"",
            Action.DUMMY: self._replace,
            Action.CLEAN: self._clean,
            Action.UID: self._uid,
        }

        # Allowed by PS3.15 where the table says Z: a value of its own that means nothing, the same for the same person.
        self._numbered: dict[int, Callable[[_At, bytes], bytes]] = {
            PATIENT_ID: self._number,
            PATIENT_NAME: lambda at, raw: at.job.patient.encode(),
            ACCESSION: lambda at, raw: self._number(at, raw)[:_SHORT],
        }

    def clean(self, source: Dataset, job: Job, encodings: Encodings) -> Dataset:
        """The data set made safe, `source` untouched but for what pydicom decodes in it. Raises Refused."""
        return self._cleaned(source, job, _Level(encodings, 0))

    def _cleaned(self, source: Dataset, job: Job, above: _Level) -> Dataset:
        if above.depth > DEEPEST:
            raise Refused("too-deep")
        level = _Level(charset(source, above.encodings), above.depth, above.dummy)
        out = Dataset()
        out.set_original_encoding(job.implicit, job.little, PLAIN)
        creators: dict[int, str] = {}
        for tag in sorted(source.keys()):
            number = int(tag)
            if number in WRITTEN_ANEW or number & 0xFFFF == 0 or number >> 16 < 8:
                continue
            if number >> 16 & 1:
                self._private(source, tag, out, creators, job)
            elif (element := self._public(source, tag, job, level)) is not None:
                out[tag] = element
        # Last, because beside its creator a private value would be decoded.
        for reserved, creator in creators.items():
            out[BaseTag(reserved)] = _element(reserved, "LO", creator.encode(), 0, job)
        return out

    def _public(
        self, source: Dataset, tag: BaseTag, job: Job, level: _Level
    ) -> DataElement | RawDataElement | None:
        entry = known(int(tag))
        if entry is None or group_of_its_own(tag) or (level.depth and tag in PIXELS):
            job.did("removed" if entry else "unknown", tag)
            return None
        element = element_of(source, tag)
        vr = type_of(element, entry.types) if isinstance(element, RawDataElement) else "SQ"
        if vr == "SQ" and "SQ" in entry.types:
            return self._sequence(tag, items(source, tag, element), job, level)
        if not isinstance(element, RawDataElement):
            job.did("misfit", tag)
            return None
        _require_whole(element, tag)
        raw = self._changed(_At(tag, vr or entry.types[0], level, job), bytes_of(element) if vr else None)
        return None if raw is None else _element(tag, vr or entry.types[0], raw, element.length, job)

    def _sequence(
        self, tag: BaseTag, found: Iterable[Dataset], job: Job, level: _Level
    ) -> DataElement | None:
        action = self._actions.get(tag)
        if action is Action.REMOVE:
            job.did("removed", tag)
            return None
        inside: list[Dataset] = []
        if action is Action.EMPTY:
            job.did("emptied", tag)
        else:
            below = level.below(dummy=action is Action.DUMMY)
            inside = [self._cleaned(item, job, below) for item in found]
        return DataElement(tag, "SQ", Sequence(inside))

    def _private(self, source: Dataset, tag: int, out: Dataset, creators: dict[int, str], job: Job) -> None:
        """A private attribute stays if it is on the list, is what the list says, and that is asked for."""
        if "private" not in self._options:
            job.did("removed", tag)
            return
        element = element_of(source, tag)
        creator = owner(source, tag)
        vr = self._beside.private.get((creator, tag >> 16, tag & 0xFF))
        if vr is None or not isinstance(element, RawDataElement):
            job.did("removed", tag)
            return
        raw = values.plain(vr, bytes_of(element)) if element.VR in (vr, None, "UN") else None
        if raw is None:
            job.did("misfit", tag)
            return
        job.did("kept", tag)
        creators[tag & 0xFFFF0000 | tag >> 8 & 0xFF] = creator
        out[BaseTag(tag)] = _element(tag, vr, raw, 0, job)

    def _changed(self, at: _At, raw: bytes | None) -> bytes | None:
        """The value to write; None to leave the attribute out. `raw` is None where its type is not its own."""
        action = self._actions.get(at.tag)
        done: bytes | None
        if raw is None:
            done = None if action in (None, Action.KEEP, Action.REMOVE) else self._basic(at, b"?")
            at.job.did("misfit", at.tag)
            return done
        if not _says_anything(at.vr, raw) and action is not Action.REMOVE:
            return b""
        if at.tag in self._numbered:
            done = self._numbered[at.tag](at, raw)
        elif at.level.dummy and at.vr in values.TEXT:
            done = values.stand_in(at.vr) if action is None else self._basic(at, raw)
        else:
            done = self._unlisted(at, raw) if action is None else self._do[action](at, raw)
        at.job.did(_verb(at.tag, action, at.vr, raw, done), at.tag)
        return done

    def _basic(self, at: _At, raw: bytes) -> bytes | None:
        """What the basic profile does, where what was asked for cannot be done."""
        basic = self._rows[at.tag].basic if at.tag in self._rows else Action.REMOVE
        return self._do[basic](at, raw)

    def _keep(self, at: _At, raw: bytes) -> bytes | None:
        if at.vr in values.TEXT or at.vr == "AE":
            text = decoded(raw, at.level.encodings)
            return None if text is None else at.job.traces.without(text, values.REMOVED).encode()
        if at.vr == "UI":
            return raw if raw.isascii() else self._uid(at, raw)
        if at.vr in values.DATES:
            return values.moved(at.vr, raw, 0) or self._basic(at, raw)
        return values.plain(at.vr, raw) or self._basic(at, raw)

    def _replace(self, at: _At, raw: bytes) -> bytes | None:
        return self._uid(at, raw) if at.vr == "UI" else values.stand_in(at.vr)

    def _clean(self, at: _At, raw: bytes) -> bytes | None:
        if at.vr in values.DATES or at.tag == 0x00080201:
            return values.moved(at.vr, raw, at.job.days) or self._basic(at, raw)
        if at.vr in values.TEXT and self._text is not None:
            return self._free_text(at, raw) or self._basic(at, raw)
        return self._basic(at, raw)

    def _uid(self, at: _At, raw: bytes) -> bytes:
        keyed = (one if not one or registered(one)[1] else self._names.of_uid(one) for one in uids(raw))
        return "\\".join(keyed).encode()

    def _number(self, at: _At, raw: bytes) -> bytes:
        text = decoded(raw, at.level.encodings)
        return self._names.of_number(raw.hex() if text is None else text).encode()

    def _unlisted(self, at: _At, raw: bytes) -> bytes | None:
        """What neither the table nor anybody else vouches for, by its type."""
        vr = at.vr
        if vr == "UI":
            return raw if "uids" in self._options else self._uid(at, raw)
        if vr in values.DATES:
            days = {"dates": at.job.days, "full-dates": 0}
            asked = [days[option] for option in days if option in self._options]
            return values.moved(vr, raw, asked[0]) if asked else None
        if vr in values.TEXT:
            if place(at.tag) in self._beside.plain:
                return self._keep(at, raw)
            return self._free_text(at, raw) if self._text is not None else None
        if vr in values.BULK:
            return raw if place(at.tag) in self._beside.bulk else None
        return values.plain(vr, raw)

    def _free_text(self, at: _At, raw: bytes) -> bytes | None:
        text = decoded(raw, at.level.encodings)
        if text is None:
            return None
        label = "[已去除]" if any("\u4e00" <= c <= "\u9fff" for c in text) else "[REMOVED]"
        cleaned = at.job.traces.without(self._redacted(text), label)
        room = _ROOM.get(at.vr)
        several = [cleaned] if at.vr in values.LONG_TEXT else cleaned.split("\\")
        return "\\".join(one[:room].rstrip() for one in several).encode()

    def _redact(self, text: str) -> str:
        return self._text.redact(text).text if self._text else ""


def _element(tag: int, vr: str, raw: bytes, length: int, job: Job) -> RawDataElement:
    """A value as it will stand in the file. Encapsulated pixels keep the length that says they are."""
    filled = values.padded(vr, raw)
    size = UNDEFINED if length == UNDEFINED and tag in PIXELS else len(filled)
    return RawDataElement(BaseTag(tag), vr, size, filled, 0, job.implicit, job.little)


def _require_whole(element: RawDataElement, tag: int) -> None:
    if element.length not in (UNDEFINED, len(bytes_of(element))):
        raise Refused("cut-off", tag)


def _says_anything(vr: str, raw: bytes) -> bool:
    return bool(raw if vr in values.BINARY or vr in values.BULK else raw.strip(b"\0 "))


def _verb(tag: int, action: Action | None, vr: str, raw: bytes, done: bytes | None) -> str:
    if done is None:
        return "removed"
    if done == raw or done.rstrip(b"\0 ") == raw.rstrip(b"\0 "):
        return "kept"
    if not done:
        return "emptied"
    if vr == "UI" or tag in (PATIENT_ID, PATIENT_NAME, ACCESSION):
        return "pseudonymised"
    if action is Action.DUMMY:
        return "replaced"
    return "shifted" if vr in values.DATES else "cleaned"
