"""A table a researcher can open: one CSV a resource type, one row a resource, one column a value."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exchange.audit.export.sheet import harmless


def to_csv(resources: Sequence[Mapping[str, object]]) -> bytes:
    """UTF-8 CSV with a header line; columns are the paths that occur, `code.coding.0.code`."""
    rows = [dict(_leaves(one)) for one in resources]
    columns = sorted({name for row in rows for name in row}, key=_column_order)
    text = io.StringIO()
    # RFC 4180; and so a lone carriage return in a cell is put in quotes too.
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        inner: Iterable[tuple[object, object]] = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    else:
        yield path, value
        return
    for name, one in inner:
        yield from _leaves(one, f"{path}.{name}" if path else str(name))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return harmless(value)


def _column_order(name: str) -> tuple[bool, bool, str]:
    return (name != "resourceType", name != "id", name)
