"""What free text of a DICOM file goes through, where it may stay at all."""

from typing import Protocol


class Redacted(Protocol):
    """A text with what identifies taken out."""

    @property
    def text(self) -> str: ...


class Redactor(Protocol):
    """Takes out of a text what identifies (deid.text.engine.TextEngine)."""

    def redact(self, text: str, lang: str = "auto") -> Redacted: ...
