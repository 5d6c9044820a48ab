"""Whatever goes wrong is said in Chinese and in English, with what to do next, in one shape for all rooms."""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, get_args, get_type_hints

import pytest

from tests.house.tree import ROOMS, ROOT

_CHINESE = re.compile("[\u4e00-\u9fff]")
# A stand-in for each type an error is told things in.
_TOLD: dict[Any, Any] = {
    str: "x",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"x",
    date: date(2026, 1, 2),
    datetime: datetime(2026, 1, 2, tzinfo=UTC),
}


def _bases() -> Iterator[type[Exception]]:
    """The class each room's errors come from: in its errors.py, straight from Exception."""
    for room in ROOMS:
        if (ROOT / room / "errors.py").exists():
            for value in vars(import_module(f"{room}.errors")).values():
                if isinstance(value, type) and value.__bases__ == (Exception,):
                    yield value


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


@pytest.fixture(scope="module")
def errors() -> list[type[Exception]]:
    """Every error that can be raised as it stands: those that have words of their own."""
    for room in ROOMS:
        for module in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    found = {error for base in _bases() for error in _below(base) if "__init__" in vars(error)}
    return sorted(found, key=_name)


def _name(kind: type[Exception]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _raised(kind: type[Exception]) -> Any:
    """`kind` as somebody would meet it."""
    hints = get_type_hints(vars(kind)["__init__"])
    names = list(inspect.signature(kind).parameters.values())
    given = {
        p.name: _value(p.name, hints[p.name])
        for p in names
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    by_place = [given.pop(p.name) for p in names if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return kind(*by_place, **given)


def _value(name: str, hint: Any) -> Any:
    if hint is str and name.endswith("zh"):
        return "某"
    if hint in _TOLD:
        return _TOLD[hint]
    return next((_TOLD[inner] for inner in get_args(hint) if inner in _TOLD), ())


def test_an_error_speaks_both_languages_and_says_what_to_do(errors: list[type[Exception]]) -> None:
    said = [(_name(kind), _raised(kind)) for kind in errors]
    assert len(said) > 20
    assert [name for name, error in said if not _CHINESE.search(error.zh)] == []
    assert [name for name, error in said if _CHINESE.search(str(error))] == []
    assert [name for name, error in said if not error.hint] == []
    assert [name for name, error in said if not _CHINESE.search(error.hint_zh)] == []


def test_an_error_is_said_in_small_letters_without_a_full_stop(errors: list[type[Exception]]) -> None:
    said = [(_name(kind), str(_raised(kind))) for kind in errors]
    assert [name for name, text in said if text.endswith((".", "!"))] == []
    assert [name for name, text in said if re.match(r"[A-Z][a-z]+ ", text)] == []


def test_an_error_has_an_exit_code_that_is_written_down(errors: list[type[Exception]]) -> None:
    codes = {_name(kind): kind.exit_code for kind in errors}  # type: ignore[attr-defined] # each base has it
    assert [name for name, code in codes.items() if code not in range(1, 7)] == []


def test_an_error_says_in_its_docstring_what_happened(errors: list[type[Exception]]) -> None:
    assert [_name(kind) for kind in errors if not kind.__doc__] == []
