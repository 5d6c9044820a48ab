"""Say where a program failed without saying about what: the kind of error and its place, never its text."""

from pathlib import PurePath


def place_of(error: BaseException) -> str:
    """`KeyError in making_safe.py, line 41`: enough to find the fault, nothing of the person it was about."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f" in {PurePath(frame.tb_frame.f_code.co_filename).name}, line {frame.tb_lineno}" if frame else ""
    return type(error).__name__ + where
