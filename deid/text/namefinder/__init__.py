"""Names that nothing points at: a small network looks at the characters themselves and at those around them.

It was taught on invented notes (deid/training); docs/reference/name-model.md says what it finds and what not.
"""

from deid.text.namefinder.opinion import Opinion, find_names, glance, look

__all__ = ["Opinion", "find_names", "glance", "look"]
