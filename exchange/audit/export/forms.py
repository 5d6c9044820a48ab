"""The forms entries can be exported in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from exchange.audit.export import balp, message, sheet
from exchange.audit.export.event import Event
from exchange.audit.export.message import DICOM, RFC_3881


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a file begins, how each event stands in it, what stands between them, how it ends.

    `alone` is an event as a file of its own, whose name ends in `suffix`; None where that makes no sense.
    """

    name: str
    head: Callable[[datetime], bytes]
    row: Callable[[Event], bytes]
    between: bytes = b""
    tail: bytes = b""
    alone: Callable[[Event], bytes] | None = None
    suffix: str = ""


def _nothing(_: datetime) -> bytes:
    return b""


def _json_line(event: Event) -> bytes:
    return balp.written(event) + b"\n"


def _bundle_head(now: datetime) -> bytes:
    return (
        b'{"resourceType":"Bundle","type":"collection","timestamp":"%s","entry":[\n'
        % now.isoformat().encode()
    )


def _bundled(event: Event) -> bytes:
    held = {"fullUrl": f"urn:uuid:{event.found.id}", "resource": balp.audit_event(event)}
    return orjson.dumps(held)


def _xml(name: str, dialect: message.Dialect) -> Form:
    return Form(
        name=name,
        head=_nothing,
        row=lambda event: message.on_one_line(event, dialect) + b"\n",
        alone=lambda event: message.as_file(event, dialect),
        suffix=".xml",
    )


_BALP = Form(name="balp", head=_nothing, row=_json_line, alone=_json_line, suffix=".json")
_CSV = Form(name="csv", head=lambda _: sheet.head(), row=sheet.row)
FORMS: Mapping[str, Form] = {
    one.name: one for one in (_BALP, _xml("wst790.4", RFC_3881), _xml("dicom", DICOM), _CSV)
}
# The same in another wrapping.
BUNDLE = Form(name="balp", head=_bundle_head, row=_bundled, between=b",\n", tail=b"\n]}\n")
WITH_MARK = replace(_CSV, head=lambda _: sheet.MARK.encode() + sheet.head())
