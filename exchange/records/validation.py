"""Check one resource against the FHIR definitions: thorough and slow (about 2 MB/s), so only on request.

`fhir.resources` has R4B, not R4: elements, cardinalities and dates are checked, value sets are not.
"""

from importlib import import_module

from exchange.records.problems import Found, Problem

_SHOWN_PATHS = 3


def invalid(found: Found) -> Problem | None:
    """What is wrong with the resource: the elements, never their values. None when nothing is."""
    from pydantic import ValidationError

    try:
        module = import_module(f"fhir.resources.R4B.{found.type.lower()}")
    except ImportError:
        return Problem(found.place, "not-in-r4b", type=found.type, raw=found.body)
    try:
        getattr(module, found.type).model_validate_json(found.body)
    except ValidationError as wrong:
        errors = wrong.errors(include_input=False, include_url=False, include_context=False)
        paths = list(dict.fromkeys(_path(found.type, error["type"], error["loc"]) for error in errors))
        more = f" (+{len(paths) - _SHOWN_PATHS})" if len(paths) > _SHOWN_PATHS else ""
        shown = ", ".join(paths[:_SHOWN_PATHS]) + more
        return Problem(found.place, "invalid", shown, found.type, found.body)
    except KeyError:  # a resource inside it is of a type the library has never heard of
        return Problem(found.place, "invalid", found.type, found.type, found.body)
    return None


def _path(kind: str, wrong: str, location: tuple[int | str, ...]) -> str:
    """`Patient.name[0].given`. A key FHIR does not have is not named: it could be anything, a name too."""
    text = kind
    for step in location[:-1] if wrong == "extra_forbidden" else location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return f"{text}.?" if wrong == "extra_forbidden" else text
