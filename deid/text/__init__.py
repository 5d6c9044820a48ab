"""Finds in free text, Chinese and English, what says who (limits: docs/explanation/deidentification.md)."""
