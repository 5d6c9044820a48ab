"""Whose record is cleaned: the patient's shift, id, and what their record knows of the people in it."""

from dataclasses import dataclass

from deid.text.known import NOTHING, Known


@dataclass(frozen=True, slots=True)
class Subject:
    """`days`: how far the patient's dates move, 0 for not at all. `patient`: the id, never told outside."""

    days: int = 0
    patient: str = ""
    known: Known = NOTHING
