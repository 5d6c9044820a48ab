"""A consent read in advance: the form the decision works on, kept beside the resource it was read from.

Reading a FHIR Consent takes several times as long as deciding by it. Both lie in one sealed text under one
commitment of the ledger, so nobody can change the one without the other unseen; whoever looks at a consent or
replays a decision reads the resource itself (docs/adr/0021).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from consent.document import Document, read_document
from consent.versions import read_all

# Raised whenever the same resource would be read differently. What an older program read in advance is then read
# again from the resource.
FORM = 2


class Compiled(msgspec.Struct, frozen=True):
    """`document` read by the rules of `form`, dates without an offset `hours_east` of UTC."""

    form: int
    hours_east: int
    document: msgspec.Raw


def read_in_advance(resource: Mapping[str, Any], hours_east: int) -> dict[str, Any]:
    """The compiled form of a computable consent, as it is sealed."""
    document: dict[str, Any] = msgspec.to_builtins(read_document(resource, hours_east), order="sorted")
    return {"form": FORM, "hours_east": hours_east, "document": document}


def document_of(kept: Compiled | None, resource: msgspec.Raw, hours_east: int) -> Document:
    """The consent in `resource`: as it was read in advance, where that was done by the rules of today."""
    if kept is not None and kept.form == FORM and kept.hours_east == hours_east:
        return _DOCUMENT.decode(kept.document)
    return read_all([msgspec.json.decode(resource)], hours_east)[0]


def is_true_to(kept: Compiled, resource: Mapping[str, Any]) -> bool:
    """Whether what was read in advance is what the resource says. Not to be told of an older form."""
    return kept.form != FORM or _DOCUMENT.decode(kept.document) == read_document(resource, kept.hours_east)


_DOCUMENT = msgspec.json.Decoder(Document)
