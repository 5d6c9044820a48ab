"""What presidio's own tests of its recognisers for English expect, read from a checkout of it.

Their tables stay where they are: rows of a text and where something stands in it. A text in which something
stands must have it covered by us; where nothing stands, we must not name it what their recogniser would.

    PRESIDIO_CHECKOUT=... python -m tests.deid.presidio_tests
"""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deid import TextEngine

# Their name of what is found -> ours.
TYPES = {
    "AU_MEDICARE": "HEALTH_CARD",
    "AU_TFN": "ID_CARD",
    "CA_SIN": "ID_CARD",
    "CREDIT_CARD": "BANK_CARD",
    "DATE_TIME": "DATE",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "BANK_CARD",
    "IN_AADHAAR": "ID_CARD",
    "IN_PAN": "ID_CARD",
    "IN_PASSPORT": "PASSPORT",
    "IN_VEHICLE_REGISTRATION": "PLATE",
    "IN_VOTER": "ID_CARD",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "DEVICE_ID",
    "MEDICAL_LICENSE": "MRN",
    "PHONE_NUMBER": "PHONE",
    "SG_NRIC_FIN": "ID_CARD",
    "UK_DRIVING_LICENCE": "ID_CARD",
    "UK_NHS": "HEALTH_CARD",
    "UK_NINO": "ID_CARD",
    "UK_PASSPORT": "PASSPORT",
    "UK_POSTCODE": "POSTCODE",
    "UK_VEHICLE_REGISTRATION": "PLATE",
    "URL": "URL",
    "US_BANK_NUMBER": "BANK_CARD",
    "US_DRIVER_LICENSE": "ID_CARD",
    "US_ITIN": "ID_CARD",
    "US_MBI": "INSURANCE",
    "US_NPI": "MRN",
    "US_PASSPORT": "PASSPORT",
    "US_SSN": "ID_CARD",
}
_FOLDER = Path("presidio-analyzer") / "tests"


@dataclass(frozen=True, slots=True)
class Case:
    """A text of theirs, what their recogniser calls what it finds, and where it stands; nowhere, if nothing does."""

    entity: str
    text: str
    places: tuple[tuple[int, int], ...]


def checkout() -> Path | None:
    """The checkout of presidio that PRESIDIO_CHECKOUT names, if it is one."""
    named = os.environ.get("PRESIDIO_CHECKOUT")
    return Path(named) if named and (Path(named) / _FOLDER).is_dir() else None


def cases(root: Path) -> Iterator[Case]:
    """Every row of their tables for what we have a type for."""
    for path in sorted((root / _FOLDER).glob("test_*_recognizer.py")):
        tree = ast.parse(path.read_text("utf-8"))
        entity = _entity(tree)
        if entity in TYPES:
            for row in _rows(tree):
                yield from _case(entity, row)


def _entity(tree: ast.Module) -> str:
    """The first name of an entity that a fixture returns or a test writes."""
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return next((word for word in words if isinstance(word, str) and word in TYPES), "")


def _rows(tree: ast.Module) -> Iterator[tuple[object, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "parametrize":
            for row in getattr(node.args[1], "elts", []):
                try:
                    read = ast.literal_eval(row)
                except ValueError:
                    continue  # a row that computes something
                if isinstance(read, tuple) and isinstance(read[0], str):
                    yield read


def _case(entity: str, row: tuple[object, ...]) -> Iterator[Case]:
    text, *rest = row
    found = next((one for one in rest if isinstance(one, int)), None)
    places = tuple(place for one in rest for place in _places(one))
    if isinstance(text, str) and (found == 0 or places):
        yield Case(entity, text, places if found != 0 else ())


def _places(value: object) -> Iterator[tuple[int, int]]:
    """Pairs of offsets, however deep they are put."""
    if isinstance(value, tuple | list):
        first = value[0] if value else None
        if len(value) == 2 and isinstance(first, int) and isinstance(value[1], int) and first < value[1]:
            yield first, value[1]
        else:
            for one in value:
                yield from _places(one)


def is_met(case: Case, engine: TextEngine) -> bool:
    """Whether we do what their row expects: cover what stands there, or not name what does not."""
    spans = engine.find(case.text, lang="en")
    if not case.places:
        return all(span.type != TYPES[case.entity] for span in spans)
    covered = {at for span in spans for at in range(span.start, span.end)}
    wanted = {
        at for start, end in case.places for at in range(start, end) if case.text[at : at + 1].isalnum()
    }
    return wanted <= covered


def main() -> None:
    """Print for each entity how many of their rows are met, of those with something in them and of the others."""
    root = checkout()
    if root is None:
        raise SystemExit("PRESIDIO_CHECKOUT names no checkout of presidio")
    engine = TextEngine()
    for entity in sorted(TYPES):
        rows = [case for case in cases(root) if case.entity == entity]
        full = [is_met(case, engine) for case in rows if case.places]
        empty = [is_met(case, engine) for case in rows if not case.places]
        print(f"{entity:26}{sum(full):4} of {len(full):3}{sum(empty):6} of {len(empty):3}")  # noqa: T201


if __name__ == "__main__":
    main()
